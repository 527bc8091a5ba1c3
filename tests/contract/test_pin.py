"""The pin against the upstream document, read by other code than the code that made it."""

import copy
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate

from scripts.pin_spec import pin
from scripts.renaming import RENAMED
from scripts.words import coverage

ROOT = Path(__file__).resolve().parents[2]
UPSTREAM = ROOT.parent / "shared/upstream"
SOURCE = re.search(r"^  source: (\S+)$", (ROOT / "openapi.yaml").read_text(encoding="utf-8"), re.MULTILINE)
PINNED = UPSTREAM / (SOURCE[1] if SOURCE else "").rpartition("/")[2]
NAMES_OF_REVISIONS = ("2026-08-21-f85dbe2", "2025-04-29-498c71dd", "2026-07-22-f9400172")
REVISIONS = [UPSTREAM / f"openapi-{name}.yaml" for name in NAMES_OF_REVISIONS]

OPERATIONS = {
    "/chat/completions": ("get", "post"),
    "/chat/completions/{completion_id}": ("get", "post", "delete"),
    "/chat/completions/{completion_id}/messages": ("get",),
}
CHUNK = "#/components/schemas/CreateChatCompletionStreamResponse"

PROSE = {"title", "summary", "description", "example", "examples", "externalDocs", "termsOfService", "contact"}
NAMES = {
    "properties",
    "patternProperties",
    "$defs",
    "headers",
    "content",
    "responses",
    "mapping",
    "encoding",
    "schemas",
}
DATA = {"enum", "const", "default", "required", "tags", "security"}


