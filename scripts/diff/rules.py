"""The verdict on each kind of change, for somebody who calls the API through this client.

What is sent and what comes back are judged apart: a request breaks when the service takes less than before, an answer
when code meets what it was not written for. Reading is tolerant: a field or value that the client does not know loses
no answer, so that one more of them widens. Types are checked: where a field may now be absent or null, code that uses
it as before no longer type-checks, so that this breaks.
"""

from enum import IntEnum
from typing import Final, NamedTuple


class Side(IntEnum):
    """Who writes a value: the caller, or the service."""

    REQUEST = 0
    ANSWER = 1


class Verdict(IntEnum):
    """What a change means for a caller, the harmless first."""

    HARMLESS = 0
    WIDENING = 1
    BREAKING = 2


class Rule(NamedTuple):
    """How a kind of change is told and judged; `tells` has the places `{old}` and `{new}`."""

    tells: str
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
    "error described": Rule("described now", _H, _H, "errors are told by their status"),
    "error undescribed": Rule("no longer described", _H, _H, "errors are told by their status"),
    "deprecated": Rule("deprecated", _H, _H, "it still works"),
    "no longer deprecated": Rule("no longer deprecated", _H, _H, "it works as before"),
    "model renamed": Rule("{old} is now {new}", _B, _B, "code that names the class fails; names.yaml can keep it"),
    "added": Rule("added", _W, _W, "optional to send, and reading is tolerant"),
    "added as required": Rule("added, required", _B, _W, "callers have to send it; reading is tolerant"),
    "removed": Rule("removed", _B, _B, "code that names it fails"),
    "now required": Rule("required now", _B, _H, "callers have to send it; readers get it always"),
    "now optional": Rule("optional now", _W, _B, "callers may leave it out; readers may get none"),
    "null added": Rule("null allowed now", _W, _B, "callers may send it; readers have to expect it"),
    "null removed": Rule("null no longer allowed", _B, _H, "callers may not send it; readers get a value always"),
    "value added": Rule("value {new} added", _W, _W, "an unknown value is read like a known one"),
    "value removed": Rule("value {old} removed", _B, _H, "callers may not send it; readers no longer meet it"),
    "value listed": Rule("value {new} listed", _H, _H, "any value was allowed and is"),
    "value unlisted": Rule("value {old} no longer listed", _H, _H, "any value was allowed and is"),
    "values closed": Rule("only {new} allowed now", _B, _H, "other values are refused; readers meet fewer"),
    "values opened": Rule("any {new} allowed now", _W, _W, "an unknown value is read like a known one"),
    "type added": Rule("{new} added", _W, _W, "an unknown variant is kept as it came"),
    "type joined": Rule("{new} allowed besides {old}", _W, _B, "what had one type is a union now"),
    "type removed": Rule("{old} removed", _B, _H, "callers may not send it; readers no longer meet it"),
    "type changed": Rule("{old} is now {new}", _B, _B, "the type is another"),
    "type widened": Rule("{old} is now {new}", _W, _B, "callers may send more; readers have to expect it"),
    "type narrowed": Rule("{old} is now {new}", _B, _H, "callers may send less; readers meet less"),
    "bound tightened": Rule("{old} is now {new}", _B, _H, "values are refused that were taken; nothing checks answers"),
    "bound loosened": Rule("{old} is now {new}", _W, _H, "more is taken; nothing checks answers"),
    "format changed": Rule("{old} is now {new}", _H, _H, "a format describes, text stays text"),
    "default changed": Rule("{old} is now {new}", _B, _H, "a call that leaves it out means something else"),
    "default described": Rule("{old} is now {new}", _H, _H, "the service's default was not written down on one side"),
    "extras closed": Rule("no other members allowed now", _B, _H, "other members are refused"),
    "extras opened": Rule("other members allowed now", _W, _H, "reading keeps them in any case"),
}
"""Each kind of change: its words, its verdict on the request side, on the answer side, and the reason."""


def judge(kind: str, side: Side) -> Verdict:
    """Return the verdict on a change.

    Args:
        kind: a key of `RULES`.
        side: where it happened.

    Returns:
        The worst that it can mean for a caller.
    """
    rule = RULES[kind]
    return rule.request if side is Side.REQUEST else rule.answer
