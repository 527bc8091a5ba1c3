"""The error of the bench."""


class BenchError(Exception):
    """A measurement that cannot be had, with the reason."""
