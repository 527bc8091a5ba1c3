"""Paged calls: a page that iterates over all items, in both modes."""

from __future__ import annotations

import copy
import pickle
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chatcompletions import (
    APIResponseValidationError,
    AsyncChatClient,
    AsyncChatCompletionPage,
    AsyncMessagePage,
    BadRequestError,
    ChatCompletion,
    ChatCompletionPage,
    MessagePage,
    PagingError,
)
from chatcompletions._answers.pages import Trail
from chatcompletions_api import models

from ._support import KEY, Server, completion, is_async, page

if TYPE_CHECKING:
    from collections.abc import Callable


class Shelf:
    """Serve numbered items in pages, as the API does."""

    def __init__(self, count: int, size: int = 2) -> None:
        self.asked: list[str | None] = []
        self._ids = [f"c{number}" for number in range(count)]
        self._size = size

    def __call__(self, request: httpx.Request) -> httpx.Response:
        after = request.url.params.get("after")
        self.asked.append(after)
        start = self._ids.index(after) + 1 if after else 0
        ids = self._ids[start : start + self._size]
        return httpx.Response(200, json=page(ids, has_more=start + self._size < len(self._ids)))

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self)


def of_topic(topic: str, reply: dict[str, Any]) -> dict[str, Any]:
    """Return a page whose items have a topic."""
    for item in reply["data"]:
        item["metadata"] = {"topic": topic}
    return reply


def until_error(driver: Any, pages: Any, cls: type[Exception]) -> list[Any]:
    """Return what a list yields before its error."""
    found: list[Any] = []

    async def walk() -> None:
        async for item in pages:
            found.append(item)  # noqa: PERF401 - what came before the error counts

    def go() -> None:
        driver.run(walk()) if is_async(driver) else found.extend(pages)

    with pytest.raises(cls):
        go()
    return found


def ids(items: list[Any]) -> list[str]:
    return [item.id for item in items]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
