"""``chatcompletions check``: what works at a service, and what does not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chatcompletions.cli._connection import add_service, client
from chatcompletions.cli._extras import find_extra
from chatcompletions.cli._failure import DONE, FAILED, UNREACHABLE, USAGE, CommandError
from chatcompletions.cli._output import say, whole_file

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from .session import Result

_EPILOG = """\
It stores a few completions, which carry a mark of their own, and deletes those and no others.

examples:
  chatcompletions check http://127.0.0.1:8000/v1 --model MODEL
  chatcompletions check https://HOST/v1 --api-key-env HOST_KEY --model MODEL --format markdown --output host.md
  chatcompletions check http://127.0.0.1:8000/v1 --model MODEL --allow parameters --allow operations.store --yes"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.epilog = _EPILOG
    add = parser.add_argument
    add("url", nargs="?", metavar="base-url", help="the service (default: OPENAI_BASE_URL, else OpenAI itself)")
    add("-m", "--model", required=True, metavar="NAME", help="the model that is asked")
    add("--only", action="append", default=[], metavar="CHECK", help="a check, or a group of them; repeatable")
    add(
        "--allow",
        action="append",
        default=[],
        metavar="CHECK",
        help="a check, or a group, that need not work; repeatable",
    )
    add("--list", action="store_true", help="list the checks, and make none")
    add("--max-tokens", type=int, default=100, metavar="N", help="most tokens of an answer (default: %(default)s)")
    add("--format", choices=("table", "json", "markdown", "html"), help="default: a table, or JSON in a pipe")
    add("-o", "--output", metavar="FILE", help="write the report to a file")
    add("-y", "--yes", action="store_true", help="do not ask first")
    add_service(parser)


def run(options: Namespace) -> int:
    """Make the checks, and say what was found."""
    find_extra("jsonschema")
    from .checks import all_checks
    from .report import print_results, render
    from .session import Session

    checks = all_checks()
    for name in (*options.only, *options.allow):
        if not any(name in (one.id, one.group) for one in checks):
            raise CommandError(f"there is no check {name!r}: --list names them")
    if options.list:
        print("\n".join(f"{one.id:<36} {one.title}" for one in checks))
        return DONE
    kind = options.format or ("table" if sys.stdout.isatty() and options.output is None else "json")
    if kind == "table" and options.output is not None:
        raise CommandError("a table is for the terminal: --format json, markdown or html goes to a file")
    if options.url is not None:
        if options.base_url is not None:
            raise CommandError("the service is named twice: leave out --base-url")
        options.base_url = options.url
    wanted = [one for one in checks if not options.only or {one.id, one.group} & {*options.only}]
    # What most stand on is made in any case.
    chosen = [one for one in checks if one in wanted or one.id in ("operations.create", "operations.store")]
    with client(options) as chat:
        address = str(chat.base_url)
        if not options.yes and sys.stdin.isatty() and not _is_confirmed(address, len(chosen), options.max_tokens):
            return USAGE
        session = Session(chat, options.model, options.max_tokens)
        results: list[Result] = []
        try:
            for result in session.run(chosen):
                results.append(result)
                if result.check.id == "operations.create" and result.state == "failed":
                    raise CommandError(f"{address} cannot be reached: {result.detail}", UNREACHABLE)
        finally:
            if left := session.clean():
                say(f"these may still be stored: {' '.join(left)}")
    results = [one for one in results if one.check in wanted]
    if kind == "table":
        print_results(results)
    elif options.output is None:
        print(render(kind, results, address, options.model), end="")
    else:
        with whole_file(Path(options.output)) as file:
            file.write_text(render(kind, results, address, options.model), encoding="utf-8")
        say(f"written to {options.output}")
    bad = [
        one for one in results if one.state in ("deviates", "missing", "failed") and not _is_allowed(one, options.allow)
    ]
    return FAILED if bad else DONE


def _is_allowed(result: Result, allowed: list[str]) -> bool:
    return bool({result.check.id, result.check.group} & {*allowed})


def _is_confirmed(address: str, count: int, tokens: int) -> bool:
    print(
        f"About {2 * count} requests to {address}, each of at most {tokens} tokens. Go on? [y/N] ",
        end="",
        file=sys.stderr,
    )
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
