"""Where the facade calls the API and how it authenticates, against what the pin says of servers and security."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chatcompletions._requests.settings import DEFAULT_BASE_URL

if TYPE_CHECKING:
    from scripts.contract.spec import Operation, Spec

_WHERE = "facade/chatcompletions/_requests/settings.py"
_TOKENS = ("oauth2", "openIdConnect")
_OPTIONS = {"header": "headers", "query": "params", "cookie": "cookies"}


def server_differences(spec: Spec) -> list[str]:
    """Say what to do where the pin names other servers than the one that the facade calls by default."""
    servers = _addresses(spec.document)
    found = []
    if servers and DEFAULT_BASE_URL not in servers:
        found.append(
            f"openapi.yaml names the server {' or '.join(servers)}, the facade calls {DEFAULT_BASE_URL}: "
            f"callers give base_url=, or change DEFAULT_BASE_URL in {_WHERE}"
        )
    for operation in spec.operations().values():
        own = _addresses(_spelled(spec, operation)) or _addresses(spec.document["paths"][operation.path])
        if own and not {*own} & {*servers, DEFAULT_BASE_URL}:
            found.append(
                f"openapi.yaml has {operation.address} at {' or '.join(own)} alone, the facade calls all operations at "
                "one address: callers make it with a client of its own, with that base_url="
            )
    return found


def security_differences(spec: Spec) -> list[str]:
    """Say what to do where the pin asks for another way to authenticate than a key as bearer token.

    Returns:
        A sentence for each way, with the operations that ask for it unless all of them do.
    """
    asked: dict[str, list[str]] = {}
    operations = spec.operations().values()
    for operation in operations:
        ways = [[_scheme(spec, name) for name in one] for one in _requirements(spec, operation)]
        if ways and not any(all(map(_is_sent, one)) for one in ways):
            advice = " and ".join(_advice(one) for one in min(ways, key=len) if not _is_sent(one))
            asked.setdefault(advice, []).append(operation.address)
    return [
        f"openapi.yaml asks for {advice}{'' if len(found) == len(operations) else ' in ' + ' and '.join(found)}, "
        f"the facade sends the key as a bearer token: do as said, or change it in {_WHERE}"
        for advice, found in asked.items()
    ]


def _spelled(spec: Spec, operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = spec.document["paths"][operation.path][operation.method.lower()]
    return found


def _addresses(holder: dict[str, Any]) -> list[str]:
    """Return the addresses of servers, those aside that only stand for the host of the document."""
    urls = [str(one.get("url")).rstrip("/") for one in holder.get("servers") or ()]
    return [url for url in urls if "://" in url]


def _requirements(spec: Spec, operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] | None = _spelled(spec, operation).get("security", spec.document.get("security"))
    return found or []


def _scheme(spec: Spec, name: str) -> dict[str, Any]:
    return spec.resolve(spec.document.get("components", {}).get("securitySchemes", {}).get(name, {}))


def _is_sent(scheme: dict[str, Any]) -> bool:
    """Tell whether the facade satisfies a scheme; one that is not described asks for nothing that could be told."""
    is_bearer = str(scheme.get("scheme")).lower() == "bearer" or scheme.get("type") in _TOKENS
    is_header = scheme.get("in") == "header" and str(scheme.get("name")).lower() == "authorization"
    return not scheme or is_bearer or is_header


def _advice(scheme: dict[str, Any]) -> str:
    place, name = scheme.get("in"), scheme.get("name")
    if place in _OPTIONS:
        return f"a key in the {place} {name!r} (callers give {_OPTIONS[place]}={{{name!r}: ...}} to the client)"
    if str(scheme.get("scheme")).lower() == "basic":
        return "a name and a password (callers give auth= to the client)"
    return f"{scheme.get('scheme') or scheme.get('type')!r} (callers give what httpx has for it to the client)"
