"""``chatcompletions serve``."""

from __future__ import annotations

import signal
import socket
from functools import partial
from typing import TYPE_CHECKING, Any

from chatcompletions.server.__main__ import EPILOG, cannot_listen
from chatcompletions.server.__main__ import add_arguments as add_server
from chatcompletions.server.__main__ import run as run_server

from ._connection import add_service, source
from ._extras import find_extra
from ._failure import DONE, FILE, CommandError
from ._output import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from chatcompletions.server import LocalServer

    from ._sources import Source

_SUMMARY = """\
Without --from and --service, this is the local server, which needs no key, model or network.

"""
#: The options of the local server that have no meaning for a page alone.
_OF_THE_SERVER = ("db", "script", "api_key")


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.epilog = _SUMMARY + EPILOG
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--from", dest="file", metavar="FILE", help="show this file of sync, and run no server")
    what.add_argument("--service", action="store_true", help="show what a service has stored, and run no server")
    add_server(parser)
    add_service(parser)


def run(options: Namespace) -> int:
    """Run the local server with a page to look at what is stored, or that page alone."""
    for module in ("uvicorn", "jinja2"):
        find_extra(module)
    if options.file is None and not options.service:
        if problem := run_server(options, partial(_mount, options.api_key)):
            raise CommandError(problem.removeprefix("error: "), FILE)
        return DONE
    for name in _OF_THE_SERVER:
        if getattr(options, name) is not None:
            raise CommandError(
                f"--{name.replace('_', '-')} is for the local server; leave it out, or --from and --service"
            )
    with source(options) as place:
        _show(place, options)
    return DONE


def _mount(api_key: str | None, server: LocalServer) -> str:
    """Add the page to the local server, which it asks like any client."""
    from chatcompletions import ChatClient

    from ._page import page
    from ._sources import ServiceSource

    client = ChatClient(base_url=server.base_url, api_key=api_key or "unused")
    server.mount(page(ServiceSource(client), hosts=server.hosts or ()))
    return f"Look at what is stored: {server.base_url.removesuffix('v1')}\n\n"


def _show(place: Source, options: Namespace) -> None:
    import uvicorn

    from chatcompletions.server._run import listen

    from ._page import page

    try:
        listener = listen(options.host, options.port)
    except OSError as exc:
        raise CommandError(cannot_listen(options, exc), FILE) from None
    with listener:
        name = f"[{options.host}]" if ":" in options.host else options.host
        say(f"Look at {place.title}: http://{name}:{listener.getsockname()[1]}/\nStop with Ctrl-C.")
        application = page(place, hosts=(options.host, socket.gethostname()))
        config = uvicorn.Config(application, log_level="critical", lifespan="off", ws="none", server_header=False)
        server: Any = uvicorn.Server(config)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: setattr(server, "should_exit", True))
        server.run([listener])
