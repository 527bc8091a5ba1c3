"""From the keywords of a call to a request."""
