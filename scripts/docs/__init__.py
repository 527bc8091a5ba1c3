"""The documentation: its blocks, its reference, and the pages made of them (`make docs`)."""
