"""Situations of delivery under rules that have more than the example: the mid-term evaluation, visits.

28 April  agreement    13 June  mid-term evaluation begins (after 45 days)    until 27 June  self-assessment
until 30 June  desk review (of what came in on the 20th)    then five days' notice for who fails
"""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.delivery import SubmitReport
from domain.kernel import STORY, Actor
from domain.midterm import LapseSelfAssessment, OpenMidTerm, SubmitSelfAssessment
from domain.midterm_review import AssessMidTerm, EndMidTermNotice, NoteMidTermDoubt, RespondToMidTerm
from domain.progress import Evidence, Reading, Spending
from domain.report_default import DefaultReport
from domain.rules import Rules
from domain.rules.rubric import Rubric, RubricLine, Score
from domain.visit import PlanVisit, RecordVisit
from tests.controls import PROJECT, RULES, chen, lin, on, points, report, yao, yuan
from tests.situations import a_concluded_agreement, a_programme
from tests.world import Situation, put, steps

DIMENSIONS = ("progress", "money", "team", "effect")
MID_TERM: dict[str, Any] = {
    "begins_after_days": 45,
    "self_assessment_days": 14,
    "remind_before_days": 4,
    "review_days": 10,
    "pass_mark": 60,
    "deferral_days": 30,
    "notice_days": 5,
    "second_chance_days": 30,
    "rubric": {
        "lines": [
            {"id": id_, "words": {"zh": "维度", "en": id_}, "max_points": 100, "weight_percent": 25}
            for id_ in DIMENSIONS
        ]
    },
}
RUBRIC = Rubric(
    lines=tuple(
        RubricLine.model_validate(
            {"id": id_, "words": {"zh": "维", "en": id_}, "max_points": 100, "weight_percent": 25}
        )
        for id_ in DIMENSIONS
    )
)
PHOTO = Evidence(kind="photo", name="afternoon.jpg", sha256="b" * 64)
SELF_ASSESSMENT = SubmitSelfAssessment(project=PROJECT, narrative="Ten of twenty afternoons held.", evidence=(PHOTO,))

DOUBT = NoteMidTermDoubt(
    project=PROJECT, means="telephone", doubt="Two lists are alike.", finding="The same families came twice."
)
RESPONSE = RespondToMidTerm(project=PROJECT, narrative="Our accountant was ill.", evidence=(PHOTO,))


def until(day: str, reason: str = "The flood closed the hall.") -> dict[str, Any]:
    return {"project": PROJECT, "until": date.fromisoformat(f"2026-{day}"), "reason": reason}


def ruled(**sections: Any) -> Rules:
    """The example's rules with these sections beside or instead of its own."""
    return Rules.model_validate(RULES.model_dump() | sections)


def with_mid_term(**changes: Any) -> Rules:
    return ruled(mid_term=MID_TERM | changes)


def mid_term_scores(percent: int) -> tuple[Score, ...]:
    return points(RUBRIC, percent)


def assess(percent: int = 80) -> AssessMidTerm:
    return AssessMidTerm(
        project=PROJECT, scores=mid_term_scores(percent), opinion="On its way.", opinion_sha256="c" * 64
    )


def delivery_under(rules: Rules) -> Situation:
    """Signed on 28 April, under other rules than the example's."""
    return Situation(
        "delivery under other rules", lambda world: world, steps(a_programme(rules), a_concluded_agreement())
    )


def an_open_mid_term(**changes: Any) -> Situation:
    """Opened on 13 June: the self-assessment is due by the end of the 27th, with a reminder four days before."""
    opened = put(OpenMidTerm(project=PROJECT), by=STORY, at=on("06-13"))
    return Situation("an open mid-term evaluation", opened, delivery_under(with_mid_term(**changes)))


def a_self_assessment(**changes: Any) -> Situation:
    """Handed in on 20 June: the desk review is due by the end of the 30th."""
    return Situation("a self-assessment", put(SELF_ASSESSMENT, by=chen, at=on("06-20")), an_open_mid_term(**changes))


def an_assessed_mid_term(percent: int = 80, by: Actor = yao, **changes: Any) -> Situation:
    return Situation("an assessed mid-term", put(assess(percent), by=by, at=on("06-25")), a_self_assessment(**changes))


def a_silent_mid_term(**changes: Any) -> Situation:
    """No self-assessment by the end of 27 June: failed, with a notice until the end of 3 July."""
    lapsed = put(LapseSelfAssessment(project=PROJECT), by=STORY, at=on("06-28", "00:00"))
    return Situation("a silent mid-term", lapsed, an_open_mid_term(**changes))


def a_stopped_project(**changes: Any) -> Situation:
    """Failed by silence, and the days for an answer have passed: suspended."""
    ended = put(EndMidTermNotice(project=PROJECT), by=STORY, at=on("07-04", "00:00"))
    return Situation("a stopped project", ended, a_silent_mid_term(**changes))


def with_reports(**changes: Any) -> Rules:
    """The first report with these changes, the final one as it was; the tranche in between waits for the agreement only."""
    content = RULES.model_dump()
    first, last = content["reports"]
    tranches = [each | {"gate": {"kind": "agreement"}} for each in content["tranches"][:2]]
    return ruled(reports=[first | changes, last], tranches=[*tranches, *content["tranches"][2:]])


SPENT = (Spending(item="books", amount=yuan(1_200)),)
RECEIPT = Evidence(kind="receipt", name="books.pdf", sha256="d" * 64)
READINGS = (Reading(id="readers", actual=35),)


def a_full_report(**changes: Any) -> SubmitReport:
    """With every figure there can be."""
    content = report().model_dump() | {
        "people_served": 30,
        "spending": SPENT,
        "readings": READINGS,
        "evidence": (PHOTO, RECEIPT),
    }
    return SubmitReport.model_validate(content | changes)


def a_late_report(consequence: str = "suspend", **changes: Any) -> Situation:
    """Nothing by 12 July, days of grace until the 19th, and the consequence on 11 August."""
    rules = with_reports(consequence=consequence, consequence_after_days=30, **changes)
    late = put(DefaultReport(project=PROJECT, report="mid-term"), by=STORY, at=on("08-12", "00:00"))
    return Situation("a late report", late, delivery_under(rules))


EARLY = {
    "id": "early",
    "words": {"zh": "中期前走访", "en": "Visit before the mid-term"},
    "due_days": 40,
    "remind_before_days": 10,
    "overdue_after_days": 5,
}


def with_visits(**changes: Any) -> Rules:
    """One visit is demanded within 40 days of the agreement, reminded of after 30, overdue after 45."""
    return ruled(visits=[EARLY | changes])


def plan_visit(visit: str = "spring", day: str = "05-20", visitor: str = "yao") -> PlanVisit:
    return PlanVisit(
        project=PROJECT,
        visit=visit,
        planned_on=date.fromisoformat(f"2026-{day}"),
        visitor=visitor,
        purpose="See an afternoon.",
    )


def record_visit(visit: str = "spring", *, satisfactory: bool = True) -> RecordVisit:
    return RecordVisit(
        project=PROJECT,
        visit=visit,
        held_on=date(2026, 5, 20),
        findings="Twenty children, two volunteers.",
        satisfactory=satisfactory,
        evidence=(PHOTO,),
    )


def a_planned_visit() -> Situation:
    return Situation("a planned visit", put(plan_visit(), by=lin, at=on("05-04")), a_concluded_agreement())


def a_recorded_visit() -> Situation:
    return Situation("a recorded visit", put(record_visit(), by=yao, at=on("05-21")), a_planned_visit())
