"""Following references to what they stand for."""

from typing import Any

import pytest

from scripts.errors import DocumentError
from scripts.references import followed

DOCUMENT: dict[str, Any] = {
    "components": {
        "responses": {
            "Good": {"description": "Good."},
            "Alias": {"$ref": "#/components/responses/Good"},
            "Ring": {"$ref": "#/components/responses/Gnir"},
            "Gnir": {"$ref": "#/components/responses/Ring"},
            "Text": "no mapping",
        }
    }
}


@pytest.mark.parametrize(
    ("node", "found"),
    [
        ({"description": "Here."}, {"description": "Here."}),
        ({"$ref": "#/components/responses/Alias"}, {"description": "Good."}),
        ({"$ref": "#/components/responses/Ring"}, {}),
        ({"$ref": "#/components/responses/Text"}, {}),
        (None, {}),
    ],
)
def test_followed(node: Any, found: dict[str, Any]) -> None:
    """References are followed to a mapping; a ring of them, or anything else at their end, gives none."""
    assert followed(DOCUMENT, node) == found


def test_nothing_there() -> None:
    """A reference to nothing is an error that names it."""
    with pytest.raises(DocumentError, match="dangling"):
        followed(DOCUMENT, {"$ref": "#/components/responses/None"})
