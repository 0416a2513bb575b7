"""Call 征集: who may apply, and whether what they hand in answers what the call asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from domain.budget import BudgetLine, check_budget
from domain.calendar import years_after
from domain.errors import AboveLimit, AlreadyLeads, Banned, DoubleFunding, NotAnswered, NotEligible, NotFound
from domain.form import Answer, check_answers
from domain.kernel import Aggregate, Money
from domain.organisation import Organisation
from domain.person import Person
from domain.project import Project
from domain.rules import Rules
from domain.rules.call import CallRules, OneAtATime


def check_organisation(call: CallRules, organisation: Organisation, today: date) -> None:
    """It is registered, under no ban, and of the type, grade, age and place the call names.

    Raises NotFound, Banned, NotEligible.
    """
    if not organisation.exists:
        raise NotFound(kind="organisation", id=organisation.id)
    if organisation.banned_on(today):
        raise Banned(organisation=organisation.id, until=str(organisation.banned_until), reason=organisation.ban_reason)
    if organisation.type not in call.organisation_types:
        raise NotEligible(field="organisation.type", rule="one of " + ", ".join(call.organisation_types))
    if call.places and organisation.place not in call.places:
        raise NotEligible(field="organisation.place", rule="one of " + ", ".join(call.places))
    least = call.least_grade
    if least is not None and not (organisation.grade >= least and organisation.graded_on(today)):
        raise NotEligible(field="organisation.grade", rule=f"{least} or better, and valid on {today}")
    _check_age(call, organisation, today)


def _check_age(call: CallRules, organisation: Organisation, today: date) -> None:
    since, least, most = organisation.registered_on, call.registered_years_at_least, call.registered_years_at_most
    if least is not None and (since is None or years_after(since, least) > today):
        raise NotEligible(field="organisation.registered_on", rule=f"at least {least} years ago")
    if most is not None and (since is None or years_after(since, most) < today):
        raise NotEligible(field="organisation.registered_on", rule=f"at most {most} years ago")


def elsewhere(rules: Rules, organisation: Organisation, leader: Person | None, round_id: str) -> Iterator[str]:
    """The projects to look at before an application is taken: the organisation's in other rounds, and its leader's."""
    rule = rules.call.one_at_a_time
    if rule is not None:
        yield from sorted(project for where, project in organisation.entered if where != round_id)
        yield from led_elsewhere(rules, leader)


def led_elsewhere(rules: Rules, leader: Person | None) -> Iterator[str]:
    """The projects to look at before somebody leads another one."""
    rule = rules.call.one_at_a_time
    if rule is not None and rule.leaders and leader is not None:
        yield from sorted(leader.leads)


def check_one_at_a_time(
    rules: Rules, organisation: Organisation, leader: Person | None, seen: Mapping[str, Aggregate]
) -> None:
    """Raises DoubleFunding for the organisation, NotAnswered, NotFound and AlreadyLeads for the leader."""
    rule = rules.call.one_at_a_time
    if rule is None:
        return
    projects = [project for project in seen.values() if isinstance(project, Project)]
    for project in projects:
        if project.organisation == organisation.id and counts(rule, rules.id, project):
            raise DoubleFunding(organisation=organisation.id, project=project.id, programme=project.programme)
    if rule.leaders and leader is None:
        raise NotAnswered(field="leader", missing=("leader",))
    if leader is not None:
        check_leader(rules, leader, projects)


def check_leader(rules: Rules, leader: Person, seen: Iterable[Project]) -> None:
    """Whoever leads a project is known, and leads no other one that counts (C1). Raises NotFound, AlreadyLeads."""
    if not leader.exists:
        raise NotFound(kind="person", id=leader.id)
    rule = rules.call.one_at_a_time
    if rule is None or not rule.leaders:
        return
    for project in seen:
        if project.leader == leader.id and counts(rule, rules.id, project):
            raise AlreadyLeads(person=leader.id, project=project.id, programme=project.programme)


def counts(rule: OneAtATime, programme: str, project: Project) -> bool:
    """Whether this project stands in the way of another."""
    if project.programme not in {programme, *rule.programmes}:
        return False
    if rule.counts == "entered":
        return project.exists and not project.over
    if project.award is None:
        return False
    paid = rule.counts == "funded" and any(tranche.status == "paid" for tranche in project.tranches.values())
    return paid or not project.over


def beside_the_award(
    project: Project, organisation: Organisation, leaders: Iterable[Person]
) -> tuple[tuple[type[Aggregate], str], ...]:
    """The projects to look at before an award is granted: its organisation's in other rounds, and its leader's others."""
    if not project.exists:
        return ()
    found = [*elsewhere(project.rules, organisation, None, project.round)]
    found += (id_ for leader in leaders for id_ in led_elsewhere(project.rules, leader))
    return tuple((Project, id_) for id_ in dict.fromkeys(found) if id_ != project.id)


def check_granted_once(project: Project, seen: Iterable[Aggregate]) -> None:
    """No other award stands in the way of this one: of several that were applied for in time, only the first is granted.

    Only what was granted does, never what was only entered or selected: that was allowed when it was applied for, and else two
    awards would wait for each other for ever. Raises DoubleFunding for the organisation, AlreadyLeads for the leader (C10, C1).
    """
    rule = project.rules.call.one_at_a_time
    if rule is None:
        return
    for other in seen:
        if not isinstance(other, Project) or not granted(other) or not counts(rule, project.programme, other):
            continue
        if other.organisation == project.organisation and other.round != project.round:
            raise DoubleFunding(organisation=project.organisation, project=other.id, programme=other.programme)
        if rule.leaders and other.leader == project.leader:
            raise AlreadyLeads(person=project.leader, project=other.id, programme=other.programme)


def granted(project: Project) -> bool:
    """Whether it is past the notice with an award; who was only selected may still not get it."""
    return project.award is not None and project.stage != "notice"


def check_content(
    rules: Rules, field: str, ask: Money, budget: tuple[BudgetLine, ...], answers: tuple[Answer, ...]
) -> None:
    """What is asked for fits the call.

    Raises NotAnswered, CurrencyMismatch, AboveLimit, CostForbidden, Malformed, AnswerRefused.
    """
    if field not in {known.id for known in rules.fields}:
        raise NotAnswered(field="field", unknown=(field,))
    if ask.currency == rules.currency and rules.call.ask_at_most < ask:
        raise AboveLimit(field="ask", value=str(ask), limit=str(rules.call.ask_at_most))
    check_budget(rules, ask, budget)
    check_answers(rules.call.form, answers, rules.currency)
