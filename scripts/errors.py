"""Define the error that a build step reports as one line instead of a traceback."""

from typing import Final

_SHOWN_CHARACTERS: Final = 120


class DocumentError(Exception):
    """A document cannot be used; the message is one line that says what is wrong and where."""


def shown(value: object) -> str:
    """Quote a value of an untrusted document so that it can appear in a message.

    Args:
        value: A name, reference or value that was read from an untrusted document.

    Returns:
        The value in quotes, on one line, control characters escaped, cut after 120 characters.
    """
    text = ascii(value) if not isinstance(value, str) or not value.isprintable() else f'"{value}"'
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."


class PrepareError(DocumentError):
    """The pin cannot be prepared; the message is one line that says what is wrong and where."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


def printable(text: str) -> str:
    """Return text of an untrusted document on one line, with its control characters escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
