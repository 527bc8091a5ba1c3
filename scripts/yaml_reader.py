"""Read untrusted YAML 1.2 into plain dicts, lists and scalars, without recursion or code."""

from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from scripts.errors import DocumentError, shown
from scripts.yaml_scalars import scalar

MAX_NODES: Final = 2_000_000
"""How many nodes a document may have once its aliases are expanded; the newest upstream one has 0.13 million."""

MAX_DEPTH: Final = 200
"""How deep a document may be nested, well below what the recursive walks of the other steps can follow."""

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE_TAGS: Final = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float")}
_TEXT_TAGS: Final = {"!", "tag:yaml.org,2002:str"}
_COLLECTION_TAGS: Final = {None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


def parse(data: bytes) -> Any:
    """Build the value of a YAML text.

    Plain scalars follow the YAML 1.2 core schema, so dates, `on` and `no` stay text, and mapping keys are
    always text. An anchor may be defined again; an alias shares its value, so treat the result as
    read-only.

    Args:
        data: The text, in UTF-8 or in UTF-16 with a byte order mark.

    Returns:
        Dicts, lists, str, int, float, bool and None.

    Raises:
        DocumentError: If the text is not YAML, or has tags, cycles, repeated keys, or more than the limits allow.
    """
    builder = _Builder()
    try:
        for event in yaml.parse(data, Loader=_LOADER):
            builder.feed(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise DocumentError(f"is not valid YAML: {error.problem or error.context}{place}") from None
    except yaml.YAMLError as error:
        reason = getattr(error, "reason", None) or "unreadable"
        raise DocumentError(f"is not text: {reason} at byte {getattr(error, 'position', 0)}") from None
    return builder.roots[0] if builder.roots else None


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read."""

    value: dict[str, Any] | list[Any]
    anchor: str | None
    nodes_before: int
    height: int = 1
    key: str | None = None
    merges: list[dict[str, Any]] = field(default_factory=list)


class _Builder:
    """Turn parser events into one value, with a stack of open collections instead of recursion."""

    def __init__(self) -> None:
        self.roots: list[Any] = []
        self.nodes = 0
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int, int] | None] = {}

    def feed(self, event: Any) -> None:
        match event:
            case yaml.AliasEvent():
                self._alias(event)
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._start(event)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end()
            case yaml.DocumentStartEvent() if self.roots:
                raise _error(event, "a second YAML document begins")

    def _alias(self, event: yaml.AliasEvent) -> None:
        if event.anchor not in self._anchors:
            raise _error(event, f"the alias *{event.anchor} has no anchor")
        anchored = self._anchors[event.anchor]
        if anchored is None:
            raise _error(event, f"the alias *{event.anchor} is inside its own anchor, a cycle")
        value, nodes, height = anchored
        self._count(event, nodes)
        if len(self._open) + height > MAX_DEPTH:
            raise _error(event, f"nested deeper than {MAX_DEPTH} levels once aliases are expanded")
        if self._expects_key():
            if not isinstance(value, str):
                raise _error(event, "a mapping key is not text")
            self._key(event, value)
        else:
            self._add(value, height)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._count(event, 1)
        text = str(event.value)
        value = self._resolve(event, text)
        if self._expects_key():
            self._key(event, text)
            value = text
        else:
            self._add(value, 0)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1, 0)

    def _resolve(self, event: yaml.ScalarEvent, text: str) -> Any:
        if event.tag is not None and event.tag not in _CORE_TAGS | _TEXT_TAGS:
            raise _error(event, f"the tag {shown(event.tag)} is not allowed")
        if event.tag in _TEXT_TAGS or (event.tag is None and not event.implicit[0]):
            return text
        try:
            return scalar(text)
        except ValueError:
            raise _error(event, f"a number of {len(text)} digits is too large") from None

    def _start(self, event: Any) -> None:
        if event.tag not in _COLLECTION_TAGS:
            raise _error(event, f"the tag {shown(event.tag)} is not allowed")
        if self._expects_key():
            raise _error(event, "a mapping key is not text")
        if len(self._open) >= MAX_DEPTH:
            raise _error(event, f"nested deeper than {MAX_DEPTH} levels")
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._open.append(_Open(value, event.anchor, self.nodes))
        self._count(event, 1)
        if event.anchor:
            self._anchors[event.anchor] = None

    def _end(self) -> None:
        done = self._open.pop()
        if isinstance(done.value, dict) and done.merges:
            own = dict(done.value)
            for merged in reversed(done.merges):
                done.value.update(merged)
            done.value.update(own)
        # An anchor that is no longer None was defined again inside the collection; the later definition holds.
        if done.anchor and self._anchors[done.anchor] is None:
            self._anchors[done.anchor] = (done.value, self.nodes - done.nodes_before, done.height)
        self._add(done.value, done.height)

    def _expects_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def _key(self, event: Any, key: str) -> None:
        current = self._open[-1]
        if key in current.value or (key == "<<" and current.merges):
            raise _error(event, f"the key {shown(key)} appears twice in one mapping")
        current.key = key

    def _add(self, value: Any, height: int) -> None:
        if not self._open:
            self.roots.append(value)
            return
        current = self._open[-1]
        current.height = max(current.height, height + 1)
        if isinstance(current.value, list):
            current.value.append(value)
            return
        key, current.key = current.key, None
        merged = value if isinstance(value, list) else [value]
        if key == "<<" and merged and all(isinstance(part, dict) for part in merged):
            current.merges.extend(merged)
        elif key is not None:
            current.value[key] = value

    def _count(self, event: Any, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise _error(event, f"more than {MAX_NODES:,} nodes once aliases are expanded")


def _error(event: Any, problem: str) -> DocumentError:
    mark = event.start_mark
    return DocumentError(f"cannot be used: {problem} at line {mark.line + 1}, column {mark.column + 1}")
