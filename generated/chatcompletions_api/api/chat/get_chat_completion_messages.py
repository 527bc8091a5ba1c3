from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.chat_completion_message_list import ChatCompletionMessageList
from ...models.sort_order import SortOrder
from ...types import UNSET, Response, Unset


def _get_kwargs(
    completion_id: str,
    *,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    order: SortOrder | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["after"] = after

    params["limit"] = limit

    json_order: str | Unset = UNSET
    if not isinstance(order, Unset):
        json_order = order

    params["order"] = json_order

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/chat/completions/{completion_id}/messages".format(
            completion_id=quote(str(completion_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ChatCompletionMessageList | None:
    if response.status_code == 200:
        response_200 = ChatCompletionMessageList.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ChatCompletionMessageList]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    completion_id: str,
    *,
    client: AuthenticatedClient | Client,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    order: SortOrder | Unset = UNSET,
) -> Response[ChatCompletionMessageList]:
    """List the messages of a stored completion

     Returns one page of the messages kept with a completion that was created with `store` set to true.
    When `has_more` is true, pass `last_id` as `after` to fetch the following page.

    Args:
        completion_id (str):
        after (str | Unset):
        limit (int | Unset):
        order (SortOrder | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ChatCompletionMessageList]
    """

    kwargs = _get_kwargs(
        completion_id=completion_id,
        after=after,
        limit=limit,
        order=order,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    completion_id: str,
    *,
    client: AuthenticatedClient | Client,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    order: SortOrder | Unset = UNSET,
) -> ChatCompletionMessageList | None:
    """List the messages of a stored completion

     Returns one page of the messages kept with a completion that was created with `store` set to true.
    When `has_more` is true, pass `last_id` as `after` to fetch the following page.

    Args:
        completion_id (str):
        after (str | Unset):
        limit (int | Unset):
        order (SortOrder | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ChatCompletionMessageList
    """

    return sync_detailed(
        completion_id=completion_id,
        client=client,
        after=after,
        limit=limit,
        order=order,
    ).parsed


async def asyncio_detailed(
    completion_id: str,
    *,
    client: AuthenticatedClient | Client,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    order: SortOrder | Unset = UNSET,
) -> Response[ChatCompletionMessageList]:
    """List the messages of a stored completion

     Returns one page of the messages kept with a completion that was created with `store` set to true.
    When `has_more` is true, pass `last_id` as `after` to fetch the following page.

    Args:
        completion_id (str):
        after (str | Unset):
        limit (int | Unset):
        order (SortOrder | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ChatCompletionMessageList]
    """

    kwargs = _get_kwargs(
        completion_id=completion_id,
        after=after,
        limit=limit,
        order=order,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    completion_id: str,
    *,
    client: AuthenticatedClient | Client,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    order: SortOrder | Unset = UNSET,
) -> ChatCompletionMessageList | None:
    """List the messages of a stored completion

     Returns one page of the messages kept with a completion that was created with `store` set to true.
    When `has_more` is true, pass `last_id` as `after` to fetch the following page.

    Args:
        completion_id (str):
        after (str | Unset):
        limit (int | Unset):
        order (SortOrder | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ChatCompletionMessageList
    """

    return (
        await asyncio_detailed(
            completion_id=completion_id,
            client=client,
            after=after,
            limit=limit,
            order=order,
        )
    ).parsed
