"""Pages of a list, which fetch the next pages: for all items at once, or page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from attrs import define

from chatcompletions._checks import check_count
from chatcompletions._errors import APIResponseValidationError
from chatcompletions._generated import models
from chatcompletions._public import public
from chatcompletions._redaction import SecretDict

from .coroutine import LazyCoroutine
from .models import Answer, ChatCompletion, headers_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
    from typing import NoReturn, Self


ItemT = TypeVar("ItemT")
PageT = TypeVar("PageT", bound="Page[Any]")
AsyncPageT = TypeVar("AsyncPageT", bound="_AsyncPage[Any]")


def snapshot(params: Mapping[str, Any]) -> dict[str, Any]:
    """Snapshot the parameters for later pages."""
    return SecretDict((name, dict(value) if isinstance(value, Mapping) else value) for name, value in params.items())


@define
class Position:
    """The position of a page in its list.

    Attributes:
        fetch: Takes the position of another page, and returns that page or an awaitable of it.
        after: The cursor with which the page was requested.
        remaining: How many items an iteration that begins here may yield; `None` for all.
        is_continuation: Whether the position comes from an earlier page.
    """

    fetch: Callable[[Position], Any]
    after: str | None
    remaining: int | None
    is_continuation: bool = False

    @classmethod
    def first(cls, fetch: Callable[[Position], Any], params: Mapping[str, Any], max_items: int | None) -> Position:
        """Return the position of the first page of a call."""
        if max_items is not None:
            check_count("max_items", max_items)
        return cls(fetch, params.get("after"), max_items)

    def assign_to(self, page: PageT) -> PageT:
        """Set this as the position of a page.

        Raises:
            APIResponseValidationError: The page has no list, and the one before it promised more items.
        """
        page._position = self
        if self.is_continuation and page.has_more is not False:
            page._check_list()
        return page

    def apply_to(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a call's parameters with the cursor of this position."""
        if self.after == params.get("after"):
            return params
        # A cursor of the caller's in extra_query was for the first page.
        extra_query = {name: value for name, value in (params.get("extra_query") or {}).items() if name != "after"}
        return SecretDict(params, after=self.after, extra_query=extra_query)

    def __copy__(self) -> Position:
        return self

    def __deepcopy__(self, _: Any) -> Position:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        # `fetch` refers to the client, and the client to its key.
        return Position, (_refuse_to_fetch, self.after, self.remaining, self.is_continuation)


def _refuse_to_fetch(position: Position) -> NoReturn:
    raise RuntimeError(
        "this page has no client, since it was pickled or read from a mapping: call list or messages again, with "
        f"after={position.after!r}"
    )


class Page(Answer, Generic[ItemT]):
    """The parts that all pages share: their items, and the cursor of the next page."""

    __slots__ = ()

    if TYPE_CHECKING:
        # Fields of the generated model that a page extends; it has `data` too, with items of its own class.
        has_more: bool
        last_id: str
        _position: Position

    def __repr__(self) -> str:
        data = cast("Any", self).data
        items = f"{len(data)} items" if isinstance(data, list) else "no items"
        return f"<{type(self).__name__} of {items}, has_more={self.has_more!r}, last_id={self.last_id!r}>"

    def _own_position(self) -> Position:
        # A page that was read from a mapping has none.
        return getattr(self, "_position", None) or Position(_refuse_to_fetch, None, None)

    def _items(self, seen: set[str]) -> list[ItemT]:
        # A page with the same cursor as an earlier one has the same items: the server ignores the cursor.
        return [] if self._cursor in seen else self._item_list()[: self._own_position().remaining]

    def _item_list(self) -> list[ItemT]:
        data = cast("Any", self).data
        if data is None and self.has_more is not True:
            return []
        self._check_list()
        return cast("list[ItemT]", data)

    def _check_list(self) -> None:
        data = cast("Any", self).data
        if not isinstance(data, list):
            found = "missing or null" if data is None else f"of type {type(data).__name__}"
            raise APIResponseValidationError(
                f"the page has no list of items, its data is {found}", headers=headers_of(self), body=data
            )

    @property
    def _cursor(self) -> str | None:
        items = self._item_list()
        # If the server does not say whether there is more, pages are fetched until one is empty.
        if not items and self.has_more is not True:
            return None
        # A number of 0 stands for none in last_id, as some languages write it, but may be an item's own id.
        for cursor in (self.last_id or None, getattr(items[-1], "id", None) if items else None):
            if isinstance(cursor, str | int) and not isinstance(cursor, bool) and cursor != "":
                return str(cursor)
        return None

    def _fetch_next(self, seen: set[str]) -> Any:
        """Fetch the next page, or return its awaitable; `None` at the end of the list, or if a cursor repeats."""
        position, cursor = self._own_position(), self._cursor
        remaining = None if position.remaining is None else position.remaining - len(self._item_list())
        if self.has_more is False or (remaining is not None and remaining <= 0):
            return None
        if cursor is None and self.has_more is True:
            raise APIResponseValidationError(
                "the page says that there are more, but neither its last_id nor its last item's id is a cursor",
                headers=headers_of(self),
                body=cast("Any", self).to_dict(),
            )
        if cursor is None or cursor == position.after or cursor in seen:
            return None
        seen.add(cursor)
        return position.fetch(Position(position.fetch, cursor, remaining, is_continuation=True))


