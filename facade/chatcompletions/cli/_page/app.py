"""The application: what each address shows, and what each form does."""

from __future__ import annotations

import secrets
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from ipaddress import ip_address
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, ImmutableMultiDict
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from chatcompletions import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    ChatCompletionsError,
    NotFoundError,
    PermissionDeniedError,
)
from chatcompletions._requests.times import time_bounds
from chatcompletions.cli._failure import USAGE, CommandError
from chatcompletions.cli._output import when
from chatcompletions.cli._parameters import MOST_KEY, MOST_PAIRS, MOST_VALUE
from chatcompletions.cli._sources import Query
from chatcompletions.cli._texts import as_json, members, printable
from chatcompletions.server._envelope import refuse_strangers
from chatcompletions.server._errors import ApiError

from .contents import blocks, first_words, pairs_of, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from chatcompletions.cli._sources import Source

_PAGE = 50
_MOST_BYTES = 1_000_000
#: In each page: a second request could fail by itself.
_STYLE = files("chatcompletions.cli._page").joinpath("templates/style.css").read_text("utf-8")
_MARKED = Markup(_STYLE)  # noqa: S704 - ours


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_digest(_STYLE)}'; img-src data:; media-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",  # without any, a form of this page comes from nowhere
    "x-content-type-options": "nosniff",
}
_SAID = {"deleted": "Deleted.", "tagged": "The metadata was changed."}


def page(source: Source, *, hosts: Collection[str] = ()) -> Starlette:
    """Build the page.

    Args:
        source: What is shown.
        hosts: The names by which it may be addressed, besides local names and IP addresses.
    """
    views = _Views(source)
    routes = {"/": views.list, "/completion": views.show, "/completion.json": views.json}
    return Starlette(
        routes=[
            *(Route(path, views.answering(view), methods=["GET"]) for path, view in routes.items()),
            Route("/delete", views.answering(views.ask), methods=["GET"]),
            Route("/delete", views.answering(views.delete), methods=["POST"]),
            Route("/metadata", views.answering(views.tag), methods=["POST"]),
        ],
        middleware=[Middleware(_Guard, hosts=hosts)],
        exception_handlers={404: views.nowhere, 405: views.nowhere},
    )


