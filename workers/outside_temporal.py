"""A Temporal that is not ours, looked at before anything is started: its namespace is its owner's to make."""

from __future__ import annotations

import asyncio
import contextlib

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.service import RPCError, RPCStatusCode

import bootstrap
from workers.processes import StackError
from workers.temporal import RETENTION, add_search_attributes, missing_search_attributes

_SECONDS = 30


async def look_at(canopy: bootstrap.Canopy, address: str) -> None:
    """See that the namespace is there, and add the search attributes that are missing.

    Raises StackError: one line that says what to do.
    """
    try:
        await asyncio.wait_for(_look_at(canopy, address), _SECONDS)
    except (TimeoutError, RuntimeError, RPCError) as problem:
        why = str(problem) or "it does not answer"
        raise StackError(f"the Temporal at {address} cannot be used: {why}") from problem


async def _look_at(canopy: bootstrap.Canopy, address: str) -> None:
    client = await canopy.temporal()
    namespace = client.namespace
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    except RPCError as problem:
        if problem.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise StackError(
            f"the Temporal at {address} has no namespace {namespace}: set TEMPORAL_NAMESPACE, or make it with "
            f"`temporal operator namespace create --namespace {namespace} --retention {RETENTION.days}d`"
        ) from problem
    missing: list[str] = []
    with contextlib.suppress(RPCError):  # some let nobody ask: then there is nothing to do but try
        missing = await missing_search_attributes(client.service_client, namespace)
    try:
        await add_search_attributes(client.service_client, namespace, missing)
    except RPCError as problem:
        names = " ".join(f"--name {name}" for name in missing)
        raise StackError(
            f"the Temporal at {address} does not let us add search attributes ({problem}): let its owner run "
            f"`temporal operator search-attribute create --namespace {namespace} --type Keyword {names}`"
        ) from problem
