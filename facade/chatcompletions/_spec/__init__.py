"""Everything that reads the pinned spec, and finds where an answer departs from it."""
