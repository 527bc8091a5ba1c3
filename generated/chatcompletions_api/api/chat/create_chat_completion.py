from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.create_chat_completion_request import CreateChatCompletionRequest
from ...models.create_chat_completion_response import CreateChatCompletionResponse
from ...models.error_response import ErrorResponse
from ...types import Response


def _get_kwargs(
    *,
    body: CreateChatCompletionRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/chat/completions",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> CreateChatCompletionResponse | ErrorResponse | None:
    if response.status_code == 200:
        response_200 = CreateChatCompletionResponse.from_dict(response.json())

        return response_200

    if response.status_code == 429:
        response_429 = ErrorResponse.from_dict(response.json())

        return response_429

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[CreateChatCompletionResponse | ErrorResponse]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: CreateChatCompletionRequest,
) -> Response[CreateChatCompletionResponse | ErrorResponse]:
    """Create a chat completion

     Asks a model for the next message of a conversation. The answer comes as one JSON object, or with
    `stream` set to true as server-sent events that end with `[DONE]`. Nothing can be fetched later
    unless `store` was true.

    Args:
        body (CreateChatCompletionRequest): What `create` sends. Only `messages` and `model` are
            required; the model decides which of the other options it accepts.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CreateChatCompletionResponse | ErrorResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: CreateChatCompletionRequest,
) -> CreateChatCompletionResponse | ErrorResponse | None:
    """Create a chat completion

     Asks a model for the next message of a conversation. The answer comes as one JSON object, or with
    `stream` set to true as server-sent events that end with `[DONE]`. Nothing can be fetched later
    unless `store` was true.

    Args:
        body (CreateChatCompletionRequest): What `create` sends. Only `messages` and `model` are
            required; the model decides which of the other options it accepts.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CreateChatCompletionResponse | ErrorResponse
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: CreateChatCompletionRequest,
) -> Response[CreateChatCompletionResponse | ErrorResponse]:
    """Create a chat completion

     Asks a model for the next message of a conversation. The answer comes as one JSON object, or with
    `stream` set to true as server-sent events that end with `[DONE]`. Nothing can be fetched later
    unless `store` was true.

    Args:
        body (CreateChatCompletionRequest): What `create` sends. Only `messages` and `model` are
            required; the model decides which of the other options it accepts.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CreateChatCompletionResponse | ErrorResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: CreateChatCompletionRequest,
) -> CreateChatCompletionResponse | ErrorResponse | None:
    """Create a chat completion

     Asks a model for the next message of a conversation. The answer comes as one JSON object, or with
    `stream` set to true as server-sent events that end with `[DONE]`. Nothing can be fetched later
    unless `store` was true.

    Args:
        body (CreateChatCompletionRequest): What `create` sends. Only `messages` and `model` are
            required; the model decides which of the other options it accepts.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CreateChatCompletionResponse | ErrorResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
