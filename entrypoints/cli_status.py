"""What `canopy status` shows: processes with their lag, addresses, and the event store's clock where it is not real time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
import psycopg

from entrypoints import local_time
from entrypoints.cli_tables import show
from projections import bookmarks
from workers.processes import StackError
from workers.stack import StackStatus, stack_status

if TYPE_CHECKING:
    from bootstrap import Canopy
    from entrypoints.cli_installation import Installation

_SECONDS = 3
PHASES = {
    "new": ("尚未启动", "never started"),
    "starting": ("启动中", "starting"),
    "running": ("运行中", "running"),
    "stopping": ("停止中", "stopping"),
    "stopped": ("已停止", "stopped"),
    "failed": ("启动失败", "failed"),
    "killed": ("被强行终止", "killed"),
}


def gather(canopy: Canopy) -> dict[str, Any]:
    """Everything there is to know, as plain values; what cannot be known now is None."""
    running = stack_status(canopy.state)
    store = _store(canopy)
    behind = {"views": store.get("views_behind"), "waker": store.get("waker_behind")}
    return {
        "phase": running.phase,
        "running": running.running,
        "since": running.since,
        "error": running.error,
        "state_folder": str(canopy.state.path),
        "postgres_data": running.postgres_data,
        "log": running.log,
        "addresses": {en: address for _, en, address in addresses(canopy, running)},
        "processes": [
            {
                "process": process.name,
                "state": process.state,
                "since": process.since,
                "pid": process.pid,
                "restarts": process.restarts,
                "behind": behind.get(process.name),
            }
            for process in (running.supervisor, *running.processes)
            if process.pid is not None
        ],
        "head": store.get("head"),
        "read_models": store.get("read_models", []),
        "clock": store.get("clock"),
        "trouble": store.get("trouble"),
    }


def addresses(canopy: Canopy, running: StackStatus) -> Iterator[tuple[str, str, str]]:
    """(zh, en, where) of what can be looked at."""
    if running.web:
        yield "接口文档", "API docs", f"{running.web}/docs"
    if running.temporal_ui:
        yield "Temporal 界面", "Temporal UI", running.temporal_ui
    if running.temporal:
        yield "Temporal", "Temporal", running.temporal
    if running.database:
        yield "数据库", "database", running.database
    yield "状态目录", "state folder", str(canopy.state.path)


def _store(canopy: Canopy) -> dict[str, Any]:
    """How far everybody is behind the event store, and its clock. Asks one connection, and not for long."""
    from domain.store_clock import READING, Reading

    try:
        with psycopg.connect(canopy.database_url(), connect_timeout=_SECONDS, autocommit=True) as connection:
            connection.execute("SET timezone = 'UTC'")
            head = connection.execute("SELECT position FROM canopy.head").fetchone() or (0,)
            waker = connection.execute("SELECT position FROM waker.bookmark").fetchone()
            lags = [lag._asdict() for lag in bookmarks.lags(connection)]
            row = connection.execute(READING.encode()).fetchone()
    except (StackError, psycopg.Error) as problem:
        return {"trouble": str(problem).strip()}
    reading = Reading.from_row(row) if row else None
    return {
        "head": head[0],
        "waker_behind": max(head[0] - waker[0], 0) if waker else None,
        "views_behind": max((lag["behind"] for lag in lags), default=None),
        "read_models": lags,
        "clock": reading.now if reading and reading.setting else None,
    }


def show_status(here: Installation, canopy: Canopy, found: dict[str, Any]) -> None:
    """The same for people."""
    click.echo(here.told(*PHASES.get(found["phase"], (found["phase"], found["phase"]))))
    for trouble in filter(None, (found["error"], found["trouble"] if found["running"] else None)):
        click.echo(trouble, err=True)
    if found["processes"]:
        rows = [process | {"since": datetime.fromisoformat(process["since"])} for process in found["processes"]]
        show(rows, ("process", "state", "since", "pid", "restarts", "behind"), here.lang)
    for zh, en, address in addresses(canopy, stack_status(canopy.state)):
        click.echo(f"{here.told(zh, en)}: {address}")
    if found["clock"] is not None:
        shown = local_time.marked(found["clock"])
        click.echo(
            here.told(f"事件库的时钟不是实际时间：{shown}", f"the event store's clock is not real time: {shown}")
        )
