"""Everything that makes a request of the keywords of a call."""
