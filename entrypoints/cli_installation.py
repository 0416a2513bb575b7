"""Which installation a command is about, and in which language it speaks: options that every command has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import update_wrapper
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from entrypoints.wording import LANGUAGES, Lang, Said, language

if TYPE_CHECKING:
    from bootstrap import Canopy
    from domain.event_store import EventStore
    from projections.views import Views


@dataclass
class Installation:
    """The state folder as it was given, and the language. One for the whole command line, filled in as it is read."""

    state: str | None = None
    lang: Lang = "en"

    def canopy(self) -> Canopy:
        import bootstrap

        return bootstrap.load(self.state)

    @contextmanager
    def store(self) -> Iterator[EventStore]:
        """The event store. Raises StackError, psycopg.OperationalError at once when it cannot be reached."""
        canopy = self.canopy()
        _reach(canopy.database_url())
        with canopy.store(connections=2) as store:
            yield store

    @contextmanager
    def views(self) -> Iterator[Views]:
        """The read models. Raises as `store` does."""
        canopy = self.canopy()
        _reach(canopy.database_url())
        with canopy.views() as views:
            yield views

    def found_steward(self, store: EventStore, person: str) -> None:
        """The first steward is made when first needed; until then the store is empty, and a demonstration may begin in it."""
        import bootstrap

        if person == bootstrap.STEWARD:
            self.canopy().found_steward(store)

    def say(self, zh: str, en: str) -> None:
        """One line to whoever watches; answers for programs go to standard output, so this does not."""
        click.echo(Said(zh, en).in_(self.lang), err=True)

    def told(self, zh: str, en: str) -> str:
        return Said(zh, en).in_(self.lang)


def _reach(url: str) -> None:
    """A pool would try for half a minute before it says that nobody is there."""
    import psycopg

    psycopg.connect(url, connect_timeout=3).close()


class Declined(click.ClickException):
    """A clear line and exit code 1."""

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)


def _language(ctx: click.Context, parameter: click.Parameter, value: str | None) -> Lang | None:
    if parameter.name and ctx.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE:
        if value not in LANGUAGES:
            raise click.BadParameter("zh | en", ctx, parameter)
        return language(value)
    return language(value, otherwise="en") if value else None


def installed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--state` and `--lang`, before or after its name, and what comes of them as its first argument."""

    @click.option("--state", metavar="DIR", help="The state folder (else CANOPY_STATE, else ./.canopy). 状态目录")
    @click.option(
        "--lang",
        envvar=["LC_ALL", "LC_MESSAGES", "LANG"],
        callback=_language,
        metavar="zh|en",
        help="Else by LANG. 语言",
    )
    @click.pass_context
    def command(ctx: click.Context, /, state: str | None, lang: Lang | None, **options: Any) -> Any:
        here: Installation = ctx.obj
        here.state = state or here.state
        if lang is not None and (ctx.parent is None or ctx.get_parameter_source("lang") is ParameterSource.COMMANDLINE):
            here.lang = lang
        return ctx.invoke(function, here, **options)

    return update_wrapper(command, function)
