"""Everything that makes chunks of the bytes of a stream, and events and a completion of the chunks."""
