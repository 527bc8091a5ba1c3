"""The one error that a build step reports as a line instead of a traceback."""

from typing import Final

_SHOWN_CHARACTERS: Final = 120


class DocumentError(Exception):
    """A document cannot be used; the message is one line that says what is wrong and where."""


def shown(value: object) -> str:
    """Return text of a document's author as it may appear in a message.

    Args:
        value: a name, reference or value that was read from an untrusted document.

    Returns:
        Its quoted form on one line, control characters escaped, cut after 120 characters.
    """
    text = ascii(value) if not isinstance(value, str) or not value.isprintable() else f'"{value}"'
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
