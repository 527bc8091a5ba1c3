"""From an answer to a model: read it, or tell what is wrong with it."""
