"""Stored completions: list, get, update, delete, messages."""

from typing import Any

import httpx
import pytest

MISSING = "chatcmpl-missing"


def store(client: httpx.Client, text: str = "Hello.", **parameters: Any) -> str:
    body = {"model": "m", "messages": [{"role": "user", "content": text}], "store": True, **parameters}
    response = client.post("/chat/completions", json=body)
    assert response.status_code == 200, response.text
    return str(response.json()["id"])


def ids(client: httpx.Client, path: str = "", **query: Any) -> list[str]:
    response = client.get(f"/chat/completions{path}", params=query)
    assert response.status_code == 200, response.text
    return [item["id"] for item in response.json()["data"]]


def walk(client: httpx.Client, path: str = "", **query: Any) -> list[list[str]]:
    """Give the ids of all pages, each page checked for its first and last id."""
    pages = []
    while True:
        page = client.get(f"/chat/completions{path}", params=query).json()
        found = [item["id"] for item in page["data"]]
        assert (page["first_id"], page["last_id"]) == (found[0], found[-1])
        pages.append(found)
        if not page["has_more"]:
            return pages
        query["after"] = page["last_id"]


def test_only_what_asks_for_it_is_stored(fresh: httpx.Client) -> None:
    """A completion created without store is not listed and not found."""
    body = {"model": "m", "messages": [{"role": "user", "content": "Hello."}]}
    created = fresh.post("/chat/completions", json=body).json()
    assert ids(fresh) == []
    assert fresh.get(f"/chat/completions/{created['id']}").status_code == 404


def test_what_is_stored_is_what_was_answered(fresh: httpx.Client) -> None:
    """Get and list give the very completion that create gave, metadata included."""
    body = {"model": "m", "messages": [{"role": "user", "content": "Hello."}], "store": True}
    created = fresh.post("/chat/completions", json={**body, "metadata": {"a": "1"}}).json()
    assert created["metadata"] == {"a": "1"}
    assert fresh.get(f"/chat/completions/{created['id']}").json() == created
    assert fresh.get("/chat/completions").json()["data"] == [created]


def test_an_empty_list_has_empty_ids(fresh: httpx.Client) -> None:
    """A list of nothing keeps the types of its members."""
    page = fresh.get("/chat/completions").json()
    assert page == {"object": "list", "data": [], "first_id": "", "last_id": "", "has_more": False}


def test_pages_follow_each_other_without_gap_or_overlap(fresh: httpx.Client) -> None:
    """Following the last id gives each completion once, oldest first, and says when there is no more."""
    stored = [store(fresh) for _ in range(7)]
    assert walk(fresh, limit=3) == [stored[:3], stored[3:6], stored[6:]]
    assert walk(fresh, limit=7) == [stored]


def test_descending_pages_start_at_the_newest(fresh: httpx.Client) -> None:
    """The order desc gives the same completions backwards."""
    stored = [store(fresh) for _ in range(5)]
    assert walk(fresh, limit=2, order="desc") == [stored[:2:-1], stored[2:0:-1], stored[:1]]


def test_a_page_holds_twenty_unless_told(fresh: httpx.Client) -> None:
    """Without a limit a page holds twenty."""
    for _ in range(21):
        store(fresh)
    page = fresh.get("/chat/completions").json()
    assert (len(page["data"]), page["has_more"]) == (20, True)


def test_all_metadata_filters_must_match(fresh: httpx.Client) -> None:
    """A list with metadata filters holds the completions that carry every pair."""
    both = store(fresh, metadata={"topic": "rivers", "seen": "yes"})
    one = store(fresh, metadata={"topic": "rivers"})
    store(fresh)
    assert ids(fresh, **{"metadata[topic]": "rivers"}) == [both, one]
    assert ids(fresh, **{"metadata[topic]": "rivers", "metadata[seen]": "yes"}) == [both]
    assert ids(fresh, **{"metadata[topic]": "lakes"}) == []
    assert ids(fresh, **{"metadata[rivers]": "topic"}) == []


def test_a_filter_given_again_replaces_the_first(fresh: httpx.Client) -> None:
    """Of several filters by one key the last one counts, however many there are."""
    wanted = store(fresh, metadata={"topic": "rivers"})
    query = [("metadata[topic]", str(n)) for n in range(2_000)] + [("metadata[topic]", "rivers")]
    response = fresh.get("/chat/completions", params=query)
    assert [item["id"] for item in response.json()["data"]] == [wanted]


@pytest.mark.parametrize("text", ["' OR 1=1 --", "a]b[c", "100%_", "ü\u2028\U0001f600", "", "a&b=c+d"])
def test_metadata_is_text_and_nothing_else(fresh: httpx.Client, text: str) -> None:
    """Quotes, brackets, wildcards and any script are matched as they are, in keys and values."""
    wanted = store(fresh, metadata={text: text})
    store(fresh, metadata={"other": "value"})
    assert ids(fresh, **{f"metadata[{text}]": text}) == [wanted]


def test_filters_hold_across_pages(fresh: httpx.Client) -> None:
    """Paging through a filtered list gives the matching completions only."""
    stored = [store(fresh, metadata={"parity": str(n % 2)}, model=f"m{n % 3}") for n in range(12)]
    assert walk(fresh, limit=2, **{"metadata[parity]": "0"}) == [stored[0:4:2], stored[4:8:2], stored[8:12:2]]
    assert walk(fresh, limit=3, model="m1", order="desc") == [stored[10:3:-3], stored[1:2]]
    assert ids(fresh, model="m0", **{"metadata[parity]": "1"}) == stored[3::6]


