"""The life of a round, as prose."""

from __future__ import annotations

from temporalio import workflow

from workflows.agreement import awards
from workflows.approval import approval
from workflows.call import call
from workflows.closing import running
from workflows.notice import notice
from workflows.selection import assessment, places
from workflows.story import Story

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel


class RoundSoFar(BaseModel):
    """Where a round's story goes on after a chapter; the domain knows everything else."""

    round: str
    chapter: str = "call"


@workflow.defn
class RoundLife(Story):
    """From the call to the closing. Projects are never listed in its history: they are paged through by activities."""

    @workflow.init
    def __init__(self, life: RoundSoFar) -> None:
        super().__init__()
        self.subject = f"round:{life.round}"

    @workflow.run
    async def run(self, life: RoundSoFar) -> str:
        """Ends when the round is closed."""
        await self.ask()
        if life.chapter == "call":
            await call(self)
            await assessment(self, life.round)
            self.next_chapter(life, "notice")
        await approval(self)
        await places(self, life.round)
        await notice(self, life.round)
        await awards(self, life.round)
        await running(self)
        self.next_chapter(
            life, "notice"
        )  # somebody moved up from the reserve: they are approved, shown and awarded as well
        return self.now.stage

    def next_chapter(self, life: RoundSoFar, chapter: str) -> None:
        """Continue as new, unless the round is closed."""
        if not self.now.over:
            workflow.continue_as_new(RoundSoFar(round=life.round, chapter=chapter))
