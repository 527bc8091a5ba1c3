"""``chatcompletions create``."""

from __future__ import annotations

import os
import sys
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._connection import add_service, client
from ._failure import DONE, FAILED, FILE, CommandError, refusals
from ._output import say
from ._parameters import add_pairs, add_parameters, given_parameters, read_json, read_text
from ._texts import as_json, call_text, content_text, member, members, printable

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping

    from chatcompletions import ChatClient

_BODY = "operations/create_chat_completion/body"
_OWN = ("messages", "model", "metadata", "stream")
_EPILOG = """\
examples:
  chatcompletions create -m MODEL "Name three rivers."
  chatcompletions create -m MODEL --system "Answer in French." --file question.txt
  git diff | chatcompletions create -m MODEL "Write a commit message for:" -
  chatcompletions create -m MODEL "What is this?" --image photo.jpg
  chatcompletions create -m MODEL "Three rivers" --schema rivers.json --store --metadata topic=rivers
  chatcompletions create -m MODEL "Is it raining in Oslo?" --tool weather.py:get_weather"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.usage, parser.epilog = "chatcompletions create [options] [prompt ...]", _EPILOG
    add = parser.add_argument
    add(
        "prompt",
        nargs="*",
        help="what is asked, - being standard input (default: standard input, if it is no terminal)",
    )
    add("-m", "--model", metavar="NAME", help="the model (default: OPENAI_DEFAULT_MODEL)")
    add("-f", "--file", action="append", default=[], metavar="FILE", help="a text that follows the prompt; repeatable")
    add("--system", metavar="TEXT", help="instructions, as a system message")
    add("--image", action="append", default=[], metavar="FILE|URL", help="an image; repeatable")
    add("--recording", action="append", default=[], metavar="FILE", help="sound, wav or mp3; repeatable")
    add("--document", action="append", default=[], metavar="FILE", help="a document such as a PDF; repeatable")
    add("--messages", metavar="JSON|@FILE", help="the conversation so far, which the prompt goes on with")
    add("--schema", metavar="JSON|FILE", help="a JSON Schema that the answer must fit")
    add("--tool", action="append", default=[], metavar="FILE", help="tools.json with definitions, or file.py:function, "
        "which is called when the model asks for it; repeatable")  # fmt: skip
    add_pairs(parser, "--metadata", "a pair to store")
    add("--no-stream", action="store_true", help="print the answer once it is whole")
    add("--json", action="store_true", help="print the whole completion as JSON")
    add_parameters(parser, _BODY, "create_chat_completion_request", without=(*_OWN, "tools"))
    add_service(parser)


def run(options: Namespace) -> int:
    """Ask, and print the answer."""
    params = given_parameters(options, _BODY, "extra_body", without=_OWN)
    params["model"] = options.model or os.environ.get("OPENAI_DEFAULT_MODEL")
    if not params["model"]:
        raise CommandError("which model? give --model NAME, or set OPENAI_DEFAULT_MODEL")
    if options.metadata:
        params["metadata"] = dict(options.metadata)
    params["messages"] = _messages(options)
    tools = [tool for one in options.tool for tool in _tools(one)]
    functions = [tool for tool in tools if callable(tool)]
    if tools:
        params["tools"] = tools
    with refusals():
        if options.schema is not None:
            params["response_format"] = _response_format(options.schema)
        with client(options) as chat:
            if functions:
                return _run_tools(chat, params, options)
            if options.json or options.no_stream or (params.get("n") or 1) > 1:
                return _whole(chat.create(**params), options)
            return _streamed(chat, params)


def _messages(options: Namespace) -> list[Any]:
    from chatcompletions import audio, file, image

    words = " ".join(one for one in options.prompt if one != "-")
    texts = [one for one in (words, *map(read_text, ["-"] * ("-" in options.prompt) + options.file)) if one]
    if not texts and options.messages is None and not sys.stdin.isatty():
        texts.append(read_text("-"))
    messages = [] if options.messages is None else read_json("--messages", options.messages)
    if not isinstance(messages, list):
        raise CommandError("--messages must be a JSON array of messages")
    if options.system is not None:
        messages.insert(0, {"role": "system", "content": options.system})
    sources = ((image, options.image), (audio, options.recording), (file, options.document))
    with refusals():
        parts = [make(one) for make, given in sources for one in given]
    text = "\n\n".join(one.removesuffix("\n") for one in texts)
    if text.strip() or parts:
        content = [{"type": "text", "text": text}, *parts] if parts else text
        messages.append({"role": "user", "content": content})
    if not messages or (options.system is not None and len(messages) == 1):
        raise CommandError('what is asked? give a prompt: chatcompletions create "Name three rivers."')
    return messages


def _response_format(given: str) -> Any:
    from chatcompletions import response_format

    text = given if given.lstrip().startswith("{") else f"@{given.removeprefix('@')}"
    return response_format(read_json("--schema", text))


def _tools(given: str) -> list[Any]:
    path, colon, name = given.rpartition(":")
    if not colon or not path.endswith(".py"):
        text = given if given.lstrip().startswith(("{", "[")) else f"@{given.removeprefix('@')}"
        found = read_json("--tool", text)
        return found if isinstance(found, list) else [found]
    if not Path(path).is_file():
        raise CommandError(f"there is no file {path}", FILE)
    spec = util.spec_from_file_location(Path(path).stem, path)
    if spec is None or spec.loader is None:
        raise CommandError(f"{path} cannot be imported")
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as exc:  # whatever that file does
        raise CommandError(f"{path} cannot be imported: {type(exc).__name__}: {exc}") from None
    function = getattr(module, name, None)
    if not callable(function):
        raise CommandError(f"{path} has no function {name!r}")
    return [function]


def _streamed(chat: ChatClient, params: Mapping[str, Any]) -> int:
    with chat.create(**params, stream=True) as stream:
        for text in stream.text_deltas():
            _write(text)
        completion = stream.completion
    if completion is None:
        _write("\n")
        return DONE
    choices = completion.to_dict().get("choices") or [{}]
    return _finish(choices[0], has_text=bool(completion.text))


def _whole(reply: Any, options: Namespace) -> int:
    completion = reply.to_dict()
    if options.json:
        print(as_json(completion, indent=2 if sys.stdout.isatty() else None))
        return DONE
    choices = completion.get("choices") or []
    codes = [DONE]
    for number, choice in enumerate(choices, 1):
        if len(choices) > 1:
            _write(f"--- {number} of {len(choices)}\n")
        text = content_text(member(choice, "message"))
        _write(text)
        codes.append(_finish(choice, has_text=bool(text)))
    return max(codes)


def _run_tools(chat: ChatClient, params: Mapping[str, Any], options: Namespace) -> int:
    return _whole(chat.run_tools(**params, before_call=_tell).until_done(), options)


def _tell(call: Any) -> None:
    say(f"calls {call_text(call.raw)}")


def _finish(choice: Any, *, has_text: bool) -> int:
    """Print what there is beside a text, and say how an answer ended if it is not as one would wish."""
    message, reason = member(choice, "message"), member(choice, "finish_reason")
    if has_text:
        _write("\n")
    for call in members(message, "tool_calls"):
        _write(f"{call_text(call)}\n")
    if isinstance(refusal := member(message, "refusal"), str):
        say(f"refused: {refusal}")
        return FAILED
    if reason in ("length", "content_filter"):
        say("cut off: the most tokens were reached" if reason == "length" else "cut off: content_filter")
        return FAILED
    return DONE


def _write(text: str) -> None:
    """Write a part of an answer at once; on a terminal its control characters are shown, and do nothing."""
    print(printable(text) if sys.stdout.isatty() else text, end="", flush=True)
