"""Evaluation 评估: open the evaluator's days, then wait until every tranche is paid or forfeited, and close."""

from __future__ import annotations

from temporalio import workflow

from workflows.story import Standing, Story

with workflow.unsafe.imports_passed_through():
    from domain.closing import CloseProject
    from domain.evaluation import OpenEvaluation

WAKES = frozenset(
    {
        "ProjectSettled",
        "PaymentFailed",
        "TrancheRefused",
        "DeadlineExtended",
        "FinalAccountFiled",
        "UnspentReturned",
        "AuditReportFiled",
        "UsePublished",
        "ProjectArchived",
    }
)


async def evaluation(story: Story, project: str) -> Standing:
    """Open the stage and wait for the evaluation; when its days pass, say so on record and go on waiting."""
    if story.now.stage == "evaluation":
        await story.put(OpenEvaluation(project=project))
    return await story.through("evaluation")


async def settlement(story: Story, project: str) -> Standing:
    """Wait for the last payment, and for whatever is to be done before the project is closed."""
    if story.now.stage == "settlement":
        await story.put(CloseProject(project=project))
    return await story.through("settlement", woken=CloseProject(project=project))
