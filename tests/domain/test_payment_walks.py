"""Payments on random ways: whatever people try in whatever order, four different people stand behind every yuan.

Orders, parts, failures, changed payees, suspensions and a termination are put by five people who hold every role, and two of the
organisation. What is refused is left; what is accepted is said twice.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any

import pytest

from domain.closing import TerminateProject
from domain.errors import Refusal
from domain.fund import Fund
from domain.kernel import Actor, Command
from domain.payee import AnswerPayeeChange, ChangePayee, PayeeChanged
from domain.payment import OrderPayment, PaymentOrdered, ReportPaymentFailed
from domain.project import Project
from domain.suspension import ResumeProject, SuspendProject
from domain.tranche import (
    ApproveTranche,
    RefuseTranche,
    RequestTranche,
    TrancheApproved,
    TranchePaid,
    TrancheRefused,
    TrancheRequested,
    TrancheVerified,
    VerifyTranche,
)
from tests.controls import FUND, PROJECT, pay, yuan
from tests.domain.test_payment import paying
from tests.situations import a_concluded_agreement, an_accepted_report
from tests.world import World, given

ROLES = ("verifier", "approver", "payer", "officer")
EVERYTHING = tuple(Actor(id=f"all-{n}", grants=frozenset((role, "*") for role in ROLES)) for n in range(5))
OURS = tuple(Actor(id=id_, grants=frozenset({("applicant", "qinghe")})) for id_ in ("chen", "ding"))
STEPS, WAYS = 200, 25


class Way:
    """One way through the payments of a project, by chance but always the same for a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        limits = [{"above": "CNY 10000.00", "approvers": 2}] if self.chance.random() < 0.5 else []
        rules = paying(orders=self.chance.random() < 0.6, approvals=limits)
        self.world = given(rules, a_concluded_agreement(), an_accepted_report()).world
        self.begun = len(self.world.events)

    @property
    def project(self) -> Project:
        return self.world.get(Project, PROJECT)

    def tries(self) -> Iterator[tuple[Command, Actor]]:
        for n in range(STEPS):
            tranche = self.chance.choice(("first", "first", "second"))
            likely = {"planned": 0, "requested": 1, "verified": 2, "approved": 3, "ordered": 4}
            kind = likely.get(self.project.tranche(tranche).status, 5)
            if self.chance.random() < 0.3:
                kind = self.chance.randrange(len(WISHES))
            command = WISHES[kind](self, tranche, n)
            ours = isinstance(command, RequestTranche | ChangePayee)
            yield command, self.chance.choice(OURS if ours else EVERYTHING)

    def go(self) -> None:
        for command, by in self.tries():
            try:
                after = self.world.put(command, by=by)
            except Refusal:
                continue
            with suppress(Refusal):
                assert after.put(command, by=by).events == after.events, f"{command!r} twice is not once"
            self.world = after
            self.books_agree()

    def books_agree(self) -> None:
        """The fund has paid what the tranches say, and promises what they leave."""
        project, fund = self.project, self.world.get(Fund, FUND)
        tranches = project.tranches.values()
        assert fund.paid_to(PROJECT) == sum(each.paid.minor for each in tranches)
        due = sum(each.left.minor for each in tranches if each.status not in {"paid", "forfeited"})
        assert fund.promised_to(PROJECT) == (0 if project.over else due)
        assert all(each.left.minor >= 0 for each in tranches)


def wish(kind: type[Command], **content: Any) -> Callable[[Way, str, int], Command]:
    return lambda _, tranche, __: kind.model_validate({"project": PROJECT, "tranche": tranche, **content})


def a_request(way: Way, tranche: str, _: int) -> Command:
    return RequestTranche(project=PROJECT, tranche=tranche, payee=way.chance.choice(("Qinghe", "Team")))


def paid(way: Way, tranche: str, n: int) -> Command:
    """All that is left, or a part."""
    part = way.chance.choice((None, None, yuan(1_000), yuan(4_000)))
    return pay(tranche, f"bank-{n}").model_copy(update={"amount": part})


