"""Make a small value that fits a JSON Schema: arguments of a canned tool call, a canned structured answer.

Values are made from types, members, bounds, formats, patterns and local references, and checked with jsonschema: where
one does not fit, the next value or the next branch of a union is tried. A reference within itself is a last resort, so
that what is recursive ends with null, an empty array, or without the member. A schema comes from a stranger: the work
is bounded in steps, and with them in depth and size, whatever it says.
"""

from __future__ import annotations

import base64
import math
from functools import cache
from itertools import chain, count, islice
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError, best_match  # type: ignore[import-untyped]
from jsonschema.validators import extend  # type: ignore[import-untyped]

from chatcompletions._spec.judge import shown
from chatcompletions._spec.schema import at

from ._patterns import PatternError, matches, matching
from ._text import dump

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Schema = dict[str, Any]
Form = tuple[Schema, "Mapping[str, int]"]  # a flat schema, and how often each reference was followed on the way to it

_STEPS = 100_000  # values made, references followed and keywords checked: a second or two
_CHEAP = 50  # members of an object that are looked at in one step
_MISSES = 50  # values one after the other that may fail to fit
_LENGTH = 100_000  # characters of a text, items of an array, members of an object
_ROUNDS = 3  # times that a reference may stand within itself, where once is not enough
_EXACT = 2**53  # beyond it a float skips integers
#: A text for each format; a number makes it another.
_FORMATS = {
    "date": "2025-01-{:02}",
    "date-time": "2025-01-31T12:00:{:02}Z",
    "directory-path": ".",
    "duration": "P{}D",
    "email": "canned{}@example.com",
    "hostname": "host{}.example.com",
    "ipv4": "192.0.2.{}",
    "ipv4interface": "192.0.2.{}/24",
    "ipv4network": "192.0.{}.0/24",
    "ipv6": "2001:db8::{}",
    "ipv6interface": "2001:db8::{}/64",
    "ipv6network": "2001:db8:{}::/64",
    "ipvanyaddress": "192.0.2.{}",
    "ipvanyinterface": "192.0.2.{}/24",
    "ipvanynetwork": "192.0.{}.0/24",
    "iri": "https://example.com/{}",
    "json-pointer": "/canned{}",
    "multi-host-uri": "https://example.com/{}",
    "name-email": "Canned <canned{}@example.com>",
    "time": "12:00:{:02}Z",
    "uri": "https://example.com/{}",
    "uuid": "00000000-0000-4000-8000-{:012}",
    **{f"uuid{version}": f"00000000-0000-{version}000-8000-{{:012}}" for version in range(1, 9)},
}
_BASE64 = ("base64", "base64url", "byte")
_SIGNS = {
    "object": ("properties", "required", "minProperties", "additionalProperties", "patternProperties"),
    "array": ("items", "prefixItems", "minItems", "uniqueItems", "contains"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
_UNIONS = ("anyOf", "oneOf")
_JOINED = ("$ref", "allOf", *_UNIONS, "if", "then", "else")
#: Keywords whose values are not fitted while they are made.
_TRIED = {*_JOINED, "not", "contains", "dependentSchemas", "patternProperties", "propertyNames", "enum", "const"}
_STRONGER: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
}


class NoSampleError(ValueError):
    """No value was found that fits; the message says why."""


def sample(schema: object, texts: Iterable[str] = ()) -> Any:
    """Make a value for a schema; the same schema always gets the same value.

    Args:
        schema: The schema.
        texts: What to put, one by one, where any text will do.

    Raises:
        NoSampleError: If there is none, or none was found within the bounds.
    """
    sampler = _Sampler(schema, texts)
    try:
        for sampler.rounds in range(1, _ROUNDS + 1):
            for value in islice(sampler.values(schema, {"#": 1}), _MISSES):
                if sampler.fits(value, schema):
                    return value
    except RecursionError:
        raise NoSampleError("it is nested too deeply") from None
    except NoSampleError:
        raise
    except Exception as error:  # what a schema that is none does to jsonschema, or to this module, is anybody's guess
        raise NoSampleError(_flaw(schema) or f"it is no JSON Schema ({error!r:.200})") from None
    raise NoSampleError(_flaw(schema) or sampler.problem or "nothing fits it, or only something endless")


def _flaw(schema: Any) -> str | None:
    """Say why a schema is none, if it is small enough to be looked at in a moment."""
    if len(dump(schema)) > _LENGTH:
        return None
    error = best_match(Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema))
    return error and f"it is no JSON Schema ({error.json_path}: {error.message:.200})"


