from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.bench import payloads
from scripts.bench.server import writes

_CREATE = ("POST", "/v1/chat/completions")


def _body(answer: bytes) -> Any:
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def _events(pieces: tuple[bytes, ...]) -> list[Any]:
    text = b"".join(piece.partition(b"\r\n")[2].removesuffix(b"\r\n") for piece in pieces[1:])
    return [event.removeprefix(b"data: ") for event in text.split(b"\n\n") if event]


def test_a_page_of_a_hundred_has_the_size_of_a_real_one() -> None:
    """A completion takes about a kilobyte, as the service's do."""
    assert 90_000 < len(payloads.page(0, 100, 200)) < 110_000


def test_pages_follow_one_another_by_their_last_id_until_none_is_left() -> None:
    """Every stored completion comes once, in order, and only the last page says that it is the last."""
    seen: list[str] = []
    target = "/v1/chat/completions?model=stored:25&limit=10"
    more = True
    while more:
        after = f"&after={seen[-1]}" if seen else ""
        (answer,) = writes("GET", target + after, "")
        page = _body(answer)
        assert page["first_id"] == page["data"][0]["id"]
        seen += [item["id"] for item in page["data"]]
        more = page["has_more"]
    assert seen == [payloads.completion_id(index) for index in range(25)]


@pytest.mark.parametrize("count", [1, 2, 10, 100])
@pytest.mark.parametrize("kind", [payloads.STREAM, payloads.STREAM_SINGLY, payloads.STREAM_VARIED, payloads.TOOLS])
def test_a_stream_has_so_many_chunks_one_finish_and_one_usage(kind: str, count: int) -> None:
    """However short, a stream begins with a role, has one finish reason and one usage, and ends with the mark."""
    *events, mark = _events(writes(*_CREATE, f"{kind}:{count}"))
    chunks = [json.loads(event) for event in events]
    choices = [choice for chunk in chunks for choice in chunk["choices"]]
    assert mark == b"[DONE]"
    assert len(chunks) == count
    assert choices[0]["delta"]["role"] == "assistant"
    assert len([choice for choice in choices if choice["finish_reason"]]) == 1
    assert [bool(chunk["usage"]) for chunk in chunks] == [False] * (count - 1) + [True]


def test_chunks_come_one_to_a_write_or_several() -> None:
    """A quick model's events share writes; the other kind sends each by itself."""
    several, singly = (writes(*_CREATE, f"{kind}:100") for kind in (payloads.STREAM, payloads.STREAM_SINGLY))
    assert len(singly) == 1 + 100 + 1 + 1
    assert len(several) < len(singly) / 5
    assert _events(several) == _events(singly)


def test_tool_calls_come_in_pieces_under_two_indices() -> None:
    """The first piece of each call has its id and name, the others only add to its arguments."""
    deltas = [
        call
        for chunk in payloads.tool_chunks(50)
        for choice in chunk["choices"]
        for call in choice["delta"].get("tool_calls") or ()
    ]
    assert {call["index"] for call in deltas} == {0, 1}
    assert [call["index"] for call in deltas if "id" in call] == [0, 1]
    assert [bool(call["function"].get("name")) for call in deltas] == ["id" in call for call in deltas]


def test_what_the_bench_does_not_ask_for_is_not_found() -> None:
    """A competitor that goes astray gets an error, not an answer to something else."""
    assert writes("GET", "/v1/models", "")[0].startswith(b"HTTP/1.1 404 ")
