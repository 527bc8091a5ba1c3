"""Put the figures into README.md, between two markers."""

import re
from typing import Final

START: Final = "<!-- bench:start -->"
END: Final = "<!-- bench:end -->"


def replace_between_markers(readme: str, figures: str) -> str:
    """Return the text with the figures between its markers.

    Raises:
        ValueError: The markers are missing, repeated, or in the wrong order.
    """
    if readme.count(START) != 1 or readme.count(END) != 1 or readme.index(START) > readme.index(END):
        raise ValueError(f"README.md must hold {START} and behind it {END}, once each, where the figures go")
    return re.sub(
        f"{re.escape(START)}.*{re.escape(END)}",
        lambda _: f"{START}\n{figures.strip()}\n{END}",
        readme,
        flags=re.DOTALL,
    )
