"""Record the histories that `test_histories.py` replays: `python -m tests.workflows.record_histories`.

Run it when a story has changed on purpose. Old files stay: stories of that shape may still be running somewhere. A change that
they do not survive needs `workflow.patched`.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from domain.eligibility import CheckEligibility
from domain.kernel import Command
from domain.review import AssignReviewers
from tests.controls import PROJECT, apply_with, chen, findings, lin, on
from tests.stage import Stage, a_stage
from tests.workflows.journeys import a_whole_life, an_open_call
from workers.postgres import PostgresServer
from workers.state_folder import StateFolder
from workers.temporal import TemporalServer

HISTORIES = Path(__file__).parent / "histories"


async def a_lapsed_review(stage: Stage) -> None:
    await an_open_call(stage)
    await stage.do(apply_with(), by=chen)
    await stage.rest()
    await stage.next_deadline()
    steps: list[Command] = [
        CheckEligibility(project=PROJECT, findings=findings()),
        AssignReviewers(project=PROJECT, reviewers=("li", "wang", "zhao")),
    ]
    for step in steps:
        await stage.do(step, by=lin)
    await stage.rest()
    for _ in range(4):
        await stage.next_deadline()


JOURNEYS = {"whole-life": a_whole_life, "lapsed-review": a_lapsed_review}


async def record(name: str, database: str, address: str, folder: Path) -> None:
    async with a_stage(database, address, folder, at=on("03-02")) as stage:
        await JOURNEYS[name](stage)
        client = await stage.canopy.temporal()
        runs = sorted([each async for each in client.list_workflows()], key=lambda each: each.start_time)
        for number, each in enumerate(runs, start=1):
            history = await client.get_workflow_handle(each.id, run_id=each.run_id).fetch_history()
            file = HISTORIES / f"{name}-{number}-{each.workflow_type}.json"
            file.write_text(history.to_json())
            print(file.name, len(history.events))  # noqa: T201


def main() -> None:
    HISTORIES.mkdir(exist_ok=True)
    for name in JOURNEYS:
        folder = Path(tempfile.mkdtemp(prefix="canopy-histories-"))
        state = StateFolder(folder)
        postgres, temporal = PostgresServer(state), TemporalServer(state)
        try:
            asyncio.run(record(name, postgres.start(), temporal.start(), folder))
        finally:
            temporal.stop()
            postgres.stop()
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
