"""The base of both clients: their set-up, and the steps of a call."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Never, Unpack, cast

import httpx

from chatcompletions_api.types import UNSET

from ._params import CallOptions
from ._public import references
from ._redaction import Secret, SecretDict, hide_values
from ._requests.build import build, check_options, expected_of, merged
from ._requests.operations import OPERATIONS
from ._requests.settings import DEFAULT_MAX_RETRIES, DeploymentURL, HTTPXOptions, http_options
from ._transport.client import OBSERVED
from ._transport.decoding import DEFAULT_MAX_ANSWER_BYTES
from ._transport.recovery import RECOVERY
from ._transport.timeouts import DEFAULT_TIMEOUT, Timeouts, shared

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping
    from typing import Self

    from ._answers.pages import Position
    from ._errors import APIError
    from ._requests.operations import Operation
    from ._telemetry.events import CallEvent
    from ._telemetry.observed import Hook, Observed
else:
    chatcompletions, CallEvent = (references()[name] for name in ("chatcompletions", "CallEvent"))


_OPTIONS = frozenset(CallOptions.__annotations__)
#: Names that users of the official SDK look for, and the sentence that says the name here.
_ELSEWHERE = {
    "chat": "its calls are on the client itself, as in client.create(...)",
    "completions": "its calls are on the client itself, as in client.create(...)",
    "retrieve": "use get(completion_id)",
    "stream": "use create(..., stream=True), whose events() are those of the official SDK",
    "with_raw_response": "an answer has headers and request_id",
    "with_streaming_response": "use create(..., stream=True)",
    "copy": "use with_options(...)",
    "api_key": "a client does not show its key",
}


@cache
def answer_class(name: str) -> Any:
    """Return the class of an answer, whose module is imported on first use."""
    module, _, cls = name.rpartition(".")
    return getattr(import_module(f"{__package__}.{module}"), cls)


class BaseClient(ABC):
    """The set-up and the calls of both clients, but for the waiting."""

    _clients: Any
    _clients_type: type[MutableMapping[Any, Any]] = dict

    def __init__(
        self,
        *args: Never,
        api_key: str | Callable[[], str | Awaitable[str]] | None = None,
        base_url: str | httpx.URL | None = None,
        organization: str | None = None,
        project: str | None = None,
        timeout: float | httpx.Timeout | None = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        max_answer_bytes: int = DEFAULT_MAX_ANSWER_BYTES,
        idempotency_header: str | None = "Idempotency-Key",
        strict: bool = False,
        on_event: Callable[[CallEvent], object] | None = None,
        **options: Unpack[HTTPXOptions],
    ) -> None:
        # First of all, so that no failure below shows a secret in the locals of its frames.
        is_positional = bool(args)
        del args
        self._arguments = SecretDict(
            options,
            api_key=Secret(api_key) if isinstance(api_key, str) else api_key,
            base_url=base_url,
            organization=organization,
            project=project,
            timeout=timeout,
            max_retries=max_retries,
            max_answer_bytes=max_answer_bytes,
            idempotency_header=idempotency_header,
            strict=strict,
            on_event=on_event,
        )
        del api_key, base_url, options
        if is_positional:
            raise TypeError(f"{type(self).__name__}() takes keyword arguments: api_key=...")
        self._http_options = http_options(type(self).__name__, self._arguments)
        self._is_deployment = isinstance(self._arguments["base_url"], DeploymentURL)
        self._stream_options: dict[str, Any] = {"max_answer_bytes": max_answer_bytes}
        if strict:
            from ._spec import strict as _strict

            _strict.prepare()
            self._http_options["response_type"] = _strict.StrictResponse
            self._stream_options["check"] = _strict.first_deviation
        self._hook: Hook | None = None
        if on_event is not None:
            from ._telemetry.observed import Hook

            self._hook = Hook(on_event)
        self._clients = self._clients_type()
        self._defaults = SecretDict()
        self._original: Self | None = None
        self._closed = False
        self._pid = os.getpid()

    @classmethod
    def azure(
        cls,
        *,
        endpoint: str | httpx.URL | None = None,
        deployment: str | None = None,
        api_version: str | None = None,
        api_key: str | Callable[[], str | Awaitable[str]] | None = None,
        **options: Any,
    ) -> Self:
        """Make a client for Azure OpenAI.

        Args:
            endpoint: The address of the resource, such as ``https://NAME.openai.azure.com``; by default
                ``AZURE_OPENAI_ENDPOINT``.
            deployment: The name of a deployment, whose dated address is then used. Left out, calls go to
                ``/openai/v1/``, the only address that has stored completions, and ``model`` names the deployment.
            api_version: The version of the dated address, such as ``2024-10-21``; by default ``OPENAI_API_VERSION``.
            api_key: The key, or a function that returns a token of Entra (for `AsyncChatClient` it may return an
                awaitable); by default ``AZURE_OPENAI_API_KEY``.
            **options: The other arguments of the class.

        Raises:
            ChatCompletionsError: There is no endpoint, or no key, or that of the environment would go over plain http.
            TypeError: An argument is unknown, of the wrong type, or made here.
            ValueError: A deployment has no version, or a version no deployment.

        See https://learn.microsoft.com/azure/ai-foundry/openai/reference.
        """
        from ._requests.azure import azure_arguments

        hidden = hide_values(options)
        key = Secret(api_key) if isinstance(api_key, str) else api_key
        del api_key
        arguments = azure_arguments(
            endpoint=endpoint, deployment=deployment, api_version=api_version, api_key=key, options=hidden
        )
        return cls(**arguments)

    @property
    def base_url(self) -> httpx.URL:
        """The URL of the API, without credentials."""
        url: httpx.URL = self._http_options["base_url"]
        return url

    def __repr__(self) -> str:
        if not hasattr(self, "_http_options"):
            return f"{type(self).__name__}()"  # the constructor failed
        return f"{type(self).__name__}(base_url={str(self.base_url)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        make = partial(type(self), **self._arguments)
        return (_with_options, (make, self._defaults)) if self._defaults else (make, ())

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            hint = _ELSEWHERE.get(name)
            text = f"{type(self).__name__!r} object has no attribute {name!r}" + (f": {hint}" if hint else "")
            raise AttributeError(text, name=name, obj=self)

    def with_options(self, **options: Unpack[CallOptions]) -> Self:
        """Return a client whose calls have these options, unless they have their own.

        It shares the connections of this client, which stays as it is; closing it closes none of them. Headers,
        parameters and members of several layers are merged.

        Args:
            **options: The options of every call, see `CallOptions`.

        Raises:
            TypeError: An option is unknown, or of the wrong type.
            ValueError: A number is out of its range, or a header cannot be sent.
        """
        given = merged({}, hide_values(options))
        check_options(given)
        copied = object.__new__(type(self))
        vars(copied).update(vars(self))
        copied._original, copied._defaults = self._original or self, merged(self._defaults, given)
        return copied

    @property
    def _is_closed(self) -> bool:
        return self._closed or (self._original is not None and self._original._closed)

    def _check_open(self) -> None:
        if self._is_closed:
            raise RuntimeError("this client is closed: make a new one, or move the call into its with statement")

    def _call(self, name: str, params: Any, *ids: str, adapter: Any = None, **own: Any) -> Any:
        """Make a call, and return its answer or an awaitable; an adapter reads the texts of a stream into values."""
        # First of all, so that no failure below shows a secret among the keywords.
        given = hide_values(params)
        given.update(own)
        if self._defaults:
            given = merged(self._defaults, given, OPERATIONS[name])
        return self._perform(OPERATIONS[name], given, *ids, **({"adapter": adapter} if adapter else {}))

    def _first_page(self, name: str, params: Any, max_items: int | None, *ids: str, **bounds: Any) -> Callable[[], Any]:
        """Return a function that fetches the first page of a list, whose items may have bounds in time."""
        params = hide_values(params)
        # A spec may come to have such parameters itself.
        own = {one: bounds.pop(one) for one in [*bounds] if one in OPERATIONS[name].params.__annotations__}
        params.update((one, value) for one, value in own.items() if value is not None)
        from ._answers.pages import Position, snapshot

        operation = OPERATIONS[name]
        params = self._with_one_clock(snapshot(merged(self._defaults, params, operation)))
        fetch = partial(self._page, lambda position: self._perform(operation, position.apply_to(params), *ids))
        times: tuple[float | None, ...] = ()
        if any(value is not None for value in bounds.values()):
            from ._requests.times import time_bounds

            times = time_bounds(**bounds)
        return partial(fetch, Position.first(fetch, params, max_items, *times))

    def _with_one_clock(self, params: dict[str, Any]) -> dict[str, Any]:
        """Let the requests of a call, which has these parameters, share the clock of its `Timeouts`."""
        given = {**self._arguments, **self._defaults, **params}["timeout"]
        if isinstance(given, Timeouts):
            params["timeout"] = shared(given)
        return params

    def _perform(self, operation: Operation, params: Mapping[str, Any], *ids: str, **options: Any) -> Any:
        if self._is_deployment and operation.name != "create":
            from ._requests.azure import refuse_stored

            refuse_stored(operation.address)
        recovery = None
        if params.get("recover"):
            from ._requests.recovery import prepared

            params, recovery = prepared(operation, self._with_one_clock(SecretDict(params)))
        header, key = self._arguments["idempotency_header"], None if recovery is None else recovery.key
        request = build(operation, params, *ids, key_header=header, key=key)
        if recovery is not None:
            request.setdefault("extensions", {})[RECOVERY] = recovery
            options["recover"] = self._recover
        observed = None if self._hook is None else self._observed(operation, request, params)
        if params.get("stream"):
            options.update(expected_of(params))
            return self._stream(request, options if observed is None else {**options, "observed": observed})
        return self._read(operation, request) if observed is None else self._watched(observed, operation, request)

    def _observed(self, operation: Operation, request: dict[str, Any], params: Mapping[str, Any]) -> Observed:
        from ._telemetry.observed import Observed

        given = SecretDict((name, one) for name, one in params.items() if one is not UNSET and name not in _OPTIONS)
        observed = Observed(cast("Hook", self._hook), operation.name, request, self.base_url, given)
        request.setdefault("extensions", {})[OBSERVED] = observed
        return observed

    @abstractmethod
    def _watched(self, observed: Observed, operation: Operation, request: Mapping[str, Any]) -> Any:
        """`_read`, of which the client tells its ``on_event``."""

    def _recover(self, request: httpx.Request, error: APIError) -> Any:
        """Look for a lost answer: return its response or an awaitable of it, `None` for none."""
        return self._http().recover(request, error)

    @abstractmethod
    def _http(self) -> Any:
        """Return the httpx client of this process, or of this event loop."""

    @abstractmethod
    def _read(self, operation: Operation, request: Mapping[str, Any]) -> Any:
        """Send a request and read its answer."""

    @abstractmethod
    def _stream(self, request: Mapping[str, Any], expected: Mapping[str, Any]) -> Any:
        """Send a request and return the stream of its answer, which has to bring what is expected."""

    @abstractmethod
    def _page(self, call: Callable[[Position], Any], position: Position) -> Any:
        """Make the call for the page at a position, and set the page's position."""


def _with_options(make: Callable[[], BaseClient], options: Any) -> BaseClient:
    client = make().with_options(**options)
    client._original = None  # no other client is there to close its connections
    return client
