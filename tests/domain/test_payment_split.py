"""Which fund pays how much of a payment: on record when it is made, and said before as it will be."""

from __future__ import annotations

from domain.commitment import AwardSplit
from domain.evaluation import ProjectEvaluated
from domain.fund import Fund
from domain.kernel import STORY, Money
from domain.movement import FundsDisbursed, FundsReleased, PaymentReversed
from domain.payment import PaymentFailed, ReportPaymentFailed
from domain.payment_split import PaymentSplit, paid_by, split_of
from domain.reckoning import ServicesReckoned
from domain.sources import Part
from domain.tranche import TranchePaid
from tests.controls import FUND, PROJECT, on, pay, song, yao, yuan
from tests.domain.purchasing import a_delivered_purchase, judged, purchase
from tests.domain.test_claim import to_be_granted
from tests.domain.test_sources import BUREAU, CHARITY, PURPOSE, a_pooled_round, both_funds
from tests.domain.test_sponsorship import GRANT, came_in
from tests.situations import a_concluded_agreement, a_paid_tranche, an_approved_tranche
from tests.world import Situation, given, put

TWO = (
    Part(fund=BUREAU, purpose=PURPOSE, amount=Money(minor=734_694)),
    Part(fund=CHARITY, purpose=PURPOSE, amount=Money(minor=765_306)),
)
"""Half of an award of 30,000 yuan that is split 14,693.88 to 15,306.12."""


def amounts(parts: tuple[Part, ...]) -> list[tuple[str, int]]:
    return [(part.fund, part.amount.minor) for part in parts]


def test_what_each_fund_paid_is_on_the_projects_record_as_it_was_said_before() -> None:
    before = given(a_pooled_round(), an_approved_tranche())
    assert split_of(before.project(), before.project().tranche("first").left) == TWO
    paid = before.when(pay(), by=song).then(TranchePaid, PaymentSplit, FundsDisbursed, FundsDisbursed)
    assert paid.project().tranche("first").remittances[0].parts == TWO
    assert paid_by(paid.project(), "first") == TWO
    assert [paid.world.get(Fund, part.fund).paid_to(PROJECT) for part in TWO] == [each.amount.minor for each in TWO]
    assert amounts(split_of(paid.project(), yuan(15_000))) == [(BUREAU, 734_694), (CHARITY, 765_306)]


def test_a_part_that_came_back_is_not_paid() -> None:
    failed = ReportPaymentFailed(project=PROJECT, tranche="first", reference="bank-first", reason="Account closed.")
    answer = given(a_pooled_round(), a_paid_tranche()).when(failed, by=song)
    after = answer.then_once(PaymentFailed, PaymentReversed, PaymentReversed)
    assert paid_by(after.project(), "first") == ()
    assert split_of(after.project(), yuan(15_000)) == TWO


def test_one_fund_pays_all_of_it_for_the_programmes_purpose() -> None:
    one = given(a_paid_tranche())
    assert amounts(paid_by(one.project(), "first")) == [(FUND, 1_500_000)]
    assert split_of(one.project(), yuan(9_000)) == (Part(fund=FUND, purpose=PURPOSE, amount=yuan(9_000)),)
    assert split_of(given(a_concluded_agreement()).project(), yuan(0)) == ()


def test_a_sponsors_money_pays_for_the_one_project() -> None:
    project = given(to_be_granted(), came_in(20_000), put(GRANT, by=STORY)).project("third")
    assert split_of(project, yuan(500)) == (Part(fund=FUND, purpose="sponsored/third", amount=yuan(500)),)


def test_what_each_fund_gives_is_told_anew_when_an_award_is_cut_to_what_was_delivered() -> None:
    none = Situation("a fund", lambda world: world)  # the two are there in its place
    before = given(a_pooled_round(before=both_funds(rules=purchase())), none, a_delivered_purchase({"groups": 7}))
    cut = before.when(judged(), by=yao, at=on("09-15"))
    after = cut.then(ProjectEvaluated, ServicesReckoned, AwardSplit, FundsReleased, FundsReleased)
    assert sum(part.amount.minor for part in after.project().sources) == yuan(7_000).minor
    for part in after.project().sources:
        assert after.world.get(Fund, part.fund).promised_to(PROJECT) == part.amount.minor
    assert split_of(after.project(), yuan(7_000)) == after.project().sources
