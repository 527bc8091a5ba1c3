"""Rules for naming the schemas that the pin leaves unnamed."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from scripts import naming
from scripts.errors import DocumentError


@pytest.mark.parametrize(
    ("owner", "owner_place", "place", "wanted"),
    [
        ("WebSearch", "Request.web_search", "Request.web_search.filters[]", "WebSearchFilter"),
        ("Reply", "Reply", "Reply.choices[]", "ReplyChoice"),
        ("Reply", "Reply", "Reply.categories{}", "ReplyCategory"),
        ("Reply", "Reply", "Reply.matches[][]", "ReplyMatch"),
        ("Reply", "Reply", "Reply.status[]", "ReplyStatus"),
        ("Reply", "Reply", "Reply.audio", "ReplyAudio"),
        ("Reply", "Reply", "Reply.format|json_schema", "ReplyFormatJsonSchema"),
        ("Reply", "Reply", "Reply.mode|enum", "ReplyMode"),
        ("Reply", "Reply", "Reply.mode|object2", "ReplyMode2"),
        ("Mode", "Mode", "Mode|enum", "Mode"),
        ("Mode", "Mode", "Mode|object", "ModeObject"),
        ("Words", "Words", "Words[]", "WordsEntry"),
        ("list_things", "list_things", "list_things?sort-order", "ListThingsSortOrder"),
        ("get_thing", "get_thing", "get_thing.200", "GetThingResponse"),
        ("get_thing", "get_thing", "get_thing.404", "GetThing404"),
        ("Derived", "Derived", "Base.mode", "BaseMode"),
    ],
)  # fmt: skip
def test_a_name_is_made_of_the_owner_and_the_steps(owner: str, owner_place: str, place: str, wanted: str) -> None:
    """A class that the table does not list is named after its owner and the steps from it, elements in the singular."""
    assert naming.derived(owner, owner_place, place) == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("foo-bar baz", "FooBarBaz"),
        ("PromptCacheTTLEnum", "PromptCacheTTLEnum"),
        ("response", "ResponseModel"),
        ("MutableMapping", "MutableMappingModel"),
        ("KeyError", "KeyErrorModel"),
        ("true", "TrueModel"),
        ("3d", "Field3d"),
        ("\ufb01le set", "FileSet"),
        ('"""', "Field"),
    ],
)
def test_a_class_name_is_an_identifier_of_its_own(name: str, wanted: str) -> None:
    """A class never hides a builtin or an import of the generated modules, whatever it is named after."""
    assert naming.class_name(name) == wanted


def test_a_taken_name_is_counted_on() -> None:
    """Two classes that would share a module, on any file system, get numbers."""
    taken = {naming.module_key("FooBAR"), naming.module_key("FooBar2")}
    assert naming.unique("FooBar", taken) == "FooBar3"
    assert naming.unique("Foo", taken) == "Foo"


def test_the_table_is_read_in_its_order(tmp_path: Path) -> None:
    """The order of the file decides which place keeps a name."""
    path = tmp_path / "names.yaml"
    path.write_text("B.it: Shared\nA.it|enum: Shared\nlist?order: Order\n", encoding="utf-8")
    assert list(naming.load_names(path).items()) == [
        ("B.it", "Shared"),
        ("A.it|enum", "Shared"),
        ("list?order", "Order"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- A.it", "expected a mapping"),
        ("", "expected a mapping"),
        ("A.it: [B]", "A.it: .* not a class name"),
        ("A.it: not a name", "A.it: .* not a class name"),
        ("A.it: Response", "A.it: .* not a class name"),
        ("A.it: class", "A.it: .* not a class name"),
        ("A.it: B\nA.it: C", "names.yaml: "),
        ("A.it: !!python/object:os.system B", "names.yaml: "),
        ("{", "names.yaml: "),
    ],
)
def test_a_broken_table_is_refused_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    """A table that is not a mapping of places to class names is refused in one line that says where it is wrong."""
    path = tmp_path / "names.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(naming.NamesError, match=message) as caught:
        naming.load_names(path)
    assert "\n" not in str(caught.value)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    """A missing table is an error that names it, and does not count as an empty one."""
    with pytest.raises(naming.NamesError, match=r"names\.yaml"):
        naming.load_names(tmp_path / "names.yaml")


@pytest.fixture
def other_generator(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Let the generator's module of names be an empty one."""
    module = ModuleType("openapi_python_client.strings")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    naming._function.cache_clear()
    yield module
    naming._function.cache_clear()


@pytest.mark.parametrize("is_there", [False, True], ids=["gone", "with other arguments"])
def test_a_generator_that_names_otherwise_is_one_line(other_generator: ModuleType, *, is_there: bool) -> None:
    """If another generator has no such function, the error is one line that names the test to look at."""
    if is_there:
        other_generator.__dict__["ClassName"] = str.upper
    with pytest.raises(
        DocumentError, match=r"strings\.ClassName .*: tests/unit/generated/test_templates\.py"
    ) as caught:
        naming.class_name("River")
    assert str(caught.value).isprintable()
