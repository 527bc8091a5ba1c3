"""Compare what the pin has with what code has, and say in a sentence what to do where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scripts.contract.shapes import NOTHING, Shape

if TYPE_CHECKING:
    from collections.abc import Collection

    from scripts.contract.spec import Spec

WHERE = "facade/chatcompletions/_params.py"
ENDPOINT_FUNCTIONS = ("_get_kwargs", "_parse_response", "sync", "sync_detailed", "asyncio", "asyncio_detailed")


PARSED = ("sync", "asyncio")
"""Those that an endpoint without an answer to parse does not have."""


def differences(named: Collection[str], having: Collection[str], lacks: str, extra: str) -> list[str]:
    """Say which names one side lacks, and which it has without need; ``{}`` in a sentence stands for the name."""
    missing = [lacks.format(repr(name)) for name in sorted({*named} - {*having})]
    return missing + [extra.format(repr(name)) for name in sorted({*having} - {*named})]


def module_differences(spec: Spec, modules: dict[str, Any]) -> list[str]:
    """Compare the operations of a document with the generated endpoint modules."""
    operations = spec.operations()
    found = differences(
        operations,
        modules,
        "openapi.yaml has the operation {}, for which generated/chatcompletions_api has no module: run make generate",
        "generated/chatcompletions_api has the module {}, for which openapi.yaml has no operation: run make generate",
    )
    for name in operations.keys() & modules.keys():
        found += [
            f"the generated module {name!r} has no function {function!r}: look at what the generator now calls it"
            for function in ENDPOINT_FUNCTIONS
            if (operations[name].answer or function not in PARSED)
            and not callable(getattr(modules[name], function, None))
        ]
    return found


def address_differences(spec: Spec, described: Collection[str]) -> list[str]:
    """Compare the operations of a document with those that the facade's calls describe, in words."""
    return differences(
        {one.address for one in spec.operations().values()},
        described,
        "openapi.yaml has the operation {}, which the facade does not call: "
        "describe it in facade/chatcompletions/_requests/operations.py",
        "facade/chatcompletions/_requests/operations.py describes {}, which is no operation of openapi.yaml: "
        "remove it there",
    )


def name_differences(
    call: str, named: set[str], having: set[str], cls: str, where: str, mend: str, spelled: Mapping[str, str] = {}
) -> list[str]:
    """Compare the parameters of a call in a document with those in code, where some are spelled in another way."""
    missing = [
        f"openapi.yaml has the {call} parameter {name!r}, which {cls} in {where} lacks: {mend}"
        f"{f' as {spelled[name]!r}' if spelled.get(name, name) != name else ''}"
        for name in sorted(named - having)
    ]
    return missing + [
        f"{cls} in {where} has {name!r}, which is no {call} parameter of openapi.yaml: "
        f"{'remove it there' if where == WHERE else mend}"
        for name in sorted(having - named)
    ]


def required_differences(call: str, named: set[str], having: set[str], cls: str, mend: str) -> list[str]:
    """Compare which parameters are required."""
    return [
        f"openapi.yaml has the {call} parameter {name!r} as {'required' if name in named else 'optional'}, "
        f"{cls} has it the other way round: {mend}"
        for name in sorted(named ^ having)
    ]


def shape_difference(call: str, name: str, spec: Shape, code: Shape, cls: str, mend: str) -> list[str]:
    """Compare the types of a parameter."""
    return [
        f"openapi.yaml gives the {call} parameter {name!r} the types {_listed(spec)}, {cls} gives it {_listed(code)}: "
        f"{mend}"
        for spec, code in _levels(spec, code)
        if (spec.kinds, spec.values) != (code.kinds, code.values)
    ]


def class_differences(call: str, name: str, generated: Shape, code: Shape, cls: str) -> list[str]:
    """Compare the classes that a parameter takes; a mapping must be taken in the place of any model."""
    found = []
    for theirs, ours in _levels(generated, code):
        takes_mappings = any(issubclass(one, Mapping) for one in ours.classes)
        missing = sorted(
            one.__name__ for one in theirs.classes - ours.classes if not (takes_mappings and issubclass(one, Mapping))
        )
        found += [
            f"the generated {call} request takes models.{one} as {name!r}, which {cls} does not: "
            f"add it to the annotation in {WHERE}"
            for one in missing
        ]
        if theirs.classes and not takes_mappings:
            found.append(f"{cls} takes no Mapping as {name!r}, only models: add it to the annotation in {WHERE}")
    return found


def _levels(left: Shape | None, right: Shape | None) -> list[tuple[Shape, Shape]]:
    """Pair two shapes, then the shapes of their items."""
    if left is None and right is None:
        return []
    left, right = left or NOTHING, right or NOTHING
    return [(left, right), *_levels(left.items, right.items)]


def _listed(shape: Shape) -> str:
    return ", ".join([*sorted(shape.kinds - {"enum"}), *sorted(map(repr, shape.values))]) or "none"
