"""The settings of a client for Azure OpenAI, whose addresses and key have a form of their own.

See https://learn.microsoft.com/azure/ai-foundry/openai/reference.
"""

from __future__ import annotations

import os
from typing import Any, NoReturn
from urllib.parse import quote

import httpx

from chatcompletions._base_error import ChatCompletionsError, UnsupportedOperationError
from chatcompletions._checks import is_protected
from chatcompletions._redaction import Secret, SecretDict
from chatcompletions._transport.auth import APIKeyAuth

from .settings import DeploymentURL

_ENDPOINT, _KEY, _VERSION = "AZURE_OPENAI_ENDPOINT", "AZURE_OPENAI_API_KEY", "OPENAI_API_VERSION"


def azure_arguments(
    *, endpoint: Any, deployment: str | None, api_version: str | None, api_key: Any, options: SecretDict
) -> SecretDict:
    """Return the arguments of a client.

    Args:
        endpoint: The resource's own address; by default ``AZURE_OPENAI_ENDPOINT``.
        deployment: The name of the deployment, if its dated address is to be used.
        api_version: The version of that address; by default ``OPENAI_API_VERSION``.
        api_key: The key, or a function that returns a token of Entra; by default ``AZURE_OPENAI_API_KEY``.
        options: Further arguments.

    Raises:
        ChatCompletionsError: There is no endpoint, or no key.
        TypeError: An argument is of the wrong type, or stands for another one.
        ValueError: A deployment has no version.
    """
    for name in ("base_url", "auth"):
        if options.get(name) is not None:
            raise TypeError(f"azure() makes {name} itself: leave out {name}=, or call the class")
    address = str(endpoint if endpoint is not None else os.environ.get(_ENDPOINT, "")).strip().rstrip("/")
    address = address.removesuffix("/v1").removesuffix("/openai")
    if not address:
        raise ChatCompletionsError(
            f"no address: set the environment variable {_ENDPOINT} or pass endpoint='https://NAME.openai.azure.com'"
        )
    if not address.startswith(("https://", "http://")):
        source = _ENDPOINT if endpoint is None else "endpoint"
        raise ChatCompletionsError(f"{source} must begin with https://, such as https://NAME.openai.azure.com")
    if deployment is not None and not (isinstance(deployment, str) and deployment.strip(" .")):
        raise TypeError(f"deployment must be the name of a deployment, not {deployment!r}")
    options = SecretDict(options, api_key=api_key if callable(api_key) else "")
    for name in ("organization", "project"):  # those of the environment are another service's
        if options.get(name) is None:
            options[name] = ""
    if not callable(api_key):
        if api_key is None and endpoint is not None and not _is_protected(address):
            raise ChatCompletionsError(
                f"{_KEY} is not sent over plain http: begin endpoint= with https://, or pass api_key=..."
            )
        options["auth"] = _auth(api_key)
    if deployment is None:
        if api_version is not None:
            raise ValueError("api_version= is for the address of a deployment: pass deployment= as well, or neither")
        return SecretDict(options, base_url=f"{address}/openai/v1/")
    version = api_version or os.environ.get(_VERSION, "").strip()
    if not version:
        raise ValueError(
            f"a deployment's address has a version: set {_VERSION} or pass api_version='2024-10-21'; or leave out "
            "deployment=, and give its name as model="
        )
    params = {**dict(options.get("params") or {}), "api-version": version}
    return SecretDict(
        options, base_url=DeploymentURL(f"{address}/openai/deployments/{quote(deployment, safe='')}/"), params=params
    )


def refuse_stored(address: str) -> NoReturn:
    """Raise `UnsupportedOperationError`: a deployment's dated address has no stored completions."""
    raise UnsupportedOperationError(
        f"Azure has no {address} at the address of a deployment: leave out deployment= and api_version=, and give the "
        "deployment's name as model=; nothing was sent"
    )


def _is_protected(address: str) -> bool:
    try:
        return is_protected(httpx.URL(address))
    except (httpx.InvalidURL, UnicodeError):
        return True  # the client says what is wrong with it


def _auth(api_key: Any) -> APIKeyAuth:
    if api_key is not None and not isinstance(api_key, Secret):
        raise TypeError(f"api_key must be text or a function, not {type(api_key).__name__}")
    auth = APIKeyAuth("api-key", _KEY, api_key)
    auth.check()
    return auth