def parsed(text: str | bytes) -> dict[str, Any]:
    return dict(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - either is safe


def read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        pytest.skip(f"the upstream document {path.name} is not here")
    return parsed(path.read_bytes())


@pytest.fixture(scope="module")
def pinned() -> dict[str, Any]:
    return read(ROOT / "openapi.yaml")


@pytest.fixture(scope="module")
def upstream(pinned: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(read(PINNED), default=str)
    for theirs, ours in pinned.get(RENAMED, {}).items():
        text = text.replace(f'"{theirs}"', f'"{ours}"').replace(f'/{theirs}"', f'/{ours}"')
    return dict(json.loads(text))


def made(path: Path, revision: str | None = None, day: str | None = None) -> str:
    if not path.is_file():
        pytest.skip(f"the upstream document {path.name} is not here")
    return pin(str(path), str(ROOT / "scripts/overlay.yaml"), revision, day).text


def facts(node: dict[str, Any]) -> dict[str, Any]:
    """Drop prose; a null default in a branch beside a null branch says `nullable` of itself, spelled out or not."""
    kept = {key: value for key, value in node.items() if key not in PROSE and not str(key).startswith("x-")}
    for key in {"anyOf", "oneOf"} & set(kept):
        if {"type": "null"} in kept[key]:
            kept[key] = [{**b, "nullable": True} if "default" in b and b["default"] is None else b for b in kept[key]]
    return kept


def differences(theirs: Any, ours: Any, at: str, refs: set[str], *, names: bool = False) -> Iterator[str]:
    """Walk two documents side by side and say where facts differ; collect the references on the way."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        left, right = (theirs, ours) if names else (facts(theirs), facts(ours))
        if isinstance(ref := left.get("$ref"), str):
            refs.add(ref)
        for key in sorted({*left, *right}, key=str):
            place = f"{at}/{key}"
            if key not in left or key not in right:
                yield f"{place}: only {'upstream' if key in left else 'in the pin'}"
            elif not names and key in DATA:
                if left[key] != right[key] or repr(left[key]) != repr(right[key]):
                    yield f"{place}: {left[key]!r} became {right[key]!r}"
            else:
                yield from differences(left[key], right[key], place, refs, names=not names and key in NAMES)
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for index, (left, right) in enumerate(zip(theirs, ours, strict=True)):
            yield from differences(left, right, f"{at}/{index}", refs)
    elif type(theirs) is not type(ours) or theirs != ours:
        yield f"{at}: {theirs!r} became {ours!r}"


def all_differences(theirs: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """Compare the six operations and everything they reach, in both directions."""
    refs = {CHUNK}
    found = [
        *differences(
            {p: set(o) for p, o in OPERATIONS.items()}, {p: set(o) for p, o in ours["paths"].items()}, "", refs
        )
    ]
    for path, methods in OPERATIONS.items():
        for method in methods:
            operation = [document["paths"][path].get(method) for document in (theirs, ours)]
            found += differences(*operation, f"{method} {path}", refs)
    for key in ("openapi", "servers", "security"):
        found += differences(theirs.get(key), ours.get(key), key, refs)
    refs |= {f"#/components/securitySchemes/{name}" for needed in theirs["security"] for name in needed}
    done: set[str] = set()
    while todo := refs - done:
        for ref in sorted(todo):
            found += differences(lookup(theirs, ref), lookup(ours, ref), ref, refs)
        done |= todo
    extra = {f"#/components/{section}/{name}" for section, named in ours["components"].items() for name in named} - done
    return found + [f"{ref}: nothing refers to it" for ref in sorted(extra)]


def lookup(document: dict[str, Any], ref: str) -> Any:
    _, _, section, name = ref.split("/")
    return document["components"].get(section, {}).get(name)


def test_no_fact_is_lost(pinned: dict[str, Any], upstream: dict[str, Any]) -> None:
    """The pin and the upstream document agree in every fact of the six operations and all they reach."""
    assert all_differences(upstream, pinned) == []


def request_of(document: dict[str, Any]) -> Any:
    return document["components"]["schemas"]["CreateChatCompletionRequest"]["allOf"][1]


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a property is gone": lambda d: request_of(d)["properties"].pop("model"),
    "a property is new": lambda d: request_of(d)["properties"].update(title={}),
    "required is gone": lambda d: request_of(d).pop("required"),
    "an enum value is gone": lambda d: lookup(d, CHUNK)["properties"]["object"]["enum"].pop(),
    "a null is gone": lambda d: lookup(d, CHUNK)["properties"]["usage"].pop("nullable"),
    "a type is another": lambda d: lookup(d, CHUNK)["properties"]["created"].update(type="number"),
    "a default is another": lambda d: d["paths"]["/chat/completions"]["get"]["parameters"][3]["schema"].update(
        default=20.0
    ),
    "a null default is gone": lambda d: d["components"]["schemas"]["ChatCompletionStreamOptions"]["anyOf"][0].pop(
        "default"
    ),
    "a parameter is gone": lambda d: d["paths"]["/chat/completions"]["get"]["parameters"].pop(),
    "an answer is gone": lambda d: d["paths"]["/chat/completions"]["post"]["responses"].popitem(),
    "an operation is gone": lambda d: d["paths"]["/chat/completions"].pop("get"),
    "a component is gone": lambda d: d["components"]["schemas"].pop("Metadata"),
    "a component is new": lambda d: d["components"]["schemas"].update(New={}),
    "a scheme is another": lambda d: d["components"]["securitySchemes"]["ApiKeyAuth"].update(scheme="basic"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_comparison_sees(change: str, pinned: dict[str, Any], upstream: dict[str, Any]) -> None:
    """The comparison notices each kind of change, so that its silence means something."""
    changed = copy.deepcopy(pinned)
    try:
        CHANGES[change](changed)
    except (LookupError, TypeError):
        pytest.skip("the pin does not have what the change is about")
    if change == "an operation is gone":
        changed["paths"]["/chat/completions"].setdefault("get", {})
    assert all_differences(upstream, changed) != []


def test_valid(pinned: dict[str, Any]) -> None:
    """The pin is a valid OpenAPI document."""
    validate(pinned)


@pytest.mark.parametrize("path", REVISIONS, ids=lambda path: path.stem)
def test_each_revision_gives_a_valid_pin(path: Path) -> None:
    """Every upstream document that is here gives a valid pin of its own OpenAPI version, 3.0 or 3.1."""
    document = parsed(made(path))
    validate(document)
    assert document["openapi"] == read(path)["openapi"]


def test_up_to_date(pinned: dict[str, Any]) -> None:
    """The pin is, byte for byte, what the command makes of the document that the receipt names."""
    receipt = pinned["x-receipt"]
    assert made(PINNED, receipt["revision"], receipt["date"]) == (ROOT / "openapi.yaml").read_text(encoding="utf-8"), (
        f"run: make spec UPSTREAM=../shared/upstream/{PINNED.name}"
    )


def test_receipt(pinned: dict[str, Any]) -> None:
    """The receipt names the upstream document, its revision and date, and its checksum."""
    receipt = pinned["x-receipt"]
    assert receipt["source"]
    assert receipt["revision"] is None or re.fullmatch(r"[\w.-]{1,64}", receipt["revision"])
    assert receipt["date"] is None or re.fullmatch(r"\d{4}-\d{2}-\d{2}", receipt["date"])
    assert re.fullmatch(r"[0-9a-f]{64}", receipt["sha256"])
    if PINNED.is_file():
        assert receipt["sha256"] == hashlib.sha256(PINNED.read_bytes()).hexdigest()


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for part in node.values() if isinstance(node, dict) else node:
            yield from texts(part)


def prose(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for part in node:
            yield from prose(part)
    elif isinstance(node, dict):
        for key, part in node.items():
            is_prose = key in PROSE or str(key).startswith("x-")
            yield from texts(part) if is_prose and not isinstance(part, dict) else prose(part)


def sentences(text: str) -> set[str]:
    found = (" ".join(part.split()).strip(" *-`#") for part in re.split(r"[.!?:;\n](?:\s|$)", " ".join(text.split())))
    return {part.lower() for part in found if len(part) >= 25 and " " in part}


def test_no_upstream_prose(pinned: dict[str, Any], upstream: dict[str, Any]) -> None:
    """No sentence of upstream's of 25 characters or more stands anywhere in the pin."""
    words = " ".join(" ".join(texts(pinned)).split()).lower()
    theirs = {sentence for text in prose(upstream) for sentence in sentences(text)}
    assert len(theirs) > 1_000
    assert sorted(sentence for sentence in theirs if sentence in words) == []


def test_every_part_has_words(pinned: dict[str, Any]) -> None:
    """Each operation, parameter, model and property of the pin has words of ours."""
    found = coverage(pinned)
    assert found.total > 100
    assert found.missing == [], "add actions with these targets to scripts/overlay.yaml"


def test_words_say_something(pinned: dict[str, Any]) -> None:
    """A description is a sentence or more, with a capital and a full stop."""
    names = {"properties", "schemas", "headers"}

    def descriptions(node: Any, inside: str = "") -> Iterator[str]:
        if isinstance(node, list):
            for part in node:
                yield from descriptions(part)
        elif isinstance(node, dict):
            if inside not in names and isinstance(node.get("description"), str):
                yield node["description"]
            for key, part in node.items():
                yield from descriptions(part, key if inside not in names else "")

    odd = [text for text in descriptions(pinned) if text and not re.fullmatch(r"[\"'`A-Z0-9].*[.`)]", text, re.DOTALL)]
    assert odd == []
