"""Rules for following references to their targets."""

from typing import Any

import pytest

from scripts.errors import DocumentError
from scripts.schema.references import followed

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
        ({"$ref": "#/components/responses/Text"}, {}),
        (None, {}),
    ],
)
def test_followed(node: Any, found: dict[str, Any]) -> None:
    """References are followed to a mapping; any other target gives an empty one."""
    assert followed(DOCUMENT, node) == found


@pytest.mark.parametrize(("name", "what"), [("None", "dangling"), ("Ring", "circular")])
def test_leading_nowhere(name: str, what: str) -> None:
    """A reference without a target, or back to itself, is an error that names it."""
    with pytest.raises(DocumentError, match=rf'{what} \$ref "#/components/responses/{name}"'):
        followed(DOCUMENT, {"$ref": f"#/components/responses/{name}"})
