from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.chat_completion_list import ChatCompletionList
from ...models.metadata_filter import MetadataFilter
from ...models.sort_order import SortOrder
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    model: str | Unset = UNSET,
    metadata: MetadataFilter | Unset = UNSET,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    order: SortOrder | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["model"] = model

    json_metadata: dict[str, Any] | Unset = UNSET
    if not isinstance(metadata, Unset):
        json_metadata = metadata.to_dict()
    if not isinstance(json_metadata, Unset):
        params.update(json_metadata)

    params["after"] = after

    params["limit"] = limit

    json_order: str | Unset = UNSET
    if not isinstance(order, Unset):
        json_order = order

    params["order"] = json_order

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/chat/completions",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ChatCompletionList | None:
    if response.status_code == 200:
        response_200 = ChatCompletionList.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ChatCompletionList]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    model: str | Unset = UNSET,
    metadata: MetadataFilter | Unset = UNSET,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    order: SortOrder | Unset = UNSET,
) -> Response[ChatCompletionList]:
    """List stored completions

     Returns one page of the completions that were created with `store` set to true; no others are kept.
    When `has_more` is true, pass `last_id` as `after` to fetch the following page.

    Args:
        model (str | Unset):
        metadata (MetadataFilter | Unset): Keeps only completions whose metadata holds each of
            these pairs, written in the query as `metadata[key]=value`. Without it, metadata plays no
            part.
        after (str | Unset):
        limit (int | Unset):
        order (SortOrder | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ChatCompletionList]
    """

    kwargs = _get_kwargs(
        model=model,
        metadata=metadata,
        after=after,
        limit=limit,
        order=order,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    model: str | Unset = UNSET,
    metadata: MetadataFilter | Unset = UNSET,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    order: SortOrder | Unset = UNSET,
) -> ChatCompletionList | None:
    """List stored completions

     Returns one page of the completions that were created with `store` set to true; no others are kept.
    When `has_more` is true, pass `last_id` as `after` to fetch the following page.

    Args:
        model (str | Unset):
        metadata (MetadataFilter | Unset): Keeps only completions whose metadata holds each of
            these pairs, written in the query as `metadata[key]=value`. Without it, metadata plays no
            part.
        after (str | Unset):
        limit (int | Unset):
        order (SortOrder | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ChatCompletionList
    """

    return sync_detailed(
        client=client,
        model=model,
        metadata=metadata,
        after=after,
        limit=limit,
        order=order,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    model: str | Unset = UNSET,
    metadata: MetadataFilter | Unset = UNSET,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    order: SortOrder | Unset = UNSET,
) -> Response[ChatCompletionList]:
    """List stored completions

     Returns one page of the completions that were created with `store` set to true; no others are kept.
    When `has_more` is true, pass `last_id` as `after` to fetch the following page.

    Args:
        model (str | Unset):
        metadata (MetadataFilter | Unset): Keeps only completions whose metadata holds each of
            these pairs, written in the query as `metadata[key]=value`. Without it, metadata plays no
            part.
        after (str | Unset):
        limit (int | Unset):
        order (SortOrder | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ChatCompletionList]
    """

    kwargs = _get_kwargs(
        model=model,
        metadata=metadata,
        after=after,
        limit=limit,
        order=order,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    model: str | Unset = UNSET,
    metadata: MetadataFilter | Unset = UNSET,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    order: SortOrder | Unset = UNSET,
) -> ChatCompletionList | None:
    """List stored completions

     Returns one page of the completions that were created with `store` set to true; no others are kept.
    When `has_more` is true, pass `last_id` as `after` to fetch the following page.

    Args:
        model (str | Unset):
        metadata (MetadataFilter | Unset): Keeps only completions whose metadata holds each of
            these pairs, written in the query as `metadata[key]=value`. Without it, metadata plays no
            part.
        after (str | Unset):
        limit (int | Unset):
        order (SortOrder | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ChatCompletionList
    """

    return (
        await asyncio_detailed(
            client=client,
            model=model,
            metadata=metadata,
            after=after,
            limit=limit,
            order=order,
        )
    ).parsed
