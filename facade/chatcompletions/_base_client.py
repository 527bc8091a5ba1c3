"""What both clients are set up with."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

from ._redaction import Discreet, Secret
from ._requests.settings import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT, http_options
from ._transport.decoding import DEFAULT_MAX_ANSWER_BYTES

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Unpack

    import httpx

    from ._requests.settings import HTTPXOptions


class BaseClient:
    """Set-up, which both clients share."""

    _clients: Any
    _clients_type: type[MutableMapping[Any, Any]] = dict

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | httpx.URL | None = None,
        organization: str | None = None,
        project: str | None = None,
        timeout: float | httpx.Timeout | None = DEFAULT_TIMEOUT,
        max_retries: int = DEFAULT_MAX_RETRIES,
        max_answer_bytes: int = DEFAULT_MAX_ANSWER_BYTES,
        strict: bool = False,
        **options: Unpack[HTTPXOptions],
    ) -> None:
        # Before all else, so that whatever fails below shows no secret to those who print the locals of its frames.
        self._arguments = Discreet(
            options,
            api_key=api_key if api_key is None else Secret(api_key),
            base_url=base_url,
            organization=organization,
            project=project,
            timeout=timeout,
            max_retries=max_retries,
            max_answer_bytes=max_answer_bytes,
            strict=strict,
        )
        del api_key, base_url, options
        self._http_options = http_options(type(self).__name__, self._arguments)
        self._stream_options: dict[str, Any] = {"max_answer_bytes": max_answer_bytes}
        if strict:
            from ._spec import strict as _strict

            _strict.prepare()
            self._http_options["response_type"] = _strict.StrictResponse
            self._stream_options["check"] = _strict.first_deviation
        self._clients = self._clients_type()
        self._closed = False
        self._pid = os.getpid()

    @property
    def base_url(self) -> httpx.URL:
        """Where the API is, without credentials."""
        url: httpx.URL = self._http_options["base_url"]
        return url

    def __repr__(self) -> str:
        if not hasattr(self, "_http_options"):
            return f"{type(self).__name__}()"  # whose constructor failed
        return f"{type(self).__name__}(base_url={str(self.base_url)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), **self._arguments), ()

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("this client is closed: make a new one, or move the call into its with statement")
