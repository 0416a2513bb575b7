"""Every kind of deadline, whatever the calendar: across holidays, make-up working days, year ends and hours that are lost or won.

What is reckoned with was stored before: it has an offset, and no time zone any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType

from hypothesis import assume, example
from hypothesis import given as whatever
from hypothesis import strategies as st

from domain.agreement import planned, report_plan
from domain.approval import opening
from domain.calendar import Calendar, months_after
from domain.change import moved
from domain.clawback import InstalmentWish, instalment_plan
from domain.closing_due import ClosingDutiesBegun, DutyPlan
from domain.kernel import STORY, Event, Money
from domain.midterm import opened
from domain.midterm import planned as mid_term_planned
from domain.organisation import Organisation
from domain.payment_due import due_of
from domain.programme import Programme
from domain.progress import Completion, Missing
from domain.project import Project
from domain.report_default import defaults_at
from domain.rescheduling import MoveDeadlines, TakeCalendar
from domain.round import Round
from domain.rules import Rules
from domain.rules.termination import ClawbackRules
from domain.stored_form import event_from, payload_of
from domain.tranche_chain import Tranche
from tests.controls import RULES
from tests.delivering import with_mid_term, with_reports
from tests.domain.closing_in_days import in_days
from tests.domain.selecting import with_approval
from tests.domain.test_calendar import ZONES, calendars
from tests.domain.test_payment_due import paid_within

around_new_year = st.datetimes(datetime(2025, 12, 15), datetime(2026, 1, 31), timezones=st.just(UTC))  # noqa: DTZ001
around_summer_time = st.datetimes(datetime(2026, 2, 20), datetime(2026, 4, 20), timezones=st.just(UTC))  # noqa: DTZ001
around_winter_time = st.datetimes(datetime(2026, 9, 20), datetime(2026, 11, 10), timezones=st.just(UTC))  # noqa: DTZ001
moments = st.one_of(around_new_year, around_summer_time, around_winter_time)
some_days = st.integers(1, 40)


def under(rules: Rules, calendar: Calendar) -> Rules:
    return rules.model_copy(update={"calendar": calendar})


def stored(event: Event) -> Event:
    """As it is read from the event store."""
    return event_from(event.stored_name(), payload_of(event))


def read(moment: datetime) -> datetime:
    return datetime.fromisoformat(moment.isoformat())


def is_midnight(calendar: Calendar, *moments_: datetime) -> bool:
    """Whether each is the beginning of a day where the programme is."""
    # Compared as seconds: an hour that does not exist (Havana's midnight in spring) equals nothing in another zone.
    return all(moment.timestamp() == calendar.start_of(calendar.day_of(moment)).timestamp() for moment in moments_)


def days_apart(calendar: Calendar, earlier: datetime, later: datetime) -> int:
    return (calendar.day_of(later) - calendar.day_of(earlier)).days


# ── delivery ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@whatever(calendars(), moments, st.integers(1, 6), st.integers(2, 12))
def test_a_reports_rhythm_keeps_the_day_of_the_month_and_its_reminders_and_grace_the_hour(
    calendar: Calendar, at: datetime, months: int, times: int
) -> None:
    rules = under(with_reports(every_months=months, times=times), calendar)
    rule = rules.reports[0]
    plans = [plan for plan in report_plan(rules, at) if plan.id in rule.ids]
    assert len(plans) == times
    for n, plan in enumerate(plans, start=1):
        last = calendar.day_of(plan.due) - timedelta(days=1)
        assert last == months_after(calendar.day_of(at), n * months) + timedelta(days=rule.due_days)
        assert is_midnight(calendar, plan.remind_at, plan.due, plan.overdue_at)
        assert days_apart(calendar, plan.remind_at, plan.due) == rule.remind_before_days
        assert days_apart(calendar, plan.due, plan.overdue_at) == rule.overdue_after_days


def with_stored_reports(rules: Rules, at: datetime) -> Project:
    plans = tuple(plan.model_validate_json(plan.model_dump_json()) for plan in report_plan(rules, at))
    return Project(id="p", stage="delivery", quoted=rules, reports=planned(plans))


@whatever(calendars(), moments, st.integers(7, 200))
@example(Calendar(time_zone="Europe/Berlin"), datetime(2026, 1, 5, tzinfo=UTC), 40)
def test_the_consequence_of_a_missing_report_comes_at_the_end_of_its_day(
    calendar: Calendar, at: datetime, days: int
) -> None:
    rules = under(with_reports(consequence="suspend", consequence_after_days=days), calendar)
    project = with_stored_reports(rules, at)
    report = project.report("mid-term")
    found = defaults_at(project, report)
    assert found is not None
    assert is_midnight(calendar, found)
    assert days_apart(calendar, report.due, found) == days


@whatever(calendars(), moments, st.integers(1, 120))
@example(Calendar(time_zone="America/New_York"), datetime(2026, 7, 1, tzinfo=UTC), 60)
def test_when_the_end_moves_each_report_is_due_at_the_end_of_a_day_so_much_later(
    calendar: Calendar, at: datetime, days: int
) -> None:
    project = with_stored_reports(under(RULES, calendar), at)
    for plan in moved(project, timedelta(days=days), at):
        was = project.report(plan.id)
        assert is_midnight(calendar, plan.remind_at, plan.due, plan.overdue_at)
        assert days_apart(calendar, was.due, plan.due) == days


@whatever(calendars(), moments, some_days, st.integers(2, 40))
def test_a_mid_term_evaluation_begins_at_the_end_of_its_day_and_reminds_days_before_the_last(
    calendar: Calendar, at: datetime, begins: int, days: int
) -> None:
    rules = under(with_mid_term(begins_after_days=begins, self_assessment_days=days, remind_before_days=1), calendar)
    project = Project(id="p", stage="delivery", quoted=rules)
    (plan,) = mid_term_planned(project, at)
    opens_at = plan.model_dump()["opens_at"]
    begun = opened(project, opens_at)
    assert is_midnight(calendar, opens_at, begun.remind_at, begun.due)
    assert days_apart(calendar, at, opens_at) == begins + 1
    assert days_apart(calendar, opens_at, begun.due) == days + 1
    assert days_apart(calendar, begun.remind_at, begun.due) == 1


@whatever(calendars(), moments, some_days)
def test_a_tranche_is_to_be_paid_after_exactly_so_many_working_days(
    calendar: Calendar, at: datetime, count: int
) -> None:
    begun = calendar.day_of(at)
    project = Project(id="p", stage="delivery", quoted=under(paid_within(count), calendar), begun_on=begun)
    due = due_of(project, Tranche(id="first", amount=Money(minor=1), gate=None))
    assert due is not None
    assert is_midnight(calendar, due)
    between = [begun + timedelta(days=n) for n in range(1, days_apart(calendar, calendar.start_of(begun), due))]
    assert sum(map(calendar.is_working_day, between)) == count
    assert calendar.is_working_day(between[-1])


# ── money that comes back, closing ───────────────────────────────────────────────────────────────────────────────────


@whatever(calendars(), moments, st.lists(some_days, min_size=1, max_size=5), st.integers(0, 20), st.integers(0, 20))
def test_instalments_are_reminded_of_and_overdue_at_the_beginning_of_a_day(
    calendar: Calendar, at: datetime, gaps: list[int], before: int, grace: int
) -> None:
    rules = ClawbackRules(instalments_at_most=5, within_days=300, remind_before_days=before, overdue_after_days=grace)
    days = [calendar.day_of(at) + timedelta(days=sum(gaps[: n + 1])) for n in range(len(gaps))]
    wishes = tuple(InstalmentWish(due_on=day, amount=Money(minor=1)) for day in days)
    plans = instalment_plan(rules, Project(id="p", quoted=under(RULES, calendar)), wishes, at)
    for day, plan in zip(days, plans, strict=True):
        assert plan.due == calendar.end_of(day)
        assert is_midnight(calendar, plan.remind_at, plan.due, plan.overdue_at)
        assert days_apart(calendar, plan.remind_at, plan.due) == before
        assert days_apart(calendar, plan.due, plan.overdue_at) == grace


@whatever(calendars(), moments, st.booleans(), st.integers(2, 40), st.integers(0, 20))
def test_a_closing_duty_has_its_days_working_or_not(
    calendar: Calendar, at: datetime, working: bool, days: int, grace: int
) -> None:
    within = {"within_working_days" if working else "within_days": days}
    rules = in_days({"duty": "publication", "remind_before_days": 1, "overdue_after_days": grace, **within})
    assert rules.closing is not None
    (deadline,) = rules.closing.deadlines
    due = deadline.due(calendar, at)
    remind_at, overdue_at = deadline.dates(due)
    assert is_midnight(calendar, remind_at, due, overdue_at)
    assert days_apart(calendar, remind_at, due) == 1
    assert days_apart(calendar, due, overdue_at) == grace
    last = calendar.day_of(due) - timedelta(days=1)
    passed = [calendar.day_of(at) + timedelta(days=n) for n in range(1, days_apart(calendar, at, due))]
    assert (sum(map(calendar.is_working_day, passed)) if working else len(passed)) == days
    assert not working or calendar.is_working_day(last)


# ── another calendar ─────────────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def two_calendars(draw: st.DrawFn) -> tuple[Calendar, Calendar]:
    """Of one time zone, with rest and work at all times of the year."""
    around = st.dates(date(2025, 12, 1), date(2026, 11, 30))
    zone = draw(st.sampled_from(ZONES))
    old, new = (
        Calendar(
            time_zone=zone,
            holidays=tuple(draw(st.sets(around, max_size=25))),
            make_up_days=tuple(draw(st.sets(around, max_size=10))),
        )
        for _ in range(2)
    )
    assume(old != new)
    return old, new


@whatever(two_calendars(), moments, st.integers(3, 40), st.integers(0, 60))
@example(
    (Calendar(time_zone="Europe/Berlin"), Calendar(time_zone="Europe/Berlin", holidays=(date(2026, 3, 27),))),
    datetime(2026, 3, 20, tzinfo=UTC),
    6,
    0,
)
def test_an_approvals_reminder_stays_as_many_days_before_its_new_day(
    both: tuple[Calendar, Calendar], at: datetime, count: int, hours: int
) -> None:
    old, new = both
    rules = with_approval(days={"result_within_working_days": count, "remind_before_days": 2})
    round_ = Round(id="r", stage="approval", quoted=under(rules, old), rules_version=1)
    (event,) = opening(round_, at)
    round_ = stored(event).apply(round_)
    due, remind_at = round_.approval_due, round_.approval_remind_at
    now = at + timedelta(hours=6 * hours)
    assume(due is not None and remind_at is not None and now < due)
    assert due is not None
    programme = Programme(id="x", versions=(under(rules, new),), calendar=new, calendar_of=1)
    (taken,) = TakeCalendar(round="r").decide(round_, programme, STORY, now)
    after = stored(taken).apply(round_)
    assert is_midnight(new, after.approval_due)
    if after.approval_due != due:
        assert is_midnight(new, after.approval_remind_at)
    assert days_apart(new, after.approval_remind_at, after.approval_due) == days_apart(old, remind_at, due)


def projects(old: Calendar, at: datetime, count: int) -> Iterator[tuple[Project, str]]:
    """One whose application is to be completed, one whose use of money is to be published, with the name of the deadline."""
    due, rules = read(old.after_working_days(at, count)), under(RULES, old)
    returned = Completion(
        missing=(Missing(item="x", reason="y"),), due=due, remind_at=read(old.start_of(old.day_of(due) - timedelta(2)))
    )
    yield (
        Project(
            id="p",
            stage="eligibility",
            step="eligibility",
            quoted=rules,
            completions=MappingProxyType({"eligibility": returned}),
        ),
        "completion",
    )
    deadline = {"duty": "publication", "within_working_days": count, "remind_before_days": 2, "overdue_after_days": 3}
    rules = under(in_days(deadline), old)
    assert rules.closing is not None
    due = rules.closing.deadlines[0].due(old, at)
    remind_at, overdue_at = rules.closing.deadlines[0].dates(due)
    begun = ClosingDutiesBegun(
        duties=(DutyPlan(duty="publication", remind_at=remind_at, due=due, overdue_at=overdue_at),)
    )
    yield stored(begun).apply(Project(id="p", stage="settlement", quoted=rules)), "closing-duty"


@whatever(two_calendars(), moments, st.integers(3, 40), st.integers(0, 60))
@example(
    (Calendar(time_zone="Europe/Berlin"), Calendar(time_zone="Europe/Berlin", holidays=(date(2026, 3, 27),))),
    datetime(2026, 3, 20, tzinfo=UTC),
    6,
    0,
)
def test_what_moves_keeps_its_reminder_and_its_grace_as_many_days_away(
    both: tuple[Calendar, Calendar], at: datetime, count: int, hours: int
) -> None:
    old, new = both
    now = at + timedelta(hours=6 * hours)
    for project, name in projects(old, at, count):
        round_ = Round(id="r", stage="running", quoted=under(project.rules, new))
        (event,) = MoveDeadlines(project="p").decide(project, round_, Organisation(id="o"), STORY, now)
        after = stored(event).apply(project)
        assert after.rules.calendar == new
        was, is_ = dates_of(project, name), dates_of(after, name)
        if was != is_:
            assert is_midnight(new, *is_)
        for (earlier, later), (earlier_now, later_now) in zip(_pairs(was), _pairs(is_), strict=True):
            assert days_apart(old, earlier, later) == days_apart(new, earlier_now, later_now)


def dates_of(project: Project, name: str) -> list[datetime]:
    if name == "completion":
        returned = project.completions["eligibility"]
        return [returned.remind_at, returned.due]
    due = project.closing.dues["publication"]
    return [due.remind_at, due.due, due.overdue_at]


def _pairs(dates: list[datetime]) -> list[tuple[datetime, datetime]]:
    return [*pairwise(dates)]