def paid_or_ordered(way: Way, tranche: str, n: int) -> Command:
    return OrderPayment(project=PROJECT, tranche=tranche) if way.project.rules.paying.orders else paid(way, tranche, n)


def failed(way: Way, tranche: str, _: int) -> Command:
    found = way.project.tranche(tranche)
    known = [payment.reference for payment in found.remittances] or ["none"]
    reference = way.chance.choice((*known, f"{PROJECT}/{tranche}/{found.orders}"))
    return ReportPaymentFailed(project=PROJECT, tranche=tranche, reference=reference, reason="The account is closed.")


def another_payee(way: Way, _: str, __: int) -> Command:
    payee, consent = way.chance.choice(("Qinghe", "Team")), way.chance.choice("ab") * 64
    return ChangePayee(project=PROJECT, payee=payee, reason="They do the work.", consent_sha256=consent)


def answered(way: Way, _: str, __: int) -> Command:
    return AnswerPayeeChange(project=PROJECT, payee=way.chance.choice(("Qinghe", "Team")), agreed=True)


def stopped(way: Way, _: str, __: int) -> Command:
    """Suspended now and then, terminated hardly ever."""
    kind = TerminateProject if way.chance.random() < 0.1 else SuspendProject
    return kind(project=PROJECT, reason="The accounts are being looked into.")


def resumed(*_: object) -> Command:
    return ResumeProject(project=PROJECT, reason="The accounts are in order.")


WISHES = (
    a_request,
    wish(VerifyTranche),
    wish(ApproveTranche),
    paid_or_ordered,
    paid,
    failed,
    wish(RefuseTranche, reason="The name differs."),
    another_payee,
    answered,
    stopped,
    *(resumed,) * 4,
)


@cache
def gone(seed: int) -> Way:
    way = Way(seed)
    way.go()
    return way


@pytest.mark.parametrize("seed", range(WAYS))
def test_on_every_way_four_people_stand_behind_a_payment_and_the_books_agree(seed: int) -> None:
    way = gone(seed)
    audit(way.world, way.begun)


def audit(world: World, begun: int) -> None:
    """Reads the events as an auditor would: who stands behind each payment, and whom it went to."""
    chains, payee, agreed_by = dict[str, list[str]](), "", ""
    orders = world.get(Project, PROJECT).rules.paying.orders
    for _, event in world.events[begun:]:
        match event:
            case TrancheRequested():
                chains[event.tranche] = [event.requested_by]
            case TrancheVerified():
                chains[event.tranche].append(event.verified_by)
            case TrancheApproved():
                chains[event.tranche].append(event.approved_by)
            case TrancheRefused():
                chains.pop(event.tranche, None)
            case PayeeChanged():
                payee, agreed_by = event.payee, event.agreed_by
            case PaymentOrdered():
                assert event.payee == (payee or event.payee)
                assert event.ordered_by not in {*chains[event.tranche], agreed_by}
            case TranchePaid():
                approvers = world.get(Project, PROJECT).rules.paying.approvers_for(yuan(15_000))
                behind = [*chains[event.tranche], event.paid_by]
                wanted = approvers if event.tranche == "first" else 1
                assert len(behind) == len({*behind}) == 3 + wanted
                assert orders or event.paid_by != agreed_by, "where there are orders, the order was theirs to refuse"
                went_to = world.get(Project, PROJECT).tranche(event.tranche).remittance(event.reference).payee
                payee = payee or went_to


def test_the_ways_are_long_enough_to_pay_and_to_fail() -> None:
    """Otherwise the walk above would prove nothing."""
    happened = set[str]()
    for seed in range(WAYS):
        happened |= {type(event).__name__ for _, event in gone(seed).world.events}
    assert happened >= {"PaymentOrdered", "PaymentOrderFailed", "PaymentFailed", "PayeeChanged", "ProjectTerminated"}
