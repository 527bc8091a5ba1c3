"""Rules for comparing the surfaces of two generated packages, and for the version that follows."""

from pathlib import Path

import pytest

from scripts.bump import current, suggest
from scripts.diff.packages import ApiChange, api_verdict, compare_packages, surface
from scripts.diff.rules import Verdict
from scripts.errors import DocumentError

MODEL = """
from attrs import define, field as _field

@define
class Choice:
    index: int
    text: str | Unset = UNSET
    additional_properties: dict[str, Any] = _field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        local: int = 1
        return {}
"""
ENUM = 'Tier = Literal["auto", "flex"]\n\n\ndef check_tier(value: Any) -> Tier:\n    return value\n'
ENDPOINT = """
def _get_kwargs(completion_id: str, *, limit: int | Unset = UNSET) -> dict[str, Any]:
    return {}

def sync_detailed(completion_id: str, *, client: Client) -> Response[Choice]:
    return None
"""


def package(folder: Path, **files: str) -> Path:
    """Write a package: models by their module's name, endpoints by `get_`."""
    for name, text in files.items():
        place = folder / ("api/chat" if name.startswith("get_") else "models") / f"{name}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    (folder / "models/__init__.py").write_text("raise RuntimeError\n", encoding="utf-8")
    return folder


def test_surface(tmp_path: Path) -> None:
    """Fields, values, parameters and answers are read from the source, without imports; inner names do not count."""
    assert surface(package(tmp_path, choice=MODEL, tier=ENUM, get_one=ENDPOINT)) == {
        "models.Choice": {"index": "int", "text": "str | Unset"},
        "models.Tier": {"'auto'": "", "'flex'": ""},
        "api.chat.get_one": {"completion_id": "str", "limit": "int | Unset", "returns": "Response[Choice]"},
    }


def test_no_package_has_no_surface(tmp_path: Path) -> None:
    """The surface of a missing folder is empty."""
    assert surface(tmp_path / "none") == {}


OLD = {"models.A": {"a": "int", "b": "str"}, "models.T": {"'x'": ""}, "api.chat.get": {"limit": "int"}}


@pytest.mark.parametrize(
    ("new", "changes", "verdict"),
    [
        (OLD, [], None),
        (OLD | {"models.B": {"c": "int"}}, ["added     models.B"], Verdict.WIDENING),
        (OLD | {"models.A": {"a": "int"}}, ["removed   models.A.b"], Verdict.BREAKING),
        (OLD | {"models.A": {"a": "str", "b": "str"}}, ["retyped   models.A.a: int -> str"], Verdict.BREAKING),
        (OLD | {"models.T": {"'x'": "", "'y'": ""}}, ["added     models.T['y']"], Verdict.WIDENING),
        (OLD | {"api.chat.get": {}}, ["removed   api.chat.get.limit"], Verdict.BREAKING),
        ({}, ["removed   api.chat.get", "removed   models.A", "removed   models.T"], Verdict.BREAKING),
    ],
)
def test_changes(new: dict[str, dict[str, str]], changes: list[str], verdict: Verdict | None) -> None:
    """Classes, fields, values and parameters are reported as added, removed or retyped; removed ones are breaking."""
    found: list[ApiChange] = compare_packages(OLD, new)
    assert list(map(str, found)) == changes
    assert api_verdict(found) == verdict


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("int", "str", Verdict.BREAKING),
        ("int", "int | None", Verdict.WIDENING),
        ("int | None", "None | int | str", Verdict.WIDENING),
        ("int | Unset", "int", Verdict.BREAKING),
        ("list[A]", "list[A | B] | Unset", Verdict.WIDENING),
        ("list[A | B]", "list[A]", Verdict.BREAKING),
        ("dict[str, A]", "list[A]", Verdict.BREAKING),
        ("Literal['a']", "Literal['b', 'a']", Verdict.WIDENING),
        ("Literal['a', 'b']", "Literal['a']", Verdict.BREAKING),
        ("Response[A]", "Response[A | B]", Verdict.WIDENING),
        ("A", "Any", Verdict.WIDENING),
        ("Any", "A", Verdict.BREAKING),
        ("", "A", Verdict.BREAKING),
    ],
)
def test_types(old: str, new: str, verdict: Verdict) -> None:
    """A changed type is widening only if it contains the old one."""
    assert api_verdict([ApiChange("retyped", "models.A.a", old, new)]) == verdict


@pytest.mark.parametrize(
    ("version", "verdict", "following"),
    [
        ("1.2.3", None, "1.2.3"),
        ("1.2.3", Verdict.HARMLESS, "1.2.4"),
        ("1.2.3", Verdict.WIDENING, "1.3.0"),
        ("1.2.3", Verdict.BREAKING, "2.0.0"),
        ("0.2.3", Verdict.HARMLESS, "0.2.4"),
        ("0.2.3", Verdict.WIDENING, "0.2.4"),
        ("0.2.3", Verdict.BREAKING, "0.3.0"),
    ],
)
def test_bump(version: str, verdict: Verdict | None, following: str) -> None:
    """The worst change decides which part of the version is raised; before 1.0 it is the next smaller part."""
    assert suggest(version, verdict) == following


def test_current_version(tmp_path: Path) -> None:
    """The version is read from the module that the build reads; a module without one is an error."""
    assert current().count(".") == 2
    (tmp_path / "_version.py").write_text("__version__ = 'new'\n", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"_version\.py has no version"):
        current(tmp_path / "_version.py")
