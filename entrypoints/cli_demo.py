"""The demonstration at the command line: the stack is started, a progress bar shows the years go by, then the totals."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import sys
from typing import TYPE_CHECKING

import click
import psycopg

from entrypoints import local_time, wording
from entrypoints.cli_installation import Declined, Installation
from entrypoints.cli_stack import print_addresses, start
from entrypoints.cli_tables import show
from entrypoints.demo import OtherEvents, Progress, has_other_events
from entrypoints.demo import play as play_demo
from entrypoints.demo_duties import LEFT_OPEN
from workers.processes import StackError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bootstrap import Canopy

TOTALS = (
    *("programme", "rounds", "applications", "organisations", "projects", "fields"),
    *("disbursed_fen", "activities", "people_served"),
)


def play(here: Installation, canopy: Canopy) -> None:
    """Play on from wherever it stands; the stack goes on running afterwards. Raises Declined."""
    from workers.stack import stack_status, stop_stack

    ran = stack_status(canopy.state).running
    if (ran or canopy.outside_database) and _is_known_to_have_others(here):
        raise _declined(here, canopy)
    running = start(here, canopy)
    try:
        if sys.stderr.isatty():
            _with_bar(here, canopy)
        else:
            _with_lines(here, canopy)
    except OtherEvents as other:
        if not ran:
            stop_stack(canopy.state)  # as it was before
        raise _declined(here, canopy) from other
    with here.store() as store, here.views() as views:
        rows = views.everything("programme_totals", {}, after=store.head(), timeout=30.0)
        left = views.everything("duties", {"kind": "closing", "round": LEFT_OPEN})
    show(rows, TOTALS, here.lang)
    click.echo()
    print_addresses(here, canopy, running)
    if left:
        click.echo()
        click.echo(here.told("最后一步留给您：关闭 2020 年的批次。", "The last act is yours: close the round of 2020."))
        click.echo(f"  {_closing(canopy)}")


def _closing(canopy: Canopy) -> str:
    """The command that closes the last round, as it can be pasted."""
    import bootstrap

    usual = bootstrap.load().state.path == canopy.state.path
    words = ["canopy", "do", "CloseRound", "--as", "chen-wei", "--json", f'{{"round": "{LEFT_OPEN}"}}']
    return shlex.join(words if usual else [*words, "--state", str(canopy.state.path)])


def _is_known_to_have_others(here: Installation) -> bool:
    """Without starting anything. What cannot be asked now, or has no tables yet, is found out later."""
    with contextlib.suppress(psycopg.Error, StackError), here.store() as store:
        return has_other_events(store)
    return False


def _declined(here: Installation, canopy: Canopy) -> Declined:
    if canopy.outside_database:
        return Declined(
            here.told(
                "数据库中已有别的数据：演示需要一个空的数据库",
                "the database has other data: the demonstration wants an empty one of its own",
            )
        )
    return Declined(
        here.told(
            f"{canopy.state.path} 中已有别的数据：请换一个 --state，或用 --fresh 重新开始",
            f"{canopy.state.path} has other data: choose another --state, or start over with --fresh",
        )
    )


def _run(canopy: Canopy, say: Callable[[Progress], None]) -> None:
    asyncio.run(play_demo(canopy, say))


def _with_bar(here: Installation, canopy: Canopy) -> None:
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=1.0)
        _run(canopy, lambda at: bar.update(task, completed=at.share, description=_line(here, at)))
        bar.update(task, completed=1.0)


def _with_lines(here: Installation, canopy: Canopy) -> None:
    """One line per month of the demonstration: for logs."""
    said: set[str] = set()

    def say(at: Progress) -> None:
        month = f"{at.at:%Y-%m}"
        if month not in said:
            said.add(month)
            click.echo(f"{at.share:4.0%}  {_line(here, at)}", err=True)

    _run(canopy, say)


def _line(here: Installation, at: Progress) -> str:
    doing = wording.called("doing", at.doing)
    if doing.en == at.doing:
        doing = wording.command_title(at.doing)
    return f"{local_time.shown(at.at)[:10]}  {doing.in_(here.lang)}"
