"""Compare this client with others on the same work, side by side in one run (`make bench`)."""
