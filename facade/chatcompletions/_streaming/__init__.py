"""From the bytes of a stream to chunks, and from chunks to a completion."""
