"""The life of a project, as prose."""

from __future__ import annotations

from temporalio import workflow

from workflows.agreement import agreement
from workflows.application import application
from workflows.clawback import clawback
from workflows.delivery import delivery
from workflows.evaluation import evaluation, settlement
from workflows.review import review
from workflows.roadshow import roadshow
from workflows.selection import selection
from workflows.story import Story

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel


ASSESSED = ("eligibility", "review", "roadshow", "selection", "notice")
"""What a programme may have several of, in any order: each round of the loop goes through those that come next."""


class ProjectSoFar(BaseModel):
    """Where a project's story goes on after a chapter; the domain knows everything else."""

    project: str
    chapter: str = "application"


@workflow.defn
class ProjectLife(Story):
    """From the application to the last tranche. Each chapter is a workflow run of its own, so histories stay short."""

    @workflow.init
    def __init__(self, life: ProjectSoFar) -> None:
        super().__init__()
        self.subject = f"project:{life.project}"

    @workflow.run
    async def run(self, life: ProjectSoFar) -> str:
        """Ends with the project's outcome: closed, withdrawn, ineligible, not_selected, …"""
        project = life.project
        await self.ask()
        if life.chapter == "application":
            while self.now.stage in ASSESSED:
                await application(self, project)
                await review(self, project)
                await roadshow(self)
                await selection(self)
            self.next_chapter(life, "delivery")
        if life.chapter == "delivery":
            await agreement(self)
            await delivery(self)
            self.next_chapter(life, "evaluation")
        await evaluation(self, project)
        await settlement(self, project)
        await clawback(self)
        return self.now.outcome

    def next_chapter(self, life: ProjectSoFar, chapter: str) -> None:
        """Continue as new, unless the project has ended."""
        if not self.now.over:
            workflow.continue_as_new(ProjectSoFar(project=life.project, chapter=chapter))
