"""The rules that turn the pin into a copy that the generator handles; `scripts/prepare_spec.py` gives their order."""
