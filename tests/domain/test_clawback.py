"""Clawback 追回: money paid to a project in breach comes back in instalments, or is waived by somebody else."""

from collections.abc import Callable
from datetime import date

import pytest

from domain.clawback import (
    ClawbackOrdered,
    ClawbackWaived,
    InstalmentPlan,
    InstalmentWish,
    RecordOverdueRepayment,
    RemindRepayment,
    RepaymentOverdue,
    RepaymentRecorded,
    RepaymentReminded,
)
from domain.closing import CloseRound, RoundClosed
from domain.commands import parse
from domain.deadlines import next_of
from domain.errors import (
    AboveLimit,
    CurrencyMismatch,
    Malformed,
    NotDue,
    NotFound,
    ReferenceUsed,
    SamePerson,
    StageNotOpen,
)
from domain.fund import Fund
from domain.kernel import STORY, Money
from domain.movement import AllocationReturned, FundsReleased, FundsReturned
from domain.organisation import OrganisationBanned
from domain.project import Project
from domain.termination import ProjectTerminated
from domain.tranche import RequestTranche
from tests.controls import FUND, PROJECT, ROUND, also, chen, lin, luo, on, song, yuan
from tests.delivering import ruled
from tests.ending import INSTALMENTS, WAIVE, a_clawback, a_paid_project, repay, strict, terminate
from tests.situations import a_concluded_agreement
from tests.world import World, given, put

REMIND, OVERDUE = (
    RemindRepayment(project=PROJECT, instalment="1"),
    RecordOverdueRepayment(project=PROJECT, instalment="1"),
)


def dates(instalment: str, due: str, remind_at: str, overdue_at: str) -> InstalmentPlan:
    moments = {"remind_at": on(remind_at, "00:00"), "due": on(due, "00:00"), "overdue_at": on(overdue_at, "00:00")}
    return InstalmentPlan(id=instalment, amount=yuan(5_000), **moments)


# ── ordering it ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_breach_orders_the_money_back_frees_the_rest_and_bans_for_three_years() -> None:
    after = (
        given(a_paid_project())
        .when(terminate(), by=lin, at=on("07-01"))
        .then_once(
            ClawbackOrdered(
                cause="breach",
                reason="Nothing was held.",
                ordered_by="lin",
                spent=yuan(5_000),
                amount=yuan(10_000),
                instalments=(
                    dates("1", due="08-01", remind_at="07-25", overdue_at="08-11"),
                    dates("2", due="09-01", remind_at="08-25", overdue_at="09-11"),
                ),
            ),
            FundsReleased(round=ROUND, project=PROJECT, amount=yuan(15_000)),
            OrganisationBanned(until=date(2029, 7, 1), reason="Nothing was held."),
        )
    )
    project = after.project()
    assert (project.stage, project.over) == ("clawback", False)
    assert [tranche.status for tranche in project.tranches.values()] == ["paid", "forfeited", "forfeited"]


def test_no_breach_no_ban_and_no_rule_no_ban() -> None:
    given(a_paid_project()).when(terminate(cause="other"), by=lin, at=on("07-01")).then(ClawbackOrdered, FundsReleased)
    plain = ruled(termination={"clawback": {**strict().model_dump()["termination"]["clawback"]}})
    given(a_paid_project(plain)).when(terminate(), by=lin, at=on("07-01")).then(ClawbackOrdered, FundsReleased)


