"""The corpus: what servers send that the spec does not have, as data in the files beside this one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

KINDS = ("completions", "chunks", "lists", "messages", "deletions", "failures")


@dataclass(frozen=True)
class Entry:
    """Something off the spec.

    Attributes:
        kind: What it is, the name of its file.
        why: Why a server sends it.
        departs: The paths at which it departs from the spec; empty where only the pin is against it, because the
            service itself sends such a thing (`scripts/schema/repairs.py`).
        schema: The schema to judge it by, where it does not show that itself.
        body: The JSON.
    """

    kind: str
    why: str
    departs: list[str]
    body: dict[str, Any]
    schema: str | None = None


@cache
def texts(kind: str) -> list[str]:
    """Return the entries of a file, each as JSON."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load((Path(__file__).parent / f"{kind}.yaml").read_bytes(), loader)  # noqa: S506 - either is safe
    return [json.dumps(entry) for entry in document["entries"]]


def entries(*kinds: str) -> list[Entry]:
    """Return the entries of some kinds, or of all."""
    # Read back from text, so that no two entries share the parts that an anchor gave them.
    return [Entry(kind, **json.loads(text)) for kind in kinds or KINDS for text in texts(kind)]


def each(*kinds: str, departing: bool = False) -> pytest.MarkDecorator:
    """Parametrise a test by the entries of some kinds, or of all; by those alone that depart, if asked."""
    found = [entry for entry in entries(*kinds) if entry.departs or not departing]
    return pytest.mark.parametrize("entry", found, ids=[f"{entry.kind}: {entry.why}" for entry in found])


def lost(body: Any, written: Any, path: str = "$") -> list[str]:
    """List where what was written differs from what was read."""
    if isinstance(body, dict) and isinstance(written, dict):
        found = [f"{path}.{name}" for name in body.keys() ^ written.keys()]
        for name in body.keys() & written.keys():
            found += lost(body[name], written[name], f"{path}.{name}")
        return found
    if isinstance(body, list) and isinstance(written, list) and len(body) == len(written):
        pairs = enumerate(zip(body, written, strict=True))
        return [one for index, (a, b) in pairs for one in lost(a, b, f"{path}[{index}]")]
    # As text, because for Python true is 1 and 1 is 1.0.
    return [] if json.dumps(body) == json.dumps(written) else [path]
