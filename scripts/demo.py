"""Run every call once and show its result (`make demo`).

Without a key it talks to the local server of ``chatcompletions[server]``. With ``OPENAI_API_KEY`` or
``OPENAI_BASE_URL`` set it talks to that service; ``DEMO_MODEL`` names the model.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
import textwrap
import uuid
from collections import Counter
from dataclasses import dataclass

from chatcompletions import (
    AnswerEvent,
    APIStatusError,
    ChatClient,
    ChatCompletionsError,
    ContentDeltaEvent,
    Message,
    ToolCallEvent,
    ToolResultEvent,
)
from chatcompletions_api.api.chat import list_chat_completions

WIDTH = 100
RAIN = "How much does it rain in Paris?"
#: What the local server answers where canned text would show little.
SCRIPT = [
    {"when": "Name a river.", "parsed": {"name": "Loire", "length_km": 1006}},
    {"when": {"messages[-1].role": "tool"}, "text": "In Paris it rains 50 mm."},
    {"when": RAIN, "tool_calls": [{"name": "rainfall", "arguments": {"city": "Paris"}}]},
]


@dataclass
class River:
    """A river."""

    name: str
    length_km: int


def rainfall(city: str) -> str:
    """Tell how much it rains in a city.

    Args:
        city: Where.
    """
    return f"{len(city) * 10} mm in {city}"


def begin(part: str) -> None:
    """Print the title of a part of the tour."""
    print(f"\n{f' {part} ':-^{WIDTH}}")


def show(call: str) -> None:
    """Print a call before it is made."""
    print(f"\n>>> {call}")


def tell(text: object) -> None:
    """Print a result, cut to a line or two."""
    print(textwrap.indent(textwrap.shorten(str(text), 2 * WIDTH), "    "))


def tour(chat: ChatClient, model: str, topic: dict[str, str]) -> None:
    """Make every call against an open client.

    Args:
        chat: The client.
        model: A model that the service has.
        topic: The metadata of what the tour stores, by which it is found again.
    """
    begin("Ask, and read what came with the answer")
    show(f'reply = chat.create(model="{model}", messages="Name three rivers.", store=True, metadata={topic})')
    reply = chat.create(model=model, messages="Name three rivers.", store=True, metadata=topic)
    tell(reply.text)
    tell(f"id {reply.id}, {reply.usage.total_tokens if reply.usage else '?'} tokens, request {reply.request_id}")

    show("reply.meta")
    meta = reply.meta
    tell(f"{meta.status_code} after {meta.elapsed} and {len(meta.attempts)} attempts that failed")

    begin("Stream")
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

    show("for event in chat.create(..., stream=True).events(): ...")
    with chat.create(model=model, messages=history, stream=True) as stream:
        events = list(stream.events())
    tell(", ".join(f"{count} {name}" for name, count in Counter(event.type for event in events).items()))
    shots = [event.snapshot for event in events if isinstance(event, ContentDeltaEvent)]
    tell(f"the text after the fourth piece: {''.join(shots[3:4])}")

    values_and_tools(chat, model)
    many(chat, model)
    chat.create(model=model, messages="Name a lake.", store=True, metadata=topic)
    stored(chat, reply.id, topic)


def values_and_tools(chat: ChatClient, model: str) -> None:
    """Ask for a value of a type, and let the model call a function."""
    begin("A value of a type, and a function as a tool")
    show(f'chat.parse(model="{model}", messages="Name a river.", response_format=River).parsed')
    tell(chat.parse(model=model, messages="Name a river.", response_format=River).parsed)

    show(f'for event in chat.run_tools(..., messages="{RAIN}", tools=[rainfall]): ...')
    for event in chat.run_tools(model=model, messages=RAIN, tools=[rainfall]):
        match event:
            case ToolCallEvent():
                tell(f"{event.call.name} is called with {event.call.arguments}")
            case ToolResultEvent():
                tell(f"{event.call.name} returned {event.message['content']}")
            case AnswerEvent():
                tell(f"the model says: {event.completion.text or 'nothing, but calls a tool'}")


def many(chat: ChatClient, model: str) -> None:
    """Make requests side by side."""
    begin("Many requests at once")
    rivers = ["Loire", "Rhine", "Danube", "Volga"]
    show(f"for outcome in chat.map({rivers}, model=..., concurrency=4): ...")
    for outcome in chat.map((f"Describe the {river}." for river in rivers), model=model, concurrency=4):
        tell(f"{outcome.index}: {outcome.reply.text if outcome.reply else outcome.error}")


def command_line(base_url: str | None, topic: dict[str, str]) -> None:
    """Run the command on what was stored, if its extra is installed."""
    if importlib.util.find_spec("chatcompletions.cli") is None or importlib.util.find_spec("rich") is None:
        return
    begin("The command line")
    arguments = ["list", "--metadata", *(f"{name}={value}" for name, value in topic.items())]
    show(f"chatcompletions {' '.join(arguments)}")
    command = [sys.executable, "-m", "chatcompletions", *arguments, *(["--base-url", base_url] if base_url else [])]
    sys.stdout.flush()
    subprocess.run(command, check=False)


def stored(chat: ChatClient, first: str, topic: dict[str, str]) -> None:
    """Make the calls on stored completions."""
    begin("What is stored")
    show(f"for stored in chat.list(metadata={topic}, limit=1): ...   # a page for each")
    for item in chat.list(metadata=topic, limit=1):
        tell(f"{item.id} of {item.created_at}: {item.text}")

    show(f'chat.get("{first}").metadata')
    tell(dict(chat.get(first).to_dict().get("metadata") or {}))

    show(f'chat.update("{first}", metadata={{**{topic}, "seen": "yes"}}).metadata')
    tell(chat.update(first, metadata={**topic, "seen": "yes"}).to_dict().get("metadata"))

    show(f'for message in chat.messages("{first}"): ...')
    for message in chat.messages(first):
        tell(f"{message.role}: {message.content}")

    show("list_chat_completions.sync_detailed(client=chat.raw, limit=5)   # dropped down, same pool, key and retries")
    answer = list_chat_completions.sync_detailed(client=chat.raw, limit=5)
    tell(f"{answer.status_code:d}: {type(answer.parsed).__name__} of {len(answer.parsed.data) if answer.parsed else 0}")


def tidy(chat: ChatClient, topic: dict[str, str]) -> None:
    """Delete what the tour stored."""
    begin("Tidy up")
    for item in chat.list(metadata=topic):
        show(f'chat.delete("{item.id}").deleted')
        tell(chat.delete(item.id).deleted)


def main() -> int:
    """Run the tour against the service that the environment names, else against the local server."""
    with contextlib.ExitStack() as stack:
        base_url = None
        if not os.environ.get("OPENAI_API_KEY") and not os.environ.get("OPENAI_BASE_URL"):
            from chatcompletions.server import LocalServer

            base_url = stack.enter_context(LocalServer(script=SCRIPT, script_end="canned")).base_url
            print(f"No OPENAI_API_KEY is set: the local server answers, with texts made up, at {base_url}")
        try:
            chat = stack.enter_context(ChatClient(base_url=base_url))
            topic = {"demo": uuid.uuid4().hex[:12]}
            tour(chat, os.environ.get("DEMO_MODEL", "gpt-5.4-mini"), topic)
            command_line(base_url, topic)
            tidy(chat, topic)
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
