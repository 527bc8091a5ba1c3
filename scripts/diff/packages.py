"""Compare the public surface of two generated packages, read off their source: nothing is imported."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scripts.diff.rules import Verdict

_ASIDE = "additional_properties"


class ApiChange(NamedTuple):
    """One difference between two packages.

    Attributes:
        kind: `added`, `removed` or `retyped`.
        name: A class, an alias, an endpoint module, or a member of one, with dots.
        old: The annotation before; empty for whole classes and modules.
        new: The annotation now.
    """

    kind: str
    name: str
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        types = f": {self.old} -> {self.new}" if self.kind == "retyped" else ""
        return f"{self.kind:<8}  {self.name}{types}"


def surface(package: Path) -> dict[str, dict[str, str]]:
    """Read what a generated package offers.

    Args:
        package: Its folder; it may be missing.

    Returns:
        For each class and enumeration of `models` and each endpoint module of `api`, the annotations of its fields,
        values or parameters.
    """
    found: dict[str, dict[str, str]] = {}
    for file in sorted((package / "models").glob("[!_]*.py")):
        for name, members in _models(ast.parse(file.read_text(encoding="utf-8"))):
            found[f"models.{name}"] = members
    for file in sorted((package / "api").glob("*/[!_]*.py")):
        functions = {
            node.name: node
            for node in ast.parse(file.read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef)
        }
        found[f"api.{file.parent.name}.{file.stem}"] = dict(_parameters(functions))
    return found


def compare_packages(old: dict[str, dict[str, str]], new: dict[str, dict[str, str]]) -> list[ApiChange]:
    """Compare two surfaces.

    Args:
        old: What code was written for.
        new: What it meets.

    Returns:
        The changes by name; a member is told only where its holder is on both sides.
    """
    found = []
    for name in sorted(old.keys() | new.keys()):
        if name not in new or name not in old:
            found.append(ApiChange("added" if name in new else "removed", name))
            continue
        before, now = old[name], new[name]
        for member in dict.fromkeys((*before, *now)):
            place = f"{name}[{member}]" if member[:1] in "\"'" else f"{name}.{member}"
            if member not in now or member not in before:
                found.append(ApiChange("added" if member in now else "removed", place))
            elif before[member] != now[member]:
                found.append(ApiChange("retyped", place, before[member], now[member]))
    return found


def api_verdict(changes: list[ApiChange]) -> Verdict | None:
    """Return what changes mean for code that drops down: what is gone breaks it, anything else widens."""
    if any(change.kind == "removed" for change in changes):
        return Verdict.BREAKING
    return Verdict.WIDENING if changes else None


def _models(tree: ast.Module) -> Iterator[tuple[str, dict[str, str]]]:
    for node in tree.body:
        match node:
            case ast.ClassDef():
                fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
                named = {ast.unparse(one.target): ast.unparse(one.annotation) for one in fields}
                yield node.name, {name: type_ for name, type_ in named.items() if name != _ASIDE}
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Subscript(value=ast.Name(id="Literal"), slice=values)
            ):
                listed = values.elts if isinstance(values, ast.Tuple) else [values]
                yield name, {ast.unparse(one): "" for one in listed}


def _parameters(functions: dict[str, ast.FunctionDef]) -> Iterator[tuple[str, str]]:
    if request := functions.get("_get_kwargs"):
        for argument in (*request.args.posonlyargs, *request.args.args, *request.args.kwonlyargs):
            yield argument.arg, ast.unparse(argument.annotation) if argument.annotation else ""
    if call := functions.get("sync_detailed"):
        yield "returns", ast.unparse(call.returns) if call.returns else ""
