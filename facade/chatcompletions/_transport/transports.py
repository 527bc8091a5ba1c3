"""The transports of a client: a pool, one for each proxy of the environment, or the caller's own."""

from __future__ import annotations

from functools import cache, partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

import httpx

from chatcompletions._checks import naming_settings
from chatcompletions._redaction import SecretDict

from .pool import AsyncPool, Pool

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

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
            named = {pattern: proxy and make(SecretDict(own, proxy=proxy)) for pattern, proxy in _proxies_by_pattern()}
            mounts = {**named, **mounts}
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


def _proxies_by_pattern() -> Iterator[tuple[str, str | None]]:
    """Iterate over the proxies that the environment names, each with the pattern of URLs that it serves in httpx."""
    proxies = getproxies()
    exceptions = [host for each in proxies.get("no", "").split(",") if (host := each.strip())]
    named = {scheme: address for scheme in ("http", "https", "all") if (address := proxies.get(scheme))}
    if not named or "*" in exceptions:
        return
    for scheme, address in named.items():
        yield f"{scheme}://", address if "://" in address else f"http://{address}"
    for host in exceptions:
        yield _pattern(host), None


def _pattern(host: str) -> str:
    if "://" in host:
        return host
    try:
        version = ip_address(host.partition("/")[0]).version
    except ValueError:
        return f"all://{host}" if host.lower() == "localhost" else f"all://*{host}"
    return f"all://{host}" if version == 4 else f"all://[{host}]"
