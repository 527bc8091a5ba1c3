"""Run every call once and show its result (`make demo`).

Without a key it talks to the local server of ``chatcompletions[server]``. With ``OPENAI_API_KEY`` or
``OPENAI_BASE_URL`` set it talks to that service; ``DEMO_MODEL`` names the model.
"""

from __future__ import annotations

import contextlib
import os
import sys
import textwrap
import uuid

from chatcompletions import APIStatusError, ChatClient, ChatCompletionsError, Message
from chatcompletions_api.api.chat import list_chat_completions

WIDTH = 100


def show(call: str) -> None:
    """Print a call before it is made."""
    print(f"\n>>> {call}")


def tell(text: object) -> None:
    """Print a result, cut to a line or two."""
    print(textwrap.indent(textwrap.shorten(str(text), 2 * WIDTH), "    "))


def tour(chat: ChatClient, model: str) -> None:
    """Make every call against an open client.

    Args:
        chat: The client.
        model: A model that the service has.
    """
    topic = {"demo": uuid.uuid4().hex[:12]}

    show(f'reply = chat.create(model="{model}", messages="Name three rivers.", store=True, metadata={topic})')
    reply = chat.create(model=model, messages="Name three rivers.", store=True, metadata=topic)
    tell(reply.text)
    tell(f"id {reply.id}, {reply.usage.total_tokens if reply.usage else '?'} tokens, request {reply.request_id}")

    show("chat.create(..., messages=[..., reply.message, ...], stream=True).text_deltas()")
    history: list[Message] = [
        {"role": "user", "content": "Name three rivers."},
        reply.message,
        {"role": "user", "content": "Which is the longest?"},
    ]
    with chat.create(model=model, messages=history, stream=True, store=True, metadata=topic) as stream:
        print("    ", end="")
        for text in stream.text_deltas():
            print(text, end="", flush=True)
        print()
    tell(f"assembled: id {stream.completion.id}, {stream.completion.choices[0].finish_reason}")

    third = chat.create(model=model, messages="Name a lake.", store=True, metadata=topic)
    stored(chat, [reply.id, third.id], topic)


def stored(chat: ChatClient, ids: list[str], topic: dict[str, str]) -> None:
    """Make the calls on stored completions."""
    show(f"for stored in chat.list(metadata={topic}, limit=1): ...   # a page for each")
    for item in chat.list(metadata=topic, limit=1):
        tell(f"{item.id} of {item.created_at}: {item.text}")

    show(f'chat.get("{ids[0]}").metadata')
    tell(dict(chat.get(ids[0]).to_dict().get("metadata") or {}))

    show(f'chat.update("{ids[0]}", metadata={{**{topic}, "seen": "yes"}}).metadata')
    tell(chat.update(ids[0], metadata={**topic, "seen": "yes"}).to_dict().get("metadata"))

    show(f'for message in chat.messages("{ids[0]}"): ...')
    for message in chat.messages(ids[0]):
        tell(f"{message.role}: {message.content}")

    show("list_chat_completions.sync_detailed(client=chat.raw, limit=5)   # dropped down, same pool, key and retries")
    answer = list_chat_completions.sync_detailed(client=chat.raw, limit=5)
    tell(f"{answer.status_code:d}: {type(answer.parsed).__name__} of {len(answer.parsed.data) if answer.parsed else 0}")

    for item in chat.list(metadata=topic):
        show(f'chat.delete("{item.id}").deleted')
        tell(chat.delete(item.id).deleted)


def main() -> int:
    """Run the tour against the service that the environment names, else against the local server."""
    with contextlib.ExitStack() as stack:
        base_url = None
        if not os.environ.get("OPENAI_API_KEY") and not os.environ.get("OPENAI_BASE_URL"):
            from chatcompletions.server import LocalServer

            base_url = stack.enter_context(LocalServer()).base_url
            print(f"No OPENAI_API_KEY is set: the local server answers, with canned text, at {base_url}")
        try:
            chat = stack.enter_context(ChatClient(base_url=base_url))
            tour(chat, os.environ.get("DEMO_MODEL", "gpt-5.4-mini"))
        except APIStatusError as exc:
            print(f"\n{type(exc).__name__}: {exc}", file=sys.stderr)
            if exc.status_code in (404, 405):
                print("Many compatible servers offer create alone; the other calls need the service.", file=sys.stderr)
            return 1
        except ChatCompletionsError as exc:
            print(f"\n{type(exc).__name__}: {exc}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