class _SyncPage(Page[ItemT]):
    __slots__ = ()

    def next_page(self) -> Self | None:
        """Fetch the next page; `None` if this is the last one."""
        page: Self | None = self._fetch_next(set())
        return page

    def __iter__(self) -> Iterator[ItemT]:
        page: _SyncPage[ItemT] | None = self
        seen: set[str] = set()
        while page is not None:
            yield from page._items(seen)
            page = page._fetch_next(seen)


class _AsyncPage(Page[ItemT]):
    __slots__ = ()

    async def next_page(self) -> Self | None:
        """Fetch the next page; `None` if this is the last one."""
        following: Awaitable[Self] | None = self._fetch_next(set())
        return None if following is None else await following

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        following: Awaitable[Self] | None
        page = self
        seen: set[str] = set()
        while True:
            for item in page._items(seen):
                yield item
            following = page._fetch_next(seen)
            if following is None:
                return
            page = await following


class _Completions(models.ChatCompletionList):
    """A list whose items are read as `ChatCompletion`."""

    __slots__ = ()

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        data = src_dict.get("data")
        if not isinstance(data, list):
            return super().from_dict(src_dict)
        page = super().from_dict({**src_dict, "data": []})
        read = ChatCompletion.from_dict
        page.data = [read(item) if isinstance(item, dict) else item for item in data]
        return page


@public
class ChatCompletionPage(_SyncPage[ChatCompletion], _Completions):
    """A page of stored completions; iterating goes on over the pages after it."""

    __slots__ = ("_headers", "_position")

    if TYPE_CHECKING:
        data: list[ChatCompletion]  # type: ignore[assignment] # narrower, as from_dict makes it


@public
class AsyncChatCompletionPage(_AsyncPage[ChatCompletion], _Completions):
    """A page of stored completions; ``async for`` goes on over the pages after it."""

    __slots__ = ("_headers", "_position")

    if TYPE_CHECKING:
        data: list[ChatCompletion]  # type: ignore[assignment] # narrower, as from_dict makes it


@public
class MessagePage(_SyncPage[models.ChatCompletionStoreMessage], models.ChatCompletionMessageList):
    """A page of a stored completion's messages; iterating goes on over the pages after it."""

    __slots__ = ("_headers", "_position")


@public
class AsyncMessagePage(_AsyncPage[models.ChatCompletionStoreMessage], models.ChatCompletionMessageList):
    """A page of a stored completion's messages; ``async for`` goes on over the pages after it."""

    __slots__ = ("_headers", "_position")


@public
class AsyncPages(LazyCoroutine[AsyncPageT], Generic[ItemT, AsyncPageT]):
    """A paged call that has not begun: ``async for`` over all items, or ``await`` or a task for the first page."""

    def __init__(self, fetch: Callable[[], Coroutine[Any, Any, AsyncPageT]]) -> None:
        self._fetch = fetch

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, to be awaited or iterated over by async for>"

    def _start(self) -> Coroutine[Any, Any, AsyncPageT]:
        return self._fetch()

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        async for item in await self:
            yield item
