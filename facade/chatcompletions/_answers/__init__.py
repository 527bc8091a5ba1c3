"""Everything that reads an answer: into a model, a page or an error."""
