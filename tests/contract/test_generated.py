"""The committed package is what the pin gives: whole, with names that a person would choose, and nothing of its own."""

import re
from pathlib import Path

import pytest

import chatcompletions_api
from chatcompletions_api import models
from chatcompletions_api.api.chat import create_chat_completion, list_chat_completions
from chatcompletions_api.types import UNSET
from scripts import generate
from scripts.contract.spec import pinned
from scripts.document import load
from scripts.naming import load_names
from scripts.prepare_spec import Prepared, prepare_named
from scripts.trees import differences

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(chatcompletions_api.__file__).parent


HOLDERS = {*pinned().operations(), *pinned().document["components"]["schemas"]}


def holder(place: str) -> str:
    """Return the operation or component that a place of `scripts/names.yaml` stands in."""
    return re.split(r"[.\[{|?]", place, maxsplit=1)[0]


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return prepare_named(load(str(ROOT / "openapi.yaml")), load_names())


def test_the_package_is_what_the_pin_gives(tmp_path: Path) -> None:
    """Generating again gives the same files with the same bytes; run `make generate` if it does not."""
    generate.build(ROOT / "openapi.yaml", tmp_path / PACKAGE.name)
    assert differences(tmp_path / PACKAGE.name, PACKAGE) == []


def test_all_operations_and_the_chunk_are_there() -> None:
    """Each operation that the pin has is a module of its own, and a streamed chunk has its model."""
    assert {file.stem for file in (PACKAGE / "api/chat").glob("[!_]*.py")} == pinned().operations().keys()
    assert "CreateChatCompletionStreamResponse" in models.__all__
    assert (PACKAGE / "py.typed").is_file()


def test_every_object_and_enumeration_is_a_class(prepared: Prepared) -> None:
    """The package has the classes of the prepared pin, no more and no fewer."""
    schemas = prepared.document["components"]["schemas"]
    wanted = {name for name, schema in schemas.items() if schema.get("type") == "object" or "enum" in schema}
    assert set(models.__all__) == wanted


def test_no_class_has_a_name_that_a_machine_made() -> None:
    """A class is named by upstream or by `scripts/names.yaml`, never by its position, as in `...ItemAudioType0`."""
    declared = load(str(ROOT / "openapi.yaml"))["components"]["schemas"].keys()
    made = [name for name in models.__all__ if name not in declared and re.search(r"Type\d|Item|\d$", name)]
    assert made == []


def test_the_table_of_names_fits_the_pin(prepared: Prepared) -> None:
    """Each unnamed schema of the pin has an entry in `scripts/names.yaml`, and each entry is one of the pin's.

    The entries of an operation that the pin does not have, or of a component that came with it, can wait for it.
    """
    assert prepared.hoisted.made_up == {}
    assert [place for place in prepared.hoisted.stale if holder(place) in HOLDERS] == []


def test_every_entry_of_the_table_gives_its_name() -> None:
    """Places that share a name are equal in structure, so that none falls back to another."""
    assert {name for place, name in load_names().items() if holder(place) in HOLDERS} <= set(models.__all__)


def test_a_minimal_request_holds_what_was_given() -> None:
    """No default reaches the wire: a request with a model and a message is nothing more."""
    message = models.ChatCompletionRequestUserMessage(content="Name three rivers.", role="user")
    request = models.CreateChatCompletionRequest(model="m", messages=[message])
    wanted = {"model": "m", "messages": [{"role": "user", "content": "Name three rivers."}]}
    assert request.to_dict() == wanted
    assert create_chat_completion._get_kwargs(body=request)["json"] == wanted


def test_a_minimal_listing_has_no_query() -> None:
    """A list request without arguments has no parameters, and a filter sends its keys in brackets."""
    assert list_chat_completions._get_kwargs()["params"] == {}
    chosen = models.MetadataFilter.from_dict({"topic": "rivers"})
    assert list_chat_completions._get_kwargs(metadata=chosen, limit=UNSET)["params"] == {"metadata[topic]": "rivers"}
