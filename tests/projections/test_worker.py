"""The views process: it waits PostgreSQL's absence out, and stops when told."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from domain.errors import Busy
from domain.event_store import app_url, migrate
from projections.views import Views
from tests.controls import APP_PASSWORD
from tests.projections.chronicle import chronicle, copies, record
from tests.situations import an_application
from workers.postgres import PostgresServer
from workers.state_folder import StateFolder


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of our own, to be stopped and started."""
    folder = Path(tempfile.mkdtemp(prefix="canopy-views-"))
    server = PostgresServer(StateFolder(folder), settings={"fsync": "off"})
    yield server
    server.stop()
    shutil.rmtree(folder)


def seen(url: str, head: int, within: float) -> bool:
    """Whether the read models have read so far, in time. Asked anew each time, since the server comes and goes."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            with Views(url) as views:
                return bool(views.ask("deadlines", after=head, timeout=1).rows)
        except (Busy, psycopg.Error):
            time.sleep(0.1)
    return False


def test_a_views_process_survives_a_restart_of_postgresql_and_stops_when_told(server: PostgresServer) -> None:
    owner = server.start()
    migrate(owner, app_password=APP_PASSWORD)
    url = app_url(owner, APP_PASSWORD)
    with Views(url) as views:
        views.create(owner)
    head = record(owner, chronicle(an_application()))
    command = [sys.executable, "-m", "workers.views", "--state", str(server.state.path)]
    with subprocess.Popen(
        command, env=os.environ | {"CANOPY_DATABASE_URL": url}, stderr=subprocess.PIPE, text=True
    ) as worker:
        try:
            assert seen(url, head, within=20)
            server.stop()
            time.sleep(0.5)
            assert worker.poll() is None
            assert server.start() == owner
            head = record(owner, [e for e in copies(chronicle(an_application()), 2) if e.stream[:6] != "person"])
            assert seen(url, head, within=30)
            began = time.monotonic()
            worker.send_signal(signal.SIGTERM)
            _, log = worker.communicate(timeout=20)
            assert time.monotonic() - began < 5
        finally:
            worker.kill()
    assert worker.returncode == 0, log
    assert "trouble, trying again" in log
    assert "Traceback" not in log
