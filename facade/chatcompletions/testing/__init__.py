"""Help for tests of applications that chat; so far the pytest plugin, whose fixtures need no import."""
