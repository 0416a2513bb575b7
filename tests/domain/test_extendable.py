"""What can be extended 可延期限: every answer and payment an officer may give more days for, which then count anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import pytest

from domain.change import ChangeOverdue
from domain.clawback import RecordOverdueRepayment, RemindRepayment, RepaymentOverdue, RepaymentReminded
from domain.coaching import FollowUpCoaching, FollowUpOverdue, RecordOverdueFollowUp
from domain.consent import ApproveChange, EscalateChange
from domain.errors import NotDue, NotFound, StageNotOpen
from domain.extendable import ProjectDeadline
from domain.extension import DeadlineExtended
from domain.kernel import STORY, Command, Event
from domain.midterm_review import EndMidTermNotice, EscalateMidTerm, MidTermNoticeEnded, MidTermOverdue
from domain.recusal import GrantUnansweredRecusal, RecusalGranted
from domain.stored_form import event_from
from tests.controls import PROJECT, extend, lin, on, song
from tests.delivering import a_self_assessment, a_silent_mid_term
from tests.domain.test_deadlines import ASKED
from tests.domain.test_recusal import decide
from tests.ending import a_change, a_clawback, a_coaching, repay, wei
from tests.situations import a_concluded_agreement
from tests.world import World, given, put

P = PROJECT
CHANGE = a_change(plan="Thirty afternoons.")


class Answer(NamedTuple):
    """Something that is answered by `was`, or by `due` after an extension; else the story puts the command."""

    situation: Callable[[World], World]
    deadline: ProjectDeadline
    part: str | None
    was: str
    due: str
    command: Command
    event: type[Event]


ANSWERS = [
    Answer(
        ASKED, "recusal", "wang", "03-27", "04-03", GrantUnansweredRecusal(project=P, person="wang"), RecusalGranted
    ),
    Answer(a_self_assessment(), "mid-term-review", None, "07-01", "07-08", EscalateMidTerm(project=P), MidTermOverdue),
    Answer(
        a_silent_mid_term(), "mid-term-notice", None, "07-04", "07-11", EndMidTermNotice(project=P), MidTermNoticeEnded
    ),
    Answer(CHANGE, "change", "later", "05-12", "05-20", EscalateChange(project=P, change="later"), ChangeOverdue),
    Answer(
        a_coaching(),
        "follow-up",
        "lists",
        "06-06",
        "06-20",
        RecordOverdueFollowUp(project=P, advice="lists"),
        FollowUpOverdue,
    ),
]


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.deadline)
def test_an_answer_is_waited_for_until_the_end_of_the_new_day(answer: Answer) -> None:
    was, due = on(answer.was, "00:00"), on(answer.due, "00:00")
    before = given(answer.situation)
    assert isinstance(before.when(answer.command, by=STORY, at=was).events[0], answer.event)
    after = before.when(extend(answer.deadline, _day_before(due), part=answer.part), by=lin).then_once(
        DeadlineExtended(deadline=answer.deadline, part=answer.part, was=was, due=due, reason="Floods.")
    )
    after.when(answer.command, by=STORY, at=was).refused(NotDue, due=due)
    assert isinstance(after.when(answer.command, by=STORY, at=due).events[0], answer.event)


def _day_before(moment: datetime) -> str:
    return f"{moment.month:02}-{moment.day - 1:02}"


def test_what_was_late_already_is_waited_for_again() -> None:
    escalate = EscalateChange(project=PROJECT, change="later")
    late = given(CHANGE).when(escalate, by=STORY, at=on("05-12", "00:00")).then(ChangeOverdue)
    again = late.when(extend("change", "05-20", part="later"), by=lin, at=on("05-14")).then(DeadlineExtended)
    again.when(escalate, by=STORY, at=on("05-20")).refused(NotDue)
    again.when(escalate, by=STORY, at=on("05-21", "00:00")).then_once(ChangeOverdue)


def test_an_instalment_gets_another_day_with_its_reminder_and_its_days_of_grace() -> None:
    remind, overdue = (
        RemindRepayment(project=PROJECT, instalment="1"),
        RecordOverdueRepayment(project=PROJECT, instalment="1"),
    )
    late = (
        given(a_clawback())
        .when(remind, by=STORY, at=on("07-25"))
        .then(RepaymentReminded)
        .when(overdue, by=STORY, at=on("08-11"))
        .then(RepaymentOverdue)
    )
    after = late.when(extend("repayment", "08-31", part="1"), by=lin).then_once(
        DeadlineExtended(
            deadline="repayment",
            part="1",
            was=on("08-01", "00:00"),
            due=on("09-01", "00:00"),
            remind_at=on("08-25", "00:00"),
            overdue_at=on("09-11", "00:00"),
            reason="Floods.",
        )
    )
    after.when(remind, by=STORY, at=on("08-24")).refused(NotDue)
    reminded = after.when(remind, by=STORY, at=on("08-25")).then_once(RepaymentReminded)
    reminded.when(overdue, by=STORY, at=on("09-10")).refused(NotDue)
    reminded.when(overdue, by=STORY, at=on("09-11")).then_once(RepaymentOverdue)
    assert after.project().instalment("2") == late.project().instalment("2")


def test_an_instalment_reminded_of_is_not_reminded_of_again_when_the_new_day_is_near() -> None:
    reminded = put(RemindRepayment(project=PROJECT, instalment="1"), by=STORY, at=on("07-25"))
    near = given(a_clawback(), reminded, put(extend("repayment", "08-02", part="1"), by=lin, at=on("07-30")))
    assert near.project().instalment("1").reminded


@pytest.mark.parametrize(
    ("situation", "deadline", "part", "stage", "now"),
    [
        ((ASKED, put(decide(granted=False), by=lin)), "recusal", "wang", "open request", "already decided"),
        ((CHANGE, put(ApproveChange(project=PROJECT, change="later"), by=lin)), "change", "later", "change requested", "change approved"),
        (
            (a_coaching(), put(FollowUpCoaching(project=PROJECT, advice="lists", outcome="done", note="Done."), by=wei)),
            "follow-up",
            "lists",
            "follow-up waited for",
            "followed up",
        ),
        ((a_clawback(), put(repay(), by=song)), "repayment", "1", "repayment waited for", "paid back"),
        ((a_self_assessment(),), "mid-term-notice", None, "running deadline", "no deadline yet"),
        ((a_silent_mid_term(),), "mid-term-review", None, "running deadline", "no deadline yet"),
        ((a_clawback(),), "change", "later", "delivery", "clawback"),
    ],
)  # fmt: skip
def test_what_is_answered_has_no_days_left(
    situation: tuple[Callable[[World], World], ...], deadline: ProjectDeadline, part: str | None, stage: str, now: str
) -> None:
    given(*situation).when(extend(deadline, "12-01", part=part), by=lin).refused(StageNotOpen, stage=stage, now=now)


@pytest.mark.parametrize(
    ("situation", "deadline", "kind"),
    [
        (a_concluded_agreement(), "change", "change"),
        (a_concluded_agreement(), "follow-up", "advice"),
        (a_clawback(), "repayment", "instalment"),
        (ASKED, "recusal", "recusal"),
    ],
)
def test_what_does_not_exist_has_no_deadline(
    situation: Callable[[World], World], deadline: ProjectDeadline, kind: str
) -> None:
    given(situation).when(extend(deadline, "12-01", part="lunch"), by=lin).refused(NotFound, kind=kind)


def test_an_extension_stored_before_others_than_reports_could_be_several_is_still_read() -> None:
    stored = (
        b'{"deadline":"report","due":"2026-09-01T00:00:00+08:00","overdue_at":"2026-09-08T00:00:00+08:00","reason":"Floods.",'
        b'"remind_at":"2026-08-25T00:00:00+08:00","report":"mid-term","was":"2026-07-13T00:00:00+08:00"}'
    )
    event = event_from("DeadlineExtended.v1", stored)
    assert isinstance(event, DeadlineExtended)
    assert (event.deadline, event.part) == ("report", "mid-term")
