"""Conflicts of interest 利益冲突 that follow from what the register has: who belongs to the applying organisation, or did.

Nobody has to declare these. They are looked up whenever somebody is put on a panel, scores, or reads; and taken down as events
when a stage opens or is concluded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from domain.errors import ConflictOfInterest
from domain.kernel import Slug
from domain.organisation import Affiliation, Organisation
from domain.project import Project, ProjectEvent
from domain.rules.conflict import AffiliationKind
from domain.rules.review import ReviewRules


class ConflictDerived(ProjectEvent):
    """Somebody on a panel belongs to the applying organisation, or did (last on `until`); what they scored does not count."""

    person: Slug
    organisation: Slug
    kind: AffiliationKind
    until: date | None

    def apply(self, state: Project) -> Project:
        return state.recusing(self.person)


def years_before(day: date, years: int) -> date:
    """The same day so many years ago; 28 February for a 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def derived(project: Project, organisation: Organisation, person: str, at: datetime) -> Affiliation | None:
    """What keeps this person from judging the project, by the programme's rules and the register."""
    rules = project.rules.conflicts
    if rules is None:
        return None
    since = years_before(project.rules.calendar.day_of(at), rules.look_back_years)
    found = (each for each in organisation.affiliations_of(person, since=since) if each.kind in rules.kinds)
    return next(found, None)


def must_be_impartial(project: Project, organisation: Organisation, person: str, at: datetime) -> None:
    """Raises ConflictOfInterest; where a review is blind, without telling whose application it is."""
    affiliation = derived(project, organisation, person, at)
    if affiliation is not None:
        blind = any(review.blind for review in project.rules.each(ReviewRules))
        whose = "the applicant" if blind else organisation.id
        raise ConflictOfInterest(person=person, reason=f"recorded as {affiliation.kind} of {whose}")


def must_be_outsider(project: Project, organisation: Organisation, person: str, at: datetime) -> None:
    """Raises ConflictOfInterest: they stepped aside, are partial by the rules, or belong to the organisation today."""
    if person in project.conflicted:
        raise ConflictOfInterest(person=person, reason="declared")
    must_be_impartial(project, organisation, person, at)
    if organisation.affiliations_of(person, since=project.rules.calendar.day_of(at)):
        raise ConflictOfInterest(person=person, reason=f"belongs to {organisation.id}")


def recusals(
    project: Project, organisation: Organisation, people: Iterable[str], at: datetime
) -> Iterator[ConflictDerived]:
    """One event for each of these people who is partial and not recused yet."""
    for person in people:
        affiliation = derived(project, organisation, person, at)
        if affiliation is not None and person not in project.conflicted:
            yield ConflictDerived(
                person=person, organisation=organisation.id, kind=affiliation.kind, until=affiliation.until
            )