def test_a_loop_may_delete_what_it_lists(fresh: httpx.Client) -> None:
    """The id of a deleted completion still marks a place in the list."""
    stored = [store(fresh) for _ in range(3)]
    fresh.delete(f"/chat/completions/{stored[0]}")
    assert ids(fresh, after=stored[0]) == stored[1:]


def test_an_unknown_query_parameter_is_ignored(fresh: httpx.Client) -> None:
    """A query parameter that the API does not have changes nothing."""
    stored = store(fresh)
    assert ids(fresh, colour="red", metadata="{'a': 'b'}") == [stored]


def test_update_replaces_the_metadata_and_nothing_else(fresh: httpx.Client) -> None:
    """An update puts new metadata in the old one's place; the filter sees it at once."""
    stored = store(fresh, metadata={"topic": "rivers", "seen": "no"})
    before = fresh.get(f"/chat/completions/{stored}").json()
    after = fresh.post(f"/chat/completions/{stored}", json={"metadata": {"seen": "yes"}}).json()
    assert after == {**before, "metadata": {"seen": "yes"}}
    assert fresh.get(f"/chat/completions/{stored}").json() == after
    assert ids(fresh, **{"metadata[seen]": "yes"}) == [stored]
    assert ids(fresh, **{"metadata[topic]": "rivers"}) == []


def test_update_with_null_clears_the_metadata(fresh: httpx.Client) -> None:
    """Null in place of metadata leaves none."""
    stored = store(fresh, metadata={"a": "b"})
    assert fresh.post(f"/chat/completions/{stored}", json={"metadata": None}).json()["metadata"] == {}


def test_delete_says_so_and_takes_the_messages_along(fresh: httpx.Client) -> None:
    """A deleted completion is found by no operation, and a second delete finds nothing."""
    stored = store(fresh)
    deleted = fresh.delete(f"/chat/completions/{stored}")
    assert deleted.json() == {"object": "chat.completion.deleted", "id": stored, "deleted": True}
    assert ids(fresh) == []
    assert fresh.get(f"/chat/completions/{stored}/messages").status_code == 404
    assert fresh.delete(f"/chat/completions/{stored}").status_code == 404


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [("GET", "", None), ("POST", "", {"metadata": {}}), ("DELETE", "", None), ("GET", "/messages", None)],
)
@pytest.mark.parametrize("name", [MISSING, "%2F", "a%2Fmessages", "%20", "%00", "%FF", "x" * 5_000])
def test_an_unknown_id_is_not_found(client: httpx.Client, method: str, suffix: str, body: object, name: str) -> None:
    """Each operation on an unknown id answers 404 and names the parameter, whatever the id holds."""
    response = client.request(method, f"/chat/completions/{name}{suffix}", json=body)
    assert response.status_code == 404
    assert response.json()["error"]["param"] == "completion_id"


def test_a_quoted_slash_never_reaches_another_operation(fresh: httpx.Client) -> None:
    """An id that looks like the path of another operation is an id all the same."""
    stored = store(fresh)
    assert fresh.get(f"/chat/completions/{stored}%2Fmessages").status_code == 404
    assert fresh.get(f"/chat/completions/{stored}/messages").status_code == 200


def test_messages_are_those_of_the_request(fresh: httpx.Client) -> None:
    """The messages are the request's, in order, with ids, text, and parts where there were parts."""
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
    ]
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": parts, "name": "ada"},
        {"role": "assistant", "content": None, "tool_calls": [call], "function_call": None},
        {"role": "tool", "content": "42", "tool_call_id": "c1"},
    ]
    stored = store(fresh, messages=messages)
    listed = fresh.get(f"/chat/completions/{stored}/messages").json()["data"]
    assert [message["id"] for message in listed] == [f"{stored}-{number}" for number in range(4)]
    assert [message["role"] for message in listed] == ["system", "user", "assistant", "tool"]
    assert [message["content"] for message in listed] == ["Be brief.", "What is this?", None, "42"]
    assert [message["content_parts"] for message in listed] == [None, parts, None, None]
    assert listed[1]["name"] == "ada"
    assert listed[2]["tool_calls"] == [call]
    assert "function_call" not in listed[2]
    assert listed[3]["tool_call_id"] == "c1"
    assert all(message["refusal"] is None for message in listed)


def test_messages_come_in_pages(fresh: httpx.Client) -> None:
    """Messages are paged like completions, in both orders."""
    stored = store(fresh, messages=[{"role": "user", "content": str(n)} for n in range(25)])
    names = [f"{stored}-{n}" for n in range(25)]
    assert walk(fresh, f"/{stored}/messages") == [names[:20], names[20:]]
    assert walk(fresh, f"/{stored}/messages", limit=12, order="desc") == [
        names[:12:-1],
        names[12:0:-1],
        names[:1],
    ]


def test_messages_of_one_completion_are_no_cursor_in_another(fresh: httpx.Client) -> None:
    """A message's id is a cursor in its own conversation only."""
    first, second = store(fresh), store(fresh)
    response = fresh.get(f"/chat/completions/{first}/messages", params={"after": f"{second}-0"})
    assert response.status_code == 400
    assert response.json()["error"]["param"] == "after"