def test_a_breach_without_money_to_return_ends_at_once_with_a_ban() -> None:
    given(a_paid_project()).when(terminate(to_return=None, instalments=()), by=lin).then_once(
        ProjectTerminated(cause="breach", reason="Nothing was held.", spent=yuan(5_000), to_return=None),
        FundsReleased,
        OrganisationBanned,
    )


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"to_return": yuan(10_001), "spent": yuan(5_000)}, AboveLimit, "to_return"),
        ({"to_return": yuan(15_001), "spent": None}, AboveLimit, "to_return"),
        ({"to_return": yuan(16_000), "spent": yuan(-5_000)}, Malformed, "spent"),
        ({"to_return": None, "instalments": (), "spent": yuan(-1)}, Malformed, "spent"),
        ({"to_return": None, "instalments": (), "spent": yuan(15_001)}, AboveLimit, "spent"),
        ({"to_return": None, "instalments": (), "spent": Money(currency="EUR", minor=1)}, CurrencyMismatch, "spent"),
        ({"to_return": yuan(9_000)}, Malformed, "instalments"),
        ({"to_return": Money(currency="EUR", minor=1_000_000)}, CurrencyMismatch, "to_return"),
        ({"instalments": (INSTALMENTS[1], INSTALMENTS[0])}, Malformed, "instalments.1.due_on"),
        (
            {"instalments": (InstalmentWish(due_on=date(2026, 7, 1), amount=yuan(10_000)),)},
            Malformed,
            "instalments.0.due_on",
        ),
        (
            {"instalments": (InstalmentWish(due_on=date(2026, 10, 10), amount=yuan(10_000)),)},
            AboveLimit,
            "instalments.0.due_on",
        ),
        (
            {"instalments": (*INSTALMENTS, InstalmentWish(due_on=date(2026, 9, 30), amount=yuan(1)))},
            Malformed,
            "instalments",
        ),
        (
            {
                "instalments": tuple(InstalmentWish(due_on=date(2026, 8, d), amount=yuan(2_500)) for d in (1, 2, 3, 4)),
            },
            AboveLimit,
            "instalments",
        ),
    ],
)
def test_what_is_ordered_back_was_paid_adds_up_and_keeps_within_the_rules(
    changes: dict[str, object], refusal: type[AboveLimit], field: str
) -> None:
    given(a_paid_project()).when(terminate(**changes), by=lin, at=on("07-01")).refused(refusal, field=field)


def test_without_clawback_in_the_rules_nothing_is_ordered_back() -> None:
    given(a_paid_project(ruled())).when(terminate(), by=lin).refused(
        Malformed, field="to_return", rule="the rules of the programme have no clawback"
    )


def test_a_termination_is_not_said_twice_in_two_ways() -> None:
    """Silence would let somebody believe that the breach has banned the organisation, or that money is ordered back."""
    plain = put(terminate(cause="other", to_return=None, instalments=()), by=lin)
    for other in (terminate(), terminate(to_return=None, instalments=())):
        given(a_paid_project(), plain).when(other, by=lin, at=on("07-01")).refused(StageNotOpen, now="ended")
    given(a_clawback()).when(terminate(cause="other"), by=lin).refused(StageNotOpen, now="clawback")
    given(a_clawback()).when(terminate(to_return=None, instalments=()), by=lin).refused(StageNotOpen, now="clawback")


def test_a_sum_without_instalments_is_no_order() -> None:
    content = terminate().model_dump(mode="json") | {"instalments": []}
    with pytest.raises(Malformed, match="to_return and instalments go together"):
        parse("TerminateProject", content)


def test_after_the_order_nothing_is_paid_any_more() -> None:
    given(a_clawback()).when(RequestTranche(project=PROJECT, tranche="second", payee="x"), by=chen).refused(
        StageNotOpen, now="clawback"
    )


# ── paying back ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_comes_back_is_in_the_fund_again() -> None:
    after = given(a_clawback()).when(repay(), by=song, at=on("07-30")).then_once(RepaymentRecorded, FundsReturned)
    assert after.project().stage == "clawback"
    assert after.world.get(Fund, FUND).paid_to(PROJECT) == yuan(10_000).minor


def test_an_instalment_may_come_in_parts_and_the_last_part_of_the_last_one_ends_it() -> None:
    part = given(a_clawback(), put(repay(amount=2_000), by=song, at=on("07-30")))
    part.when(repay(amount=8_001, reference="back-2"), by=song).refused(
        AboveLimit, field="amount", limit="CNY 8,000.00"
    )
    first = part.when(repay(amount=3_000, reference="back-2"), by=song).then_once(RepaymentRecorded, FundsReturned)
    last = first.when(repay("2", reference="back-3"), by=song).then_once(
        RepaymentRecorded(
            instalment="2", amount=yuan(5_000), paid_on=date(2026, 7, 30), reference="back-3", recorded_by="song"
        ),
        ProjectTerminated(cause="breach", reason="Nothing was held.", spent=yuan(5_000), to_return=yuan(10_000)),
        FundsReturned,
    )
    assert (last.project().stage, last.project().outcome) == ("ended", "terminated")
    last.when(CloseRound(round=ROUND), by=lin, at=on("12-01")).then(RoundClosed, AllocationReturned)


