"""The two clients, which differ in waiting alone: requests and answers are made and read elsewhere."""

from __future__ import annotations

import os
import weakref
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Coroutine, Generator, Iterable, Mapping
from contextlib import nullcontext
from datetime import date
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, Unpack, overload

import httpx

from chatcompletions_api.client import Client
from chatcompletions_api.types import UNSET

from . import _params
from ._answers.read import read
from ._base_client import BaseClient, answer_class
from ._public import public, references, show_parameters
from ._requests.operations import OPERATIONS
from ._transport.borrowed import mark_coroutine_function
from ._transport.client import AsyncHTTPClient, HTTPClient
from ._transport.event_loops import at_end_of_loop, event_loop, is_closed, is_running

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from chatcompletions_api.models import ChatCompletionStoreMessage

    from ._answers.deleted import ChatCompletionDeleted
    from ._answers.models import ChatCompletion
    from ._answers.pages import (
        AsyncChatCompletionPage,
        AsyncMessagePage,
        AsyncPages,
        ChatCompletionPage,
        MessagePage,
        Position,
    )
    from ._bulk.outcome import Outcome
    from ._params import (
        CallOptions,
        CreateParams,
        ListParams,
        MapParams,
        MessagesParams,
        ParseParams,
        RunToolsParams,
        UpdateParams,
    )
    from ._requests.operations import Operation
    from ._streaming.stream import AsyncChatCompletionStream, AsyncStreamOpening, ChatCompletionStream
    from ._structured.models import AsyncParsedStreamOpening, ParsedChatCompletion, ParsedChatCompletionStream
    from ._telemetry.observed import Observed
    from ._tools.run import AsyncToolRun, ToolRun
else:
    globals().update(references())

T = TypeVar("T")
_PARSED_STREAM = "_structured.models.ParsedChatCompletionStream"
_PARSED_OPENING = "_structured.models.AsyncParsedStreamOpening"


