"""The API's documentation as one page of plain HTML: nothing is fetched from elsewhere, so it reads offline too."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape
from inspect import getdoc

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from entrypoints import wording
from entrypoints.doing import offered
from entrypoints.fields import fields_of
from entrypoints.reading_rights import RIGHTS
from projections import READ_MODELS

router = APIRouter(include_in_schema=False)

_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 15px/1.6 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; } code, pre { font: 13px/1.5 ui-monospace, monospace; } pre { overflow-x: auto; }
.wide { overflow-x: auto; } table { border-collapse: collapse; }
td, th { text-align: left; vertical-align: top; padding: .15rem .8rem .15rem 0; }
"""
_INTRODUCTION = """
<h1>Canopy 林冠 · API</h1>
<p>A command is a wish: <code>POST /commands/NAME</code> with its JSON. 201 says it was carried out and at which position of the
event store; 200 that nothing was new. A question is <code>GET /ask/NAME</code>; <code>?after=POSITION</code> waits until the
answer knows of that position. <code>GET /replay/PROJECT</code> gives a project as it stood, <code>?at=POSITION</code> or
<code>?as_of=TIME</code>. A refusal has a code, its fields, and its words in Chinese and English.
The whole description for programs: <a href="/openapi.json">openapi.json</a>.</p>
<pre>TOKEN=$(canopy token PERSON)
curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:PORT/ask/programme_totals
curl -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: my-first" --json '{"project": "p1", "tranche": "first"}' \\
     http://127.0.0.1:PORT/commands/ApproveTranche</pre>
"""


@router.get("/docs")
def docs() -> Response:
    return HTMLResponse(_page(), headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})


@router.get("/")
def front(request: Request) -> Response:
    return RedirectResponse(request.url_for("docs"))


@cache
def _page() -> str:
    parts = "".join([_INTRODUCTION, *_commands(), *_questions(), *_others()])
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Canopy API</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style><body><main>{parts}</main></body></html>'
    )


def _commands() -> Iterator[str]:
    topics: dict[str, list[str]] = {}
    for name, cls in offered().items():
        topics.setdefault(cls.__module__.rpartition(".")[2], []).append(name)
    for topic, names in sorted(topics.items()):
        yield f'<h2 id="{topic}">{topic.capitalize()}</h2>'
        yield from map(_command, names)


def _command(name: str) -> str:
    cls = offered()[name]
    title = wording.command_title(name)
    roles = "、".join(f"{role} {wording.called('role', role).zh}" for role in cls.ROLES if role != "system")
    rows = "".join(
        f"<tr><td><code>{escape(f.name)}</code>{'' if f.required or '.' in f.name else ' (optional)'}"
        f"<td>{escape(f.type)}<td>{escape(f.constraints)}"
        for f in fields_of(cls)
    )
    return (
        f'<details id="{name}"><summary><code>POST /commands/{name}</code> {escape(title.en)} {escape(title.zh)}</summary>'
        f"<p>{escape(getdoc(cls) or '')}</p><p>By: {escape(roles)}</p>"
        f'<div class="wide"><table><tr><th>field<th>type<th>constraints{rows}</table></div></details>'
    )


def _questions() -> Iterator[str]:
    yield "<h2>Questions</h2>"
    for model in READ_MODELS:
        if model.name in RIGHTS:
            title = wording.called("model", model.name)
            filters = ", ".join(f"<code>{escape(name)}</code>" for name in model.question.filters)
            yield (
                f"<details><summary><code>GET /ask/{model.name}</code> {escape(title.en)} {escape(title.zh)}</summary>"
                f"<p>Filters: {filters}</p><p>Also <code>limit</code>, <code>after_key</code>, <code>after</code>.</p></details>"
            )


def _others() -> Iterator[str]:
    yield "<h2>Drafts</h2><p>Half-filled applications, read by their author only.</p><ul>"
    for line in (
        "GET /drafts",
        "PUT /drafts/PROJECT",
        "GET /drafts/PROJECT",
        "DELETE /drafts/PROJECT",
        "POST /drafts/PROJECT/submit",
    ):
        yield f"<li><code>{line}</code>"
    yield "</ul><h2>Health</h2><p><code>GET /health</code>, without a token.</p>"
