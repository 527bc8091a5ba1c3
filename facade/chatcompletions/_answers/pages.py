"""Pages of a list, which fetch the next pages: for all items at once, or page by page."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from attrs import define, evolve

from chatcompletions._checks import check_count
from chatcompletions._errors import APIResponseValidationError, PagingError
from chatcompletions._generated import models
from chatcompletions._public import public
from chatcompletions._redaction import SecretDict

from .coroutine import LazyCoroutine
from .filters import Filters, Order
from .models import Answer, ChatCompletion, headers_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator
    from typing import NoReturn, Self


#: Ids that are known, to find an item that comes again; of a list of any length, these are its latest pages.
_MOST_IDS = 10_000

ItemT = TypeVar("ItemT")
PageT = TypeVar("PageT", bound="Page[Any]")
AsyncPageT = TypeVar("AsyncPageT", bound="_AsyncPage[Any]")


def snapshot(params: Mapping[str, Any]) -> dict[str, Any]:
    """Snapshot the parameters for later pages."""
    return SecretDict((name, dict(value) if isinstance(value, Mapping) else value) for name, value in params.items())


class Trail:
    """The way through a list: the cursors, and the ids of the latest items."""

    def __init__(self, cursors: Iterable[str] = (), ids: Iterable[Any] = ()) -> None:
        self._cursors = set(cursors)
        self._latest = deque(ids, maxlen=_MOST_IDS)
        self._ids = set(self._latest)

    def copy(self) -> Trail:
        """Return a trail that goes on by itself."""
        return Trail(self._cursors, self._latest)

    def repeated(self, items: list[Any]) -> Any:
        """Return the id of an item that has come before; `None` if all are new."""
        return next((found for found in _ids(items) if found in self._ids), None)

    def has_all(self, items: list[Any]) -> bool:
        """Tell whether all items have come before."""
        return all(found in self._ids for found in _ids(items))

    def add(self, items: list[Any], cursor: str) -> bool:
        """Add a page, and tell whether its cursor is a new one."""
        for found in _ids(items):
            if len(self._latest) == _MOST_IDS:
                self._ids.discard(self._latest[0])
            self._latest.append(found)
            self._ids.add(found)
        is_new = cursor not in self._cursors
        self._cursors.add(cursor)
        return is_new


def _ids(items: list[Any]) -> Iterator[Any]:
    found = (getattr(item, "id", None) for item in items)
    return (one for one in found if isinstance(one, str | int) and one != "")


@define
class Position:
    """The position of a page in its list.

    Attributes:
        fetch: Takes the position of another page, and returns that page or an awaitable of it.
        after: The cursor with which the page was requested.
        remaining: How many items an iteration that begins here may yield; `None` for all.
        is_continuation: Whether the position comes from an earlier page.
        filters: What the items have to match; `None` if any will do.
        order: The order of the items so far; `None` before the first one.
        trail: The way to the page; `None` for the first one.
        cursor: The cursor of the page after it, if filters may have taken the item that it comes from.
        is_over: Whether the filters let no later item through.
        is_repetition: Whether the page has nothing but what came before, and does not say that there is more.
    """

    fetch: Callable[[Position], Any]
    after: str | None
    remaining: int | None
    is_continuation: bool = False
    filters: Filters | None = None
    order: Order | None = None
    trail: Trail | None = None
    cursor: str | None = None
    is_over: bool = False
    is_repetition: bool = False

    @classmethod
    def first(
        cls,
        fetch: Callable[[Position], Any],
        params: Mapping[str, Any],
        max_items: int | None,
        since: float | None = None,
        until: float | None = None,
    ) -> Position:
        """Return the position of the first page of a call."""
        if max_items is not None:
            check_count("max_items", max_items)
        return cls(fetch, params.get("after"), max_items, filters=Filters.of(params, since, until))

    def assign_to(self, page: PageT) -> PageT:
        """Set this as the position of a page, and leave out the items that were not asked for.

        Raises:
            APIResponseValidationError: The page has no list, and the one before it promised more items.
            FilterIgnoredError: An item does not match what was asked for.
            PagingError: An item has come before.
        """
        page._position = self
        if self.is_continuation and page.has_more is not False:
            page._check_list()
        if not self.is_continuation and self.filters is None:
            return page
        items = page._item_list()
        if self.trail is not None and (repeated := self.trail.repeated(items)) is not None:
            # Who does not say whether there is more, and sends the same again, has no pages: it was all.
            self.is_repetition = page.has_more is not True and self.trail.has_all(items)
            if not self.is_repetition:
                raise _paging_error(page, f"the item {repeated!r} has come before, on an earlier page")
        if self.filters is not None:
            self.cursor, self.order = page._cursor, self.order or Order()
            cast("Any", page).data, self.is_over = self.filters.select(items, self.order)
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

    def _repr_html_(self) -> str:
        from chatcompletions._notebook import page_html

        return page_html(self)

    def _own_position(self) -> Position:
        # A page that was read from a mapping has none.
        return getattr(self, "_position", None) or Position(_refuse_to_fetch, None, None)

    def _items(self) -> list[ItemT]:
        return self._item_list()[: self._own_position().remaining]

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
        if (known := self._own_position().cursor) is not None:
            return known
        items = self._item_list()
        # If the server does not say whether there is more, pages are fetched until one is empty.
        if not items and self.has_more is not True:
            return None
        # A number of 0 stands for none in last_id, as some languages write it, but may be an item's own id.
        for cursor in (self.last_id or None, getattr(items[-1], "id", None) if items else None):
            if isinstance(cursor, str | int) and not isinstance(cursor, bool) and cursor != "":
                return str(cursor)
        return None

    def _fetch_next(self, *, is_inner: bool = False) -> Any:
        """Fetch the next page, or return its awaitable; `None` at the end of the list.

        Args:
            is_inner: Whether the page belongs to an iteration, whose trail goes on; else the next one begins its own.

        Raises:
            PagingError: The cursor was used before.
        """
        position, cursor = self._own_position(), self._cursor
        items = self._item_list()
        remaining = None if position.remaining is None else position.remaining - len(items)
        if self.has_more is False or position.is_over or (remaining is not None and remaining <= 0):
            return None
        if cursor is None and self.has_more is True:
            raise APIResponseValidationError(
                "the page says that there are more, but neither its last_id nor its last item's id is a cursor",
                headers=headers_of(self),
                body=cast("Any", self).to_dict(),
            )
        if cursor is None:
            return None
        trail = position.trail
        if not is_inner or trail is None:
            trail = Trail() if trail is None else trail.copy()
        if not trail.add(items, cursor) or cursor == position.after:
            raise _paging_error(self, f"the cursor {cursor!r} has come before")
        following = evolve(
            position,
            after=cursor,
            remaining=remaining,
            is_continuation=True,
            is_repetition=False,
            order=position.order and evolve(position.order),
            trail=trail,
            cursor=None,
        )
        return position.fetch(following)


def _new(page: PageT | None) -> PageT | None:
    """Return a page, unless it only repeats what came before."""
    return None if page is not None and page._own_position().is_repetition else page


def _paging_error(page: Page[Any], problem: str) -> PagingError:
    return PagingError(
        f"the pages of the list go in circles, or overlap: {problem}; the server does not page as the API does",
        headers=headers_of(page),
        body=cast("Any", page).to_dict(),
    )


class _SyncPage(Page[ItemT]):
    __slots__ = ()

    def next_page(self) -> Self | None:
        """Fetch the next page; `None` if this is the last one.

        Raises:
            PagingError: Its items, or its cursor, have come before.
        """
        page: Self | None = self._fetch_next()
        return _new(page)

    def __iter__(self) -> Iterator[ItemT]:
        page: _SyncPage[ItemT] | None = self
        while page is not None:
            items, failure, following = page._items(), None, None
            yield from items[:-1]
            # Before the last item, whose id is the cursor: whoever has it may delete it.
            try:
                following = _new(page._fetch_next(is_inner=page is not self))
            except Exception as exc:
                failure = exc
            yield from items[-1:]
            if failure is not None:
                raise failure
            page = following


class _AsyncPage(Page[ItemT]):
    __slots__ = ()

    async def next_page(self) -> Self | None:
        """Fetch the next page; `None` if this is the last one; see `ChatCompletionPage.next_page`."""
        following: Awaitable[Self] | None = self._fetch_next()
        return None if following is None else _new(await following)

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        page: _AsyncPage[ItemT] | None = self
        while page is not None:
            items, failure, following = page._items(), None, None
            for item in items[:-1]:
                yield item
            try:
                awaitable = page._fetch_next(is_inner=page is not self)
                following = None if awaitable is None else _new(await awaitable)
            except Exception as exc:
                failure = exc
            for item in items[-1:]:
                yield item
            if failure is not None:
                raise failure
            page = following


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

    __slots__ = ("_headers", "_position", "_record")

    if TYPE_CHECKING:
        data: list[ChatCompletion]  # type: ignore[assignment] # narrower, as from_dict makes it


@public
class AsyncChatCompletionPage(_AsyncPage[ChatCompletion], _Completions):
    """A page of stored completions; ``async for`` goes on over the pages after it."""

    __slots__ = ("_headers", "_position", "_record")

    if TYPE_CHECKING:
        data: list[ChatCompletion]  # type: ignore[assignment] # narrower, as from_dict makes it


@public
class MessagePage(_SyncPage[models.ChatCompletionStoreMessage], models.ChatCompletionMessageList):
    """A page of a stored completion's messages; iterating goes on over the pages after it."""

    __slots__ = ("_headers", "_position", "_record")


@public
class AsyncMessagePage(_AsyncPage[models.ChatCompletionStoreMessage], models.ChatCompletionMessageList):
    """A page of a stored completion's messages; ``async for`` goes on over the pages after it."""

    __slots__ = ("_headers", "_position", "_record")


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
