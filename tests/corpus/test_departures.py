"""Every entry of the corpus is off the spec, and `deviations` tells where; a strict client raises for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from chatcompletions import APIResponseValidationError, StreamValidationError, deviations
from scripts.contract.spec import pinned
from tests.corpus._entries import KINDS, Entry, each, entries
from tests.corpus.test_reading import ANSWERS, CALLS, ENDPOINTS, MODELS
from tests.unit.facade._support import ASK, Server, dropped_down, events, streaming

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import SyncDriver


def explicit_nulls(value: Any) -> Any:
    """Spell OpenAPI 3.0's ``nullable`` as JSON Schema does."""
    if isinstance(value, list):
        return [explicit_nulls(item) for item in value]
    if not isinstance(value, dict):
        return value
    members = {name: explicit_nulls(item) for name, item in value.items() if name != "nullable"}
    return {"anyOf": [members, {"type": "null"}]} if value.get("nullable") is True else members


REGISTRY = Registry().with_resource("urn:pin", Resource(explicit_nulls(pinned().document), DRAFT202012))


def test_size() -> None:
    """The corpus has well over eighty entries, of every kind, each with a reason of its own."""
    found = entries()
    assert len(found) == len({(entry.kind, entry.why) for entry in found}) >= 80
    assert {entry.kind for entry in found} == set(KINDS)


@each()
def test_departures(entry: Entry) -> None:
    """The departures are at the places that an entry names, and each is one line that says what came."""
    found = deviations(entry.body, schema=entry.schema)
    assert sorted({one.path for one in found}) == sorted(entry.departs)
    for one in found:
        assert str(one).startswith(one.path)
        assert "\n" not in str(one)
        assert one.expected
        assert one.found


@each(departing=True)
def test_a_plain_validator_agrees(entry: Entry) -> None:
    """A plain validator without our words finds an entry invalid if, and only if, more departs than unknown names."""
    name = MODELS[entry.kind].__name__
    validator = jsonschema.Draft202012Validator({"$ref": f"urn:pin#/components/schemas/{name}"}, registry=REGISTRY)
    told = [one for one in deviations(entry.body, schema=name) if one.expected != "no such property"]
    assert validator.is_valid(entry.body) is not bool(told)


@each()
def test_departures_of_a_model(entry: Entry) -> None:
    """A model departs exactly where the JSON does that it was read from."""
    model = MODELS[entry.kind]
    found = deviations(model.from_dict(entry.body))
    assert sorted(found, key=str) == sorted(deviations(entry.body, schema=model.__name__), key=str)


@each(*ANSWERS, departing=True)
def test_strict_calls(connect: Callable[..., SyncDriver], entry: Entry) -> None:
    """A strict client raises for an entry, whole or dropped down, and names the first place."""
    driver = connect(transport=Server(entry.body).transport, strict=True)
    first = deviations(entry.body, schema=MODELS[entry.kind].__name__)[0]
    name, args, params = CALLS[entry.kind][0]
    endpoint, path = ENDPOINTS[entry.kind]
    for call in (lambda: driver.call(name, *args, **params), lambda: dropped_down(driver, endpoint, *path)):
        with pytest.raises(APIResponseValidationError) as caught:
            call()
        assert caught.value.deviation == first
        assert str(first) in str(caught.value)
        assert caught.value.body == entry.body


@each("chunks", departing=True)
def test_strict_streams(connect: Callable[..., SyncDriver], entry: Entry) -> None:
    """A strict stream raises at a chunk off the spec, with what had arrived, that chunk included."""
    driver = connect(transport=Server(streaming(events(entry.body, "[DONE]"))).transport, strict=True)
    with pytest.raises(StreamValidationError) as caught:
        driver.iterate(driver.call("create", **ASK, stream=True))
    error = caught.value
    assert error.deviation == deviations(entry.body, schema=MODELS["chunks"].__name__)[0]
    assert json.dumps(error.body) == json.dumps(entry.body)
    if entry.body:
        assert error.completion is not None
