"""The stage of this folder's tests, set up in spring 2026."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.controls import on
from tests.stage import Stage, a_stage

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def staged(database: str, temporal_address: str, tmp_path: Path) -> Callable[..., AbstractAsyncContextManager[Stage]]:
    def make(**how: Any) -> AbstractAsyncContextManager[Stage]:
        return a_stage(database, temporal_address, tmp_path, at=how.pop("at", on("03-02")), **how)

    return make
