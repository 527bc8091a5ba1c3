"""Preparation of a call whose answer can be recovered: a unique value in its metadata, by which it can be listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatcompletions._checks import check_seconds
from chatcompletions._redaction import SecretDict
from chatcompletions._transport.recovery import DEFAULT_PATIENCE, METADATA_KEY, Recovery, new_key

from .build import build
from .operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .operations import Operation

#: The most pairs that the API takes.
_MOST_PAIRS = 16
#: The options that the listing has from the call.
_SHARED = ("extra_headers", "extra_query", "timeout")


def prepared(operation: Operation, params: Mapping[str, Any]) -> tuple[SecretDict, Recovery]:
    """Return the parameters of a call with a unique value in its metadata, and the recovery that looks for it.

    Raises:
        TypeError: The call makes no completion, or an argument is of the wrong type.
        ValueError: The completion is not to be stored, or has no room for another pair.
    """
    given = params["recover"]
    if operation.name != "create":
        raise TypeError(f"{operation.name}() takes no recover=, which is for calls that make a completion")
    if given is not True:
        check_seconds("recover", given, "True or a number of seconds")
    extra = SecretDict(params.get("extra_body") or {})
    if extra.get("store", params.get("store")) is not True:
        raise ValueError("recover= needs store=True: an answer that is not stored cannot be looked for")
    metadata: Any = extra.get("metadata", params.get("metadata"))
    metadata = SecretDict(metadata.to_dict() if hasattr(type(metadata), "to_dict") else metadata or {})
    key = metadata.setdefault(METADATA_KEY, new_key())
    if len(metadata) > _MOST_PAIRS:
        raise ValueError(f"recover= adds a pair to metadata, which has {_MOST_PAIRS}, the most that the API takes")
    extra.pop("metadata", None)
    found = SecretDict(params, metadata=metadata)
    if extra or "extra_body" in params:
        found["extra_body"] = extra
    shared = {name: params[name] for name in _SHARED if name in params}
    # A look that fails is followed by the next one: further attempts of its own would outlast the time to look.
    listing = build(OPERATIONS["list"], SecretDict(shared, metadata={METADATA_KEY: key}, order="desc", max_retries=0))
    return found, Recovery(key, listing, DEFAULT_PATIENCE if given is True else given)
