"""Agreement 协议: an award is promised, signed by two people for two sides, or lapses and gives its money back."""

from datetime import date

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from domain.agreement import (
    AgreementConcluded,
    AgreementSigned,
    AwardGranted,
    AwardLapsed,
    AwardRefused,
    AwardsCompleted,
    CompleteAwards,
    GrantAward,
    LapseAward,
    ReportPlan,
    TranchePlan,
    tranche_plan,
)
from domain.commands import parse
from domain.errors import ConflictOfInterest, FundExhausted, Malformed, NotDue, RoleMissing, SamePerson, StageNotOpen
from domain.fund import Fund
from domain.kernel import STORY, Money
from domain.movement import FundsCommitted, FundsReleased
from domain.notice import ConcludeNotice
from domain.rules.gate import AfterAgreement, AfterEvaluation, AfterReport
from tests.controls import (
    DOCUMENT,
    FUND,
    PROJECT,
    ROUND,
    RULES,
    also,
    answer,
    chen,
    he,
    lin,
    on,
    sign,
    xu,
    yuan,
)
from tests.situations import (
    a_concluded_agreement,
    a_granted_award,
    a_passed_notice,
    a_presented_project,
    an_objection,
    an_open_notice,
    an_open_round,
)
from tests.world import World, given, put

GRANT, LAPSE = GrantAward(project=PROJECT), LapseAward(project=PROJECT)
SIGN_BY = on("05-11", "00:00")


# ── granting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_signs_after_the_last_day_also_while_the_story_has_not_said_that_the_award_lapsed() -> None:
    ours = put(sign("organisation"), by=chen, at=on("05-10"))
    half = given(a_granted_award(), ours)
    half.when(sign("bureau"), by=lin, at=on("05-11", "00:00")).refused(
        StageNotOpen, stage="agreement", now="the days for it are over"
    )
    half.when(sign("bureau"), by=lin, at=on("05-10", "23:59")).then_once(AgreementSigned, AgreementConcluded)


def test_an_award_is_granted_with_its_tranches_and_promised_by_the_fund() -> None:
    after = (
        given(a_passed_notice())
        .when(GRANT, by=STORY)
        .then_once(
            AwardGranted(
                amount=yuan(30_000),
                sign_by=SIGN_BY,
                tranches=(
                    TranchePlan(id="first", amount=yuan(15_000), gate=AfterAgreement(kind="agreement")),
                    TranchePlan(id="second", amount=yuan(9_000), gate=AfterReport(kind="report", report="mid-term")),
                    TranchePlan(id="final", amount=yuan(6_000), gate=AfterEvaluation(kind="evaluation")),
                ),
            ),
            FundsCommitted(round=ROUND, project=PROJECT, amount=yuan(30_000)),
        )
    )
    assert after.project().stage == "agreement"


def test_no_award_is_granted_during_the_notice() -> None:
    given(an_open_notice()).when(GRANT, by=STORY).refused(StageNotOpen, stage="award", now="notice")


def test_an_objection_upheld_refuses_the_award_and_promises_nothing() -> None:
    upheld = put(answer(upheld=True), by=lin)
    passed = put(ConcludeNotice(round=ROUND), by=STORY, at=on("04-25"))
    after = (
        given(an_objection(), upheld, passed).when(GRANT, by=STORY).then_once(AwardRefused(reason="objection_upheld"))
    )
    assert (after.project().stage, after.project().outcome) == ("ended", "objection_upheld")
    assert after.world.get(Fund, FUND).free_in(ROUND) == yuan(60_000).minor


def test_an_award_is_never_granted_from_money_promised_elsewhere() -> None:
    def spent(world: World) -> World:
        elsewhere = FundsCommitted(round=ROUND, project="elsewhere", amount=yuan(40_000))
        return world.with_events((f"fund:{FUND}", elsewhere))

    given(a_passed_notice(), spent).when(GRANT, by=STORY).refused(FundExhausted, available="CNY 20,000.00")


def test_the_round_runs_when_every_award_is_done() -> None:
    complete = CompleteAwards(round=ROUND)
    assert given(a_passed_notice()).when(complete, by=STORY).then_once(AwardsCompleted()).round().stage == "running"
    given(an_open_round()).when(complete, by=STORY).nothing_new()


@for_any(st.integers(1, 10**12), st.lists(st.integers(1, 60), min_size=1, max_size=5))
def test_the_tranches_are_the_whole_award_to_the_fen(minor: int, shares: list[int]) -> None:
    rest = 100 - sum(shares[:-1])
    if rest < 0:
        shares, rest = shares[:1], 100
    percents = [*shares[:-1], rest]
    rules = RULES.model_copy(
        update={
            "tranches": tuple(
                RULES.tranches[0].model_copy(update={"id": f"t{n}", "share_percent": p}) for n, p in enumerate(percents)
            )
        }
    )
    plan = tranche_plan(rules, Money(minor=minor))
    assert sum(part.amount.minor for part in plan) == minor
    found = {part.id: part.amount.minor for part in plan}
    for n, percent in enumerate(percents):
        assert abs(found.get(f"t{n}", 0) * 100 - minor * percent) < 100 * len(percents)
    assert 0 not in found.values(), "what comes to nothing is not planned"