@public
class ChatClient(BaseClient):
    """A client for the Chat Completions API, stored completions included.

    Args:
        api_key: The key, or a function that returns it and is asked before each attempt (for `AsyncChatClient` it may
            return an awaitable); by default ``OPENAI_API_KEY``, which is not sent to a host that ``base_url`` names
            over plain http, unless it is this machine. A server of your own may need none.
        base_url: The URL of the API, path included; by default ``OPENAI_BASE_URL``, or else the service itself.
        organization: The value of the header ``OpenAI-Organization``; by default ``OPENAI_ORG_ID``.
        project: The value of the header ``OpenAI-Project``; by default ``OPENAI_PROJECT_ID``.
        timeout: Seconds, more than 0, or an `httpx.Timeout`, for each attempt of a call; `None` waits for ever. Its
            ``read`` bounds the wait for an answer, then that for its whole body, and in a stream that for each event.
            `Timeouts` also bound a call as a whole.
        max_retries: How often a request may be sent again.
        max_answer_bytes: How many bytes one answer may have, decoded; a larger one is an
            `APIResponseTooLargeError`, in a stream a `StreamTooLargeError`.
        idempotency_header: The header in which each request that creates or changes something has a key, the same one
            over its retries, by which a server can tell that it has answered it already; `None` sends none.
        strict: Raise `APIResponseValidationError` for the first deviation of an answer, a page or a chunk from the
            spec, see `deviations`; needs the extra ``strict``. In a stream it is a `StreamValidationError` with the
            completion so far.
        on_event: Called with each `CallEvent` of a call: its request, retries, answer, the end of its stream, its
            failure. It must not be async; what it raises is logged once, and breaks no call.
        **options: The options of httpx: ``proxy``, ``verify``, ``http2``, ``limits``, ``event_hooks``, ... A
            ``transport`` may be a class or function that makes one, and is then made for each process or event loop.

    Raises:
        ChatCompletionsError: There is no key for the service itself, or a key or URL cannot be used.
        ImportError: ``strict`` is true, and its extra is not installed.
        TypeError: An option is unknown, or of the wrong type.
        ValueError: A number is out of its range, or a header cannot be sent.

    Use it as a context manager, or call `close`, to close its connections. It may be used from many threads and after a
    fork, and a pickle holds its arguments. See https://platform.openai.com/docs/api-reference/chat.
    """

    _clients: dict[int, HTTPClient]

    @property
    def raw(self) -> Client:
        """The client for ``sync`` endpoint functions of `chatcompletions_api`, with the same pool, key and retries."""
        from ._requests.low_level import RawClient

        return RawClient(base_url=str(self.base_url), chat=self)

    @overload
    def create(self, *, stream: Literal[True], **params: Unpack[CreateParams]) -> ChatCompletionStream: ...
    @overload
    def create(self, *, stream: Literal[False] | None = ..., **params: Unpack[CreateParams]) -> ChatCompletion: ...
    @overload
    def create(
        self, *, stream: bool | None = ..., **params: Unpack[CreateParams]
    ) -> ChatCompletion | ChatCompletionStream: ...
    def create(self, *, stream: Any = UNSET, **params: Any) -> ChatCompletion | ChatCompletionStream:
        """Ask a model for a completion.

        Args:
            stream: Return a stream of chunks instead of the whole completion.
            messages: The conversation so far, oldest message first.
            model: Id of the model that should answer.
            audio: Voice and format of spoken output.
            frequency_penalty: Makes a token less likely the more often the text already has it, up to 2, or more
                likely, down to -2.
            function_call: Whether the model calls a function, and which.
            functions: Functions that the model may call.
            logit_bias: Makes single tokens likelier or rarer.
            logprobs: Whether to report the log probability of every token of the answer.
            max_completion_tokens: Most tokens the model may generate, hidden reasoning included; the answer is cut off
                there with a finish reason of `length`.
            max_tokens: Most tokens the answer may have; reasoning models do not accept it.
            metadata: Pairs to attach to the completion; stored ones can be listed by them.
            modalities: Kinds of output wanted.
            moderation: Has a moderation model examine the conversation and the answer, and report in the answer's
                `moderation`.
            n: How many answers to generate, from 1 to 128; each appears in `choices` and each is paid for.
            parallel_tool_calls: Whether the model may make several tool calls in one message.
            prediction: Text that much of the answer is expected to repeat, such as a file being edited, to get it
                sooner.
            presence_penalty: Makes a token less likely once the text has it at all, up to 2, or more likely, down to
                -2.
            prompt_cache_key: Label shared by requests that begin alike, so that they find each other's cached prompt
                more often.
            prompt_cache_options: How the prompt of this call is cached.
            prompt_cache_retention: How long a cached prompt is kept, in memory for a short while or for up to 24 hours.
            reasoning_effort: How much a reasoning model should think before it answers.
            response_format: Shape of the answer, either free text, JSON of any shape, or JSON that follows a given
                schema.
            safety_identifier: Steady identifier of the end user, at most 64 characters, by which the service tells
                whose requests break its rules.
            seed: Makes sampling as repeatable as the service can manage, without a guarantee, when all else is equal.
            service_tier: Class of processing to use for this call, which sets its price and speed.
            stop: Up to 4 sequences at which generation ends; the answer does not contain the sequence itself.
            store: Keeps the completion on the service, so that it can be listed, fetched, updated and deleted later.
            stream_options: Options for a streamed answer.
            temperature: Randomness of sampling, between 0 and 2.
            tool_choice: Whether the model calls tools, and which.
            tools: Functions and custom tools that the model may call.
            top_logprobs: How many of the likeliest tokens to report for each position, from 0 to 20.
            top_p: Samples only from the likeliest tokens whose probabilities add up to this share, from 0 to 1.
            user: Identifier of the end user.
            verbosity: How wordy the answer should be.
            web_search_options: Lets a search model look things up on the web before it answers.
            **params: The API's parameters (``messages`` may be the text of a user message) and `CallOptions`. An
                option given as `None` is sent as null, one left out is not sent.

        Returns:
            The completion, or its stream.

        Raises:
            TypeError: A parameter is unknown or missing.
            APIError: The call failed.

        See https://platform.openai.com/docs/api-reference/chat/create.
        """
        answer: ChatCompletion | ChatCompletionStream = self._call("create", params, stream=stream)
        return answer

    @overload
    def parse(
        self, *, response_format: TypeForm[T], stream: Literal[True], **params: Unpack[ParseParams]
    ) -> ParsedChatCompletionStream[T]: ...
    @overload
    def parse(
        self, *, response_format: Mapping[str, Any], stream: Literal[True], **params: Unpack[ParseParams]
    ) -> ParsedChatCompletionStream[Any]: ...
    @overload
    def parse(
        self, *, response_format: TypeForm[T], stream: Literal[False] | None = ..., **params: Unpack[ParseParams]
    ) -> ParsedChatCompletion[T]: ...
    @overload
    def parse(
        self, *, response_format: Mapping[str, Any], stream: Literal[False] | None = ..., **params: Unpack[ParseParams]
    ) -> ParsedChatCompletion[Any]: ...
    def parse(self, *, response_format: Any, stream: Any = UNSET, **params: Any) -> Any:
        """Ask a model for a value of a type.

        Args:
            response_format: The type: a pydantic model, attrs class, data class, TypedDict, msgspec struct,
                ``list[T]``, union, enum, literal or scalar; or a JSON Schema, whose values are not checked here.
            stream: Return a stream instead of the whole completion.
            strict: Hold the model to the schema of the type, as is the default; a type of which strict mode takes none
                is then refused.
            retries_on_parse: How often to ask again, with the answer and what is wrong with it, if it does not fit; by
                default never.
            **params: The other parameters of `create`, and `CallOptions`.

        Returns:
            The completion, with the value as ``parsed`` and in the message of each choice, or its stream.

        Raises:
            TypeError: A parameter is unknown or missing, or the type has no strict schema; nothing is sent.
            ParseError: The answer does not fit the type.
            LengthFinishReasonError: The answer was cut off.
            ContentFilterFinishReasonError: The answer was cut off by a filter.
            RefusalError: The model refused.
            APIError: The call failed.

        See https://platform.openai.com/docs/guides/structured-outputs.
        """
        from ._structured.parse import start

        return start(self, params, response_format, stream)

    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[Callable[..., Any] | Mapping[str, Any]],
        response_format: None = ...,
        **params: Unpack[RunToolsParams],
    ) -> ToolRun[ChatCompletion]: ...
    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[Callable[..., Any] | Mapping[str, Any]],
        response_format: TypeForm[T],
        **params: Unpack[RunToolsParams],
    ) -> ToolRun[ParsedChatCompletion[T]]: ...
    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[Callable[..., Any] | Mapping[str, Any]],
        response_format: Mapping[str, Any],
        **params: Unpack[RunToolsParams],
    ) -> ToolRun[ParsedChatCompletion[Any]]: ...
    def run_tools(
        self, *, tools: Iterable[Callable[..., Any] | Mapping[str, Any]], response_format: Any = None, **params: Any
    ) -> Any:
        """Ask a model, call the functions that it wants called, and ask again, until it answers without a call.

        Args:
            tools: Functions, and what `function_tool` and `custom_tool` make; a tool that is a plain mapping has no
                function, and the run ends with a call of it.
            max_rounds: How often the model may be asked, by default 10 times.
            parallel: Make the calls of a round side by side, in threads, as is the default, or one after another.
            on_error: What becomes of a call that fails: the model is told (``"report"``, the default), or the run ends
                (``"raise"``).
            tool_timeout: Seconds, more than 0, for each call; by default any time. A function that takes longer is not
                waited for, but runs to its end.
            before_call: Called with each `ToolCall` before it is made: `None` or true allows it, a mapping is used
                as other arguments, false or a text, the reason that the model is told, refuses it.
            stream: Iterating over the run gives the events of streamed answers, too.
            response_format: The type of the last answer, see `parse`.
            **params: The other parameters of `create`, and `CallOptions`.

        Returns:
            The run: call ``until_done()`` for the last answer, or iterate over it for the events. Nothing is sent
            before. Its ``messages`` are the whole exchange, also after an error.

        Raises:
            TypeError: An argument is unknown, missing or of the wrong type, or no tool can be made of a function.
            ValueError: A number is out of its range, or two tools have the same name.

        See https://platform.openai.com/docs/guides/function-calling.
        """
        from ._tools.start import start

        return start(self, params, tools, response_format, is_async=False)

    @overload
    def map(
        self,
        requests: Iterable[str | Mapping[str, Any]],
        *,
        call: Literal["create"] = ...,
        response_format: Mapping[str, Any] = ...,
        **params: Unpack[MapParams],
    ) -> Generator[Outcome[ChatCompletion]]: ...
    @overload
    def map(
        self,
        requests: Iterable[str | Mapping[str, Any]],
        *,
        call: Literal["parse", "run_tools"],
        response_format: TypeForm[T],
        **params: Unpack[MapParams],
    ) -> Generator[Outcome[ParsedChatCompletion[T]]]: ...
    @overload
    def map(
        self,
        requests: Iterable[str | Mapping[str, Any]],
        *,
        call: Literal["parse", "run_tools"],
        response_format: Mapping[str, Any],
        **params: Unpack[MapParams],
    ) -> Generator[Outcome[ParsedChatCompletion[Any]]]: ...
    @overload
    def map(
        self,
        requests: Iterable[str | Mapping[str, Any]],
        *,
        call: Literal["run_tools"],
        response_format: None = ...,
        **params: Unpack[MapParams],
    ) -> Generator[Outcome[ChatCompletion]]: ...
    @overload
    def map(
        self,
        requests: Iterable[str | Mapping[str, Any]],
        *,
        call: Literal["parse"],
        response_format: None = ...,
        **params: Unpack[MapParams],
    ) -> Generator[Outcome[ParsedChatCompletion[Any]]]: ...
    def map(self, requests: Iterable[Any], *, call: str = "create", **params: Any) -> Any:
        """Make many requests at once, and yield an outcome for each: one failure never loses the rest.

        Args:
            requests: Texts, and mappings of parameters, from any iterable, which may be endless: it is read in this
                thread, and no further ahead of what was yielded than ``concurrency``.
            call: The call that each of them is: ``"create"``, ``"parse"`` or ``"run_tools"``.
            concurrency: How many requests may be on their way, by default 64.
            ordered: Yield the outcomes in the order of the requests, as is the default, where one slow answer holds
                back those behind it and new requests; or as they come.
            journal: A file for the replies, made if there is none: a run that was stopped or killed goes on where it
                was, and asks for nothing that is in the file. Requests that failed are made again.
            requests_per_minute: How many requests may be sent in a minute, evenly spread.
            tokens_per_minute: How many tokens they may use, by an estimate that the answers correct.
            progress: Called with the numbers of requests that are done, that failed, and of all or `None`; true shows a
                bar if stderr is a terminal (needs the extra ``progress``).
            executor: Makes the requests, 16 at a time, in the workers of any `concurrent.futures.Executor`, which find
                the key in their environment. Budgets count requests, and not what workers send again.
            **params: Parameters that all requests share; a request's own take precedence.

        Returns:
            A generator of an `Outcome` for each request. Closing it ends what is on its way, and so does leaving a
            ``for`` loop over it.

        Raises:
            TypeError: An argument is of the wrong type, or a parameter is unknown.
            ValueError: A number is out of its range.

        While it is used it raises `JournalError` if the journal cannot be used, and what ``requests`` raises, after
        the outcomes of those that came. It keeps to the rate limits that answers tell, and after a refusal all requests
        wait. See https://platform.openai.com/docs/guides/rate-limits.
        """
        from ._bulk.drive import start

        return start(self, AsyncChatClient, requests, params, call=call)

    def list(
        self,
        *,
        max_items: int | None = None,
        since: date | float | str | None = None,
        until: date | float | str | None = None,
        **params: Unpack[ListParams],
    ) -> ChatCompletionPage:
        """List stored completions.

        Args:
            max_items: How many items an iteration yields at most; ``limit`` is the size of a page.
            since: Keeps only completions that were created then or later: a datetime or date, in the zone of this
                machine unless it has one, seconds since 1970, or text such as ``2026-01-31 14:00``, ``10:30``,
                ``yesterday`` or ``2 days ago``.
            until: Keeps only completions that were created earlier. With ``order="asc"`` paging stops there, with
                ``order="desc"`` at ``since``.
            after: Id of a completion; the page starts right after it.
            limit: Largest number of completions on this page, not in the whole listing.
            metadata: Keeps only completions whose metadata holds each of these pairs, written in the query as
                `metadata[key]=value`.
            model: Keeps only completions made by this model.
            order: Direction of the listing by creation time, `asc` from the oldest and `desc` from the newest.
            **params: The API's filters and paging, and `CallOptions`.

        Returns:
            The first page; iterating over it fetches the pages after it as needed.

        Raises:
            TypeError: A parameter is unknown, or a metadata filter is not text.
            ValueError: A time cannot be understood.
            APIError: The call failed.
            FilterIgnoredError: An item does not match ``metadata`` or ``model``; it reaches nobody.
            PagingError: An item or a cursor has come before.

        See https://platform.openai.com/docs/api-reference/chat/list.
        """
        page: ChatCompletionPage = self._first_page("list", params, max_items, since=since, until=until)()
        return page

    def get(self, completion_id: str, **options: Unpack[CallOptions]) -> ChatCompletion:
        """Return a stored completion.

        Args:
            completion_id: The id of the completion.
            **options: The options of every call, see `CallOptions`.

        Raises:
            ValueError: The id is empty or made of dots, slashes and blanks.
            NotFoundError: No completion with the id is stored.
            APIError: The call failed.

        See https://platform.openai.com/docs/api-reference/chat/get.
        """
        completion: ChatCompletion = self._call("get", options, completion_id)
        return completion

    def update(self, completion_id: str, **params: Unpack[UpdateParams]) -> ChatCompletion:
        """Replace the metadata of a stored completion, the only part that can be changed.

        Args:
            completion_id: The id of the completion.
            metadata: The full new set of pairs, not an addition to the old one.
            **params: The API's ``metadata``, pairs that replace the stored ones or `None` to remove them, and
                `CallOptions`.

        Returns:
            The completion with its new metadata.

        Raises:
            ValueError: The id is empty or made of dots, slashes and blanks.
            NotFoundError: No completion with the id is stored.
            APIError: The call failed.

        See https://platform.openai.com/docs/api-reference/chat/update.
        """
        completion: ChatCompletion = self._call("update", params, completion_id)
        return completion

    def delete(self, completion_id: str, **options: Unpack[CallOptions]) -> ChatCompletionDeleted:
        """Delete a stored completion.

        Args:
            completion_id: The id of the completion.
            **options: The options of every call, see `CallOptions`.

        Returns:
            The server's receipt, whose ``deleted`` is true if the completion was deleted.

        Raises:
            ValueError: The id is empty or made of dots, slashes and blanks.
            NotFoundError: No completion with the id is stored.
            APIError: The call failed.

        See https://platform.openai.com/docs/api-reference/chat/delete.
        """
        receipt: ChatCompletionDeleted = self._call("delete", options, completion_id)
        return receipt

    def messages(
        self, completion_id: str, *, max_items: int | None = None, **params: Unpack[MessagesParams]
    ) -> MessagePage:
        """List the messages of a stored completion.

        Args:
            completion_id: The id of the completion.
            max_items: How many messages an iteration yields at most; ``limit`` is the size of a page.
            after: Id of a message; the page starts right after it.
            limit: Largest number of messages on this page, not in the whole listing.
            order: Direction of the listing by creation time, `asc` from the oldest and `desc` from the newest.
            **params: The API's paging, and `CallOptions`.

        Returns:
            The first page; iterating over it fetches the pages after it as needed.

        Raises:
            ValueError: The id is empty or made of dots, slashes and blanks.
            NotFoundError: No completion with the id is stored.
            APIError: The call failed.

        See https://platform.openai.com/docs/api-reference/chat/getMessages.
        """
        page: MessagePage = self._first_page("messages", params, max_items, completion_id)()
        return page

    def close(self) -> None:
        """Close the connections; the client cannot be used afterwards."""
        self._closed = True
        http = self._clients.pop(os.getpid(), None) if self._original is None else None
        if http is not None:
            http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def _http(self) -> HTTPClient:
        self._check_open()
        # A connection must not be shared with a forked child; setdefault lets racing threads agree on one client.
        pid = os.getpid()
        http = self._clients.get(pid)
        if http is None:
            http = self._clients.setdefault(pid, HTTPClient(**self._http_options))
            if self._is_closed:  # by another thread, which may have closed all clients before this one was there
                (self._original or self).close()
                self._check_open()
        return http

    def _send(self, request: Mapping[str, Any], *, stream: bool = False) -> httpx.Response:
        http = self._http()
        return http.send(http.build_request(**request), stream=stream)

    def _read(self, operation: Operation, request: Mapping[str, Any]) -> Any:
        return read(answer_class(operation.answer), self._send(request))

    def _watched(self, observed: Observed, operation: Operation, request: Mapping[str, Any]) -> Any:
        with observed:
            return observed.replied(self._read(operation, request))

    def _stream(self, request: Mapping[str, Any], expected: Mapping[str, Any]) -> ChatCompletionStream:
        cls = answer_class(_PARSED_STREAM if "adapter" in expected else "_streaming.stream.ChatCompletionStream")
        with expected.get("observed") or nullcontext():
            response = self._send(request, stream=True)
        stream: ChatCompletionStream = cls(response, **self._stream_options, **expected)
        return stream

    def _drive(self, requests: Generator[dict[str, Any], Any, Any]) -> Any:
        request = next(requests)
        while True:
            try:
                answer = self._call("create", request)
            except BaseException as exc:
                requests.throw(exc)
                raise
            try:
                request = requests.send(answer)
            except StopIteration as end:
                return end.value

    def _page(self, call: Callable[[Position], Any], position: Position) -> Any:
        return position.assign_to(call(position))