def sampled(name: str, **members: Any) -> dict[str, Any]:
    """Make an answer: the members given, and a value for each other one that the spec requires of its model."""
    return {**_missing(name, frozenset(members)), **members}


@cache
def _missing(name: str, members: frozenset[str]) -> dict[str, Any]:
    model = at(f"$defs/{name}") or {}
    sampler = _Sampler({"$defs": at("$defs")})
    missing = [one for one in model.get("required", ()) if one not in members]
    return {one: next(sampler.values(model["properties"].get(one, {}), {}), None) for one in missing}


class _Sampler:
    def __init__(self, root: object, texts: Iterable[str] = ()) -> None:
        self.problem = ""
        self.rounds = 1
        self._root = root
        self._texts = iter(texts)
        self._left = float(_STEPS)
        self._validator = _validator(self._spend, self._find, self._matches)

    def values(self, schema: object, followed: Mapping[str, int]) -> Iterator[Any]:
        """Yield values that fit a schema, the one to prefer first."""
        is_tried = isinstance(schema, dict) and not _TRIED.isdisjoint(schema)
        for form, further in self._forms(schema, followed):
            for source in self._sources(form, further):
                misses = 0
                for value in source:
                    self._spend()
                    if not (is_tried or isinstance(value, str)) or self.fits(value, schema):
                        misses = 0
                        yield value
                    elif (misses := misses + 1) > _MISSES:
                        break

    def fits(self, value: object, schema: object) -> bool:
        """Check a value, and remember the first problem that was found with any."""
        for error in self._validator(schema).iter_errors(value):
            self.problem = self.problem or f"{error.json_path}: {error.message[:200]}"
            return False
        return True

    def _spend(self, steps: float = 1) -> None:
        self._left -= steps
        if self._left < 0:
            raise NoSampleError("to find a value for it takes too long")

    def _find(self, reference: object) -> object:
        self._spend()
        path = reference.split("/") if isinstance(reference, str) else [""]
        place = self._root if path[0] == "#" else None
        for step in path[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(place, list) and key.isdecimal():
                place = dict(enumerate(place)).get(int(key))
            else:
                place = place.get(key) if isinstance(place, dict) else None
        if place is None:
            raise NoSampleError(f"its reference {shown(reference)} leads to nothing in it")
        return place

    def _forms(self, schema: object, followed: Mapping[str, int]) -> Iterator[Form]:
        """Yield the ways to take a schema, each without references, unions and conditions."""
        if schema is True:
            schema = {}
        if not isinstance(schema, dict):
            return
        self._spend(1 + len(_dict(schema, "properties")) / _CHEAP)
        own = {key: value for key, value in schema.items() if key not in _JOINED}
        if isinstance(items := own.get("items"), list):  # as drafts before 2020 wrote it
            own |= {"prefixItems": items, "items": own.pop("additionalItems", True)}
        choices = [[one] for one in _list(schema, "allOf")]
        if (reference := schema.get("$ref")) is not None:
            if followed.get(reference, 0) >= self.rounds:
                return
            followed = {**followed, reference: followed.get(reference, 0) + 1}
            choices.append([self._find(reference)])
        unions = [_list(schema, key) for key in _UNIONS if key in schema]
        choices += [sorted(union, key=lambda one: one == {"type": "null"}) for union in unions]
        if "if" in schema:
            choices.append([{"allOf": [schema["if"], schema.get("then", True)]}, schema.get("else", True)])
        yield from self._joined((own, followed), choices, followed)

    def _joined(self, form: Form, choices: list[list[Any]], before: Mapping[str, int]) -> Iterator[Form]:
        """Merge a form with one of each list of schemas, in all ways."""
        if not choices:
            yield form
            return
        own, followed = form
        for option in choices[0]:
            for part, further in self._forms(option, before):
                both = {one: max(followed.get(one, 0), further.get(one, 0)) for one in {**followed, **further}}
                yield from self._joined((_merged(own, part), both), choices[1:], before)

    def _sources(self, form: Schema, followed: Mapping[str, int]) -> Iterator[Iterable[Any]]:
        """Yield a source of values for each type that a form allows."""
        if "const" in form:
            yield [form["const"]]
            return
        if "enum" in form:
            yield _list(form, "enum")
            return
        makers: dict[str, Callable[[], Iterable[Any]]] = {
            "string": lambda: self._strings(form),
            "object": lambda: self._objects(form, followed),
            "array": lambda: self._arrays(form, followed),
            "integer": lambda: _numbers(form, whole=True),
            "number": lambda: _numbers(form, whole=False),
            "boolean": lambda: (False, True),
            "null": lambda: (None,),
        }
        kinds = form.get("type")
        if kinds is None:
            likely = [kind for kind, signs in _SIGNS.items() if form.keys() & signs]
            kinds = [*likely, *makers] if "not" in form else [*likely, "string"][:1]
        for kind in sorted([kinds] if isinstance(kinds, str) else kinds, key=lambda kind: kind == "null"):
            if kind in makers:
                yield makers[kind]()

    def _objects(self, form: Schema, followed: Mapping[str, int]) -> Iterator[dict[str, Any]]:
        properties, dependent = _dict(form, "properties"), _dict(form, "dependentRequired")
        required = dict.fromkeys(_list(form, "required"))
        for name in list(required):
            required |= dict.fromkeys(_list(dependent, name))
        least, most = _bound(form, "minProperties", 0), _bound(form, "maxProperties", _LENGTH)
        wanted = {name: self._stream(self._member(form, name), followed) for name in required}
        # Without required members, an empty object would fit but show nothing.
        enough = least if required else most
        for name in (name for name in properties if name not in required):
            if len(wanted) < enough and (stream := self._stream(self._member(form, name), followed)).has(0):
                wanted[name] = stream
        names = self._names(form, followed)
        while len(wanted) < least and (name := next(names, None)) is not None:
            if name not in wanted:
                wanted[name] = self._stream(self._member(form, name), followed)
        for turn in count():
            self._spend(len(wanted))
            if missing := [name for name, stream in wanted.items() if not stream.has(0)]:
                self.problem = self.problem or f"nothing fits its member {shown(missing[0])}, or only something endless"
                return
            if turn and not any(stream.has(turn) for stream in wanted.values()):
                return
            yield {name: stream.value(turn) for name, stream in wanted.items()}

    def _names(self, form: Schema, followed: Mapping[str, int]) -> Iterator[str]:
        """Yield names of members beyond the listed ones."""
        for pattern in _dict(form, "patternProperties"):
            yield from islice(self._matching(pattern), _MISSES)
        if form.get("additionalProperties", True) is not False and form.get("unevaluatedProperties", True) is not False:
            yield from self.values({"type": "string", "allOf": [form.get("propertyNames", True)]}, followed)

    def _member(self, form: Schema, name: str) -> Schema:
        """Join what a schema says of a member."""
        said = [form["properties"][name]] if name in _dict(form, "properties") else []
        said += [one for pattern, one in _dict(form, "patternProperties").items() if self._matches(pattern, name)]
        return said[0] if len(said) == 1 else {"allOf": said or [form.get("additionalProperties", True)]}

    def _matches(self, pattern: str, text: str) -> bool | None:
        """Tell whether a pattern matches; `None` if to try could take long."""
        try:
            found, cost = matches(pattern, text)
        except PatternError as error:
            self.problem = self.problem or str(error)
            return False
        self._spend(cost / 1_000)
        return found

    def _matching(self, pattern: str, least: int = 0, most: float = _LENGTH) -> Iterator[str]:
        try:
            yield from matching(pattern, least, most)
        except PatternError as error:
            self.problem = self.problem or str(error)

    def _arrays(self, form: Schema, followed: Mapping[str, int]) -> Iterator[list[Any]]:
        first, items = _list(form, "prefixItems"), form.get("items", {"type": "string"})
        contained = (
            [{"allOf": [items, form["contains"]]}] * int(_bound(form, "minContains", 1)) if "contains" in form else []
        )
        least, most = _bound(form, "minItems", 0), _bound(form, "maxItems", _LENGTH)
        self._spend(max(least, len(first)))
        streams = [self._stream(one, followed) for one in (first + contained)[: int(max(most, 0))]]
        if not all(stream.has(0) for stream in streams):
            return
        rest = self._stream(items, followed)
        more = int(min(max(least, 0 if streams else 1, 0), most)) - len(streams)  # one, if there may be one
        if more > 0 and not rest.has(0):
            if least > len(streams):
                return
            more = 0
        for turn in count():
            self._spend(len(streams) + max(more, 0))
            if turn and not any(stream.has(turn) for stream in (*streams, rest)):
                return
            if form.get("uniqueItems") is True:
                taken, found = [stream.value(turn) for stream in streams], count(turn)
                while len(taken) - len(streams) < more and rest.has(place := next(found)):
                    self._spend(len(taken) / 10)
                    if rest.value(place) not in taken:
                        taken.append(rest.value(place))
            else:
                taken = [stream.value(turn) for stream in streams] + ([rest.value(turn)] * more if more > 0 else [])
            yield taken

    def _stream(self, schema: object, followed: Mapping[str, int]) -> _Stream:
        return _Stream(self.values(schema, followed))

    def _strings(self, form: Schema) -> Iterator[str]:
        least, most = int(_bound(form, "minLength", 0)), _bound(form, "maxLength", _LENGTH)
        if least > _LENGTH:
            raise NoSampleError(f"a text of more than {_LENGTH} characters is not made")
        self._spend(least / 100)
        form_of_text = str(form.get("contentEncoding") or form.get("format"))
        if isinstance(pattern := form.get("pattern"), str):
            yield from self._matching(pattern, least, most)
        elif form_of_text in _BASE64:
            for number in count(6):
                text = base64.b64encode(b"canned" * number)[: -(-max(least, 8) // 4) * 4]
                yield text.decode() if number == 6 else base64.b64encode(f"canned {number}".encode()).decode()
        elif form.get("contentMediaType") == "application/json":
            yield from map(dump, self.values(form.get("contentSchema", True), {}))
        elif template := _FORMATS.get(form_of_text):
            yield from (template.format(number).ljust(least, "a") for number in range(1, 29))
        else:
            yield from islice(self._texts, 1)
            yield "canned".ljust(least, ".")[: max(int(most), 0)]
            yield from (f"canned {number}".ljust(least, ".")[-int(most) :] for number in count(2))


class _Stream:
    """Values that are made when they are first asked for."""

    def __init__(self, source: Iterator[Any]) -> None:
        self._source, self._made = source, list[Any]()

    def has(self, place: int) -> bool:
        """Tell whether there are more values than this."""
        self._made += islice(self._source, max(0, place + 1 - len(self._made)))
        return place < len(self._made)

    def value(self, place: int) -> Any:
        """Return a value, the last one for a place beyond."""
        return self._made[place if self.has(place) else -1]


def _validator(
    spend: Callable[[float], None], find: Callable[[object], object], is_match: Callable[[str, str], bool | None]
) -> Any:
    """Make a validator of jsonschema that counts its work, runs no pattern at any cost, and asks no network."""

    def counted(check: Any) -> Any:
        def run(validator: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Any]:
            spend(1 + (len(wanted) / _CHEAP if isinstance(wanted, dict | list) else 0))
            yield from check(validator, wanted, value, schema) or ()

        return run

    def unique(validator: Any, wanted: Any, value: Any, schema: Schema) -> Iterator[Any]:
        spend(
            len(value) ** 2 / 1_000 if isinstance(value, list) else 0
        )  # what cannot be sorted is compared, each with each
        yield from Draft202012Validator.VALIDATORS["uniqueItems"](validator, wanted, value, schema) or ()

    def pattern(_: Any, wanted: str, value: Any, __: Any) -> Iterator[Any]:
        if isinstance(value, str) and is_match(wanted, value) is False:
            yield ValidationError(f"{shown(value)} does not match {shown(wanted)}")

    def patterns(validator: Any, wanted: Schema, value: Any, _: Any) -> Iterator[Any]:
        for one, schema in wanted.items():
            for name in [name for name in value if is_match(one, name)] if isinstance(value, dict) else ():
                yield from validator.descend(value[name], schema, path=name)

    def additional(validator: Any, wanted: Any, value: Any, schema: Schema) -> Iterator[Any]:
        for name in value if isinstance(value, dict) else ():
            known = name in schema.get("properties", ())
            if not known and not any(is_match(one, name) is not False for one in schema.get("patternProperties", ())):
                yield from validator.descend(value[name], wanted, path=name)

    def items(validator: Any, wanted: Any, value: Any, schema: Schema) -> Iterator[Any]:
        keyword = "prefixItems" if isinstance(wanted, list) else "items"
        yield from Draft202012Validator.VALIDATORS[keyword](validator, wanted, value, schema) or ()

    own = {
        "$ref": lambda validator, wanted, value, _: validator.descend(value, find(wanted)),
        "pattern": pattern,
        "patternProperties": patterns,
        "additionalProperties": additional,
        "items": items,
        "uniqueItems": unique,
        # What is made has no members or items beyond those that a schema tells of; these would run patterns again.
        **dict.fromkeys(("unevaluatedProperties", "unevaluatedItems", "$dynamicRef"), lambda *_: ()),
    }
    return extend(
        Draft202012Validator, {name: counted(one) for name, one in {**Draft202012Validator.VALIDATORS, **own}.items()}
    )


def _merged(one: Schema, other: Schema) -> Schema:
    """Join two flat schemas into one that asks for what both do, as far as that can be told without trying."""
    merged = {**one, **other}
    for key in one.keys() & other.keys():
        mine, theirs = one[key], other[key]
        if mine == theirs:
            continue
        if key in _STRONGER:
            merged[key] = _STRONGER[key](mine, theirs)
        elif key in ("properties", "patternProperties"):
            merged[key] = {
                **mine,
                **{name: {"allOf": [mine[name], a]} if name in mine else a for name, a in theirs.items()},
            }
        elif key == "required":
            merged[key] = [*mine, *theirs]
        elif key == "enum":
            merged[key] = [value for value in mine if value in theirs]
        elif key == "type":
            kinds = [mine] if isinstance(mine, str) else mine
            merged[key] = [kind for kind in kinds if kind in theirs or (kind == "integer" and "number" in theirs)]
        elif key == "pattern":
            merged[key] = mine
        elif key in ("items", "additionalProperties", "propertyNames", "contains"):
            merged[key] = {"allOf": [mine, theirs]}
    return merged


def _list(schema: Schema, key: str) -> list[Any]:
    return value if isinstance(value := schema.get(key), list) else []


def _dict(schema: Schema, key: str) -> Schema:
    return value if isinstance(value := schema.get(key), dict) else {}


def _bound(schema: Schema, key: str, default: float) -> float:
    """Read a numeric keyword; one that is missing, no number or out of reach counts as the default."""
    value = schema.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _EXACT:
        return default
    return value


def _numbers(schema: Schema, *, whole: bool) -> Iterator[float]:
    """Yield numbers within the bounds and on the grid: zero if it fits, else those next to a bound."""
    low, high = _bound(schema, "minimum", -math.inf), _bound(schema, "maximum", math.inf)
    above, below = _bound(schema, "exclusiveMinimum", -math.inf), _bound(schema, "exclusiveMaximum", math.inf)
    ends = [end for end in (low, above, high, below) if math.isfinite(end)]
    step = _bound(schema, "multipleOf", 1)
    step = step if step >= 1 / _EXACT else 1
    candidates = [(math.floor(end / step) + n) * step for end in (0, *ends) for n in (0, 1, -1)]
    if not whole and "multipleOf" not in schema:
        candidates += [*ends, (max(low, above) + min(high, below)) / 2, candidates[0] + 0.5]
    further = (candidates[0] + sign * n * step for n in range(1, 3_000) for sign in (1, -1))
    seen = set()
    for one in chain(candidates, further):
        if low <= one <= high and above < one < below and not (whole and one % 1) and one not in seen:
            seen.add(one)
            yield int(one) if whole else one