class _Guard:
    """Refuses what other sites' pages send, and tells the browser what it must not do."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
            await send(message)

        try:
            _refuse_other_machines(scope)
            refuse_strangers(Headers(scope=scope), scope["scheme"], self._hosts)
        except ApiError as error:
            await Response(str(error), error.status, media_type="text/plain")(scope, receive, send_guarded)
        else:
            await self._app(scope, receive, send_guarded)


def _refuse_other_machines(scope: Scope) -> None:
    """Refuse what comes over a network: whoever sees the page may delete, and nobody is asked for a key."""
    client = scope.get("client")
    if client is not None and not ip_address(client[0].partition("%")[0]).is_loopback:
        raise ApiError("This page is for the machine that it runs on.", status=403)


class _Views:
    """What each address shows; a view runs in a thread."""

    def __init__(self, source: Source) -> None:
        self._source = source
        # A form of this process, and of no other page.
        self._token = secrets.token_urlsafe()
        self._templates = Environment(
            loader=PackageLoader("chatcompletions.cli._page"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
            finalize=_finalized,
        )
        self._templates.globals.update(link=_link)
        self._templates.filters.update(when=when, first_words=first_words, pairs=pairs_of, shortened=shortened)

    def answering(self, view: Callable[[Request, Any], Response]) -> Callable[[Request], Any]:
        """Make an endpoint of a view: a form has to be of this page, and what fails becomes a page as well."""

        def answer(request: Request, form: ImmutableMultiDict[str, str] | None) -> Response:
            if form is not None and not secrets.compare_digest(form.get("token", "").encode(), self._token.encode()):
                detail = (
                    "The form is of an earlier start of this page. "
                    "Go back, load the page again, and repeat what you did."
                )
                return self._page("error.html", 403, title="Nothing was changed", detail=detail)
            try:
                return view(request, form)
            except (ChatCompletionsError, CommandError) as exc:
                return self._failed(exc)

        async def endpoint(request: Request) -> Response:
            form = None
            if request.method == "POST":
                if int(request.headers.get("content-length") or _MOST_BYTES + 1) > _MOST_BYTES:
                    return Response("The form is too large.", 413, media_type="text/plain")
                text = (await request.body()).decode(errors="replace")
                form = ImmutableMultiDict(parse_qsl(text, keep_blank_values=True, max_num_fields=1_000))
            return await run_in_threadpool(answer, request, form)

        return endpoint

    def list(self, request: Request, _: object) -> Response:
        given = request.query_params
        pairs = [text.strip() for text in given.getlist("metadata") if text.strip()]
        fields = {name: given.get(name, "").strip() for name in ("model", "since", "until", "text", "after")}
        errors = {}
        for text in pairs:
            if "=" not in text:
                errors["metadata"] = f"“{text}” is no pair: write key=value"
        times = dict[str, Any]()
        for name in ("since", "until"):
            try:
                bounds = time_bounds(**{name: fields[name] or None})
                times[name] = bounds[0] if name == "since" else bounds[1]
            except ValueError:
                errors[name] = f"“{fields[name]}” is not understood: write 2026-01-31 14:00, yesterday or 2 days ago"
        if None not in times.values() and not errors and times["since"] >= times["until"]:
            errors["until"] = "nothing lies between since and until"
        query = Query(
            fields["model"] or None,
            dict(text.split("=", 1) for text in pairs if "=" in text),
            **times,
            after=fields["after"] or None,
            text=fields["text"] or None,
        )
        found = [] if errors else [*islice(self._source.find(query), _PAGE + 1)]
        asked = [(name, fields[name]) for name in ("model", "since", "until", "text") if fields[name]]
        asked += [("metadata", text) for text in pairs]
        more = None
        if len(found) > _PAGE:
            more = "?" + urlencode([*asked, ("after", str(found[_PAGE - 1].get("id")))])
        return self._page(
            "list.html",
            status=400 if errors else 200,
            completions=found[:_PAGE],
            fields=fields,
            pairs=pairs,
            errors=errors,
            more=more,
            first="?" + urlencode(asked) if fields["after"] else None,
            said=_SAID.get(given.get("said", "")),
            filtered=bool(asked),
        )

    def show(self, request: Request, _: object) -> Response:
        return self._one(request.query_params.get("id", ""), said=_SAID.get(request.query_params.get("said", "")))

    def json(self, request: Request, _: object) -> Response:
        name = request.query_params.get("id", "")
        completion = {**self._source.get(name), "messages": [*self._source.messages(name)]}
        return Response(as_json(completion, indent=2) + "\n", media_type="application/json")

    def ask(self, request: Request, _: object) -> Response:
        return self._page("delete.html", completion=self._source.get(request.query_params.get("id", "")))

    def delete(self, _: Request, form: ImmutableMultiDict[str, str]) -> Response:
        self._source.delete(form.get("id", ""))
        return RedirectResponse("./?said=deleted", 303)

    def tag(self, _: Request, form: ImmutableMultiDict[str, str]) -> Response:
        name, key, value = (form.get(field, "") for field in ("id", "key", "value"))
        typed = dict(zip(form.getlist("old"), form.getlist("changed"), strict=False))
        removed = {*form.getlist("remove")}
        # Merged into what is there now, which may be more than the form showed.
        old = pairs_of(self._source.get(name))
        new = {one: _changed(text, typed.get(_input(one))) for one, text in old.items() if _input(one) not in removed}
        new.update({key.strip(): value} if key.strip() else {})
        if problem := _problem(new) or ("A value needs a key." if value and not key.strip() else None):
            return self._one(name, problem=problem, typed=typed, key=key, value=value, status=400)
        self._source.update(name, new)
        return RedirectResponse(_link("completion", id=name, said="tagged"), 303)

    async def nowhere(self, _: Request, error: Exception) -> Response:
        status = getattr(error, "status_code", 404)
        return self._page("error.html", status, title="Nothing is here", detail="The address leads nowhere.")

    def _one(self, name: str, *, status: int = 200, said: str | None = None, **typed: Any) -> Response:
        completion, messages = self._source.get(name), [*self._source.messages(name)]
        return self._page(
            "completion.html",
            status,
            completion=completion,
            messages=[(one.get("role") or "?", blocks(one)) for one in messages if isinstance(one, dict)],
            answers=[
                (one.get("finish_reason"), blocks(one.get("message")))
                for one in members(completion, "choices")
                if isinstance(one, dict)
            ],
            metadata=pairs_of(completion),
            said=said,
            **{"problem": None, "typed": {}, "key": "", "value": "", **typed},
        )

    def _failed(self, error: Exception) -> Response:
        match error:
            case NotFoundError():
                status, title = 404, "There is no such completion"
            case AuthenticationError() | PermissionDeniedError():
                status, title = 502, "The service refused the key"
            case APIConnectionError():
                status, title = 504, "The service cannot be reached"
            case APIError():
                status, title = 502, "The service answered with an error"
            case CommandError(code=code) if code == USAGE:
                status, title = 400, "That cannot be asked"
            case _:
                status, title = 500, "That did not work"
        return self._page("error.html", status, title=title, detail=str(error))

    def _page(self, template: str, status: int = 200, **values: Any) -> Response:
        note, title = self._source.note, self._source.title
        text = self._templates.get_template(template).render(
            place=title,
            note=note,
            token=self._token,
            style=_MARKED,
            **values,
        )
        return HTMLResponse(text.encode(errors="replace"), status)


def _finalized(value: Any) -> Any:
    """Write out the control characters of a text that is not HTML of ours."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _input(text: Any) -> str:
    """Return a text as a browser sends it back from a field that nobody has changed."""
    return printable(str(text)).replace("\n", "")


def _changed(old: Any, typed: str | None) -> Any:
    return old if typed is None or typed == _input(old) else typed


def _link(path: str, **query: Any) -> str:
    return f"{path}?{urlencode({name: str(value) for name, value in query.items()}, errors='replace')}"


def _problem(metadata: Mapping[str, Any]) -> str | None:
    """Say which of the API's limits metadata goes beyond."""
    if len(metadata) > MOST_PAIRS:
        return f"There would be {len(metadata)} pairs, and the most are {MOST_PAIRS}: remove some."
    for key, value in metadata.items():
        if len(key) > MOST_KEY:
            return f"The key “{key[:20]}…” has {len(key)} characters, and the most are {MOST_KEY}."
        if len(str(value)) > MOST_VALUE:
            return f"The value of “{key}” has {len(str(value))} characters, and the most are {MOST_VALUE}."
    return None
