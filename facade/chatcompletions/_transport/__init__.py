"""From a request to an answer: connections, retries, redirects, bounds."""
