"""Run the build steps of this repository: pin, prepare, generate, compare, measure."""
