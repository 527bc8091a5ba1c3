"""The options that say which service, or which file, a command works with."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ._failure import CommandError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from chatcompletions import AsyncChatClient, ChatClient

    from ._sources import Source

#: The options that have no meaning for a file.
_OF_A_SERVICE = ("base_url", "api_key_env", "timeout", "max_retries")


def add_service(parser: ArgumentParser, *, with_file: bool = False) -> None:
    """Add the options that name a service, and with one for a file that ``sync`` wrote."""
    group = parser.add_argument_group("where")
    if with_file:
        group.add_argument("--from", dest="file", metavar="FILE", help="read this file of sync instead of a service")
    group.add_argument("--base-url", metavar="URL", help="the service (default: OPENAI_BASE_URL, else OpenAI itself)")
    group.add_argument("--api-key-env", metavar="NAME", help="the variable with the key (default: OPENAI_API_KEY)")
    group.add_argument("--timeout", type=float, metavar="SECONDS", help="for each attempt of a request")
    group.add_argument("--max-retries", type=int, metavar="N", help="how often a request is sent again")


def client(options: Namespace) -> ChatClient:
    """Return a client of the service.

    Raises:
        CommandError: There is no key, or no usable address.
    """
    from chatcompletions import ChatClient

    made: ChatClient = _made(ChatClient, options)
    return made


def async_client(options: Namespace) -> AsyncChatClient:
    """Return a client of the service for many calls at once; see `client`."""
    from chatcompletions import AsyncChatClient

    made: AsyncChatClient = _made(AsyncChatClient, options)
    return made


def source(options: Namespace) -> Source:
    """Return the file, or the service, in which a command looks."""
    if options.file is not None:
        for name in _OF_A_SERVICE:
            if getattr(options, name) is not None:
                raise CommandError(f"--{name.replace('_', '-')} is for a service; leave it out, or --from")
        from ._file import SyncFile

        return SyncFile(options.file)
    from ._sources import ServiceSource

    return ServiceSource(client(options))


def _made(cls: Any, options: Namespace) -> Any:
    from chatcompletions import ChatCompletionsError

    given: dict[str, Any] = {name: getattr(options, name) for name in ("base_url", "timeout", "max_retries")}
    given = {name: value for name, value in given.items() if value is not None}
    if options.api_key_env is not None:
        if not os.environ.get(options.api_key_env):
            raise CommandError(f"the environment variable {options.api_key_env} is not set; --api-key-env names it")
        given["api_key"] = lambda: os.environ[options.api_key_env]
    try:
        return cls(**given)
    except (ChatCompletionsError, TypeError, ValueError) as exc:
        if str(exc).startswith("no API key"):
            raise CommandError(
                "no API key: set the environment variable OPENAI_API_KEY, or name another one with --api-key-env; "
                "for a server that needs none, give --base-url"
            ) from None
        raise CommandError(str(exc)) from None
