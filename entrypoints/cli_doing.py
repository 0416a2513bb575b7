"""`canopy do` gives a command as a person; `canopy token` makes the token they show to the API."""

from __future__ import annotations

import sys
from inspect import getdoc
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

from entrypoints import wording
from entrypoints.cli_installation import Declined, Installation, installed

if TYPE_CHECKING:
    from domain.event_store import EventStore, Recorded
    from domain.kernel import Command

USUAL_DAYS = 30
_HELP_WIDTH = 76


class Commands(click.Group):
    """Every command people may give. Listed from the words; the domain is loaded for the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return wording.command_names()

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        titles = ((name, wording.command_title(name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl([(name, f"{title.en} {title.zh}") for name, title in titles])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in wording.command_names():
            return None
        from entrypoints.doing import offered

        return _command(cmd_name, offered()[cmd_name])


@click.group(cls=Commands, short_help="Give a command as a person. 办理")
@installed
def do(here: Installation) -> None:
    """Give a command as a person. `canopy do COMMAND --help` shows its fields. 以某人身份办理

    Whoever can read the state folder can act as anybody who is registered; `steward` is made at the first use.
    """


def _command(name: str, cls: type[Command]) -> click.Command:
    @installed
    def carry_out(here: Installation, **given: Any) -> None:
        _carry_out(here, name, **given)

    return click.Command(
        name,
        callback=carry_out,
        help=_help(name, cls),
        params=[
            click.Option(["--as", "person"], required=True, metavar="PERSON", help="Who gives it. 办理人"),
            click.Option(
                ["--json", "content"],
                required=True,
                metavar="JSON",
                help="Its fields as an object; @FILE reads a file, - standard input. 内容",
            ),
            click.Option(["--key"], metavar="ID", help="The same key again does nothing twice. 防重复编号"),
            click.Option(["--on-behalf"], metavar="ID", help="For whom it is done; recorded. 代表"),
            *getattr(carry_out, "__click_params__", []),
        ],
    )


def _help(name: str, cls: type[Command]) -> str:
    from entrypoints.fields import fields_of

    title = wording.command_title(name)
    roles = ", ".join(f"{role} {wording.called('role', role).zh}" for role in cls.ROLES if role != "system")
    lines = []
    for field in fields_of(cls):
        optional = "" if field.required or "." in field.name else " (optional)"
        constraints = f"; {field.constraints}" if field.constraints else ""
        line = f"  {field.name}{optional}: {field.type}{constraints}"
        lines += wrap(line, _HELP_WIDTH, subsequent_indent="      ", break_long_words=False, break_on_hyphens=False)
    fields = "\n".join(lines)
    by = "\n".join(wrap(f"By: {roles}", _HELP_WIDTH * 3 // 4, subsequent_indent="    "))  # 中文 is twice as wide
    about = (getdoc(cls) or "").replace("Raises ", "May be refused: ")
    # \b keeps click from wrapping the lines into one paragraph
    return f"{title.en} {title.zh}\n\n{about}\n\n\b\n{by}\n\n\b\nFields:\n{fields}"


def _content(given: str) -> str:
    """Raises OSError, UnicodeDecodeError."""
    if given == "-":
        return sys.stdin.read()
    return Path(given[1:]).read_text(encoding="utf-8-sig") if given.startswith("@") else given


def _carry_out(
    here: Installation, name: str, *, person: str, content: str, key: str | None, on_behalf: str | None
) -> None:
    from domain.commands import parse
    from entrypoints.doing import carry_out

    try:
        command = parse(name, _content(content))
    except UnicodeDecodeError as broken:
        source = content.removeprefix("@")
        raise Declined(here.told(f"{source} 不是 UTF-8 文本", f"{source} is not UTF-8 text")) from broken
    with here.store() as store:
        here.found_steward(store, person)
        done = carry_out(store, command, person=person, key=key, on_behalf=on_behalf)
        if not done.new or done.repeated:
            click.echo(here.told(f"没有新的变化（位置 {done.position}）", f"nothing new (position {done.position})"))
        _print_events(here, store, store.read(done.position - len(done.events), len(done.events)))


def _print_events(here: Installation, store: EventStore, told: list[Recorded]) -> None:
    from entrypoints.asking import said_of
    from entrypoints.replaying import names

    events = [(recorded, recorded.event) for recorded in told]
    people = names(store, ((recorded.actor, recorded.on_behalf, event) for recorded, event in events))
    for recorded, event in events:
        said = said_of(event, recorded.actor, recorded.on_behalf, people)
        click.echo(f"{recorded.position}  {recorded.stream}  {said.in_(here.lang)}")


@click.command(short_help="Make a token for the API. 令牌")
@click.argument("person")
@click.option("--days", type=click.IntRange(1, 3650), default=USUAL_DAYS, show_default=True, help="Valid so long. 天数")
@installed
def token(here: Installation, person: str, days: int) -> None:
    """Make a bearer token for a registered person, to be sent as `Authorization: Bearer …`. 生成令牌"""
    from entrypoints.tokens import issue

    with here.store() as store:
        here.found_steward(store, person)
        click.echo(issue(store, here.canopy().token_key(), person, days=days))