def test_all_items(connect: Callable[..., Any], count: int) -> None:
    """Iterating over a list gives every item once, in as many calls as there are pages."""
    shelf = Shelf(count)
    assert ids(connect(transport=shelf.transport).items("list")) == [f"c{number}" for number in range(count)]
    assert len(shelf.asked) == max(1, (count + 1) // 2)


def test_items_are_answers(connect: Callable[..., Any]) -> None:
    """The items of a list are completions with the facade's properties."""
    (item,) = connect(transport=Shelf(1).transport).items("list")
    assert (type(item), item.text) == (ChatCompletion, "Hi.")
    assert isinstance(item, models.CreateChatCompletionResponse)


def test_messages(connect: Callable[..., Any]) -> None:
    """The messages of a completion come in pages too, as the generated class."""
    data = [{"id": f"{ID}-0", "role": "user", "content": "Hi?", "refusal": None}]
    server = Server({"object": "list", "data": data, "first_id": "", "last_id": f"{ID}-0", "has_more": False})
    driver = connect(transport=server.transport)
    (item,) = driver.items("messages", ID)
    assert isinstance(item, models.ChatCompletionStoreMessage)
    assert (item.id, item.content) == (f"{ID}-0", "Hi?")
    assert isinstance(driver.call("messages", ID), models.ChatCompletionMessageList)


ID = "chatcmpl-1"


@pytest.mark.parametrize(("call", "args"), [("list", ()), ("messages", (ID,))])
def test_first_page(connect: Callable[..., Any], call: str, args: tuple[str, ...]) -> None:
    """A paged call gives its first page: the generated model, with its headers."""
    reply = httpx.Response(200, json=page(["a"], has_more=True), headers={"x-request-id": "req_1"})
    driver = connect(transport=Server(reply).transport)
    first = driver.call(call, *args)
    sync = {"list": ChatCompletionPage, "messages": MessagePage}
    own_loop = {"list": AsyncChatCompletionPage, "messages": AsyncMessagePage}
    assert type(first) is (own_loop if isinstance(driver.client, AsyncChatClient) else sync)[call]
    assert isinstance(first, models.ChatCompletionList if call == "list" else models.ChatCompletionMessageList)
    assert (ids(first.data), first.has_more, first.request_id) == (["a"], True, "req_1")


def test_pages_by_hand(connect: Callable[..., Any]) -> None:
    """next_page returns the next page, and None for the last one."""
    shelf = Shelf(5)
    driver = connect(transport=shelf.transport)
    first = driver.call("list")
    second = driver.run(first.next_page())
    third = driver.run(second.next_page())
    assert [ids(each.data) for each in (first, second, third)] == [["c0", "c1"], ["c2", "c3"], ["c4"]]
    assert [each.has_more for each in (first, second, third)] == [True, True, False]
    assert driver.run(third.next_page()) is None
    assert shelf.asked == [None, "c1", "c3"]
    assert type(second) is type(first)


def test_iterating_goes_on_from_any_page(connect: Callable[..., Any]) -> None:
    """Iterating over a later page yields its items and those after it, any number of times."""
    driver = connect(transport=Shelf(5).transport)
    second = driver.run(driver.call("list").next_page())
    for _ in range(2):
        assert ids(driver.iterate(second)) == ["c2", "c3", "c4"]


def test_pages_are_fetched_as_needed(connect: Callable[..., Any]) -> None:
    """A page is fetched before the last item of the one before it, whose id is the cursor, and not earlier."""
    shelf = Shelf(6)
    driver = connect(transport=shelf.transport)

    def check(number: int, item: Any) -> bool:
        assert (item.id, len(shelf.asked)) == (f"c{number}", (number + 1) // 2 + 1)
        return number == 2

    if isinstance(driver.client, AsyncChatClient):

        async def walk() -> None:
            number = 0
            async for item in driver.client.list():
                if check(number, item):
                    break
                number += 1

        driver.run(walk())
    else:
        for number, item in enumerate(driver.client.list()):
            if check(number, item):
                break
    assert shelf.asked == [None, "c1"]


def test_an_async_call_is_made_when_awaited() -> None:
    """An async list that nobody awaits or iterates over sends nothing, and causes no warning."""
    shelf = Shelf(3)
    client = AsyncChatClient(api_key="k", transport=shelf.transport)
    client.list()
    client.messages(ID)
    client.create(model="m", messages="Hi.", stream=True)
    assert shelf.asked == []


def test_parameters_go_along(connect: Callable[..., Any]) -> None:
    """Every page is fetched with the parameters and options of the call, but for the cursor."""
    server = Server(of_topic("x", page(["a"], has_more=True)), of_topic("x", page(["b"])))
    params = {"model": "m", "metadata": {"topic": "x"}, "limit": 1, "order": "desc", "extra_query": {"q": "1"}}
    driver = connect(transport=server.transport)
    assert ids(driver.items("list", **params, extra_headers={"x-a": "1"}, timeout=7)) == ["a", "b"]
    first, second = server.requests
    assert dict(second.url.params) == {**dict(first.url.params), "after": "a"}
    assert (second.headers, second.extensions) == (first.headers, first.extensions)


def test_parameters_are_those_of_the_call(connect: Callable[..., Any]) -> None:
    """A change of the caller's filter after the call changes neither the call nor the later pages."""
    server = Server(of_topic("rivers", page(["c0"], has_more=True)), of_topic("rivers", page(["c1"])))
    driver = connect(transport=server.transport)
    filters, more = {"topic": "rivers"}, {"x": "1"}
    pages = driver.client.list(metadata=filters, extra_query=more)
    if not is_async(driver):
        iterator = iter(pages)
        next(iterator)
        pages = iterator
    filters["topic"], more["x"] = "lakes", "2"
    assert driver.iterate(pages)
    for request in server.requests:
        assert (request.url.params["metadata[topic]"], request.url.params["x"]) == ("rivers", "1")
    assert len(server.requests) == 2


def test_after(connect: Callable[..., Any]) -> None:
    """With after, a list begins after an item."""
    shelf = Shelf(5)
    assert ids(connect(transport=shelf.transport).items("list", after="c1")) == ["c2", "c3", "c4"]
    assert shelf.asked == ["c1", "c3"]


@pytest.mark.parametrize(
    ("max_items", "count", "calls"), [(0, 0, 1), (1, 1, 1), (2, 2, 1), (3, 3, 2), (4, 4, 2), (99, 5, 3), (None, 5, 3)]
)
def test_max_items(connect: Callable[..., Any], max_items: int | None, count: int, calls: int) -> None:
    """An iteration yields at most max_items, and fetches no page that it does not need."""
    shelf = Shelf(5)
    found = connect(transport=shelf.transport).items("list", max_items=max_items)
    assert (ids(found), len(shelf.asked)) == ([f"c{number}" for number in range(count)], calls)


def test_max_items_leaves_the_page_alone(connect: Callable[..., Any]) -> None:
    """A page keeps all its items, whatever max_items is."""
    driver = connect(transport=Shelf(5).transport)
    first = driver.call("list", max_items=1)
    assert ids(first.data) == ["c0", "c1"]
    assert driver.run(first.next_page()) is None


def test_max_items_is_not_sent(connect: Callable[..., Any]) -> None:
    """max_items is not sent."""
    server = Server(page([]))
    connect(transport=server.transport).items("list", max_items=3)
    assert server.requests[0].url.query == b""


@pytest.mark.parametrize("max_items", [-1, 1.5, "3", True])
def test_max_items_is_a_count(connect: Callable[..., Any], max_items: Any) -> None:
    """A max_items that is no count is refused before anything is sent."""
    server = Server(page([]))
    driver = connect(transport=server.transport)
    for call, args in (("list", ()), ("messages", (ID,))):
        with pytest.raises((TypeError, ValueError), match="max_items"):
            driver.call(call, *args, max_items=max_items)
    assert server.requests == []


def test_an_empty_page_is_the_end(connect: Callable[..., Any]) -> None:
    """A page without items ends the list, unless it says that there are more."""
    server = Server(page(["a"], has_more=True), page([], last_id="c9"))
    driver = connect(transport=server.transport)
    assert ids(driver.items("list")) == ["a"]
    assert len(server.requests) == 2
    assert driver.run(connect(transport=Server(page([])).transport).call("list").next_page()) is None


@pytest.mark.parametrize(("call", "args"), [("list", ()), ("messages", (ID,))])
def test_an_empty_page_with_more_to_come(connect: Callable[..., Any], call: str, args: tuple[str, ...]) -> None:
    """A page whose items a filter has all taken away goes on from its last_id."""
    empty = {"data": [], "has_more": True, "last_id": "c9"}
    server = Server(page(["a"], has_more=True), empty, {**empty, "last_id": "c12"}, page(["b"]))
    driver = connect(transport=server.transport)
    assert ids(driver.items(call, *args)) == ["a", "b"]
    assert [request.url.params.get("after") for request in server.requests] == [None, "a", "c9", "c12"]
    second = driver.run(connect(transport=Server(empty, page(["b"])).transport).call(call, *args).next_page())
    assert ids(second.data) == ["b"]


NO_CURSOR: list[dict[str, Any]] = [
    {"data": [], "has_more": True},
    {"data": [], "has_more": True, "last_id": ""},
    {"data": [], "has_more": True, "last_id": 0},
    {"data": [{"object": "chat.completion"}], "has_more": True},
    {"data": [{"id": ""}], "has_more": True, "last_id": None},
    {"data": [{"id": ["a"]}], "has_more": True, "last_id": False},
    {"data": [5], "has_more": True, "last_id": {}},
]


@pytest.mark.parametrize("reply", NO_CURSOR)
def test_more_to_come_without_a_cursor(connect: Callable[..., Any], reply: dict[str, Any]) -> None:
    """A page that says that there are more and has no cursor is an error, after its items."""
    driver, found = connect(transport=Server(page(["a"], has_more=True), reply).transport), list[Any]()
    with pytest.raises(APIResponseValidationError, match=r"there are more.*last_id") as caught:
        iterate_into(found, driver, driver.call("list"))
    assert len(found) == 1 + len(reply["data"])
    assert caught.value.body == reply
    first = connect(transport=Server(reply).transport).call("list")
    with pytest.raises(APIResponseValidationError, match="there are more"):
        driver.run(first.next_page())


@pytest.mark.parametrize("reply", NO_CURSOR)
def test_no_cursor_and_no_need_of_one(connect: Callable[..., Any], reply: dict[str, Any]) -> None:
    """Without a cursor the list ends where the server does not say that there are more, or max_items is reached."""
    for has_more in ({"has_more": False}, {"has_more": None}):
        driver = connect(transport=Server({**reply, **has_more}).transport)
        assert len(driver.items("list")) == len(reply["data"])
    enough = connect(transport=Server(reply).transport).items("list", max_items=len(reply["data"]))
    assert len(enough) == len(reply["data"])


@pytest.mark.parametrize(
    ("last_id", "item_id", "after"),
    [(7, "x", "7"), (None, 7, "7"), (0, 7, "7"), (None, 0, "0"), (2**70, 1, str(2**70))],
)
def test_numeric_ids(connect: Callable[..., Any], last_id: Any, item_id: Any, after: str) -> None:
    """Ids that are numbers are cursors, too."""
    first = {"data": [completion(id=item_id)], "has_more": True, "last_id": last_id}
    server = Server(first, page(["b"]))
    assert ids(connect(transport=server.transport).items("list")) == [item_id, "b"]
    assert server.requests[1].url.params["after"] == after


def test_a_cursor_that_does_not_move(connect: Callable[..., Any]) -> None:
    """If the server ignores the cursor and sends the same page again, its items come once, and then an error."""
    server = Server(page(["a", "b"], has_more=True))
    driver = connect(transport=server.transport)
    assert ids(until_error(driver, driver.client.list(), PagingError)) == ["a", "b"]
    assert len(server.requests) == 2


def test_a_cursor_that_does_not_move_by_hand(connect: Callable[..., Any]) -> None:
    """A page that comes again is an error of next_page, too, and so is a cursor."""
    driver = connect(transport=Server(page(["a", "b"], has_more=True)).transport)
    with pytest.raises(PagingError, match="the item 'a' has come before"):
        driver.run(driver.call("list").next_page())
    other = Server(page(["a"], has_more=True, last_id="x"), page(["b"], has_more=True, last_id="x"))
    second = driver.run(connect(transport=other.transport).call("list").next_page())
    with pytest.raises(PagingError, match="the cursor 'x' has come before"):
        driver.run(second.next_page())


def test_a_cycle_of_cursors(connect: Callable[..., Any]) -> None:
    """A circle of pages is an error after each of them has come once."""
    server = Server(page(["a"], has_more=True), page(["b"], has_more=True), page(["a"], has_more=True))
    driver = connect(transport=server.transport)
    assert ids(until_error(driver, driver.client.list(), PagingError)) == ["a", "b"]
    assert len(server.requests) == 3


def test_pages_that_overlap(connect: Callable[..., Any]) -> None:
    """An item that came on an earlier page is an error; one that a page has twice is the server's own business."""
    driver = connect(transport=Server(page(["a", "b"], has_more=True), page(["b", "c"])).transport)
    assert ids(until_error(driver, driver.client.list(), PagingError)) == ["a", "b"]
    driver = connect(transport=Server(page(["a", "a"], has_more=True), page(["b"])).transport)
    assert ids(driver.items("list")) == ["a", "a", "b"]


def test_another_iteration(connect: Callable[..., Any]) -> None:
    """Iterating again over a page begins anew: what came in the first iteration is no repetition."""
    driver = connect(transport=Shelf(5).transport)
    first = driver.call("list")
    for _ in range(2):
        assert len(driver.iterate(first)) == 5


def test_a_server_without_pages(connect: Callable[..., Any]) -> None:
    """Who does not say whether there is more, and sends the same again, has sent all that there is."""
    reply = page(["a", "b"])
    for has_more in (None, "false"):
        driver = connect(transport=Server({**reply, "has_more": has_more}).transport)
        assert ids(driver.items("list")) == ["a", "b"]
        assert driver.run(driver.call("list").next_page()) is None


def test_memory_of_a_long_list() -> None:
    """Of a list of any length the latest 10,000 ids are known, and all cursors."""
    trail = Trail()
    for number in range(30):
        items = [SimpleNamespace(id=f"{number}-{place}") for place in range(1_000)]
        assert trail.repeated(items) is None
        assert trail.add(items, str(number))
    assert len(trail._ids) == len(trail._latest) == 10_000
    assert trail.repeated([SimpleNamespace(id="20-0")]) == "20-0"
    assert not trail.add([], "0")


def test_a_server_without_has_more(connect: Callable[..., Any]) -> None:
    """If the server does not send has_more, pages are fetched until one is empty."""
    replies = [page(["a", "b"]), page(["c"]), page([])]
    for reply in replies:
        del reply["has_more"]
    server = Server(*replies)
    assert ids(connect(transport=server.transport).items("list")) == ["a", "b", "c"]
    assert len(server.requests) == 3


@pytest.mark.parametrize("last_id", [None, "", 0, 7.5, ["c"], {"a": 1}, True])
def test_a_server_without_last_id(connect: Callable[..., Any], last_id: Any) -> None:
    """If last_id is missing or odd, the last item's own id is the cursor."""
    server = Server(page(["a", "b"], has_more=True, last_id=last_id), page(["c"]))
    assert ids(connect(transport=server.transport).items("list")) == ["a", "b", "c"]
    assert server.requests[1].url.params["after"] == "b"


@pytest.mark.parametrize("reply", [{"data": None}, {"object": "list"}, {"has_more": False}])
def test_no_data(connect: Callable[..., Any], reply: dict[str, Any]) -> None:
    """A page without data, or with null, has no items."""
    driver = connect(transport=Server(reply).transport)
    assert driver.items("list") == []
    assert driver.run(driver.call("list").next_page()) is None


@pytest.mark.parametrize(
    "reply", [{"first_id": "b"}, {"object": "list"}, {"data": None, "has_more": True}, {"data": None}, completion()]
)
def test_what_follows_is_no_page(connect: Callable[..., Any], reply: dict[str, Any]) -> None:
    """If has_more promised another page, an answer that is no page is an error and not the end of the list."""
    server = Server(page(["a"], has_more=True), reply)
    driver, found = connect(transport=server.transport), []
    with pytest.raises(APIResponseValidationError, match="no list of items"):
        found += driver.items("list")
    with pytest.raises(APIResponseValidationError, match="no list of items"):
        driver.run(connect(transport=Server(page(["a"], has_more=True), reply).transport).call("list").next_page())


def test_items_without_members(connect: Callable[..., Any]) -> None:
    """An empty object among the items of a page is read, though as a whole answer it would be none."""
    (found,) = connect(transport=Server(page([], data=[{}])).transport).items("list")
    assert (type(found), found.text, found.to_dict()) == (ChatCompletion, "", {})


def test_an_empty_page_may_be_null(connect: Callable[..., Any]) -> None:
    """A last page whose empty list is written as null, as servers in Go write it, ends the list."""
    server = Server(page(["a"], has_more=True), {"object": "list", "data": None, "has_more": False})
    assert ids(connect(transport=server.transport).items("list")) == ["a"]


def test_null_with_more_to_come(connect: Callable[..., Any]) -> None:
    """A first page without a list whose has_more is true is an error, too."""
    driver = connect(transport=Server({"data": None, "has_more": True}).transport)
    with pytest.raises(APIResponseValidationError, match="missing or null"):
        driver.items("list")


@pytest.mark.parametrize("data", [5, "abc", {"a": 1}, True])
def test_data_of_another_shape(connect: Callable[..., Any], data: Any) -> None:
    """Data that is no list is kept as it came; iterating over it raises an error of the tree."""
    driver = connect(transport=Server({"data": data, "has_more": True}).transport)
    first = driver.call("list")
    assert first.data == data
    with pytest.raises(APIResponseValidationError, match="list of items"):
        driver.iterate(first)
    with pytest.raises(APIResponseValidationError, match="list of items"):
        driver.run(first.next_page())


def test_odd_items(connect: Callable[..., Any]) -> None:
    """Items that are not objects are yielded as they came."""
    driver = connect(transport=Server({"data": [5, None, "a", completion()], "has_more": False}).transport)
    found = driver.items("list")
    assert (found[:3], found[3].text) == ([5, None, "a"], "Hi.")


def test_a_page_that_fails(connect: Callable[..., Any]) -> None:
    """A failure of a later page is raised in the iteration, after the items before it."""
    server = Server(page(["a"], has_more=True), httpx.Response(400))
    driver = connect(transport=server.transport)
    first = driver.call("list")
    with pytest.raises(BadRequestError):
        driver.iterate(first)
    assert len(server.requests) == 2


def test_a_page_is_written_back_as_it_came(connect: Callable[..., Any]) -> None:
    """A page written back gives what was read."""
    reply = page(["a", "b"], new={"x": [1]})
    assert connect(transport=Server(reply).transport).call("list").to_dict() == reply


def test_a_page_from_a_mapping() -> None:
    """A page that was read from a mapping iterates over its items; for more it says what to call."""
    whole = page(["a", "b"])
    assert [one.id for one in ChatCompletionPage.from_dict(whole)] == ["a", "b"]
    items = iter(ChatCompletionPage.from_dict({**whole, "has_more": True}))
    assert [next(items).id, next(items).id] == ["a", "b"]
    with pytest.raises(RuntimeError, match=r"read from a mapping.*after='b'"):
        next(items)


@pytest.mark.parametrize(("call", "args"), [("list", ()), ("messages", (ID,))])
def test_a_pickled_page(connect: Callable[..., Any], call: str, args: tuple[str, ...]) -> None:
    """A pickled page holds its items and no key; fetching the next page is an error that says how to get it."""
    driver = connect(api_key=KEY, transport=Server(page(["a", "b"], has_more=True)).transport)
    first = driver.call(call, *args, extra_headers={"x-token": KEY})
    data = pickle.dumps(first)
    assert KEY.encode() not in data
    again = pickle.loads(data)
    assert (type(again), again, ids(again.data), again.headers) == (type(first), first, ["a", "b"], first.headers)
    found: list[Any] = []
    with pytest.raises(RuntimeError, match=r"pickled.*after='b'"):
        iterate_into(found, driver, again)
    assert ids(found) == ["a", "b"]
    with pytest.raises(RuntimeError, match=r"pickled.*after='b'"):
        driver.run(again.next_page())


def iterate_into(found: list[Any], driver: Any, iterable: Any) -> None:
    if not is_async(driver):
        found.extend(iterable)
        return

    async def collect() -> None:
        async for item in iterable:
            found.append(item)  # noqa: PERF401 - what came before a failure must be there

    driver.run(collect())


def test_a_pickled_page_without_another(connect: Callable[..., Any]) -> None:
    """The last page survives pickle whole, and max_items still counts."""
    last = pickle.loads(pickle.dumps(connect(transport=Shelf(2).transport).call("list")))
    driver = connect(transport=Shelf(5).transport)
    assert ids(driver.iterate(last)) == ["c0", "c1"]
    cut = pickle.loads(pickle.dumps(driver.call("list", max_items=1)))
    assert ids(driver.iterate(cut)) == ["c0"]
    assert driver.run(cut.next_page()) is None


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copied_page(connect: Callable[..., Any], copied: Callable[[Any], Any]) -> None:
    """A copy of a page fetches the next pages as the page itself does."""
    driver = connect(transport=Shelf(5).transport)
    assert ids(driver.iterate(copied(driver.call("list")))) == ["c0", "c1", "c2", "c3", "c4"]


@pytest.mark.parametrize("after", [{}, {"after": "c0"}])
def test_a_cursor_in_extra_query(connect: Callable[..., Any], after: dict[str, str]) -> None:
    """A cursor in extra_query is for the first page alone."""
    shelf = Shelf(6)
    found = connect(transport=shelf.transport).items("list", extra_query={"after": "c1", "q": "1"}, **after)
    assert (ids(found), shelf.asked) == (["c2", "c3", "c4", "c5"], ["c1", "c3"])


def test_repr(connect: Callable[..., Any]) -> None:
    """The repr of a page shows the number of items and the cursor, no items; an async call's shows how to use it."""
    driver = connect(transport=Server(page(["a", "b"], has_more=True)).transport)
    call = driver.client.list() if is_async(driver) else None
    assert call is None or repr(call) == "<AsyncPages, to be awaited or iterated over by async for>"
    first = driver.call("list")
    assert repr(first) == f"<{type(first).__name__} of 2 items, has_more=True, last_id='b'>"
