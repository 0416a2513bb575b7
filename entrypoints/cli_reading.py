"""`canopy ask` a read model, `canopy replay` a project, `canopy rebuild` a read model from the first event."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from entrypoints import local_time
from entrypoints.cli_installation import Installation, installed
from entrypoints.cli_rows import columns_of, for_people
from entrypoints.cli_tables import print_json, show

if TYPE_CHECKING:
    from entrypoints.asking import Replayed


class Position(click.IntRange):
    """A place in the event store. What its bounds are is not worth anybody's time."""

    def _describe_range(self) -> str:
        return ""


class Asking(click.Command):
    """`canopy ask`: its help ends with every read model there is, and the filters of each."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from entrypoints.wording import called
        from projections import READ_MODELS

        with formatter.section("Read models, and their filters 读模型与筛选"):
            formatter.write_dl(
                [
                    (model.name, f"{called('model', model.name).zh}: {', '.join(model.question.filters) or '-'}")
                    for model in READ_MODELS
                ]
            )


@click.command(cls=Asking, short_help="Ask a read model. 查询")
@click.argument("read_model")
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE", help="Several may be given. 筛选")
@click.option(
    "--after", type=Position(0, 2**63 - 1), metavar="POSITION", help="Wait until it knows of this position. 位置"
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Rows at most; all when not given. 行数")
@click.option("--json", "as_json", is_flag=True, help="A list with one object per row.")
@installed
def ask(
    here: Installation,
    read_model: str,
    filters: tuple[str, ...],
    after: int | None,
    limit: int | None,
    *,
    as_json: bool,
) -> None:
    """Ask a read model: a question Canopy keeps the answer to. 查询"""
    from entrypoints.asking import HISTORY, with_words
    from projections.read_model import MOST_ROWS

    asked: dict[str, Any] = _filters(filters)
    with here.views() as views:
        if limit is not None and limit <= MOST_ROWS:
            rows = views.ask(read_model, asked | {"limit": limit}, after=after).rows
        else:
            rows = views.everything(read_model, asked, after=after)[:limit]
    if read_model == HISTORY:
        with here.store() as store:
            rows = list(with_words(store, rows))
    rows = [{name: value for name, value in row.items() if name != "key"} for row in rows]
    if as_json:
        print_json(rows)
        return
    show([for_people(read_model, row, here.lang) for row in rows], columns_of(read_model, rows), here.lang)


def _filters(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise click.BadParameter(f"{each}: NAME=VALUE", param_hint="--filter")
        found[name] = value
    return found


@click.command(short_help="Replay a project as it stood. 回放")
@click.argument("project")
@click.option("--at", type=Position(0), metavar="POSITION", help="After the event at this position. 位置")
@click.option("--as-of", metavar="TIME", help="As it was known then: a day, or 2018-03-05T09:00. 时间")
@click.option("--json", "as_json", is_flag=True, help="State and history as one object.")
@installed
def replay(here: Installation, project: str, at: int | None, as_of: str | None, *, as_json: bool) -> None:
    """Replay a project: how it stood, and everything that had happened to it by then. 回放"""
    from entrypoints.asking import unsealed

    with here.store() as store:
        found = unsealed(store, project, None, at=at, as_of=_moment(as_of))
    history = [asdict(line) for line in found.history]
    if as_json:
        print_json({"project": project, "state": found.state, "history": history})
        return
    _show_state(here, found)
    click.echo()
    own = f"project:{project}"
    mark = here.told("【批次】", "[round] ")
    lines = [
        line | {"event": line[here.lang] if line["stream"] == own else f"{mark}{line[here.lang]}"} for line in history
    ]
    show(lines, ("position", "recorded_at", "role", "event"), here.lang)


def _moment(given: str | None) -> datetime | None:
    """A time; a day is its end, so that "as of the 5th" knows all of the 5th."""
    try:
        return None if given is None else local_time.end_of(given)
    except ValueError as wrong:
        raise click.BadParameter(f"{given}: 2018-03-05T09:00:00+08:00", param_hint="--as-of") from wrong


def _show_state(here: Installation, found: Replayed) -> None:
    """What matters of the folded state, as one block."""
    from entrypoints.wording import called

    project = found.project
    summary = {
        "project": project.id,
        "title": found.history[0].payload["title"],
        "organisation": project.organisation,
        "round": project.round,
        # An outcome says more than the stage it ended in.
        "stage": (called("outcome", project.outcome) if project.outcome else called("stage", project.stage)).in_(
            here.lang
        ),
        "award": project.award.minor if project.award else None,
    }
    show([summary], tuple(summary), here.lang, as_blocks=True)
    tranches = [
        {"tranche": tranche.id, "amount_fen": tranche.amount.minor, "status": tranche.status}
        for tranche in project.tranches.values()
    ]
    if tranches:
        click.echo()
        show(tranches, ("tranche", "amount_fen", "status"), here.lang)


@click.command(short_help="Read a read model again from the first event. 重建")
@click.argument("read_model")
@installed
def rebuild(here: Installation, read_model: str) -> None:
    """Read a read model again from the first event, while the old rows go on answering; then switch. 重建"""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with here.views() as views, Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(read_model, total=None)
        views.rebuild(read_model, lambda done, head: progress.update(task, completed=done, total=head))
    here.say(f"{read_model} 已重建", f"{read_model} is rebuilt")
