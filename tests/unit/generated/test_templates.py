import importlib
import keyword
import re
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import attrs
import pytest

import chatcompletions_api.models as ours
from chatcompletions_api.types import UNSET
from scripts.document import load
from scripts.prepare_spec import prepare

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "scripts/templates"

VERIFIED_WITH = "0.29.1"
RECHECK = f"""
The templates in scripts/templates were verified with openapi-python-client {VERIFIED_WITH}. Before this number moves:
  1. run the tests in this folder: they compare names, fields and annotations with the generator's own templates;
  2. see that templates still get `model`, `enum` and `openapi`; that properties still have name, python_name, template,
     required, description and get_base_type_string(), and by kind inner_property, inner_properties, values, class_info
     or value.raw_value; that model.data is still the schema, its extensions in model_extra;
  3. see that endpoint modules and the client still take from types no more than ours has;
  4. see that endpoint modules still ask of a model only from_dict and to_dict, of an enum only check_<name>;
  5. see that strings still has ClassName, PythonIdentifier and pascal_case, from which scripts/naming.py has its names;
  6. run make generate and read the diff of generated/.
"""
SCALARS = {"any", "boolean", "date", "datetime", "enum", "file", "float", "int", "uuid"}
KNOWN_KINDS = SCALARS | {"const", "list", "literal_enum", "model", "union"}


def test_the_verified_generator_is_installed() -> None:
    """The installed generator is the one that the templates were verified with."""
    assert version("openapi-python-client") == VERIFIED_WITH, RECHECK


def test_templates_stand_alone() -> None:
    """Our templates use no template of the generator, so that an upgrade of it has nothing to merge."""
    assert {path.name for path in TEMPLATES.iterdir()} == {
        "literal_enum.py.jinja",
        "model.py.jinja",
        "models_init.py.jinja",
        "types.py.jinja",
    }
    for path in TEMPLATES.iterdir():
        assert not re.search(r"\{%-?\s*(import|include|extends|from)\b", path.read_text(encoding="utf-8")), path.name


def test_every_kind_of_property_is_known() -> None:
    """The generator has no kind of property that the templates were not written for."""
    properties = importlib.import_module("openapi_python_client.parser.properties")
    found = {kind.template.removesuffix("_property.py.jinja") for kind in get_args(properties.Property)}
    assert found <= KNOWN_KINDS, RECHECK


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory, write_package: Callable[..., None]) -> Iterator[ModuleType]:
    """The models that the generator's own templates give for the pin."""
    root = tmp_path_factory.mktemp("stock")
    write_package(prepare(load(str(ROOT / "openapi.yaml"))), root / "stock_api", None)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root)
        yield importlib.import_module("stock_api.models")


def test_same_names(stock: ModuleType) -> None:
    """The package has the classes and enums that the generator's own templates would give it."""
    assert sorted(ours.__all__) == sorted(stock.__all__)


def test_same_types(stock: ModuleType) -> None:
    """The types that models and endpoint functions share have the names of the generator's own."""
    theirs = importlib.import_module("stock_api.types")
    assert sorted(importlib.import_module("chatcompletions_api.types").__all__) == sorted(theirs.__all__)


def test_same_declarations(stock: ModuleType) -> None:
    """Each model has the fields, order, aliases, defaults and annotations of the generator's own.

    But fields have the API's own names, and in what comes back None stands for the mark of an absent field.
    """
    for name in stock.__all__:
        theirs = getattr(stock, name)
        if not attrs.has(theirs):
            assert set(getattr(ours, name).__args__) == set(theirs.__args__), name
            continue
        model = getattr(ours, name)
        own = list(_declared(model))
        expected = [_ours(one, is_answer=getattr(model, "_nothing", UNSET) is None) for one in _declared(theirs)]
        assert own == expected, name


def _declared(model: Any) -> Iterator[tuple[str, str, set[str], str]]:
    """Yield the name, the argument, the types and the default of each field of a model."""
    for field in attrs.fields(model):
        if field.name != "additional_properties":
            types = set(re.split(r" \| (?![^\[]*\])", str(field.type).replace("models.", "")))
            yield field.name, field.alias, types, repr(field.default)


def _ours(declared: tuple[str, str, set[str], str], *, is_answer: bool) -> tuple[str, str, set[str], str]:
    name, _, types, default = declared
    name = name if keyword.iskeyword(name[:-1]) or name[:-1] in KEPT else name.removesuffix("_")
    if is_answer and "Unset" in types:
        types, default = types - {"Unset"} | {"None"}, "None"
    return name, name, types, "UNSET" if "Unset" in default else default


#: Names that annotations of the class itself need.
KEPT = {"bool", "classmethod", "dict", "float", "int", "list", "property", "self", "str"}
