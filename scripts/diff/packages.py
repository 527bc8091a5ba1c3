"""Compare the public surface of two generated packages by reading their source; nothing is imported."""

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
    """Read the public surface of a generated package.

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
        old: The surface that code was written for.
        new: The surface to compare it with.

    Returns:
        The changes by name; a member is reported only if both sides have its class or module.
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
    """Return the verdict for code that drops down: removed names break it, and so do types that allow less."""
    if any(map(_breaks, changes)):
        return Verdict.BREAKING
    return Verdict.WIDENING if changes else None


def _breaks(change: ApiChange) -> bool:
    if change.kind == "retyped":
        return not _contains(*(ast.parse(one or "Any", mode="eval").body for one in (change.new, change.old)))
    return change.kind == "removed"


def _contains(new: ast.expr, old: ast.expr) -> bool:
    """Tell whether a type allows everything that another one allows, union by union and list by list."""
    parts = _branches(new)
    if any(ast.unparse(part) == "Any" for part in parts):
        return True
    return all(any(_takes(part, one) for part in parts) for one in _branches(old))


def _takes(new: ast.expr, old: ast.expr) -> bool:
    match new, old:
        case ast.Subscript(), ast.Subscript() if ast.unparse(new.value) == ast.unparse(old.value):
            ours, theirs = _listed(new.slice), _listed(old.slice)
            if ast.unparse(new.value) == "Literal":
                return {*map(ast.unparse, theirs)} <= {*map(ast.unparse, ours)}
            return len(ours) == len(theirs) and all(map(_contains, ours, theirs))
    return ast.unparse(new) == ast.unparse(old)


def _branches(annotation: ast.expr) -> list[ast.expr]:
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return [*_branches(left), *_branches(right)]
    return [annotation]


def _listed(slices: ast.expr) -> list[ast.expr]:
    return slices.elts if isinstance(slices, ast.Tuple) else [slices]


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
                yield name, {ast.unparse(one): "" for one in _listed(values)}


def _parameters(functions: dict[str, ast.FunctionDef]) -> Iterator[tuple[str, str]]:
    if request := functions.get("_get_kwargs"):
        for argument in (*request.args.posonlyargs, *request.args.args, *request.args.kwonlyargs):
            yield argument.arg, ast.unparse(argument.annotation) if argument.annotation else ""
    if call := functions.get("sync_detailed"):
        yield "returns", ast.unparse(call.returns) if call.returns else ""
