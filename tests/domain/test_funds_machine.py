"""Several funds, purposes, returns, reversals, terminations, in whatever order and however often, also decided on old states.

The machine of test_fund_machine.py, with two rounds out of three funds: spring by shares, autumn in an order, each with money for
the elderly only. After every step the books balance, and under each purpose disbursed ≤ committed ≤ allocated ≤ received.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from domain.closing import TerminateProject
from domain.commands import fold
from domain.errors import Refused
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import Actor, Command, Event, Money, nothing
from domain.ledger import ACCOUNTS, Books, posted
from domain.movement import MoneyMoved
from domain.payment import ReportPaymentFailed
from domain.payment_split import split_of
from domain.project import Project
from domain.receipt import OpenFund, ReceiveFunds
from domain.round import Round
from domain.rules import Rules
from domain.streams import To, subjects_of
from tests.controls import FUND, lin, open_round, song, yuan
from tests.domain import test_fund_machine as single
from tests.domain.test_fund_machine import PROJECTS, amounts, projects, references, rounds, seldom, tranches
from tests.domain.test_sources import mei, with_purposes
from tests.situations import a_programme
from tests.world import World, given

ELDERLY = "fu-lao"
PURPOSES = {FUND: ("community-service", ELDERLY), "charity": ("community-service",), "lottery": (ELDERLY, "zhu-can")}
FIELDS = {id_: "elderly" if place % 3 else "children" for place, id_ in enumerate(PROJECTS)}
SOURCES = {
    "spring": ((FUND, None, 20_000), ("charity", None, 30_000), ("lottery", ELDERLY, 10_000)),
    "autumn": (("charity", None, 20_000), (FUND, ELDERLY, 10_000), (FUND, None, 25_000)),
}
STREAMS = {id_: Fund.stream_of(id_) for id_ in PURPOSES}
funds = st.sampled_from(tuple(PURPOSES))


class SeveralFunds(single.Money):
    """`before` are worlds of earlier steps: what somebody may still have on their screen."""

    before: list[World]

    def rules_of(self) -> Rules:
        return with_purposes(elderly=ELDERLY)

    @initialize()
    def begin(self) -> None:
        self.world = given(a_programme(self.rules_of())).world
        self.before = []
        for id_, purposes in PURPOSES.items():
            self.put(OpenFund(fund=id_, name=id_, purposes=purposes), mei)
            self.receive_for(id_, 80_000, f"in-{id_}", None)
        for round_ in single.ROUNDS:
            self.open_a_round(round_, 1)
        for place, project in enumerate(PROJECTS):
            self.publish_an_award(project, 9_000 + 1_001 * place)
            self.grant(project)
            if place < len(PROJECTS) // 2:
                self.sign(project)

    def put(self, command: Command, by: Actor) -> None:
        self.before.append(self.world)
        super().put(command, by)
        self.decided_on_an_old_state(command, by)

    def decided_on_an_old_state(self, command: Command, by: Actor) -> None:
        """What a command comes to depends on the streams it is on, and on nothing else: these are what the store compares."""
        for old in self.before[-4:]:
            streams = {blank.stream_of(blank.id) for blank in subjects_of(command, old.state_of)}
            if all(old.streams.get(stream) is self.world.streams.get(stream) for stream in streams):
                assert outcome(old.at(self.world.now), command, by) == outcome(self.world, command, by)

    @rule(
        fund=funds, amount=amounts, reference=references, purpose=st.sampled_from((None, ELDERLY, "community-service"))
    )
    def receive_for(self, fund: str, amount: int, reference: str, purpose: str | None) -> None:
        gift = {"amount": yuan(amount), "source": "x", "received_on": date(2026, 3, 2), "reference": reference}
        self.put(ReceiveFunds(fund=fund, purpose=purpose, **gift), mei)

    @rule(round_=rounds, budget=st.integers(1, 3))
    def open_a_round(self, round_: str, budget: int) -> None:
        """The sources of the table, once, or twice or three times as much."""
        sources = [
            {"fund": fund, "purpose": purpose, "amount": yuan(amount * budget)}
            | ({"order": n} if round_ == "autumn" else {})
            for n, (fund, purpose, amount) in enumerate(SOURCES[round_], start=1)
        ]
        total = sum(amount for *_, amount in SOURCES[round_]) * budget
        self.put(open_round(round=round_, fund=None, sources=sources, budget=yuan(total)), lin)

    @rule(project=projects, award=amounts)
    def publish_an_award(self, project: str, award: int) -> None:
        round_ = self.world.get(Round, PROJECTS[project])
        if round_.exists and round_.stage != "closed" and not self.world.get(Project, project).exists:
            self.world = single.with_award(
                self.world, project, round_.id, award, self.rules_of(), field=FIELDS[project]
            )

    def pay(self, project: str, tranche: str, reference: str) -> None:
        """It is paid as it was said to be."""
        before = self.world.get(Project, project)
        expected = split_of(before, before.tranches[tranche].left) if tranche in before.tranches else ()
        super().pay(project, tranche, reference)
        after = self.world.get(Project, project)
        if after != before:
            payment = after.tranches[tranche].remittances[-1]
            assert payment.parts == (expected if len(after.sources) > 1 else ())

    def funds_of(self, project: str) -> Funds:
        return Funds(tuple(self.world.get(Fund, id_) for id_ in self.world.get(Project, project).funds))

    def book(self, happening: Callable[[], Iterator[To]]) -> None:
        """The funds' part of a command that books something back."""
        with suppress(Refused):
            self.world = self.world.with_events(*happening())

    @rule(
        project=projects, minor=st.integers(1, 1_000_000), reference=references, to=st.sampled_from(("fund", "round"))
    )
    def give_back(self, project: str, minor: int, reference: str, to: str) -> None:
        state, behind = self.world.get(Project, project), self.funds_of(project)
        if state.sources:
            self.book(lambda: behind.take_back(state.round, project, Money(minor=minor), reference, to))  # type: ignore[arg-type]

    @rule(project=projects, tranche=tranches, again=st.booleans())
    def a_payment_fails(self, project: str, tranche: str, again: bool) -> None:
        """And is made again, or waits."""
        found = self.world.get(Project, project).tranches.get(tranche)
        for payment in found.remittances if found else ():
            failed = ReportPaymentFailed(project=project, tranche=tranche, reference=payment.reference, reason="x")
            self.put(failed, song)
        if again:
            self.pay(project, tranche, f"again-{len(self.world.events)}")

    @rule(project=projects, really=seldom)
    def terminate(self, project: str, really: bool) -> None:
        if really:
            self.put(TerminateProject(project=project, reason="x"), lin)

    # ── what is always true ──────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def no_yuan_is_there_twice(self) -> None:
        for id_ in PURPOSES:
            fund = self.world.get(Fund, id_)
            for purpose in {purpose for _, purpose in fund.balances}:
                in_order(fund.balances, purpose)
            for lot in fund.lots.values():
                assert 0 <= lot.disbursed <= lot.committed <= lot.allocated

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def postings_sum_to_zero_and_replayed_make_the_books(self) -> None:
        for id_, stream in STREAMS.items():
            books: Books = nothing()
            state = Fund(id=id_)
            for event in happened_in(self.world, stream):
                if isinstance(event, MoneyMoved):
                    assert sum(posting.minor for posting in event.postings(state)) == 0
                    books = posted(books, event.postings(state))
                state = event.apply(state)
            fund = self.world.get(Fund, id_)
            assert (state, books) == (fund, fund.books)
            assert sum(books.values()) == 0

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def the_fund_and_the_projects_agree(self) -> None:
        for id_ in PROJECTS:
            project = self.world.get(Project, id_)
            owed = sum(t.left.minor for t in project.tranches.values() if t.status != "forfeited")
            promised = sum(self.world.get(Fund, fund).promised_to(id_) for fund in PURPOSES)
            assert promised == (owed if project.stage not in {"closed", "ended"} else 0)
            self.each_gives_its_part(project)

    def each_gives_its_part(self, project: Project) -> None:
        """No fund that is not a source, none for another purpose, none more than its part."""
        parts = {(part.fund, part.purpose): part.amount.minor for part in project.sources}
        for fund in PURPOSES:
            for stake in self.world.get(Fund, fund).stakes_of(project.id):
                assert stake.purpose in self.rules_of().purposes_of(FIELDS[project.id])
                assert stake.promised >= 0
                assert stake.paid >= 0
                assert stake.promised + stake.paid <= parts[fund, stake.purpose]
        if project.sources and project.award:
            assert sum(parts.values()) == project.award.minor


def in_order(balances: Books, purpose: str) -> None:
    received, available, allocated, committed, released, disbursed, returned = (
        balances.get((account, purpose), 0) for account in ACCOUNTS
    )
    assert received + available + allocated + committed + released + disbursed + returned == 0
    set_aside = -received - available
    promised = set_aside - allocated
    assert 0 <= disbursed + returned <= promised <= set_aside <= -received
    assert promised == committed + released + disbursed + returned


def happened_in(world: World, stream: str) -> Iterable[Event]:
    return (event for of, event in world.events if of == stream)


def outcome(world: World, command: Command, by: Actor) -> object:
    try:
        return world.decided(command, by)
    except Refused as refusal:
        return str(refusal)


def test_money_for_a_purpose_can_be_seen_to_be_used_for_it_only() -> None:
    """The invariant itself: an overdrawn purpose is not in order."""
    fund = Fund(id="f", purposes=("a", "b"))
    assert fold(fund, ()) == fund
    with_money: Books = {("received", "a"): -1, ("available", "a"): 2, ("disbursed", "a"): -1}
    try:
        in_order(with_money, "a")
    except AssertionError:
        return
    raise AssertionError("not noticed")


TestSeveralFunds = SeveralFunds.TestCase
TestSeveralFunds.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
