"""Service 服务: what an indicator counts piece by piece is filed with its evidence, and accepted or not by an officer.

A purchase of services (政府购买服务) pays by accepted quantity and unit price, up to the contract's sum (C15).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import ClassVar

from pydantic import Field

from domain.errors import BelowLeast, Malformed, NotFound, ReasonMissing, SamePerson, StageNotOpen
from domain.indicator import IndicatorPlan, Service
from domain.kernel import Actor, Count, Frozen, Line, Money, Role, Sha256, Slug
from domain.project import Project, ProjectCommand, ProjectEvent
from domain.rules import Rules

AT_ONCE = 500


class FiledService(Frozen):
    """One event, case or group: when it was, how large (people, follow-ups, sessions), and what bears it out."""

    id: Slug
    indicator: Slug
    title: Line
    held_on: date
    size: Count
    evidence_sha256: Sha256

    @property
    def print(self) -> str:
        return self.fingerprint("indicator", "title", "held_on", "size", "evidence_sha256")


class ServiceFinding(Frozen):
    """Accepted, or why not."""

    service: Slug
    accepted: bool
    reason: str = Field(default="", max_length=4_000)


class ServicesFiled(ProjectEvent):
    filed_by: Slug
    services: tuple[FiledService, ...]

    def apply(self, state: Project) -> Project:
        filed = {
            each.id: Service(indicator=each.indicator, filed=each.print, filed_by=self.filed_by)
            for each in self.services
        }
        return replace(state, services=MappingProxyType({**state.services, **filed}))


class ServicesChecked(ProjectEvent):
    """What is accepted counts towards its indicator."""

    checked_by: Slug
    findings: tuple[ServiceFinding, ...]

    def apply(self, state: Project) -> Project:
        checked = {
            each.service: replace(
                state.services[each.service],
                status="accepted" if each.accepted else "rejected",
                checked_by=self.checked_by,
                reason=each.reason,
            )
            for each in self.findings
        }
        return replace(state, services=MappingProxyType({**state.services, **checked}))


class FileServices(ProjectCommand):
    """The organisation files pieces of what the programme's indicators count; one not accepted can be filed again.

    Raises NotFound (the indicator), StageNotOpen, Malformed, BelowLeast.
    """

    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    services: tuple[FiledService, ...] = Field(min_length=1, max_length=AT_ONCE)

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be("delivery")
        once([each.id for each in self.services], "services")
        today = project.rules.calendar.day_of(at)
        new = []
        for each in self.services:
            check(project, each, today)
            known = project.services.get(each.id)
            if known is not None and (known.filed, known.indicator) == (each.print, each.indicator):
                continue
            if known is not None and known.status != "rejected":
                raise StageNotOpen(stage="service not yet filed", now=f"service {known.status}")
            new.append(each)
        if new:
            yield ServicesFiled(filed_by=by.id, services=tuple(new))


def check(project: Project, service: FiledService, today: date) -> None:
    """Raises NotFound, Malformed, BelowLeast."""
    rule = project.rules.indicator(service.indicator)
    where = f"services.{service.id}"
    if not rule.itemised:
        raise Malformed(field=f"{where}.indicator", rule="must be counted piece by piece")
    if service.held_on > today:
        raise Malformed(field=f"{where}.held_on", rule="must not lie in the future")
    if rule.least_size is not None and service.size < rule.least_size:
        raise BelowLeast(field=f"{where}.size", value=service.size, least=rule.least_size)


def once(ids: list[str], field: str) -> None:
    """Raises Malformed, naming what comes twice."""
    for id_ in ids:
        if ids.count(id_) > 1:
            raise Malformed(field=f"{field}.{id_}", rule="must be named once")


class CheckServices(ProjectCommand):
    """An officer who filed none of them accepts services, or says why not.

    Raises NotFound, StageNotOpen, Malformed, ReasonMissing, SamePerson.
    """

    findings: tuple[ServiceFinding, ...] = Field(min_length=1, max_length=AT_ONCE)

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        project.must_be("delivery", "evaluation")
        once([each.service for each in self.findings], "findings")
        new = tuple(each for each in self.findings if self._is_new(project, each, by))
        if new:
            yield ServicesChecked(checked_by=by.id, findings=new)

    def _is_new(self, project: Project, finding: ServiceFinding, by: Actor) -> bool:
        service = project.services.get(finding.service)
        if service is None:
            raise NotFound(kind="service", id=finding.service)
        if not finding.accepted and not finding.reason.strip():
            raise ReasonMissing(field=f"findings.{finding.service}.reason")
        if service.status == ("accepted" if finding.accepted else "rejected"):
            return False
        if service.status != "filed":
            raise StageNotOpen(stage="service filed", now=f"service {service.status}")
        if service.filed_by == by.id:
            raise SamePerson(person=by.id, step="CheckServices", earlier="FileServices")
        return True


def check_promised(rules: Rules, promised: tuple[IndicatorPlan, ...]) -> None:
    """What an applicant promises beside the programme's own indicators. Raises Malformed."""
    if not promised and not rules.indicators:
        raise Malformed(field="indicators", rule="Tuple should have at least 1 item after validation, not 0")
    for plan in promised:
        if any(plan.id == fixed.id for fixed in rules.indicators):
            raise Malformed(field=f"indicators.{plan.id}", rule="must not be one of the programme's own")


def earned(project: Project) -> Money | None:
    """What the accepted services come to, none counted above its target, and never above the award.

    None where the programme does not pay by the piece.
    """
    prices = [(rule.id, rule.target, rule.unit_price) for rule in project.rules.indicators if rule.unit_price]
    if not prices or project.award is None:
        return None
    total = sum(min(project.accepted(id_), target) * price.minor for id_, target, price in prices)
    return Money(currency=project.award.currency, minor=min(total, project.award.minor))
