"""Everything that sends a request and receives its answer: connections, retries, redirects, bounds."""
