"""Servers of the user's own, real ones, in the place of the embedded: they are used, nothing else is started, nothing leaks."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client

import bootstrap
from workers import prepare
from workers.stack import stack_status
from workers.state_folder import StateFolder

PASSWORD = "known-to-few"
NEW_ONE = json.dumps({"person": "new-one", "name": "New One"})


@pytest.fixture
def outside(empty_database: str, temporal_address: str) -> dict[str, str]:
    """What the environment says of them. They run in another folder, and hold nothing of ours yet."""
    return {
        "CANOPY_DATABASE_URL": make_conninfo(empty_database, user="canopy_app", password=PASSWORD),
        "CANOPY_OWNER_DATABASE_URL": empty_database,
        "CANOPY_APP_PASSWORD": PASSWORD,
        "TEMPORAL_ADDRESS": temporal_address,
    }


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def canopy(outside: dict[str, str], fresh: StateFolder) -> Run:
    """The command line, with this environment or with another."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("CANOPY_", "TEMPORAL_"))}

    def run(*arguments: str, environment: dict[str, str] = outside) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "entrypoints.cli", *arguments, "--state", str(fresh.path), "--lang", "en"],
            capture_output=True,
            text=True,
            check=False,
            env=others | environment,
        )

    return run


def test_up_status_do_and_ask_use_them_and_start_nothing_embedded(
    canopy: Run, fresh: StateFolder, outside: dict[str, str]
) -> None:
    up = canopy("up")
    assert up.returncode == 0, up.stderr
    assert canopy("do", "RegisterPerson", "--as", "steward", "--json", NEW_ONE).stdout.startswith("3  person:new-one")
    with psycopg.connect(outside["CANOPY_OWNER_DATABASE_URL"]) as connection:
        assert connection.execute("SELECT stream FROM canopy.events WHERE position = 3").fetchone() == (
            "person:new-one",
        )
    assert json.loads(canopy("ask", "programme_totals", "--after", "3", "--json").stdout) == []
    assert canopy("reconcile").stderr.startswith("0 stories")
    elsewhere = canopy("ask", "duties", environment={})
    assert elsewhere.returncode == 0, "a terminal that was not told of them is: " + elsewhere.stderr

    status = json.loads(canopy("status", "--json").stdout)
    assert {process["process"] for process in status["processes"]} == {"supervisor", "stories", "views", "waker", "web"}
    assert (status["head"], status["postgres_data"]) == (3, None)
    assert status["addresses"]["Temporal"] == outside["TEMPORAL_ADDRESS"]
    assert "Temporal UI" not in status["addresses"]
    assert not {"pg18", "temporal.db"} & {path.name for path in fresh.path.iterdir()}
    assert asyncio.run(_stories_listen(outside["TEMPORAL_ADDRESS"], stack_status(fresh).processes[0].pid))

    owner = str(conninfo_to_dict(outside["CANOPY_OWNER_DATABASE_URL"])["password"])
    supervisor = psutil.Process(stack_status(fresh).supervisor.pid)
    seen = [" ".join(process.cmdline()) for process in (supervisor, *supervisor.children(recursive=True))]
    assert len(seen) >= 5
    seen += [(fresh.path / "stack.json").read_text(), up.stdout + up.stderr, json.dumps(status)]
    seen += [log.read_text() for log in fresh.logs.iterdir()]
    assert not [text for text in seen if PASSWORD in text or owner in text]


async def _stories_listen(address: str, pid: int | None) -> bool:
    client = await Client.connect(address, namespace=bootstrap.NAMESPACE)
    kind = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    wish = DescribeTaskQueueRequest(
        namespace=bootstrap.NAMESPACE, task_queue=TaskQueue(name=bootstrap.TASK_QUEUE), task_queue_type=kind
    )
    for _ in range(100):
        found = await client.workflow_service.describe_task_queue(wish)
        if any(poller.identity.startswith(f"{pid}@") for poller in found.pollers):
            return True
        await asyncio.sleep(0.1)
    return False


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        (
            {"TEMPORAL_NAMESPACE": "nowhere"},
            "has no namespace nowhere: set TEMPORAL_NAMESPACE, or make it with `temporal operator namespace create",
        ),
        ({"TEMPORAL_ADDRESS": "127.0.0.1:1"}, "the Temporal at 127.0.0.1:1 cannot be used: "),
        ({"CANOPY_OWNER_DATABASE_URL": "postgresql://canopy@127.0.0.1:1/canopy"}, "preparing failed: "),
    ],
)
def test_what_is_missing_there_is_one_line_that_names_the_fix(
    canopy: Run, fresh: StateFolder, outside: dict[str, str], environment: dict[str, str], why: str
) -> None:
    up = canopy("up", environment=outside | environment)
    assert up.returncode == 1
    last = up.stderr.splitlines()[-1]
    assert why in last
    assert last.endswith(f"(log: {fresh.log('supervisor')})")
    assert not stack_status(fresh).running


def test_a_role_that_does_not_own_the_tables_is_told_what_is_missing(
    outside: dict[str, str],
    fresh: StateFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in outside.items():
        monkeypatch.setenv(name, value)
    assert prepare.main(["--state", str(fresh.path)]) == 0
    monkeypatch.delenv("CANOPY_OWNER_DATABASE_URL")
    assert prepare.main(["--state", str(fresh.path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "CANOPY_OWNER_DATABASE_URL" in line


def test_migrations_keep_the_password_that_the_address_names(
    outside: dict[str, str], fresh: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CANOPY_DATABASE_URL", "CANOPY_OWNER_DATABASE_URL"):
        monkeypatch.setenv(name, outside[name])
    monkeypatch.delenv("CANOPY_APP_PASSWORD", raising=False)
    assert prepare.main(["--state", str(fresh.path)]) == 0
    psycopg.connect(outside["CANOPY_DATABASE_URL"]).close()


def test_temporal_is_reached_as_its_own_variables_say(fresh: StateFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    async def connect(**how: Any) -> None:
        asked.update(how)

    monkeypatch.setattr(Client, "connect", connect)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(fresh.path / "none.toml"))
    for name, value in {
        "TEMPORAL_ADDRESS": "canopy.example:7233",
        "TEMPORAL_NAMESPACE": "canopy.of-ours",
        "TEMPORAL_API_KEY": "a-key",
        "TEMPORAL_TLS_SERVER_NAME": "inner.example",
        "TEMPORAL_TLS_SERVER_CA_CERT_DATA": "a certificate",
    }.items():
        monkeypatch.setenv(name, value)
    asyncio.run(bootstrap.load(fresh.path).temporal())
    assert (asked["target_host"], asked["namespace"]) == ("canopy.example:7233", "canopy.of-ours")
    assert asked["api_key"] == "a-key"
    assert (asked["tls"].domain, asked["tls"].server_root_ca_cert) == ("inner.example", b"a certificate")
    monkeypatch.setenv("TEMPORAL_TLS", "false")
    asyncio.run(bootstrap.load(fresh.path).temporal())
    assert asked["tls"] is False
