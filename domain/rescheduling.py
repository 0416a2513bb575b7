"""Rescheduling 期限重排: a changed calendar, or a longer call, moves what is still open, and says so in events.

A deadline reckoned in working days keeps as many of them as it had left. What an officer fixed to a day stays on that day, and a
public notice is never shortened. The steward publishes the holidays; stories carry them to every open round and project.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import ClassVar, Literal

from pydantic import Field

from domain.calendar import Calendar
from domain.closing_due import deadline_of, open_dues, with_due
from domain.errors import Malformed, NotFound
from domain.extension import fixing
from domain.kernel import Actor, Aggregate, Command, Event, Frozen, Moment, Role, Slug
from domain.organisation import Organisation
from domain.payment_due import open_due
from domain.programme import Programme
from domain.project import Project, ProjectEvent, StoryOfProject
from domain.roadshow import invited_anew
from domain.round import Round, RoundEvent, StoryOfRound
from domain.rules.application import EligibilityRules
from domain.rules.notice import NoticeRules

DAYS_AT_MOST = 2_000
_YESTERDAY = timedelta(days=1)
_JUST_BEFORE = timedelta(microseconds=1)


def kept(old: Calendar, new: Calendar, due: datetime, at: datetime) -> datetime:
    """When a deadline that lies ahead comes under another calendar: after as many working days, today included, as were left.

    One that did not fall on a working day was not reckoned in them, and stays.
    """
    last, today = old.day_of(due - _JUST_BEFORE), old.day_of(at)
    if due <= at or not old.is_working_day(last):
        return due
    days = (today + timedelta(days=n) for n in range((last - today).days + 1))
    left = sum(map(old.is_working_day, days))
    return new.after_working_days(new.start_of(today - _YESTERDAY), left)


# ── the calendar of a programme ──────────────────────────────────────────────────────────────────────────────────────


class CalendarPublished(Event):
    """The programme's days of rest and make-up working days from now on, for what is open and what is to come."""

    OF = Programme
    calendar: Calendar

    def apply(self, state: Programme) -> Programme:
        return state.with_calendar(self.calendar)


class PublishCalendar(Command):
    """Publish a new table of holidays and make-up working days for a programme; it takes the place of the whole one before.

    Its time zone stays. Raises NotFound, Malformed.
    """

    ON = (Programme,)
    ROLES: ClassVar[tuple[Role, ...]] = ("steward",)
    programme: Slug
    holidays: tuple[date, ...] = Field(max_length=DAYS_AT_MOST)
    make_up_days: tuple[date, ...] = Field(default=(), max_length=DAYS_AT_MOST)

    def decide(self, programme: Programme, by: Actor, at: datetime) -> Iterator[Event]:
        present = programme.rules.calendar
        both = sorted({*self.holidays} & {*self.make_up_days})
        if both:
            raise Malformed(field="make_up_days", rule=f"must not be holidays as well: {both[0]}")
        days = {"holidays": tuple(sorted({*self.holidays})), "make_up_days": tuple(sorted({*self.make_up_days}))}
        calendar = Calendar(time_zone=present.time_zone, **days)
        if calendar != present:
            yield CalendarPublished(calendar=calendar)


# ── a round ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class CalendarTaken(RoundEvent):
    """The round goes by the programme's new calendar; its notice, if one is open, ends at `notice_ends_at`.

    Its approval, if one is open, is expected until `approval_due`. None: that stays, or is not open.
    """

    calendar: Calendar
    notice_was: Moment | None
    notice_ends_at: Moment | None
    approval_was: Moment | None = None
    approval_due: Moment | None = None

    def apply(self, state: Round) -> Round:
        rules = state.rules.model_copy(update={"calendar": self.calendar})
        taken = replace(state, quoted=rules, notice_ends_at=self.notice_ends_at or state.notice_ends_at, moving=True)
        if self.approval_was is None or self.approval_due is None:
            return taken
        remind_at = state.approval_remind_at
        if remind_at is not None:
            by = self.calendar.days_between(self.approval_was, self.approval_due)
            remind_at = self.calendar.days_later(remind_at, by)
        return replace(taken, approval_due=self.approval_due, approval_remind_at=remind_at)


class MovesCompleted(RoundEvent):
    """Every project of the round has been told of the new dates."""

    def apply(self, state: Round) -> Round:
        return replace(state, moving=False)