# ── signing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_signature_waits_for_the_other() -> None:
    given(a_granted_award()).when(sign("organisation"), by=chen).then_once(
        AgreementSigned(side="organisation", signed_by="chen", document_sha256=DOCUMENT)
    )


def test_the_second_signature_concludes_and_dates_the_reports() -> None:
    ours = put(sign("organisation"), by=chen, at=on("04-28"))
    after = (
        given(a_granted_award(), ours)
        .when(sign("bureau"), by=lin)
        .then_once(
            AgreementSigned(side="bureau", signed_by="lin", document_sha256=DOCUMENT),
            AgreementConcluded(
                concluded_on=date(2026, 4, 28),
                reports=(
                    ReportPlan(
                        id="mid-term",
                        remind_at=on("07-06", "00:00"),
                        due=on("07-13", "00:00"),
                        overdue_at=on("07-20", "00:00"),
                    ),
                    ReportPlan(
                        id="final",
                        remind_at=on("09-19", "00:00"),
                        due=on("09-26", "00:00"),
                        overdue_at=on("10-03", "00:00"),
                    ),
                ),
            ),
        )
    )
    assert after.project().stage == "delivery"


def test_each_side_signs_through_its_own_people() -> None:
    granted = given(a_granted_award())
    granted.when(sign("bureau"), by=chen).refused(RoleMissing, person="chen", roles="officer")
    granted.when(sign("organisation"), by=lin).refused(RoleMissing, person="lin", roles="applicant")
    granted.when(sign("organisation"), by=he).refused(RoleMissing, person="he")
    granted.when(sign("bureau"), by=also(lin, "applicant", "qinghe")).refused(ConflictOfInterest, person="lin")


def test_nobody_signs_for_both_sides_even_after_changing_sides() -> None:
    ours = put(sign("bureau"), by=lin)
    given(a_granted_award(), ours).when(sign("organisation"), by=also(lin, "applicant", "qinghe")).refused(
        SamePerson, person="lin", step="SignAgreement", earlier="SignAgreement"
    )


def test_both_sides_sign_the_same_document() -> None:
    ours = put(sign("organisation"), by=chen)
    other = sign("bureau", "b" * 64)
    waiting = given(a_granted_award(), ours)
    waiting.when(other, by=lin).refused(StageNotOpen, now="another document")
    corrected = waiting.when(sign("organisation", "b" * 64), by=chen).then_once(AgreementSigned)
    corrected.when(other, by=lin).then(AgreementSigned, AgreementConcluded)


def test_what_is_concluded_is_not_signed_again() -> None:
    given(a_concluded_agreement()).when(sign("bureau"), by=xu).refused(StageNotOpen, stage="agreement", now="delivery")
    given(a_concluded_agreement()).when(sign("bureau"), by=lin).nothing_new()


@pytest.mark.parametrize("document", ["", "a" * 63, "A" * 64, "g" * 64])
def test_a_document_is_named_by_its_sha256(document: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse("SignAgreement", {"project": PROJECT, "side": "bureau", "document_sha256": document})
    assert caught.value.fields["field"] == "document_sha256"


# ── lapsing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_not_signed_in_time_lapses_and_its_money_goes_back_to_the_round() -> None:
    half_signed = given(a_granted_award(), put(sign("organisation"), by=chen))
    half_signed.when(LAPSE, by=STORY, at=on("05-10", "23:59")).refused(NotDue, deadline="agreement", due=SIGN_BY)
    after = half_signed.when(LAPSE, by=STORY, at=SIGN_BY).then_once(
        AwardLapsed(due=SIGN_BY), FundsReleased(round=ROUND, project=PROJECT, amount=yuan(30_000))
    )
    assert (after.project().stage, after.project().outcome) == ("ended", "not_signed")
    fund = after.world.get(Fund, FUND)
    assert (fund.free_in(ROUND), fund.outstanding_in(ROUND)) == (yuan(60_000).minor, 0)


def test_only_the_project_that_did_not_sign_lapses() -> None:
    both = given(a_presented_project(), a_presented_project("other"), a_granted_award())
    after = both.when(LapseAward(project="other"), by=STORY, at=SIGN_BY).then(AwardLapsed, FundsReleased)
    assert after.world.get(Fund, FUND).promised[PROJECT] == yuan(30_000).minor


def test_what_is_agreed_does_not_lapse() -> None:
    given(a_concluded_agreement()).when(LAPSE, by=STORY, at=SIGN_BY).nothing_new()
