"""Several funds on the real event store: everybody acts at once, each command comes from four threads under one id."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.agreement import GrantAward
from domain.application import WithdrawApplication
from domain.closing import TerminateProject
from domain.errors import Refused
from domain.event_store import EventStore, Recorded
from domain.fund import Fund
from domain.kernel import STORY, Actor, Command
from domain.movement import FundsDisbursed
from domain.organisation import Organisation
from domain.project import Project
from domain.stored_form import payload_of
from domain.tranche import ApproveTranche, RequestTranche, VerifyTranche
from tests.controls import FUND, ORGANISATION, RULES, chen, gao, lin, luo, pay, sign, song, yuan
from tests.domain.test_fund_machine import with_award
from tests.domain.test_funds_machine import in_order
from tests.domain.test_sources import CHARITY, a_pooled_round
from tests.projections.chronicle import record
from tests.world import World, given

ROUND, AWARD, BUDGET = "spring-2026", 9_000, 60_000
PROJECTS = [f"p{n}" for n in range(8)]
"""72,000 yuan are awarded and 60,000 are there: not everybody can be granted what was published."""


def published() -> World:
    sources = ({"fund": FUND, "amount": yuan(25_000)}, {"fund": CHARITY, "amount": yuan(35_000)})
    world = given(a_pooled_round(*sources, budget=BUDGET)).world
    for project in PROJECTS:
        world = with_award(world, project, ROUND, AWARD, RULES)
    return world


def recorded(world: World) -> Iterator[Recorded]:
    versions: Counter[str] = Counter()
    for position, (stream, event) in enumerate(world.events, start=1):
        versions[stream] += 1
        envelope = ("canopy", "system", None, f"before-{position}", ROUND, None)
        yield Recorded(position, stream, versions[stream], event.stored_name(), world.now, *envelope, payload_of(event))


def script(project: str) -> list[tuple[Command, Actor]]:
    """What everybody wants for the project, in this order; one is withdrawn, one terminated once it is paid."""
    tranche = {"project": project, "tranche": "first"}
    wishes: list[tuple[Command, Actor]] = [
        (GrantAward(project=project), STORY),
        (sign("organisation", project=project), chen),
        (sign("bureau", project=project), lin),
        (RequestTranche(**tranche, payee="Qinghe"), chen),
        (VerifyTranche(**tranche), gao),
        (ApproveTranche(**tranche), luo),
        (pay("first", f"bank-{project}", project), song),
    ]
    if project == "p1":
        wishes.insert(2, (WithdrawApplication(project=project, reason="x"), chen))
    if project == "p2":
        wishes.append((TerminateProject(project=project, reason="x"), lin))
    return wishes


def acting(store: EventStore, seed: int) -> Counter[str]:
    """All scripts, mixed; refused ones are given up. How often something new was recorded here."""
    chance, new = random.Random(seed), Counter[str]()
    scripts = {project: list(enumerate(script(project))) for project in PROJECTS}
    while scripts:
        project = chance.choice([*scripts])
        number, (command, by) = scripts[project].pop(0)
        if not scripts[project]:
            del scripts[project]
        try:
            done = store.do(command, by=by, command_id=f"{project}-{number}")
        except Refused:
            continue
        new[f"{project}-{number}"] += done.new and not done.repeated
    return new


@pytest.mark.parametrize("seed", [1, 2])
def test_whoever_is_first_no_fund_is_overdrawn_and_nothing_is_done_twice(
    store: EventStore, database: str, seed: int
) -> None:
    record(database, recorded(published()))
    with ThreadPoolExecutor(4) as threads:
        done = sum(threads.map(lambda n: acting(store, 4 * seed + n), range(4)), Counter[str]())
    assert set(done.values()) <= {0, 1}, "once"
    with EventStore(store.url, cached_streams=0) as replayed:
        funds = [replayed.load(Fund, id_) for id_ in (FUND, CHARITY)]
        states = [replayed.load(Project, id_) for id_ in PROJECTS]
    assert funds == [store.load(Fund, id_) for id_ in (FUND, CHARITY)], "replay = present"
    for fund in funds:
        for purpose in {purpose for _, purpose in fund.balances}:
            in_order(fund.balances, purpose)
        paid = [
            each.event for each in store.recorded(fund.stream_of(fund.id)) if isinstance(each.event, FundsDisbursed)
        ]
        assert len({event.reference for event in paid}) == len(paid), "a reference pays once"
    granted = [state for state in states if state.sources]
    # 60,000 yuan are six awards; one withdrawn, and one terminated after its first tranche, may each make room for another
    assert 6 <= len(granted) <= len(PROJECTS)
    unpaid = sum(fund.free_in(ROUND) + fund.outstanding_in(ROUND) for fund in funds)
    spent = sum(fund.paid_to(project) for fund in funds for project in PROJECTS)
    assert unpaid + spent == yuan(BUDGET).minor, "every yuan is free, promised or paid"
    for state in granted:
        owed = sum(t.amount.minor for t in state.tranches.values() if t.status != "paid") if not state.over else 0
        assert sum(fund.promised_to(state.id) for fund in funds) == owed


def test_a_story_that_does_not_know_the_funds_yet_reads_them_and_then_keeps_them(
    store: EventStore, database: str
) -> None:
    """A project names its round, the round its funds; where all is kept, one round trip is enough."""
    record(database, recorded(published()))
    with EventStore(store.url) as fresh:
        first = fresh.do(GrantAward(project="p0"), by=STORY, command_id="one")
        assert first.round_trips == 4  # the project, its round, the round's second fund; the appending
        for number, (command, by) in enumerate(script("p0")[1:3]):
            fresh.do(command, by=by, command_id=f"sign-{number}")
        fresh.load(Organisation, ORGANISATION)  # which a termination could ban
        last = fresh.do(TerminateProject(project="p0", reason="x"), by=lin, command_id="last")
        assert [type(event).__name__ for event in last.events] == [
            "ProjectTerminated",
            "FundsReleased",
            "FundsReleased",
        ]
        assert last.round_trips == 1
