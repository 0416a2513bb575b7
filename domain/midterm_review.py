"""Mid-term evaluation 中期评估, second half: the desk review, deferral, and what a failure means.

A doubt is followed up by telephone, documents or a site visit; the opinion is filed with the bureau; who fails is heard, then
stopped, and terminated by an officer or given a second chance where the rules have one (C2, C6).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import ClassVar, Final, Literal

from pydantic import Field

from domain.calendar import Calendar
from domain.conflict import must_be_outsider
from domain.delivery import completed
from domain.errors import AboveLimit, Malformed, NotDue, StageNotOpen
from domain.kernel import Actor, Aggregate, Moment, Role, Sha256, Slug, Text
from domain.midterm import SAID, failed, in_time, open_until, rules_of, standing
from domain.organisation import Organisation
from domain.progress import Evidence
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.rules.rubric import Score
from domain.suspension import ProjectResumed, ProjectSuspended

MID_TERM_FAILED: Final = "mid_term_failed"
"""Why a project is stopped that failed."""


class MidTermDoubted(ProjectEvent):
    """Something in the papers was doubtful, and how it was looked into."""

    doubted_by: Slug
    means: Literal["telephone", "documents", "visit"]
    doubt: Text
    finding: Text

    def apply(self, state: Project) -> Project:
        return state


class MidTermAssessed(ProjectEvent):
    """One evaluator's scores and opinion; the opinion's document is filed with the bureau under its SHA-256."""

    evaluator: Slug
    scores: tuple[Score, ...]
    opinion: Text
    opinion_sha256: Sha256

    def apply(self, state: Project) -> Project:
        scored = dict(state.mid_term.scored) if state.mid_term else {}
        return state.with_mid_term(scored=MappingProxyType({**scored, self.evaluator: self.scores}))


class MidTermPassed(ProjectEvent):
    """`score` is the evaluators' mean in hundredths of a point on a scale of 100."""

    score: int

    def apply(self, state: Project) -> Project:
        return state.with_mid_term(status="passed", score=self.score)


class MidTermOverdue(ProjectEvent):
    """The evaluators' days have passed; the officer is called, and the evaluation is still to be made."""

    due: Moment

    def apply(self, state: Project) -> Project:
        return state.with_mid_term(overdue=True)


class MidTermDeferred(ProjectEvent):
    """The self-assessment is due later; one handed in already is handed in again. Once only."""

    was: Moment | None
    due: Moment
    remind_at: Moment | None
    reason: Text

    def apply(self, state: Project) -> Project:
        return _anew(state, self.due, self.remind_at).with_mid_term(deferred=True)


class MidTermResponded(ProjectEvent):
    """The organisation's answer to a failure."""

    narrative: Text
    evidence: tuple[Evidence, ...]

    def apply(self, state: Project) -> Project:
        return state.with_mid_term(response=self.fingerprint(*SAID))


class MidTermNoticeEnded(ProjectEvent):
    """The days for an answer have passed: the project is stopped, and an officer decides."""

    answered: bool

    def apply(self, state: Project) -> Project:
        return state.with_mid_term(status="failed")


class SecondChanceGranted(ProjectEvent):
    due: Moment
    remind_at: Moment | None
    reason: Text

    def apply(self, state: Project) -> Project:
        return _anew(state, self.due, self.remind_at).with_mid_term(second_chance=True)


def _anew(state: Project, due: datetime, remind_at: datetime | None) -> Project:
    return state.with_mid_term(
        status="self-assessment",
        due=due,
        remind_at=remind_at,
        reminded=remind_at is None,
        scored=MappingProxyType({}),
        score=None,
        self_assessment="",
    )


def _due(calendar: Calendar, until: date, days: int, at: datetime, was: datetime | None = None) -> datetime:
    """The end of that day, at most so many days from now, or from the day it was due. Raises Malformed, AboveLimit."""
    start = calendar.day_of(at)
    if was is not None:
        start = max(start, calendar.day_of(was - timedelta(microseconds=1)))
    if until <= start:
        raise Malformed(field="until", rule=f"must lie after {start}")
    if until > start + timedelta(days=days):
        raise AboveLimit(field="until", value=str(until), limit=str(start + timedelta(days=days)))
    return calendar.end_of(until)


def _reminder(project: Project, due: datetime, at: datetime) -> datetime | None:
    """Some days before; None where that is past."""
    remind_at = due - timedelta(days=rules_of(project).remind_before_days)
    return remind_at if remind_at > at else None