class TakeCalendar(StoryOfRound):
    """The programme has another calendar than the round goes by. Raises NotFound."""

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Round, Programme)

    def decide(self, round_: Round, programme: Programme, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if not round_.exists:
            raise NotFound(kind="round", id=self.round)
        if not takes_calendar(round_, programme) or programme.calendar is None:
            return
        old, new = round_.rules.calendar, programme.calendar
        notice, approval = _notice(round_), _approval(round_)
        notice_ends_at = max(notice, kept(old, new, notice, at)) if notice else None
        approval_due = kept(old, new, approval, at) if approval else None
        yield CalendarTaken(
            calendar=new,
            notice_was=notice if notice != notice_ends_at else None,
            notice_ends_at=notice_ends_at if notice != notice_ends_at else None,
            approval_was=approval if approval != approval_due else None,
            approval_due=approval_due if approval != approval_due else None,
        )


def _notice(round_: Round) -> datetime | None:
    """The end of an open notice that is reckoned in working days, and was not fixed by an officer."""
    if round_.stage != "notice" or "notice" in round_.fixed:
        return None
    return round_.notice_ends_at if round_.rules.meant(NoticeRules, None).working_days is not None else None


def _approval(round_: Round) -> datetime | None:
    """The day by which an open approval is expected, where an officer has not fixed another."""
    return round_.approval_due if round_.stage == "approval" and "approval" not in round_.fixed else None


class CompleteMoves(StoryOfRound):
    """Every page of projects has been told."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.moving:
            yield MovesCompleted()


def takes_calendar(round_: Round, programme: Programme) -> bool:
    """Whether the round is open and goes by another calendar than was published for its programme since it was opened."""
    published = programme.calendar
    if published is None or round_.stage in {"", "closed"} or round_.rules_version > programme.calendar_of:
        return False
    return round_.rules.calendar != published


# ── a project ────────────────────────────────────────────────────────────────────────────────────────────────────────


class MovedDeadline(Frozen):
    """Which deadline, from when to when; `part` is the person asked to step aside, the change, the tranche or the closing duty.

    The day of a tranche follows from the rules and the calendar: here it is only said.
    """

    deadline: Literal["eligibility", "completion", "recusal", "change", "tranche-due", "closing-duty"]
    part: Slug | None = None
    was: Moment
    due: Moment

    def apply(self, state: Project) -> Project:
        part, calendar = str(self.part), state.rules.calendar
        by = calendar.days_between(self.was, self.due)
        match self.deadline:
            case "eligibility":
                return replace(state, eligibility_due=self.due, eligibility_overdue=False)
            case "completion":
                returned = state.completions[state.step]
                remind_at = calendar.days_later(returned.remind_at, by)
                return state.with_completion(state.step, replace(returned, due=self.due, remind_at=remind_at))
            case "recusal":
                changed = replace(state.recusals[part], due=self.due)
                return replace(state, recusals=MappingProxyType({**state.recusals, part: changed}))
            case "change":
                return state.with_change(replace(state.change(part), answer_by=self.due))
            case "closing-duty":
                before = state.closing.dues[part]
                remind_at, overdue_at = (
                    calendar.days_later(each, by) for each in (before.remind_at, before.overdue_at)
                )
                return with_due(state, part, due=self.due, remind_at=remind_at, overdue_at=overdue_at)
            case "tranche-due":
                return state


class DeadlinesMoved(ProjectEvent):
    """The call was made longer, or the calendar changed: what is open is due on another day."""

    calendar: Calendar | None
    """The new one; None where it is the call that changed."""
    moved: tuple[MovedDeadline, ...]

    def apply(self, state: Project) -> Project:
        if self.calendar is not None:
            state = replace(state, quoted=state.rules.model_copy(update={"calendar": self.calendar}))
        for each in self.moved:
            state = each.apply(state)
        return state


class MoveDeadlines(StoryOfProject):
    """Take over the round's calendar, the end of its call, and its sessions' new times, into what the project waits for."""

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round, Organisation)

    def decide(
        self, project: Project, round_: Round, organisation: Organisation, by: Actor, at: datetime
    ) -> Iterator[ProjectEvent]:
        if not project.exists or project.over or not round_.exists:
            return
        old, new = project.rules.calendar, round_.rules.calendar
        moved = tuple(each for each in moves(project, round_, new, at) if each.due != each.was)
        if moved or old != new:
            yield DeadlinesMoved(calendar=new if old != new else None, moved=moved)
        yield from invited_anew(project, round_, organisation, at)


def moves(project: Project, round_: Round, new: Calendar, at: datetime) -> Iterator[MovedDeadline]:
    """What is open and reckoned in working days, with its new date (which may be the old one)."""
    old = project.rules.calendar
    yield from _moved_checks(project, round_, new, at)
    for person, recusal in project.recusals.items():
        if recusal.status == "asked" and fixing(project, "recusal", person) not in project.fixed:
            due = kept(old, new, recusal.due, at)
            yield MovedDeadline(deadline="recusal", part=person, was=recusal.due, due=due)
    for change in project.changes.values():
        if change.status == "requested" and fixing(project, "change", change.id) not in project.fixed:
            due = kept(old, new, change.answer_by, at)
            yield MovedDeadline(deadline="change", part=change.id, was=change.answer_by, due=due)
    for duty, each in open_dues(project).items():
        rule = deadline_of(project, duty)
        if rule and rule.within_working_days and fixing(project, "closing-duty", duty) not in project.fixed:
            due = kept(old, new, each.due, at)
            yield MovedDeadline(deadline="closing-duty", part=duty, was=each.due, due=due)
    after = replace(project, quoted=project.rules.model_copy(update={"calendar": new}))
    for tranche in project.tranches.values():
        by, now_by = open_due(project, tranche), open_due(after, tranche)
        if by is not None and now_by is not None:
            yield MovedDeadline(deadline="tranche-due", part=tranche.id, was=by, due=now_by)


def _moved_checks(project: Project, round_: Round, new: Calendar, at: datetime) -> Iterator[MovedDeadline]:
    """The formal check, which also counts from the end of the call, and what is waited for before it goes on."""
    old = project.rules.calendar
    was = project.eligibility_due
    if project.stage == "eligibility" and was is not None and fixing(project, "eligibility") not in project.fixed:
        due = kept(old, new, was, at)
        first = project.rules.stages[0]
        if isinstance(first, EligibilityRules) and project.step == first.id and round_.closes_at is not None:
            # What is counted from the receipt has nothing to do with the end of the call.
            of_the_call = first.counted_from != "receipt"
            due = max(due, first.first_due(at, round_.closes_at, new)) if of_the_call else due
        yield MovedDeadline(deadline="eligibility", was=was, due=due)
    returned = project.completion
    if returned is not None and fixing(project, "completion") not in project.fixed:
        yield MovedDeadline(deadline="completion", was=returned.due, due=kept(old, new, returned.due, at))
