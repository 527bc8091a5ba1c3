"""Log probabilities: well formed and made up, from nothing but the token itself."""

from typing import Any

from chatcompletions.server._text import tokens

_STEP = 0.125  # exact in binary, so that sums and comparisons in a test are


def logprobs(text: str, alternatives: int) -> dict[str, Any]:
    """Give each token of a text a probability.

    Args:
        text: The text of an answer.
        alternatives: How many of the likeliest tokens to list at each place, the token itself first.
    """
    return {"content": [_scored(token, alternatives) for token in tokens(text)], "refusal": None}


def _scored(token: str, alternatives: int) -> dict[str, Any]:
    first = -_STEP * (1 + len(token) % 4)
    others = [_entry(f"alternative {n}", first - _STEP * n) for n in range(1, alternatives)]
    top = [_entry(token, first), *others] if alternatives else []
    return {**_entry(token, first), "top_logprobs": top}


def _entry(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode("utf-8"))}
