"""The whole stack on real servers, with services that do nothing: up, down, status, and what happens after kill -9."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import psycopg
import pytest

from workers.processes import ProcessIdentity, StackError, free_port, until
from workers.stack import (
    ALREADY_HELD,
    ProcessStatus,
    Service,
    StackStatus,
    end_left_behind,
    shown,
    stack_status,
    start_stack,
    stop_stack,
)
from workers.state_folder import StateFolder

IDLE = "import time; time.sleep(600)"
LISTEN = """
import socket, sys, time
from workers.state_folder import StateFolder
addresses = StateFolder(sys.argv[-1]).addresses()
with socket.create_server(("127.0.0.1", addresses.web_port)):
    time.sleep(600)
"""
# Stands for the migrations: it finds a database that answers.
PREPARE = """
import sys, psycopg
from workers.state_folder import StateFolder
with psycopg.connect(StateFolder(sys.argv[-1]).addresses().database_url) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS money (yuan int)")
    connection.execute("INSERT INTO money VALUES (1)")
"""


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


NOTHING = python("pass")
SERVICES = (Service("stories", python(IDLE)), Service("web", python(LISTEN), listens=True))


def up(state: StateFolder, prepare: tuple[str, ...] = NOTHING, services: tuple[Service, ...] = SERVICES) -> StackStatus:
    """Start with a web port of our own: two tests at a time would both prefer the usual one."""
    return start_stack(state, web_port=free_port(), prepare=prepare, services=services, timeout=30)


def process(state: StateFolder, name: str) -> ProcessStatus:
    return next(process for process in stack_status(state).processes if process.name == name)


def kill(process: ProcessStatus) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)


def comes_back(state: StateFolder, before: ProcessStatus, seconds: float = 10) -> ProcessStatus:
    for _ in until(seconds, every=0.05):
        now = process(state, before.name)
        if now.state == "running" and now.pid != before.pid:
            return now
    raise AssertionError(f"{before.name} did not come back: {now}")


def test_up_status_down_and_up_again(fresh: StateFolder) -> None:
    assert stack_status(fresh).phase == "new"
    steps: list[str] = []
    web_port = free_port()
    first = start_stack(
        fresh, web_port=web_port, prepare=python(PREPARE), services=SERVICES, on_step=steps.append, timeout=30
    )
    assert steps == ["postgres", "prepare", "temporal", "services"]
    assert [(p.name, p.state, p.restarts) for p in first.processes] == [
        ("postgres", "running", 0),
        ("temporal", "running", 0),
        ("stories", "running", 0),
        ("web", "running", 0),
    ]
    assert first.running
    assert first.web == f"http://127.0.0.1:{web_port}"
    assert first.postgres_data == str(fresh.path / "pg18")

    assert start_stack(fresh, on_step=steps.append) == first
    assert steps[4:] == ["already running"]

    assert [line.split(" (")[0] for line in stop_stack(fresh)] == [
        "stopped web",
        "stopped stories",
        "stopped temporal",
        "stopped postgres",
        "stopped the supervisor",
    ]
    assert not any(process.is_alive() for process in (*first.processes, first.supervisor))
    assert stack_status(fresh).phase == "stopped"
    assert stop_stack(fresh) == [f"nothing runs in {fresh.path}"]

    second = up(fresh)
    assert (second.database, second.temporal) == (first.database, first.temporal)
    addresses = fresh.addresses()
    assert addresses is not None
    with psycopg.connect(addresses.database_url) as connection:
        assert connection.execute("SELECT * FROM money").fetchall() == [(1,)]


def test_what_is_killed_comes_back_at_the_same_address(fresh: StateFolder) -> None:
    before = up(fresh)
    for victim in before.processes:
        kill(victim)
    for victim in before.processes:
        assert comes_back(fresh, victim).restarts == 1
    after = stack_status(fresh)
    assert (after.ports, after.supervisor) == (before.ports, before.supervisor)
    addresses = fresh.addresses()
    assert addresses is not None
    with psycopg.connect(addresses.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_service_that_keeps_dying_is_started_again_less_and_less_often(fresh: StateFolder) -> None:
    crash = Service("views", python("import sys, time; time.sleep(0.3); sys.exit(1)"))
    up(fresh, services=(crash, *SERVICES))
    time.sleep(3)
    views = process(fresh, "views")
    assert 1 <= views.restarts <= 4
    assert process(fresh, "stories").restarts == 0
    log = fresh.log("supervisor").read_text()
    assert "views ended with 1, starting again in 0.2 s" in log


def test_after_kill_9_of_the_supervisor_a_start_ends_what_it_left_and_keeps_the_data(fresh: StateFolder) -> None:
    before = up(fresh, prepare=python(PREPARE))
    kill(before.supervisor)
    for _ in until(5, every=0.02):
        if not before.supervisor.is_alive():
            break
    killed = stack_status(fresh)
    assert (killed.running, killed.phase) == (False, "killed")
    after = up(fresh, prepare=python(PREPARE))
    assert not any(process.is_alive() for process in before.processes)
    assert all(process.is_alive() for process in after.processes)
    assert after.ports["postgres"] == before.ports["postgres"]
    addresses = fresh.addresses()
    assert addresses is not None
    with psycopg.connect(addresses.database_url) as connection:
        assert connection.execute("SELECT * FROM money").fetchall() == [(1,), (1,)]


def test_a_folder_deleted_under_a_running_stack_ends_it_and_can_be_started_anew(fresh: StateFolder) -> None:
    before = up(fresh)
    shutil.rmtree(fresh.path)
    for _ in until(20, every=0.05):
        if not any(process.is_alive() for process in (before.supervisor, *before.processes)):
            break
    assert not any(process.is_alive() for process in (before.supervisor, *before.processes))
    after = up(fresh)
    assert after.supervisor != before.supervisor
    assert stack_status(fresh) == after


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_a_deleted_folder_whose_data_lie_elsewhere_starts_anew_and_says_where_they_are(private: StateFolder) -> None:
    first = up(private)
    stop_stack(private)
    assert first.postgres_data is not None
    shutil.rmtree(private.path)
    second = up(private)
    assert second.set_aside == (str(Path(first.postgres_data).parent),)
    assert stack_status(private).set_aside == second.set_aside
    assert f"set aside in {second.set_aside[0]}" in private.log("supervisor").read_text()
    assert (Path(first.postgres_data) / "PG_VERSION").exists()
    stop_stack(private)
    assert up(private).set_aside == ()


def test_only_what_is_proven_ours_is_ended(fresh: StateFolder) -> None:
    fresh.create()
    idle = python(IDLE)
    with (
        subprocess.Popen([*idle, "--state", str(fresh.path)]) as ours,
        subprocess.Popen([*idle, "--state", str(fresh.path)]) as same_words_other_start,
        subprocess.Popen([*idle, "--state", "/another/folder"]) as other_folder,
    ):

        def noted(name: str, pid: int, earlier: float = 0.0) -> ProcessStatus:
            identity = ProcessIdentity.of(pid)
            assert identity is not None
            return ProcessStatus(name, pid, identity.created - earlier, "running")

        written = replace(
            stack_status(fresh),
            phase="running",
            processes=(
                noted("stories", ours.pid),
                noted("views", same_words_other_start.pid, earlier=60),
                noted("web", other_folder.pid),
            ),
        )
        fresh.write_stack(asdict(written))
        assert end_left_behind(fresh) == [f"ended stories (process {ours.pid}), left by a killed supervisor"]
        assert ours.poll() == -signal.SIGTERM
        for innocent in (same_words_other_start, other_folder):
            assert innocent.poll() is None
            innocent.kill()


def test_a_failed_preparation_stops_the_start_with_its_message(fresh: StateFolder) -> None:
    with pytest.raises(StackError, match=r"preparing failed: the events are newer.* \(log: .*supervisor"):
        up(fresh, prepare=python("import sys; sys.exit('the events are newer than this program')"))
    status = stack_status(fresh)
    assert (status.running, status.phase) == (False, "failed")
    assert not any(process.is_alive() for process in status.processes)


def test_a_service_that_cannot_start_stops_the_start_with_its_last_word(fresh: StateFolder) -> None:
    broken = Service("web", python("raise SystemExit('no such page')"), listens=True)
    with pytest.raises(StackError, match="web ended with 1: no such page"):
        up(fresh, services=(broken,))
    assert stop_stack(fresh) == [f"nothing runs in {fresh.path}"]


def test_a_web_port_that_is_taken_is_said(fresh: StateFolder, temporal_address: str) -> None:
    taken = int(temporal_address.split(":")[1])
    with pytest.raises(StackError, match=f"port {taken} is in use"):
        start_stack(fresh, web_port=taken, prepare=NOTHING, services=SERVICES, timeout=30)


def test_a_second_supervisor_on_the_folder_refuses(fresh: StateFolder) -> None:
    before = up(fresh)
    command = [sys.executable, "-m", "workers.supervisor", "--state", str(fresh.path)]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == ALREADY_HELD
    assert "another supervisor runs in" in second.stderr
    assert stack_status(fresh) == before


def test_servers_outside_are_used_and_their_password_is_shown_to_nobody(fresh: StateFolder, postgres: str) -> None:
    status = start_stack(
        fresh,
        outside_database=postgres,
        outside_temporal="temporal.example:7233",
        web_port=free_port(),
        prepare=python(PREPARE.replace("IF NOT EXISTS money", "IF NOT EXISTS pg_temp.money")),
        services=SERVICES,
        timeout=30,
    )
    assert [process.name for process in status.processes] == ["stories", "web"]
    assert (status.temporal, status.postgres_data, status.temporal_ui) == ("temporal.example:7233", None, None)
    addresses = fresh.addresses()
    assert addresses is not None
    assert (addresses.database_url, addresses.temporal_address) == (postgres, "temporal.example:7233")
    password = postgres.split("@", maxsplit=1)[0].rpartition(":")[2]
    assert status.database == shown(postgres)
    assert password not in json.dumps(asdict(status)) + fresh.log("supervisor").read_text()
    assert password not in Path(f"/proc/{status.supervisor.pid}/cmdline").read_text()


def test_a_normal_user_runs_the_whole_stack_in_a_folder_with_spaces(
    folder: Path, as_normal_user: Callable[[str], str]
) -> None:
    said = as_normal_user(f"""
import os, sys
from workers.processes import free_port
from workers.stack import Service, start_stack, stop_stack
from workers.state_folder import StateFolder
state = StateFolder("my state")
idle = Service("stories", (sys.executable, "-c", {IDLE!r}))
status = start_stack(state, web_port=free_port(), prepare=(sys.executable, "-c", "pass"), services=(idle,), timeout=30)
print(os.geteuid() != 0, [process.state for process in status.processes], status.postgres_data)
print(len(stop_stack(state)))
""")
    assert said == f"True ['running', 'running', 'running'] {folder / 'my state' / 'pg18'}\n4\n"
