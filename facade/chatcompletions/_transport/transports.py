"""The transports of a client: a pool, one for each proxy of the environment, or the caller's own."""

from __future__ import annotations

import os
from functools import cache, partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.request import getproxies

import httpx

from chatcompletions._base_error import ChatCompletionsError
from chatcompletions._checks import naming_settings
from chatcompletions._redaction import SecretDict

from .pool import AsyncPool, Pool

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

#: Numbers of connections in use and idle, unless the caller gives others.
DEFAULT_LIMITS = httpx.Limits(max_connections=1000, max_keepalive_connections=100)


def transport_options(options: Mapping[str, Any], *, is_async: bool) -> dict[str, Any]:
    """Return the options of an httpx client, with pools or guarded transports among them.

    Args:
        options: Options of httpx; a ``transport`` may be a function or class that makes one.
        is_async: Whether the client is for ``async`` callers.
    """
    pool: Any = AsyncPool if is_async else Pool
    limits, given = options.get("limits") or DEFAULT_LIMITS, options.get("transport")
    mounts = {
        pattern: each and _guarded(each, is_async=is_async) for pattern, each in (options.get("mounts") or {}).items()
    }
    if given is None:
        own = SecretDict((name, options[name]) for name in ("http1", "http2", "proxy") if options.get(name) is not None)
        # They go into the TLS context, which all pools share.
        tls = {name: options[name] for name in ("verify", "cert", "trust_env") if options.get(name) is not None}
        make = partial(pool, limits, tls=cache(partial(_tls_context, tls)))
        transport: Any = make(own)
        if options.get("trust_env", True) and "proxy" not in own:
            mounts = {**_environment_mounts(make, own), **mounts}
    elif callable(given) and not isinstance(given, httpx.BaseTransport | httpx.AsyncBaseTransport):
        transport = _guarded(given(), is_async=is_async)
    else:
        transport = _guarded(given, is_async=is_async)
    rest = {name: value for name, value in options.items() if name != "proxy"}
    return {**rest, "limits": limits, "mounts": mounts, "transport": transport}


def _guarded(transport: Any, *, is_async: bool) -> Any:
    from .guard import AsyncGuard, Guard  # most clients have no transport of the caller's

    return (AsyncGuard if is_async else Guard)(transport)


def _tls_context(options: Mapping[str, Any]) -> ssl.SSLContext:
    with naming_settings():
        return httpx.create_ssl_context(**options)


class UnusableProxy(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport in the place of a proxy that cannot be used: each call that needs it fails, and no other one."""

    def __init__(self, scheme: str, problem: str) -> None:
        names = sorted(name for name in os.environ if name.lower() == f"{scheme}_proxy")
        source = f"the environment variable {names[-1]}" if names else "the system's configuration"
        self._problem = f"{source} names no usable proxy: {problem}"

    def handle_request(self, request: httpx.Request) -> NoReturn:
        """Raise `ChatCompletionsError`."""
        raise ChatCompletionsError(f"{self._problem}; correct it, or list {request.url.host} in NO_PROXY")

    async def handle_async_request(self, request: httpx.Request) -> NoReturn:
        """Raise `ChatCompletionsError`."""
        self.handle_request(request)


def _environment_mounts(make: Callable[[SecretDict], Any], options: SecretDict) -> dict[str, Any]:
    """Return a transport for each proxy that the environment names, by the pattern of URLs that it serves in httpx."""
    proxies = getproxies()
    exceptions = [host for each in proxies.get("no", "").split(",") if (host := each.strip())]
    if "*" in exceptions:
        return {}
    named = {
        f"{scheme}://": _environment_proxy(make, options, scheme, address)
        for scheme in ("http", "https", "all")
        if (address := proxies.get(scheme))
    }
    return {**named, **{_pattern(host): None for host in exceptions}} if named else {}


def _environment_proxy(make: Callable[[SecretDict], Any], options: SecretDict, scheme: str, address: str) -> Any:
    try:
        return make(SecretDict(options, proxy=address if "://" in address else f"http://{address}"))
    except httpx.InvalidURL:
        return UnusableProxy(scheme, "it is not a URL")
    except ChatCompletionsError:
        return UnusableProxy(scheme, "its scheme is not http, https or socks5")
    except ImportError as exc:
        return UnusableProxy(scheme, str(exc))


def _pattern(host: str) -> str:
    if "://" in host:
        return host
    try:
        version = ip_address(host.partition("/")[0]).version
    except ValueError:
        return f"all://{host}" if host.lower() == "localhost" else f"all://*{host}"
    return f"all://{host}" if version == 4 else f"all://[{host}]"
