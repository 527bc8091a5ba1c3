"""Build what is published, and try it as those who install it will (`make build`, `make check-build`)."""
