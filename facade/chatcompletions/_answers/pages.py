"""Pages that fetch their successors: iterate over all items, or go page by page by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from attrs import define

from chatcompletions._checks import check_count
from chatcompletions._coroutine import LazyCoroutine
from chatcompletions._errors import APIResponseValidationError
from chatcompletions._generated import models
from chatcompletions._public import public
from chatcompletions._redaction import Discreet

from .models import Answer, ChatCompletion, headers_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
    from typing import NoReturn, Self


ItemT = TypeVar("ItemT")
PageT = TypeVar("PageT", bound="Page[Any]")
AsyncPageT = TypeVar("AsyncPageT", bound="_AsyncPage[Any]")


def kept(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a call's parameters with copies of their mappings, because the next page is asked for by the same."""
    return Discreet((name, dict(value) if isinstance(value, Mapping) else value) for name, value in params.items())


@define
class Position:
    """Where a page stands in its list.

    Attributes:
        fetch: Called with the position of another page, returns that page or an awaitable of it.
        after: The cursor that the page was asked for with.
        left: How many items an iteration that begins here may yield; `None` for all.
        follows: Whether another page led here.
    """

    fetch: Callable[[Position], Any]
    after: str | None
    left: int | None
    follows: bool = False

    @classmethod
    def first(cls, fetch: Callable[[Position], Any], params: Mapping[str, Any], max_items: int | None) -> Position:
        """Return the position that a call asks for."""
        if max_items is not None:
            check_count("max_items", max_items)
        return cls(fetch, params.get("after"), max_items)

    def held_by(self, page: PageT) -> PageT:
        """Give a page its position.

        Raises:
            APIResponseValidationError: It is no page, though there was to be one. The list would seem to end here.
        """
        page._position = self
        if self.follows and page.has_more is not False:
            page._check_list()
        return page

    def applied_to(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return a call's parameters with the cursor of this position."""
        if self.after == params.get("after"):
            return params
        # A cursor that the caller put there was for the first page.
        extra_query = {name: value for name, value in (params.get("extra_query") or {}).items() if name != "after"}
        return Discreet(params, after=self.after, extra_query=extra_query)

    def __copy__(self) -> Position:
        return self

    def __deepcopy__(self, _: Any) -> Position:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        # What fetches holds the client, and the client its key.
        return Position, (_refuse, self.after, self.left, self.follows)


def _refuse(position: Position) -> NoReturn:
    raise RuntimeError(
        "this page was pickled, and its client was not: for what follows, call list or messages again, with "
        f"after={position.after!r}"
    )


class Page(Answer, Generic[ItemT]):
    """Where the next page starts, and when there is none."""

    __slots__ = ()

    if TYPE_CHECKING:
        # As the generated model that a page extends has them; it has `data` too, with items of its own class.
        has_more: bool
        last_id: str
        _position: Position

    def __repr__(self) -> str:
        data = cast("Any", self).data
        items = f"{len(data)} items" if isinstance(data, list) else "no items"
        return f"<{type(self).__name__} of {items}, has_more={self.has_more!r}, last_id={self.last_id!r}>"

    def _items(self, seen: set[str]) -> list[ItemT]:
        # A page that ends where an earlier one did holds the same items, from a server that ignores the cursor.
        return [] if self._cursor in seen else self._listed()[: self._position.left]

    def _listed(self) -> list[ItemT]:
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
        items = self._listed()
        candidates = (self.last_id, getattr(items[-1], "id", None)) if items else ()
        return next((cursor for cursor in candidates if cursor and isinstance(cursor, str)), None)

    def _next(self, seen: set[str]) -> Any:
        """Return the next page, or the awaitable of it; `None` when done or when a cursor comes up again."""
        # A server that does not say whether there is more is asked until a page comes back empty.
        cursor = self._cursor
        if self.has_more is False or cursor is None:
            return None
        position = self._position
        left = None if position.left is None else position.left - len(self._listed())
        if cursor == position.after or cursor in seen or (left is not None and left <= 0):
            return None
        seen.add(cursor)
        return position.fetch(Position(position.fetch, cursor, left, follows=True))


class _SyncPage(Page[ItemT]):
    __slots__ = ()

    def next_page(self) -> Self | None:
        """Fetch the page behind this one; `None` when this is the last."""
        page: Self | None = self._next(set())
        return page

    def __iter__(self) -> Iterator[ItemT]:
        page: _SyncPage[ItemT] | None = self
        seen: set[str] = set()
        while page is not None:
            yield from page._items(seen)
            page = page._next(seen)


class _AsyncPage(Page[ItemT]):
    __slots__ = ()

    async def next_page(self) -> Self | None:
        """Fetch the page behind this one; `None` when this is the last."""
        following: Awaitable[Self] | None = self._next(set())
        return None if following is None else await following

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        following: Awaitable[Self] | None
        page = self
        seen: set[str] = set()
        while True:
            for item in page._items(seen):
                yield item
            following = page._next(seen)
            if following is None:
                return
            page = await following


class _Completions(models.ChatCompletionList):
    """Reads the items as the class that has the facade's properties."""

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
    """A page of stored completions; iterating goes on over the pages behind it."""

    __slots__ = ("_headers", "_position")

    if TYPE_CHECKING:
        data: list[ChatCompletion]  # type: ignore[assignment] # narrower, as from_dict makes it


@public
class AsyncChatCompletionPage(_AsyncPage[ChatCompletion], _Completions):
    """A page of stored completions; ``async for`` goes on over the pages behind it."""

    __slots__ = ("_headers", "_position")

    if TYPE_CHECKING:
        data: list[ChatCompletion]  # type: ignore[assignment] # narrower, as from_dict makes it


@public
class MessagePage(_SyncPage[models.ChatCompletionStoreMessage], models.ChatCompletionMessageList):
    """A page of a stored completion's messages; iterating goes on over the pages behind it."""

    __slots__ = ("_headers", "_position")


@public
class AsyncMessagePage(_AsyncPage[models.ChatCompletionStoreMessage], models.ChatCompletionMessageList):
    """A page of a stored completion's messages; ``async for`` goes on over the pages behind it."""

    __slots__ = ("_headers", "_position")


@public
class AsyncPages(LazyCoroutine[AsyncPageT], Generic[ItemT, AsyncPageT]):
    """A paged call on its way: ``async for`` over all items, or ``await`` or a task for the first page."""

    def __init__(self, fetch: Callable[[], Coroutine[Any, Any, AsyncPageT]]) -> None:
        self._fetch = fetch

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, to be awaited or iterated over by async for>"

    def _begin(self) -> Coroutine[Any, Any, AsyncPageT]:
        return self._fetch()

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        async for item in await self:
            yield item
