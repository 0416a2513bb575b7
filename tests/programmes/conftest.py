"""A stage for each test of this folder, set up on a Monday in March 2026. The sandbox is for the stories' own tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from temporalio.worker import UnsandboxedWorkflowRunner

from tests.programmes.cast import BEGIN
from tests.stage import Stage, a_stage


@pytest.fixture
async def stage(database: str, temporal_address: str, tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(database, temporal_address, tmp_path, at=BEGIN, runner=UnsandboxedWorkflowRunner()) as stage:
        yield stage
