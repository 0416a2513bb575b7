"""Closing on the real stack: services by the piece, then the closing duties with their days, late and given more of them."""

from __future__ import annotations

from domain.archive import ArchivedFile, ArchiveProject
from domain.closing import CloseRound
from domain.evaluation import IndicatorResult
from domain.fund import Fund
from domain.project import Project
from tests.controls import FUND, PROJECT, ROUND, RULES, chen, extend, lin, on, tang, yao
from tests.domain.closing import CLOSING, account, returned
from tests.domain.purchasing import accept, event, file, judged, purchase
from tests.stage import Stage
from tests.workflows.journeys import Staged, an_agreement, handed_in, paid

DUTIES = {
    "final_account_required": True,
    "retention": CLOSING["retention"][:1],
    "deadlines": [
        {"duty": "final-account", "within_days": 30, "remind_before_days": 5, "overdue_after_days": 7},
        {"duty": "unspent", "within_working_days": 10, "remind_before_days": 5},
        {"duty": "archive", "within_days": 10, "remind_before_days": 2},
    ],
}

RESULTS = (IndicatorResult(id="volunteers", actual=350), IndicatorResult(id="readers", actual=64))


def told(stage: Stage, since: str) -> list[str]:
    """What happened to the project after that event."""
    names = [each.name.partition(".")[0] for each in stage.store.recorded(f"project:{PROJECT}")]
    return names[names.index(since) + 1 :]


async def test_what_was_paid_ahead_and_not_earned_comes_back_and_every_closing_duty_is_seen_to_late(
    staged: Staged,
) -> None:
    rules = purchase(reports=[RULES.reports[0].model_dump()], closing=DUTIES)
    async with staged() as stage:
        await an_agreement(stage, rules)
        await paid(stage, "first")
        await stage.move_to(on("07-01"))
        await stage.do(file(event("fair")), by=chen)
        await stage.do(accept("fair"), by=lin)
        await handed_in(stage, "mid-term")
        await stage.rest()
        await stage.do(judged(results=RESULTS), by=yao)
        await stage.rest()
        assert stage.store.load(Project, PROJECT).stage == "settlement"

        # Paid by the piece: 4,000 of the 12,000 yuan were earned, and the rest is owed at once.
        days = [await stage.next_deadline() for _ in range(4)]
        assert days == [on(day, "00:00") for day in ("07-11", "07-16", "07-27", "08-08")]
        await stage.do(extend("closing-duty", "08-20", part="final-account"), by=lin)
        await stage.rest()
        assert await stage.next_deadline() == on("08-16", "00:00")
        await stage.do(account(12_000), by=chen)
        await stage.do(returned(8_000), by=tang)
        await stage.rest()
        assert await stage.next_deadline() == on("08-25", "00:00")
        files = (ArchivedFile(retention="procurement", title="All of it", sha256="e" * 64),)
        await stage.do(ArchiveProject(project=PROJECT, files=files), by=lin)
        await stage.rest()
        assert told(stage, "ProjectSettled") == [
            "ClosingDutiesBegun",
            *("ClosingDutyReminded", "ClosingDutyOverdue"),  # what is left over
            *("ClosingDutyReminded", "ClosingDutyOverdue", "DeadlineExtended", "ClosingDutyReminded"),  # the account
            *("FinalAccountFiled", "UnspentReturned", "ClosingDutiesBegun"),
            *("ClosingDutyReminded", "ProjectArchived", "ProjectClosed"),
        ]
        await stage.do(CloseRound(round=ROUND), by=lin)
        await stage.rest()
        assert stage.store.load(Fund, FUND).unallocated == 10_000_000 - 400_000
