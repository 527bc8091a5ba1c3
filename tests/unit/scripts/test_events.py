"""Rules for the ways in which documents describe the chunks of a stream."""

from typing import Any

import pytest

from scripts import naming
from scripts.closure import slice_chat
from scripts.operations import CHUNK_SCHEMA
from scripts.renaming import keep_names
from tests.unit.scripts._documents import Schema, document, record, ref

STREAM, TEXT, DONE = "text/event-stream", {"type": "string"}, {"type": "string", "enum": ["[DONE]"]}
DELTA = record(delta=TEXT)


def streaming(media: Schema, **schemas: Any) -> Schema:
    answer = {"description": "", "content": {STREAM: media}}
    return document(schemas, {"/chat/completions": {"post": {"responses": {"200": answer}}}})


def streamed(source: Schema) -> tuple[Any, Schema]:
    """Return what a pin has as the schema of the streamed answer, and its components."""
    cut = slice_chat(source)
    assert cut.describes_chunks
    keep_names(cut.document, naming.load_names())
    answer = cut.document["paths"]["/chat/completions"]["post"]["responses"]["200"]
    return answer["content"][STREAM]["schema"], cut.document["components"]["schemas"]


@pytest.mark.parametrize(
    "schema",
    [
        ref("Chunk"),
        ref("Event"),
        record(event=TEXT, data=ref("Chunk")),
        {"oneOf": [ref("Chunk"), DONE]},
        {"anyOf": [ref("Event"), ref("Done")]},
        {"allOf": [ref("Chunk")]},
        DELTA,
        record(data=DELTA),
        {"oneOf": [DELTA, DONE]},
    ],
)
def test_a_chunk_is_found_in_its_event(schema: Schema) -> None:
    """A chunk in an event, beside the text that ends a stream, or without a name is the component of that name."""
    source = streaming({"schema": schema}, Chunk=DELTA, Event=record(data=ref("Chunk"), id=TEXT), Done=DONE)
    assert streamed(source) == (ref(CHUNK_SCHEMA), {CHUNK_SCHEMA: DELTA})


def test_an_item_of_a_stream_is_an_event() -> None:
    """In the words of 3.2 an item is the event, whose data may be a chunk without being JSON in a text."""
    found, schemas = streamed(streaming({"itemSchema": record(data=ref("Chunk"))}, Chunk=DELTA))
    assert (found, list(schemas)) == (ref(CHUNK_SCHEMA), [CHUNK_SCHEMA])


@pytest.mark.parametrize("schema", [TEXT, {}, True, {"type": "object"}, record(data=TEXT)])
def test_what_is_no_chunk(schema: Any) -> None:
    """Text, anything at all and an event of text describe no chunk."""
    assert not slice_chat(streaming({"schema": schema})).describes_chunks


def test_an_event_that_holds_itself() -> None:
    """An event whose data is an event again is looked into once."""
    source = streaming({"schema": ref("Loop")}, Loop={"oneOf": [record(data=ref("Loop")), TEXT]})
    assert slice_chat(source).describes_chunks


def test_a_component_of_the_usual_name_is_not_replaced() -> None:
    """A document that has a component for chunks keeps it, whatever its answer says in place."""
    source = streaming({"schema": DELTA}, **{CHUNK_SCHEMA: record(other=TEXT)})
    assert streamed(source) == (DELTA, {CHUNK_SCHEMA: record(other=TEXT)})


def test_documents_are_left_as_they_were() -> None:
    """Describing a chunk changes a copy."""
    source = streaming({"schema": record(data=DELTA)})
    before = repr(source)
    streamed(source)
    assert repr(source) == before
