"""Find and read the pinned spec, `openapi.yaml`: shipped in the generated package, at the root of a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import chatcompletions_api

NAME = "openapi.yaml"


def spec_file() -> Path:
    """Return where the spec is.

    Raises:
        FileNotFoundError: It was neither installed nor is this a checkout.
    """
    package = Path(chatcompletions_api.__file__).parent
    for place in (package / NAME, package.parents[1] / NAME):
        if place.is_file():
            return place
    raise FileNotFoundError(f"{NAME} is missing from {package}: install chatcompletions again")


def read_spec() -> dict[str, Any]:
    """Return the spec as the document that it is.

    Raises:
        FileNotFoundError: See `spec_file`.
        ImportError: PyYAML is not installed.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load(spec_file().read_bytes(), loader)  # noqa: S506 - either one is safe
    return document
