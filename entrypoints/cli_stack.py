"""`canopy up`, `down` and `status` of the embedded stack; `demo` plays three years on it; `reconcile` starts lost stories."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from entrypoints.cli_installation import Declined, Installation, installed

if TYPE_CHECKING:
    from bootstrap import Canopy
    from workers.stack import StackStatus

STEPS = {
    "already running": ("已在运行", "it runs already"),
    "postgres": ("启动 PostgreSQL …", "starting PostgreSQL …"),
    "prepare": ("准备数据库 …", "preparing the database …"),
    "temporal": ("启动 Temporal …", "starting Temporal …"),
    "services": ("启动服务 …", "starting the services …"),
}


def start(here: Installation, canopy: Canopy) -> StackStatus:
    """Start the stack, saying each step. Raises StackError."""
    from workers.stack import start_stack

    running = start_stack(
        canopy.state,
        outside_database=canopy.outside_database,
        outside_temporal=canopy.outside_temporal,
        on_step=lambda step: here.say(*STEPS.get(step, (step, step))),
    )
    for data in running.set_aside:
        here.say(
            f"此处原有的状态目录已被删除，其数据的密码随之丢失；数据未删，另放在 {data}",
            f"a state folder that was here was deleted, with the password of its data: the data are set aside in {data}",
        )
    return running


def print_addresses(here: Installation, canopy: Canopy, running: StackStatus) -> None:
    from entrypoints.cli_status import addresses

    for zh, en, address in addresses(canopy, running):
        click.echo(f"{here.told(zh, en)}: {address}")


@click.command(short_help="Start everything. 启动")
@installed
def up(here: Installation) -> None:
    """Start PostgreSQL, Temporal and our own processes, wait until they are ready, and say where they are. 启动"""
    canopy = here.canopy()
    print_addresses(here, canopy, start(here, canopy))


@click.command(short_help="Stop everything. 停止")
@click.option("--erase", is_flag=True, help="Then delete the state with all data, after asking. 并删除全部数据")
@click.option("--yes", is_flag=True, help="Do not ask. 不询问")
@installed
def down(here: Installation, *, erase: bool, yes: bool) -> None:
    """Stop everything that `up` started; the state stays, unless it is to be erased. 停止"""
    from workers.stack import stop_stack

    canopy = here.canopy()
    if erase:
        erase_all(here, canopy, "--erase", yes=yes)
        return
    for line in stop_stack(canopy.state):
        here.say(line, line)


@click.command(short_help="What runs, how far behind, and where. 状态")
@click.option("--json", "as_json", is_flag=True, help="One object.")
@installed
def status(here: Installation, *, as_json: bool) -> None:
    """What runs, since when, how far it is behind the event store, and where it can be reached. 状态"""
    from entrypoints.cli_status import gather, show_status
    from entrypoints.cli_tables import print_json

    canopy = here.canopy()
    found = gather(canopy)
    if as_json:
        print_json(found)
    else:
        show_status(here, canopy, found)


@click.command(short_help="Start stories that are not running. 核对流程")
@installed
def reconcile(here: Installation) -> None:
    """Start again every story that should be running, from the event store alone. 核对流程"""
    from workers.waker import reconcile as start_missing

    canopy = here.canopy()

    async def start_all() -> int:
        with canopy.store(connections=4) as store:
            return await start_missing(store, await canopy.temporal())

    found = asyncio.run(start_all())
    here.say(
        f"{found} 个流程应在运行，均已启动", f"{found} stories should be running, and were started where they were not"
    )


@click.command(short_help="Play the demonstration: Fenghua 2018 to 2020. 演示")
@click.option("--fresh", is_flag=True, help="Throw everything away and start over, after asking. 重新开始")
@click.option("--yes", is_flag=True, help="Do not ask. 不询问")
@installed
def demo(here: Installation, *, fresh: bool, yes: bool) -> None:
    """Play three yearly rounds of Fenghua 微公益 on the real stack, from wherever it stands, and show what they came to. 演示"""
    canopy = here.canopy()
    if fresh:
        if canopy.outside_database:
            raise Declined(
                here.told(
                    "--fresh 只能用于内置的数据库", "--fresh works on the embedded database only, not on an outside one"
                )
            )
        erase_all(here, canopy, "--fresh", yes=yes)

    from entrypoints.cli_demo import play

    play(here, canopy)


def erase_all(here: Installation, canopy: Canopy, option: str, *, yes: bool) -> None:
    """Stop the stack and delete its state folder, with the data that lie elsewhere. Asks first. Raises Declined, StackError."""
    from workers.stack import stop_stack

    state = canopy.state
    if state.path.exists():
        if not yes:
            _ask(here, option, " + ".join(map(str, filter(None, (state.path, state.home_elsewhere())))))
        stop_stack(state)
    erased = state.erase()
    for path in erased.deleted:
        here.say(f"已删除 {path}", f"deleted {path}")
    for path in erased.left:
        here.say(f"保留 {path}：其中的内容不属于此状态目录", f"left {path}: what is in it is not of this state folder")


def _ask(here: Installation, option: str, places: str) -> None:
    """Raises Declined where nobody can answer, or when the answer is no."""
    if not sys.stdin.isatty():
        raise Declined(
            here.told(
                f"{option} 会删除全部数据；标准输入不是终端，无法询问：请加 --yes",
                f"{option} deletes everything, and standard input is not a terminal to ask at: add --yes",
            )
        )
    if not click.confirm(here.told(f"将删除 {places} 中的全部数据，确定吗？", f"Delete everything in {places}?")):
        raise Declined(here.told("没有删除任何数据", "nothing was deleted"))
