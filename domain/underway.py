"""A project on its way 实施中: the part of its state that lies between the agreement and the end, and how it is looked up."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self, TypeVar

from domain.errors import NotFound, Suspended
from domain.indicator import Service
from domain.kernel import Aggregate, Money, nothing
from domain.progress import Advice, Change, Clawback, Instalment, MidTerm, Report, Visit
from domain.tranche_chain import PayeeChange, Tranche

_P = TypeVar("_P")


def _with(parts: Mapping[str, _P], id_: str, part: _P) -> Mapping[str, _P]:
    return MappingProxyType({**parts, id_: part})


def _found(kind: str, parts: Mapping[str, _P], id_: str) -> _P:
    found = parts.get(id_)
    if found is None:
        raise NotFound(kind=kind, id=id_)
    return found


@dataclass(frozen=True, kw_only=True)
class Underway(Aggregate):
    tranches: Mapping[str, Tranche] = dataclasses.field(default_factory=nothing)
    services: Mapping[str, Service] = dataclasses.field(default_factory=nothing)
    earned: Money | None = None
    """What accepted services came to, where the programme pays by the piece."""
    payee: str = ""
    """Who was paid first, or was agreed to since: later tranches go there."""
    payee_agreed_by: str = ""
    """The officer who agreed to the payee, where it was changed: they do not pay."""
    payee_change: PayeeChange | None = None
    """The last one asked for."""
    reports: Mapping[str, Report] = dataclasses.field(default_factory=nothing)
    readings: Mapping[str, int] = dataclasses.field(default_factory=nothing)
    """Indicator → what it had come to, by the latest of the accepted reports, whenever that was accepted."""
    spent: Mapping[str, int] = dataclasses.field(default_factory=nothing)
    """Line of the budget → money spent, in minor units, by the accepted reports."""
    mid_term: MidTerm | None = None
    """None where the programme has no mid-term evaluation, or it is not planned yet."""
    visits: Mapping[str, Visit] = dataclasses.field(default_factory=nothing)
    coached: Mapping[str, str] = dataclasses.field(default_factory=nothing)
    """Coaching session → fingerprint of what was recorded."""
    advice: Mapping[str, Advice] = dataclasses.field(default_factory=nothing)
    changes: Mapping[str, Change] = dataclasses.field(default_factory=nothing)
    team: str = ""
    """Who does the work, as a change said last; empty as long as it is as applied for."""
    suspension: str = ""
    """Why the project is suspended, in words or as the cause; empty while it is not."""
    suspended_for: str = ""
    """The cause: an officer's reason, or what the rules say follows; empty while it is not suspended."""
    withdrawal: str = ""
    """Why the organisation asked to be let go; empty as long as it did not."""
    termination: str = ""
    """Why the project was terminated; empty as long as it was not."""
    evaluation_due: datetime | None = None
    evaluation_overdue: bool = False
    evaluation_passed: bool | None = None
    grade: str = ""
    evaluated_by: str = ""
    clawback: Clawback | None = None

    @property
    def suspended(self) -> bool:
        return bool(self.suspension)

    def must_not_be_suspended(self) -> None:
        """Raises Suspended."""
        if self.suspension:
            raise Suspended(project=self.id, reason=self.suspension)

    @property
    def mid_term_passed(self) -> bool | None:
        """Whether the mid-term evaluation is passed; None as long as that is open."""
        return {"passed": True, "notice": False, "failed": False}.get(self.mid_term.status) if self.mid_term else None

    @property
    def visited(self) -> bool:
        """Somebody was there, and what they found was satisfactory."""
        return any(visit.satisfactory for visit in self.visits.values())

    @property
    def paid_up(self) -> bool:
        """Nothing is left to be paid: every tranche is paid or forfeited."""
        return all(tranche.status in {"paid", "forfeited"} for tranche in self.tranches.values())

    def accepted(self, indicator: str) -> int:
        """How many pieces of an indicator have been accepted."""
        return sum(each.indicator == indicator and each.status == "accepted" for each in self.services.values())

    def reading(self, indicator: str) -> int | None:
        """What the indicator had come to, by the latest accepted report; None before the first."""
        return self.readings.get(indicator)

    def tranche(self, id_: str) -> Tranche:
        """Raises NotFound."""
        return _found("tranche", self.tranches, id_)

    def report(self, id_: str) -> Report:
        """Raises NotFound."""
        return _found("report", self.reports, id_)

    def advised(self, id_: str) -> Advice:
        """Raises NotFound."""
        return _found("advice", self.advice, id_)

    def change(self, id_: str) -> Change:
        """Raises NotFound."""
        return _found("change", self.changes, id_)

    def instalment(self, id_: str) -> Instalment:
        """Raises NotFound."""
        return _found("instalment", self.clawback.instalments if self.clawback else {}, id_)

    def with_tranche(self, id_: str, **changes: Any) -> Self:
        return replace(self, tranches=_with(self.tranches, id_, replace(self.tranches[id_], **changes)))

    def putting(self, tranche: Tranche) -> Self:
        return replace(self, tranches=_with(self.tranches, tranche.id, tranche))

    def with_report(self, id_: str, **changes: Any) -> Self:
        return replace(self, reports=_with(self.reports, id_, replace(self.reports[id_], **changes)))

    def with_mid_term(self, **changes: Any) -> Self:
        return replace(self, mid_term=replace(self.mid_term or MidTerm(), **changes))

    def with_visit(self, id_: str, **changes: Any) -> Self:
        visit = replace(self.visits.get(id_, Visit(id=id_)), **changes)
        return replace(self, visits=_with(self.visits, id_, visit))

    def with_advice(self, id_: str, **changes: Any) -> Self:
        return replace(self, advice=_with(self.advice, id_, replace(self.advice[id_], **changes)))

    def with_change(self, change: Change) -> Self:
        return replace(self, changes=_with(self.changes, change.id, change))

    def with_instalment(self, id_: str, **changes: Any) -> Self:
        clawback = self.clawback
        assert clawback is not None, "there is a clawback"
        instalments = _with(clawback.instalments, id_, replace(clawback.instalments[id_], **changes))
        return replace(self, clawback=replace(clawback, instalments=instalments))
