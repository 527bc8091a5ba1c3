"""Build steps of this repository: pin, prepare, generate, compare, measure."""