@public
class AsyncChatClient(BaseClient):
    """`ChatClient` with ``await``: the same arguments, calls and errors, for asyncio and trio.

    ``await`` each call; ``async for`` iterates over a list, and ``async with`` opens a stream, without a further
    ``await``. The client may be used from one event loop after another: each has connections of its own, which are
    closed when it ends.
    """

    _clients: weakref.WeakKeyDictionary[Any, tuple[AsyncHTTPClient, AsyncGenerator[None]]]
    _clients_type = weakref.WeakKeyDictionary

    @property
    def raw(self) -> Client:
        """The client for ``asyncio`` endpoint functions of `chatcompletions_api`; see `ChatClient.raw`."""
        from ._requests.low_level import AsyncRawClient

        return AsyncRawClient(base_url=str(self.base_url), chat=self)

    @overload
    def create(self, *, stream: Literal[True], **params: Unpack[CreateParams]) -> AsyncStreamOpening: ...
    @overload
    def create(
        self, *, stream: Literal[False] | None = ..., **params: Unpack[CreateParams]
    ) -> Coroutine[Any, Any, ChatCompletion]: ...
    @overload
    def create(
        self, *, stream: bool | None = ..., **params: Unpack[CreateParams]
    ) -> Coroutine[Any, Any, ChatCompletion | AsyncChatCompletionStream]: ...
    def create(self, *, stream: Any = UNSET, **params: Any) -> Coroutine[Any, Any, Any]:
        """Ask a model for a completion; see `ChatClient.create`.

        With ``stream=True`` ``await`` gives the stream, and ``async with`` opens and closes it.

        Args:
            stream: Return a stream of chunks instead of the whole completion.
            messages: The conversation so far, oldest message first.
            model: Id of the model that should answer.
            audio: Voice and format of spoken output.
            frequency_penalty: Makes a token less likely the more often the text already has it, up to 2, or more
                likely, down to -2.
            function_call: Whether the model calls a function, and which.
            functions: Functions that the model may call.
            logit_bias: Makes single tokens likelier or rarer.
            logprobs: Whether to report the log probability of every token of the answer.
            max_completion_tokens: Most tokens the model may generate, hidden reasoning included; the answer is cut off
                there with a finish reason of `length`.
            max_tokens: Most tokens the answer may have; reasoning models do not accept it.
            metadata: Pairs to attach to the completion; stored ones can be listed by them.
            modalities: Kinds of output wanted.
            moderation: Has a moderation model examine the conversation and the answer, and report in the answer's
                `moderation`.
            n: How many answers to generate, from 1 to 128; each appears in `choices` and each is paid for.
            parallel_tool_calls: Whether the model may make several tool calls in one message.
            prediction: Text that much of the answer is expected to repeat, such as a file being edited, to get it
                sooner.
            presence_penalty: Makes a token less likely once the text has it at all, up to 2, or more likely, down to
                -2.
            prompt_cache_key: Label shared by requests that begin alike, so that they find each other's cached prompt
                more often.
            prompt_cache_options: How the prompt of this call is cached.
            prompt_cache_retention: How long a cached prompt is kept, in memory for a short while or for up to 24 hours.
            reasoning_effort: How much a reasoning model should think before it answers.
            response_format: Shape of the answer, either free text, JSON of any shape, or JSON that follows a given
                schema.
            safety_identifier: Steady identifier of the end user, at most 64 characters, by which the service tells
                whose requests break its rules.
            seed: Makes sampling as repeatable as the service can manage, without a guarantee, when all else is equal.
            service_tier: Class of processing to use for this call, which sets its price and speed.
            stop: Up to 4 sequences at which generation ends; the answer does not contain the sequence itself.
            store: Keeps the completion on the service, so that it can be listed, fetched, updated and deleted later.
            stream_options: Options for a streamed answer.
            temperature: Randomness of sampling, between 0 and 2.
            tool_choice: Whether the model calls tools, and which.
            tools: Functions and custom tools that the model may call.
            top_logprobs: How many of the likeliest tokens to report for each position, from 0 to 20.
            top_p: Samples only from the likeliest tokens whose probabilities add up to this share, from 0 to 1.
            user: Identifier of the end user.
            verbosity: How wordy the answer should be.
            web_search_options: Lets a search model look things up on the web before it answers.
            **params: The options of every call, see `CallOptions`.
        """
        answer: Coroutine[Any, Any, Any] = self._call("create", params, stream=stream)
        return answer

    @overload
    def parse(
        self, *, response_format: TypeForm[T], stream: Literal[True], **params: Unpack[ParseParams]
    ) -> AsyncParsedStreamOpening[T]: ...
    @overload
    def parse(
        self, *, response_format: Mapping[str, Any], stream: Literal[True], **params: Unpack[ParseParams]
    ) -> AsyncParsedStreamOpening[Any]: ...
    @overload
    def parse(
        self, *, response_format: TypeForm[T], stream: Literal[False] | None = ..., **params: Unpack[ParseParams]
    ) -> Coroutine[Any, Any, ParsedChatCompletion[T]]: ...
    @overload
    def parse(
        self, *, response_format: Mapping[str, Any], stream: Literal[False] | None = ..., **params: Unpack[ParseParams]
    ) -> Coroutine[Any, Any, ParsedChatCompletion[Any]]: ...
    def parse(self, *, response_format: Any, stream: Any = UNSET, **params: Any) -> Any:
        """Ask a model for a value of a type; see `ChatClient.parse`.

        With ``stream=True`` ``await`` gives the stream, and ``async with`` opens and closes it.

        Args:
            response_format: The type, or a JSON Schema.
            stream: Return a stream instead of the whole completion.
            strict: Hold the model to the schema of the type, as is the default; a type of which strict mode takes none
                is then refused.
            retries_on_parse: How often to ask again, with the answer and what is wrong with it, if it does not fit; by
                default never.
            **params: The other parameters of `create`, and `CallOptions`.
        """
        from ._structured.parse import start

        return start(self, params, response_format, stream)

    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[Callable[..., Any] | Mapping[str, Any]],
        response_format: None = ...,
        **params: Unpack[RunToolsParams],
    ) -> AsyncToolRun[ChatCompletion]: ...
    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[Callable[..., Any] | Mapping[str, Any]],
        response_format: TypeForm[T],
        **params: Unpack[RunToolsParams],
    ) -> AsyncToolRun[ParsedChatCompletion[T]]: ...
    @overload
    def run_tools(
        self,
        *,
        tools: Iterable[Callable[..., Any] | Mapping[str, Any]],
        response_format: Mapping[str, Any],
        **params: Unpack[RunToolsParams],
    ) -> AsyncToolRun[ParsedChatCompletion[Any]]: ...
    def run_tools(
        self, *, tools: Iterable[Callable[..., Any] | Mapping[str, Any]], response_format: Any = None, **params: Any
    ) -> Any:
        """Ask a model, and call the functions that it wants called; see `ChatClient.run_tools`.

        Functions may be async; those that are not are called in threads.

        Args:
            tools: Functions, and what `function_tool` and `custom_tool` make; a tool that is a plain mapping has no
                function, and the run ends with a call of it.
            max_rounds: How often the model may be asked.
            parallel: Make the calls of a round side by side, in tasks, or else one after another.
            on_error: What becomes of a call that fails: the model is told (``"report"``), or the run ends.
            tool_timeout: Seconds, more than 0, for each call; `None` waits for ever. A function that takes longer is
                cancelled.
            before_call: Called with each `ToolCall` before it is made and may be async: `None` or true allows it, a
                mapping is used
                as other arguments, false or a text, the reason that the model is told, refuses it.
            stream: Iterating over the run gives the events of streamed answers, too.
            response_format: The type of the last answer, see `parse`.
            **params: The other parameters of `create`, and `CallOptions`.
        """
        from ._tools.start import start

        return start(self, params, tools, response_format, is_async=True)

    @overload
    def map(
        self,
        requests: Iterable[str | Mapping[str, Any]] | AsyncIterable[str | Mapping[str, Any]],
        *,
        call: Literal["create"] = ...,
        response_format: Mapping[str, Any] = ...,
        **params: Unpack[MapParams],
    ) -> AsyncGenerator[Outcome[ChatCompletion]]: ...
    @overload
    def map(
        self,
        requests: Iterable[str | Mapping[str, Any]] | AsyncIterable[str | Mapping[str, Any]],
        *,
        call: Literal["parse", "run_tools"],
        response_format: TypeForm[T],
        **params: Unpack[MapParams],
    ) -> AsyncGenerator[Outcome[ParsedChatCompletion[T]]]: ...
    @overload
    def map(
        self,
        requests: Iterable[str | Mapping[str, Any]] | AsyncIterable[str | Mapping[str, Any]],
        *,
        call: Literal["parse", "run_tools"],
        response_format: Mapping[str, Any],
        **params: Unpack[MapParams],
    ) -> AsyncGenerator[Outcome[ParsedChatCompletion[Any]]]: ...
    @overload
    def map(
        self,
        requests: Iterable[str | Mapping[str, Any]] | AsyncIterable[str | Mapping[str, Any]],
        *,
        call: Literal["run_tools"],
        response_format: None = ...,
        **params: Unpack[MapParams],
    ) -> AsyncGenerator[Outcome[ChatCompletion]]: ...
    @overload
    def map(
        self,
        requests: Iterable[str | Mapping[str, Any]] | AsyncIterable[str | Mapping[str, Any]],
        *,
        call: Literal["parse"],
        response_format: None = ...,
        **params: Unpack[MapParams],
    ) -> AsyncGenerator[Outcome[ParsedChatCompletion[Any]]]: ...
    def map(self, requests: Any, *, call: str = "create", **params: Any) -> Any:
        """Make many requests at once: ``async for`` over their outcomes; see `ChatClient.map`.

        The connections are those of this client, and so is the event loop.

        Args:
            requests: Texts, and mappings of parameters, from any iterable, also an async one.
            call: The call that each of them is: ``"create"``, ``"parse"`` or ``"run_tools"``.
            concurrency: How many requests may be on their way, by default 64.
            ordered: Yield the outcomes in the order of the requests, as is the default, or as they come.
            journal: A file for the replies, with which a run that was stopped goes on where it was.
            requests_per_minute: How many requests may be sent in a minute, evenly spread.
            tokens_per_minute: How many tokens they may use, by an estimate that the answers correct.
            progress: Called with the numbers of requests that are done, that failed, and of all or `None`; true for a
                bar.
            executor: Makes the requests in its workers.
            **params: Parameters that all requests share; a request's own take precedence.
        """
        from ._bulk.drive import start

        return start(self, AsyncChatClient, requests, params, call=call)

    def list(
        self,
        *,
        max_items: int | None = None,
        since: date | float | str | None = None,
        until: date | float | str | None = None,
        **params: Unpack[ListParams],
    ) -> AsyncPages[ChatCompletion, AsyncChatCompletionPage]:
        """List stored completions: ``async for`` over them, or ``await`` the first page; see `ChatClient.list`.

        Args:
            max_items: The maximum number of items of an iteration; ``limit`` is the number of items of a page.
            since: Keeps only completions that were created then or later.
            until: Keeps only completions that were created earlier.
            after: Id of a completion; the page starts right after it.
            limit: Largest number of completions on this page, not in the whole listing.
            metadata: Keeps only completions whose metadata holds each of these pairs, written in the query as
                `metadata[key]=value`.
            model: Keeps only completions made by this model.
            order: Direction of the listing by creation time, `asc` from the oldest and `desc` from the newest.
            **params: The options of every call, see `CallOptions`.
        """
        return self._pages("list", params, max_items, since=since, until=until)

    async def get(self, completion_id: str, **options: Unpack[CallOptions]) -> ChatCompletion:
        """Return a stored completion; see `ChatClient.get`."""
        completion: ChatCompletion = await self._call("get", options, completion_id)
        return completion

    async def update(self, completion_id: str, **params: Unpack[UpdateParams]) -> ChatCompletion:
        """Replace the metadata of a stored completion; see `ChatClient.update`.

        Args:
            completion_id: The id of the completion.
            metadata: The full new set of pairs, not an addition to the old one.
            **params: The options of every call, see `CallOptions`.
        """
        completion: ChatCompletion = await self._call("update", params, completion_id)
        return completion

    async def delete(self, completion_id: str, **options: Unpack[CallOptions]) -> ChatCompletionDeleted:
        """Delete a stored completion; see `ChatClient.delete`."""
        receipt: ChatCompletionDeleted = await self._call("delete", options, completion_id)
        return receipt

    def messages(
        self, completion_id: str, *, max_items: int | None = None, **params: Unpack[MessagesParams]
    ) -> AsyncPages[ChatCompletionStoreMessage, AsyncMessagePage]:
        """List the messages of a stored completion, as `list` does completions; see `ChatClient.messages`.

        Args:
            completion_id: The id of the completion.
            max_items: The maximum number of items of an iteration; ``limit`` is the number of items of a page.
            after: Id of a message; the page starts right after it.
            limit: Largest number of messages on this page, not in the whole listing.
            order: Direction of the listing by creation time, `asc` from the oldest and `desc` from the newest.
            **params: The options of every call, see `CallOptions`.
        """
        return self._pages("messages", params, max_items, completion_id)

    async def aclose(self) -> None:
        """Close the connections of this event loop; the client cannot be used afterwards."""
        self._closed = True
        if self._pid != os.getpid() and not is_running():
            return  # in a forked child: the connections, and the loop that closes them, are the parent's
        entry = self._clients.pop(event_loop(), None) if self._original is None else None
        if entry is not None:
            await entry[1].aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()

    def _http(self) -> AsyncHTTPClient:
        self._check_open()
        loop = event_loop()
        entry = self._clients.get(loop)
        return self._open_client(loop) if entry is None else entry[0]

    def _open_client(self, loop: Any) -> AsyncHTTPClient:
        for known in self._clients.keyrefs():
            if is_closed(known()):
                self._clients.pop(known(), None)
        http = AsyncHTTPClient(**self._http_options)
        # Connections that are open when the loop ends keep it alive, and with it this entry and its sockets.
        self._clients[loop] = http, at_end_of_loop(partial(self._close_client, loop, http))
        return http

    async def _close_client(self, loop: Any, http: AsyncHTTPClient) -> None:
        self._clients.pop(loop, None)
        await http.aclose()

    async def _send(self, request: Mapping[str, Any], *, stream: bool = False) -> httpx.Response:
        http = self._http()
        return await http.send(http.build_request(**request), stream=stream)

    async def _read(self, operation: Operation, request: Mapping[str, Any]) -> Any:
        return read(answer_class(operation.async_answer or operation.answer), await self._send(request))

    async def _watched(self, observed: Observed, operation: Operation, request: Mapping[str, Any]) -> Any:
        with observed:
            return observed.replied(await self._read(operation, request))

    def _stream(self, request: Mapping[str, Any], expected: Mapping[str, Any]) -> AsyncStreamOpening:
        cls = answer_class(_PARSED_OPENING if "adapter" in expected else "_streaming.stream.AsyncStreamOpening")
        send = partial(self._send, request, stream=True)
        if "observed" in expected:
            send = partial(expected["observed"].sending, send)
        opening: AsyncStreamOpening = cls(send, **self._stream_options, **expected)
        return opening

    async def _drive(self, requests: Generator[dict[str, Any], Any, Any]) -> Any:
        request = next(requests)
        while True:
            try:
                answer = await self._call("create", request)
            except BaseException as exc:
                requests.throw(exc)
                raise
            try:
                request = requests.send(answer)
            except StopIteration as end:
                return end.value

    def _pages(self, name: str, params: Any, max_items: int | None, *ids: str, **bounds: Any) -> AsyncPages[Any, Any]:
        first = self._first_page(name, params, max_items, *ids, **bounds)
        from ._answers.pages import AsyncPages

        return AsyncPages(first)

    async def _page(self, call: Callable[[Position], Any], position: Position) -> Any:
        return position.assign_to(await call(position))


for _client in (ChatClient, AsyncChatClient):
    for _operation in OPERATIONS.values():
        show_parameters(getattr(_client, _operation.name), _operation.params)
    show_parameters(_client.parse, _params.ParseParams)
    show_parameters(_client.run_tools, _params.RunToolsParams)
    show_parameters(_client.map, _params.MapParams)
mark_coroutine_function(AsyncChatClient.create)