class NoteMidTermDoubt(ProjectCommand):
    """Put on record what was doubtful and what asking by telephone, documents or a visit showed.

    Raises NotFound, StageNotOpen.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("evaluator", "officer")
    means: Literal["telephone", "documents", "visit"]
    doubt: Text
    finding: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        standing(project, "review")
        yield MidTermDoubted(doubted_by=by.id, means=self.means, doubt=self.doubt, finding=self.finding)


class AssessMidTerm(ProjectCommand):
    """An evaluator scores every dimension; with the last one wanted, the mean passes or fails. Other scores replace the first.

    Raises NotFound, StageNotOpen, ConflictOfInterest (stepped aside, or belongs to the organisation), NotAnswered,
    RubricMismatch, ReasonMissing.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Organisation)
    ROLES: ClassVar[tuple[Role, ...]] = ("evaluator",)
    scores: tuple[Score, ...]
    opinion: Text
    opinion_sha256: Sha256

    def decide(self, project: Project, organisation: Organisation, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        if project.mid_term and project.mid_term.scored.get(by.id) == self.scores:
            return
        scored = standing(project, "review").scored
        must_be_outsider(project, organisation, by.id, at)
        rules = rules_of(project)
        rules.rubric.check(self.scores)
        yield MidTermAssessed(
            evaluator=by.id, scores=self.scores, opinion=self.opinion, opinion_sha256=self.opinion_sha256
        )
        panel = {**scored, by.id: self.scores}
        weighed = [rules.rubric.weigh(scores) for scores in panel.values()]
        if len(weighed) < rules.panel_size:
            return
        score = (2 * sum(weighed) + len(weighed)) // (2 * len(weighed))
        if score < rules.rubric.in_hundredths(rules.pass_mark) or rules.rubric.below(panel.values()):
            yield failed(project, "below_pass_mark", score, at)
            return
        passed = MidTermPassed(score=score)
        yield passed
        yield from completed(passed.apply(project))


class DeferMidTerm(ProjectCommand):
    """Give the organisation more days for its self-assessment, once, with the reason (C6).

    Raises NotFound, StageNotOpen, Malformed, AboveLimit.
    """

    until: date
    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        found = standing(project, "self-assessment", "review")
        calendar, days = project.rules.calendar, rules_of(project).deferral_days
        if days is None:
            raise StageNotOpen(stage="mid-term deferral in the rules", now="none in the rules")
        if found.deferred:
            if found.due == calendar.end_of(self.until):
                return
            raise StageNotOpen(stage="mid-term not deferred yet", now="mid-term deferred")
        due = _due(calendar, self.until, days, at, found.due)
        yield MidTermDeferred(was=found.due, due=due, remind_at=_reminder(project, due, at), reason=self.reason)


class RespondToMidTerm(ProjectCommand):
    """The organisation answers a failure, in the days of its notice. Raises NotFound, StageNotOpen."""

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    narrative: Text
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=200)

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        found = standing(project, "notice")
        if found.response == self.fingerprint(*SAID):
            return
        open_until(found.respond_by, at, "mid-term notice")
        yield MidTermResponded(narrative=self.narrative, evidence=self.evidence)


class GrantSecondChance(ProjectCommand):
    """After a failure, let the organisation try once more, where the rules allow it.

    A project that was stopped for the failure goes on; one that is suspended for another reason stays so.

    Raises NotFound, StageNotOpen, Malformed, AboveLimit.
    """

    until: date
    reason: Text

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        calendar, days = project.rules.calendar, rules_of(project).second_chance_days
        known = project.mid_term
        if (
            known
            and known.second_chance
            and known.status == "self-assessment"
            and known.due == calendar.end_of(self.until)
        ):
            return
        found = standing(project, "failed", "notice")
        if days is None:
            raise StageNotOpen(stage="second chance in the rules", now="none in the rules")
        if found.second_chance:
            raise StageNotOpen(stage="mid-term first failure", now="second chance was given")
        due = _due(calendar, self.until, days, at)
        yield SecondChanceGranted(due=due, remind_at=_reminder(project, due, at), reason=self.reason)
        report_failed = any(report.status == "failed" for report in project.reports.values())
        if project.suspended_for == MID_TERM_FAILED and not report_failed:
            yield ProjectResumed(reason=self.reason)


class EscalateMidTerm(StoryOfProject):
    """The evaluators' days have passed. Raises NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        found = in_time(project, "review")
        if found is None or found.overdue or found.review_due is None:
            return
        if at < found.review_due:
            raise NotDue(deadline="mid-term-review", due=found.review_due)
        yield MidTermOverdue(due=found.review_due)


class EndMidTermNotice(StoryOfProject):
    """The days in which the organisation can answer a failure have passed. Raises NotDue."""

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        found = in_time(project, "notice")
        if found is None or found.respond_by is None:
            return
        if at < found.respond_by:
            raise NotDue(deadline="mid-term-notice", due=found.respond_by)
        yield MidTermNoticeEnded(answered=bool(found.response))
        if not project.suspended:
            yield ProjectSuspended(cause=MID_TERM_FAILED, reason="")