def test_one_transfer_may_pay_an_instalment_and_those_after_it() -> None:
    """The bank has one reference for it; split under invented ones, it could not be found there."""
    part = given(a_clawback(), put(repay(amount=2_000), by=song, at=on("07-30")))
    both = part.when(repay(amount=4_000, reference="back-2"), by=song).then_once(
        RepaymentRecorded, RepaymentRecorded, FundsReturned
    )
    assert [both.project().instalment(id_).left for id_ in ("1", "2")] == [yuan(0), yuan(4_000)]
    both.when(repay(amount=1, reference="back-3"), by=song).refused(AboveLimit, limit="CNY 0.00")
    given(a_clawback()).when(repay(amount=10_000), by=song, at=on("07-30")).then_once(
        RepaymentRecorded, RepaymentRecorded, ProjectTerminated, FundsReturned
    )


def test_a_reference_proves_one_repayment_only() -> None:
    paid = given(a_clawback(), put(repay(), by=song, at=on("07-30")))
    paid.when(repay("2"), by=song).refused(ReferenceUsed, reference="back-1")
    paid.when(repay("2", reference="bank-first"), by=song).refused(ReferenceUsed, reference="bank-first")


def test_who_ordered_it_neither_records_nor_waives_it() -> None:
    everything = also(also(lin, "payer"), "approver")
    ordered = given(a_clawback())
    ordered.when(repay(), by=everything).refused(SamePerson, step="RecordRepayment", earlier="TerminateProject")
    ordered.when(WAIVE, by=everything).refused(SamePerson, step="WaiveClawback", earlier="TerminateProject")


def test_there_is_nothing_to_repay_or_waive_before_an_order_or_after_the_end() -> None:
    delivering = given(a_concluded_agreement())
    delivering.when(repay(), by=song).refused(StageNotOpen, stage="clawback", now="delivery")
    delivering.when(WAIVE, by=luo).refused(StageNotOpen, now="delivery")
    given(a_clawback()).when(repay("3"), by=song).refused(NotFound, kind="instalment", id="3")


def test_the_rest_is_waived_with_the_decisions_hash() -> None:
    waived = (
        given(a_clawback(), put(repay(), by=song, at=on("07-30")))
        .when(WAIVE, by=luo)
        .then_once(
            ClawbackWaived(
                waived_by="luo", amount=yuan(5_000), reason="Nothing is left of it.", document_sha256="e" * 64
            ),
            ProjectTerminated,
        )
    )
    assert waived.project().over


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_instalment_is_reminded_of_once_and_goes_on_record_when_it_is_late() -> None:
    ordered = given(a_clawback())
    ordered.when(REMIND, by=STORY, at=on("07-24", "23:59")).refused(NotDue, deadline="repayment-reminder")
    ordered.when(REMIND, by=STORY, at=on("07-25", "00:00")).then_once(
        RepaymentReminded(instalment="1", due=on("08-01", "00:00"))
    )
    ordered.when(OVERDUE, by=STORY, at=on("08-10", "23:59")).refused(NotDue, deadline="repayment-overdue")
    late = ordered.when(OVERDUE, by=STORY, at=on("08-11", "00:00")).then_once(
        RepaymentOverdue(instalment="1", due=on("08-01", "00:00"), left=yuan(5_000))
    )
    late.when(repay(), by=song).then(RepaymentRecorded, FundsReturned)


@pytest.mark.parametrize("command", [REMIND, OVERDUE], ids=lambda command: type(command).__name__)
def test_what_has_come_back_is_neither_reminded_of_nor_late(command: RemindRepayment) -> None:
    given(a_clawback(), put(repay(), by=song, at=on("07-20"))).when(command, by=STORY, at=on("12-31")).nothing_new()
    given(a_concluded_agreement()).when(command, by=STORY, at=on("12-31")).nothing_new()


def silence(world: World, until: str) -> tuple[World, list[str]]:
    commands = []
    while (deadline := next_of(world.get(Project, PROJECT))) and deadline.due < on(until):
        commands.append(type(deadline.command).__name__)
        world = world.at(deadline.due).put(deadline.command, by=STORY)
    return world, commands


def test_one_instalment_in_time_and_one_late() -> None:
    ordered: Callable[[World], World] = a_clawback()
    world, told = silence(given(ordered, put(repay(), by=song, at=on("07-20"))).world, "12-31")
    assert told == ["RemindRepayment", "RecordOverdueRepayment"]
    world = world.put(repay("2", reference="back-2"), by=song)
    assert world.get(Project, PROJECT).outcome == "terminated"
