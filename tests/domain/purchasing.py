"""A purchase of services: the example with C15's indicators (长沙县 2022), its award paid 40 percent ahead, the rest as accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from domain.delivery import AcceptReport
from domain.evaluation import IndicatorResult, OpenEvaluation
from domain.kernel import STORY, Sha256
from domain.rules import Rules
from domain.service import CheckServices, FiledService, FileServices, ServiceFinding
from tests.controls import PROJECT, RULES, chen, evaluate, lin, on, report, yuan
from tests.situations import a_concluded_agreement, a_fund, a_planned_round, a_presented_project, a_programme
from tests.world import Situation, World, put, steps


def _priced(id_: str, zh: str, en: str, *, price: int, least: int, size: str) -> dict[str, Any]:
    return {
        "id": id_,
        "words": {"zh": zh, "en": en},
        "unit": {"zh": "次", "en": en.lower()},
        "target": 7,
        "unit_price": yuan(price),
        "least_size": least,
        "size": {"zh": "人次", "en": size},
    }


INDICATORS = (
    _priced("large-events", "大型活动", "Large events", price=4_000, least=200, size="people"),
    _priced("small-events", "小型活动", "Small events", price=2_000, least=25, size="people"),
    _priced("cases", "个案", "Cases", price=300, least=6, size="follow-ups"),
    _priced("groups", "小组", "Groups", price=1_000, least=6, size="sessions"),
    {
        "id": "volunteers",
        "words": {"zh": "志愿者", "en": "Volunteers"},
        "unit": {"zh": "人", "en": "people"},
        "target": 350,
    },
)
CONTRACT = yuan(7 * 4_000 + 7 * 2_000 + 7 * 300 + 7 * 1_000)
"""51,100 yuan."""
LEAST = {"large-events": 200, "small-events": 25, "cases": 6, "groups": 6}


def purchase(**changes: Any) -> Rules:
    """40 percent after the agreement, 60 after the evaluation."""
    content = RULES.model_dump()
    first, _, last = content["tranches"]
    content |= {
        "indicators": INDICATORS,
        "tranches": [first | {"share_percent": 40}, last | {"share_percent": 60}],
        "call": content["call"] | {"ask_at_most": CONTRACT},
    }
    return Rules.model_validate(content | changes)


def event(
    id_: str, indicator: str = "large-events", size: int | None = None, evidence: Sha256 = "e" * 64, **changes: Any
) -> FiledService:
    content = {
        "id": id_,
        "indicator": indicator,
        "title": f"The {id_} of them",
        "held_on": date(2026, 6, 1),
        "size": LEAST.get(indicator, 1) if size is None else size,
        "evidence_sha256": evidence,
    }
    return FiledService.model_validate(content | changes)


def file(*services: FiledService) -> FileServices:
    return FileServices(project=PROJECT, services=services)


def accept(*ids: str) -> CheckServices:
    findings = tuple(ServiceFinding(service=id_, accepted=True) for id_ in ids)
    return CheckServices(project=PROJECT, findings=findings)


def a_purchase(rules: Rules | None = None) -> Situation:
    """Agreed on, for the whole contract's sum; the applicant promises nothing beside the programme's own indicators."""
    before = steps(
        a_programme(rules or purchase()),
        a_fund(),
        a_planned_round(),
        a_presented_project(ask=CONTRACT, indicators=()),
        a_concluded_agreement(),
    )
    return Situation("a purchase", lambda world: world, before)


def services(counts: dict[str, int]) -> list[FiledService]:
    return [event(f"{indicator}-{n}", indicator) for indicator, count in counts.items() for n in range(count)]


def accepted_services(counts: dict[str, int], rules: Rules | None = None) -> Situation:
    """So many pieces of each indicator, filed and accepted."""
    filed = services(counts)
    plays: Iterable[Any] = ()
    if filed:
        plays = (
            put(file(*filed), by=chen, at=on("07-01")),
            put(accept(*(each.id for each in filed)), by=lin),
        )
    return Situation("accepted services", steps(*plays), a_purchase(rules))


def judged(volunteers: int = 350, **changes: Any) -> Any:
    return evaluate().model_copy(update={"results": (IndicatorResult(id="volunteers", actual=volunteers),), **changes})


def a_delivered_purchase(counts: dict[str, int], before: Callable[[World], World] | None = None) -> Situation:
    handed = [
        play
        for id_ in ("mid-term", "final")
        for play in (
            put(report(id_), by=chen, at=on("09-01")),
            put(AcceptReport(project=PROJECT, report=id_), by=lin),
        )
    ]
    opened = put(OpenEvaluation(project=PROJECT), by=STORY, at=on("09-02"))
    steps_before = steps(*([before] if before else []), accepted_services(counts))
    return Situation("a delivered purchase", steps(*handed, opened), steps_before)
