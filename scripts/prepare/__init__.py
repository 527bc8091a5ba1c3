"""Turn the pin into a copy that the generator handles, rule by rule; `scripts/prepare_spec.py` gives their order."""
