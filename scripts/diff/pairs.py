"""Pair the object variants of two unions, so that each can be compared with its counterpart."""

from collections.abc import Iterator

from scripts.diff.forms import Variant

_SAME_TAG, _SAME_NAME, _LIKE_ENOUGH = 100.0, 50.0, 5.0


def pair(old: list[Variant], new: list[Variant]) -> tuple[list[tuple[Variant, Variant]], list[Variant], list[Variant]]:
    """Find out which old variant became which new one, by the constants that tag it, its name and its members.

    Args:
        old: The object variants of the old union.
        new: Those of the new union.

    Returns:
        The pairs, then the variants that only the old union has, then those that only the new one has.
    """
    if len(old) == len(new) == 1:
        return [(old[0], new[0])], [], []
    ranked = sorted(
        ((_likeness(one, other), -i, -j) for i, one in enumerate(old) for j, other in enumerate(new)), reverse=True
    )
    pairs: dict[int, int] = {}
    for likeness, i, j in ranked:
        if likeness >= _LIKE_ENOUGH and -i not in pairs and -j not in pairs.values():
            pairs[-i] = -j
    found = [(old[i], new[j]) for i, j in sorted(pairs.items())]
    gone = [one for i, one in enumerate(old) if i not in pairs]
    come = [one for j, one in enumerate(new) if j not in pairs.values()]
    return found, gone, come


def label(variant: Variant) -> str:
    """Name a variant by its tag, else its component, else its type.

    Args:
        variant: Any variant.

    Returns:
        Text such as `type "text"`.
    """
    tags = [f'{name} "{value}"' for name, value in _tags(variant)]
    return tags[0] if tags else variant.component or variant.type


def _tags(variant: Variant) -> Iterator[tuple[str, str]]:
    for name, schema in variant.schema.get("properties", {}).items():
        if isinstance(schema.get("const"), str):
            yield name, schema["const"]


def _likeness(one: Variant, other: Variant) -> float:
    tags, others = dict(_tags(one)), dict(_tags(other))
    shared = tags.keys() & others.keys()
    if any(tags[name] != others[name] for name in shared):
        return 0.0
    members, theirs = set(one.schema.get("properties", {})), set(other.schema.get("properties", {}))
    alike = 10 * len(members & theirs) / len(members | theirs) if members or theirs else 0.0
    same_name = bool(one.component) and one.component == other.component
    return _SAME_TAG * bool(shared) + _SAME_NAME * same_name + alike
