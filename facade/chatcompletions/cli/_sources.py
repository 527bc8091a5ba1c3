"""Where stored completions are read: a service, or a file that ``sync`` wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

from attrs import field, frozen

from ._failure import refusals
from ._texts import answer_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

    from chatcompletions import ChatClient


@frozen
class Query:
    """What stored completions are looked for.

    Attributes:
        model: The model that answered.
        metadata: Pairs that the metadata must hold.
        since: The earliest time of creation, in seconds since 1970.
        until: The time before which they were created.
        order: ``desc`` begins with the newest.
        after: The id of a completion; those that follow it in the order are found.
        text: Words that are all in the messages or the answer; of a service, in the answer.
        further: Other parameters of the API, for a service.
    """

    model: str | None = None
    metadata: Mapping[str, str] = field(factory=dict)
    since: float | None = None
    until: float | None = None
    order: Literal["asc", "desc"] = "desc"
    after: str | None = None
    text: str | None = None
    further: Mapping[str, Any] = field(factory=dict)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of `ChatClient.list`."""
        own = ("model", "metadata", "since", "until", "after")
        given = {name: value for name in own if (value := getattr(self, name))}
        return {**given, "order": self.order, "limit": 100, **self.further}


class Source(Protocol):
    """Stored completions as the API's JSON. A completion that is not there raises `NotFoundError`.

    Attributes:
        title: The base URL, or the name of the file.
        note: What a person should know about it.
    """

    title: str
    note: str | None

    def find(self, query: Query) -> Iterator[dict[str, Any]]:
        """Yield the completions that match, reading as it goes."""
        ...

    def get(self, completion_id: str) -> dict[str, Any]:
        """Return a completion."""
        ...

    def messages(self, completion_id: str) -> Iterator[dict[str, Any]]:
        """Yield the messages of the request of a completion."""
        ...

    def update(self, completion_id: str, metadata: Mapping[str, str]) -> dict[str, Any]:
        """Replace the metadata of a completion, and return it."""
        ...

    def delete(self, completion_id: str) -> None:
        """Delete a completion."""
        ...

    def close(self) -> None:
        """Close the connections, or the file."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class ServiceSource:
    """The stored completions of a service."""

    note: str | None = None

    def __init__(self, client: ChatClient) -> None:
        self.client = client
        self.title = str(client.base_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def find(self, query: Query) -> Iterator[dict[str, Any]]:
        """Yield the completions that match, fetching pages as needed."""
        words = (query.text or "").casefold().split()
        with refusals():
            found = self.client.list(**query.parameters())
        for item in found:
            completion = item.to_dict()
            if words:
                text = answer_text(completion).casefold()
                if not all(word in text for word in words):
                    continue
            yield completion

    def get(self, completion_id: str) -> dict[str, Any]:
        """Fetch a completion."""
        with refusals():
            return self.client.get(completion_id).to_dict()

    def messages(self, completion_id: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Yield the messages of a completion's request, fetching pages as needed."""
        with refusals():
            found = self.client.messages(completion_id, limit=100, **params)
        for message in found:
            yield message.to_dict()

    def update(self, completion_id: str, metadata: Mapping[str, str]) -> dict[str, Any]:
        """Replace the metadata of a completion."""
        with refusals():
            return self.client.update(completion_id, metadata=metadata).to_dict()

    def delete(self, completion_id: str) -> None:
        """Delete a completion."""
        with refusals():
            self.client.delete(completion_id)

    def close(self) -> None:
        """Close the client."""
        self.client.close()
