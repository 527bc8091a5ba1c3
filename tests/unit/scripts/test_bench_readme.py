from __future__ import annotations

import pytest

from scripts.bench.readme import END, START, replace_between_markers


def test_only_what_stands_between_the_markers_is_replaced() -> None:
    """The text around the markers and the markers themselves stay, and figures are taken literally."""
    before = f"# Title\n\n{START}\nold\n{END}\n\nThe rest.\n"
    after = replace_between_markers(before, "| \\1 | new |\n")
    assert after == f"# Title\n\n{START}\n| \\1 | new |\n{END}\n\nThe rest.\n"
    assert replace_between_markers(after, "| \\1 | new |") == after


@pytest.mark.parametrize("text", ["", START, END, f"{END}\n{START}", f"{START}\n{START}\n{END}"])
def test_a_readme_without_a_place_for_figures_is_refused(text: str) -> None:
    """Missing, repeated or swapped markers give an error that says which are needed."""
    with pytest.raises(ValueError, match=START):
        replace_between_markers(text, "new")
