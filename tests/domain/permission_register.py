"""The commands on persons, organisations, programmes and funds with everything filled in, and examples of their states."""

from __future__ import annotations

from datetime import date

from domain.kernel import Actor, Command
from domain.organisation import RegisterOrganisation
from domain.person import EndRole, GrantRole, RegisterPerson
from domain.receipt import OpenFund
from domain.rescheduling import PublishCalendar
from tests.controls import FUND, ORGANISATION, PROGRAMME, lin, publish, receive, rules_with, shen, tang, yuan
from tests.domain.test_register import BAN, GRADE, LIFT, PLACE, affiliation
from tests.situations import a_fund, a_planned_round, a_programme, an_organisation, people
from tests.world import World, given, put

KNOWN = given(people()).world
OPENED = OpenFund(fund=FUND, name="福利基金", purposes=("community-service",))
PERSONS: dict[str, World] = {"": World(), "recorded": KNOWN}
OF_PERSONS: list[tuple[Command, Actor]] = [
    (RegisterPerson(person="li", name="Li"), shen),
    (GrantRole(person="li", role="mentor", scope="*"), shen),
    (EndRole(person="li", role="reviewer", scope=PROGRAMME, reason="x"), shen),
]
ORGANISATIONS: dict[str, World] = {
    "": KNOWN,
    "recorded": given(people(), an_organisation()).world,
    "recorded, banned": given(people(), an_organisation(), put(BAN, by=lin)).world,
}
OF_ORGANISATIONS: list[tuple[Command, Actor]] = [
    (
        RegisterOrganisation(
            organisation=ORGANISATION,
            name="Qinghe",
            type="service-agency",
            credit_code="52330213MJ8931234A",
            registered_on=date(2019, 5, 4),
        ),
        lin,
    ),
    (affiliation(), lin),
    (GRADE, lin),
    (PLACE, lin),
    (BAN, lin),
    (LIFT, lin),
]
PROGRAMMES: dict[str, World] = {"": KNOWN, "recorded": given(a_programme()).world}
OF_PROGRAMMES: list[tuple[Command, Actor]] = [
    (publish(rules_with(selection={"least_score": 61})), shen),
    (PublishCalendar(programme=PROGRAMME, holidays=(date(2026, 5, 6),)), shen),
]
FUNDS: dict[str, World] = {
    "": KNOWN,
    "recorded, empty": given(people(), put(OPENED, by=tang)).world,
    "recorded, with money": given(people(), a_fund()).world,
    "recorded, behind a round": given(a_planned_round()).world,
}
OF_FUNDS: list[tuple[Command, Actor]] = [(OPENED, tang), (receive(yuan(50_000), "gift-2"), tang)]
