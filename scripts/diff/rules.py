"""Judge each kind of change by what it means for somebody who calls the API through this client.

Requests and answers are judged separately: a request breaks when the service accepts less than before, an answer when
it may hold something that code was not written for. Reading is tolerant: an answer with an unknown field or value is
read all the same, so that one more of them is widening. Types are checked: where a field may now be absent or null,
code that uses it as before no longer type-checks, so that this is breaking.
"""

from enum import IntEnum
from typing import Final, NamedTuple


class Side(IntEnum):
    """Who writes a value: the caller, or the service."""

    REQUEST = 0
    ANSWER = 1


class Verdict(IntEnum):
    """What a change means for a caller, the least serious first."""

    HARMLESS = 0
    WIDENING = 1
    BREAKING = 2


class Rule(NamedTuple):
    """The phrase for a kind of change, which may hold `{old}` and `{new}`, its verdict on each side, and the reason."""

    phrase: str
    request: Verdict
    answer: Verdict
    why: str


_H, _W, _B = Verdict.HARMLESS, Verdict.WIDENING, Verdict.BREAKING
_NO_NEED: Final = "callers need not use it"
_READ: Final = "reading is tolerant; older code does not look at it"

RULES: Final[dict[str, Rule]] = {
    "operation added": Rule("operation added", _W, _W, _NO_NEED),
    "operation removed": Rule("operation removed", _B, _B, "the call fails"),
    "operation untaken": Rule("{new} added, which this client does not have", _W, _W, _NO_NEED),
    "path changed": Rule("path {old} is now {new}", _B, _B, "the call goes to another address"),
    "address changed": Rule("address {old} is now {new}", _B, _B, "the client calls all operations at one address"),
    "address added": Rule("server {new} added", _W, _W, _NO_NEED),
    "address removed": Rule("server {old} removed", _B, _B, "the call goes to another address"),
    "security added": Rule("security {new} added", _W, _W, _NO_NEED),
    "security removed": Rule("security {old} removed", _B, _B, "callers authenticate in another way"),
    "status changed": Rule("status {old} is now {new}", _H, _H, "any 2xx is read"),
    "answer added": Rule("described now", _W, _W, _READ),
    "answer removed": Rule("no longer described", _B, _B, "the answer has no type any more"),
    "error described": Rule("described now", _H, _H, "errors are told apart by their status"),
    "error undescribed": Rule("no longer described", _H, _H, "errors are told apart by their status"),
    "deprecated": Rule("deprecated", _H, _H, "it still works"),
    "no longer deprecated": Rule("no longer deprecated", _H, _H, "it works as before"),
    "model renamed": Rule("{old} is now {new}", _B, _B, "code that names the class fails; names.yaml can keep it"),
    "model gone": Rule("{old} is gone", _B, _B, "code that names the class fails; names.yaml can keep it"),
    "added": Rule("added", _W, _W, "optional to send, and reading is tolerant"),
    "added as required": Rule("added, required", _B, _W, "callers have to send it; reading is tolerant"),
    "removed": Rule("removed", _B, _B, "code that names it fails"),
    "now required": Rule("required now", _B, _H, "callers have to send it; readers always get it"),
    "now optional": Rule("optional now", _W, _B, "callers may leave it out; readers may not get it"),
    "null added": Rule("null allowed now", _W, _B, "callers may send it; readers have to expect it"),
    "null removed": Rule("null no longer allowed", _B, _H, "callers may not send it; readers always get a value"),
    "value added": Rule("value {new} added", _W, _W, "an unknown value is read like a known one"),
    "value removed": Rule("value {old} removed", _B, _H, "callers may not send it; readers no longer meet it"),
    "value listed": Rule("value {new} listed", _H, _H, "any value was allowed and still is"),
    "value unlisted": Rule("value {old} no longer listed", _H, _H, "any value was allowed and still is"),
    "values closed": Rule("only {new} allowed now", _B, _H, "other values are refused; readers meet fewer"),
    "values opened": Rule("any {new} allowed now", _W, _W, "an unknown value is read like a known one"),
    "type added": Rule("{new} added", _W, _W, "an unknown variant is kept as it came"),
    "type joined": Rule("{new} allowed besides {old}", _W, _B, "a value of one type is a union now"),
    "type removed": Rule("{old} removed", _B, _H, "callers may not send it; readers no longer meet it"),
    "type changed": Rule("{old} is now {new}", _B, _B, "values have another type"),
    "type widened": Rule("{old} is now {new}", _W, _B, "callers may send more; readers have to expect it"),
    "type narrowed": Rule("{old} is now {new}", _B, _H, "callers may send less; readers meet less"),
    "bound tightened": Rule("{old} is now {new}", _B, _H, "fewer values are accepted; nothing checks answers"),
    "bound loosened": Rule("{old} is now {new}", _W, _H, "more values are accepted; nothing checks answers"),
    "condition added": Rule("condition {new} added", _B, _H, "fewer values are accepted; nothing checks answers"),
    "condition removed": Rule("condition {old} removed", _W, _H, "more values are accepted; nothing checks answers"),
    "condition changed": Rule("{old} is now {new}", _B, _H, "other values are accepted; nothing checks answers"),
    "read-only": Rule("read-only now", _B, _H, "only the service writes it: callers may not send it"),
    "no longer read-only": Rule("no longer read-only", _W, _H, "callers may send it"),
    "write-only": Rule("write-only now", _H, _B, "only callers write it: it no longer comes back"),
    "no longer write-only": Rule("no longer write-only", _H, _W, _READ),
    "style changed": Rule("{old} is now {new}", _B, _B, "the same values are written in another way"),
    "format changed": Rule("{old} is now {new}", _H, _H, "a format only describes; text stays text"),
    "default changed": Rule("{old} is now {new}", _B, _H, "a call that leaves it out means something else"),
    "default described": Rule("{old} is now {new}", _H, _H, "one of the documents does not state the default"),
    "extras closed": Rule("no other members allowed now", _B, _H, "other members are refused"),
    "extras opened": Rule("other members allowed now", _W, _H, "reading keeps them in any case"),
}
"""Each kind of change: its phrase, the verdicts on the request side and on the answer side, and the reason."""


def judge(kind: str, side: Side) -> Verdict:
    """Return the verdict on a change.

    Args:
        kind: A key of `RULES`.
        side: The side that changed.

    Returns:
        The verdict for the caller whom the change hits hardest.
    """
    rule = RULES[kind]
    return rule.request if side is Side.REQUEST else rule.answer
