"""Archive 归档: a project, and its round, is closed only when account, returned money, audit, publication and files are there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.archive import (
    ArchivedFile,
    ArchiveProject,
    AuditReportFiled,
    FileAuditReport,
    FileFinalAccount,
    FinalAccountFiled,
    KeepUntil,
    ProjectArchived,
    UnspentReturned,
    UsePublished,
    open_duties,
)
from domain.closing import NAMED_AT_MOST, CloseProject, CloseRound, ProjectClosed, RoundClosed, TerminateProject
from domain.errors import (
    AboveLimit,
    ConflictOfInterest,
    CurrencyMismatch,
    DutiesOpen,
    Malformed,
    NotAnswered,
    ReferenceUsed,
    RoleMissing,
    SamePerson,
    StageNotOpen,
)
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import STORY, Actor, Money
from domain.movement import AllocationReturned, FundsReturned
from domain.project import Project
from domain.round import Round
from domain.rules import Rules
from tests.controls import (
    FAILED,
    FUND,
    PROJECT,
    ROUND,
    RULES,
    also,
    chen,
    lin,
    ma,
    on,
    tang,
    yao,
    yuan,
)
from tests.domain.closing import CLOSING, a_settled_one, account, archive, audit, publication, returned, with_duties
from tests.domain.purchasing import a_delivered_purchase, accepted_services, judged, purchase
from tests.situations import a_concluded_agreement, a_paid_tranche, a_programme, a_settled_project, an_evaluated_project
from tests.world import Given, World, given, put, steps

CLOSE = CloseProject(project=PROJECT)


def after(*plays: Callable[[World], World], rules: Rules | None = None) -> Given:
    return given(a_settled_one(rules), *plays)


def test_every_duty_in_turn_and_then_the_project_is_closed() -> None:
    """30,000 were paid and 28,500 spent."""
    before = after()
    assert open_duties(before.project()) == ("final-account", "audit-report", "publication", "archive")
    before.when(CLOSE, by=STORY).nothing_new()
    filed = before.when(account(28_500), by=chen).then_once(
        FinalAccountFiled(
            filed_by="chen", spent=yuan(28_500), paid=yuan(30_000), owed=yuan(1_500), account_sha256="a" * 64
        )
    )
    assert open_duties(filed.project())[0] == "unspent"
    back = filed.when(returned(1_500), by=tang).then_once(UnspentReturned, FundsReturned)
    audited = back.when(audit(), by=chen).then_once(
        AuditReportFiled(filed_by="chen", auditor="Yong Xin CPA", report_sha256="b" * 64)
    )
    public = audited.when(publication(), by=lin).then_once(UsePublished)
    assert open_duties(public.project()) == ("archive",)
    public.when(CLOSE, by=STORY).nothing_new()
    done = public.when(archive(), by=lin).then_once(ProjectArchived)
    assert open_duties(done.project()) == ()
    done.when(CLOSE, by=STORY).then_once(ProjectClosed(grade="a"))


def test_a_programme_without_closing_rules_closes_as_before() -> None:
    given(a_settled_project()).when(CLOSE, by=STORY).then_once(ProjectClosed(grade="a"))
    for wish, who in ((account(1), chen), (audit(), chen), (publication(), lin), (archive(), lin)):
        given(a_settled_project()).when(wish, by=who).refused(
            StageNotOpen, stage="closing duties", now="none in the rules"
        )


# ── money that was not spent ─────────────────────────────────────────────────────────────────────────────────────────


def test_unspent_money_comes_back_in_parts_with_its_purpose_and_the_fund_has_it_again() -> None:
    filed = after(put(account(29_000), by=chen))
    available = filed.world.get(Fund, FUND).available_for(RULES.purpose)
    once = filed.when(returned(400, "bank-a"), by=tang).then_once(
        UnspentReturned(amount=yuan(400), received_on=date(2026, 10, 1), reference="bank-a", recorded_by="tang"),
        FundsReturned,
    )
    assert open_duties(once.project())[0] == "unspent"
    once.when(returned(601, "bank-b"), by=tang).refused(AboveLimit, value="CNY 601.00", limit="CNY 600.00")
    whole = once.when(returned(600, "bank-b"), by=tang).then(UnspentReturned, FundsReturned)
    fund = whole.world.get(Fund, FUND)
    assert fund.available_for(RULES.purpose) == available + yuan(1_000).minor
    assert fund.paid_to(PROJECT) == yuan(29_000).minor


def test_a_corrected_account_changes_what_is_owed_but_not_what_came_back() -> None:
    before = after(put(account(29_000), by=chen), put(returned(1_000), by=tang))
    corrected = before.when(account(28_000), by=chen).then_once(FinalAccountFiled)
    assert open_duties(corrected.project())[0] == "unspent"
    more = corrected.when(account(40_000), by=chen).then_once(FinalAccountFiled)
    assert more.project().closing.owed_minor == 0, "own money was spent too"


def test_an_account_of_the_same_sum_in_another_document_is_filed_anew() -> None:
    before, other = (
        after(put(account(29_000), by=chen)),
        account(29_000).model_copy(update={"account_sha256": "f" * 64}),
    )
    before.when(other, by=chen).then_once(FinalAccountFiled)


def test_who_filed_the_account_does_not_book_what_comes_back_and_a_reference_proves_one_receipt() -> None:
    filed = after(put(account(29_000), by=chen))
    filed.when(returned(1), by=chen).refused(RoleMissing)
    filed.when(returned(1), by=also(chen, "trustee")).refused(ConflictOfInterest, person="chen")
    filed.when(returned(1, "bank-first"), by=tang).refused(ReferenceUsed, reference="bank-first")


def test_somebody_who_no_longer_applies_still_does_not_book_what_they_accounted_for() -> None:
    formerly = also(tang, "applicant", "qinghe")
    filed = after(put(account(29_000), by=formerly))
    filed.when(returned(1), by=tang).refused(
        SamePerson, person="tang", step="RecordUnspentReturned", earlier="FileFinalAccount"
    )


@pytest.mark.parametrize(
    ("spent", "refusal", "field"),
    [(Money(minor=-1), Malformed, "spent"), (Money(currency="EUR", minor=1), CurrencyMismatch, "spent")],
)
def test_an_account_is_in_the_programmes_currency_and_not_below_zero(spent: Money, refusal: Any, field: str) -> None:
    wish = FileFinalAccount(project=PROJECT, spent=spent, account_sha256="a" * 64)
    after().when(wish, by=chen).refused(refusal, field=field)


def test_what_was_overpaid_by_the_piece_is_owed_even_without_closing_rules() -> None:
    """20,440 were paid ahead, services for 7,000 accepted."""
    before = steps(accepted_services({"groups": 7}), a_paid_tranche("first"))
    done = given(a_delivered_purchase({"groups": 7}, before), put(judged(), by=yao, at=on("09-15")))
    assert open_duties(done.project()) == ("unspent",)
    done.when(CLOSE, by=STORY).nothing_new()
    back = done.when(returned(13_440), by=tang).then_once(UnspentReturned, FundsReturned)
    back.when(CLOSE, by=STORY).then(ProjectClosed)


def test_what_was_overpaid_by_the_piece_is_owed_after_a_failed_evaluation_too() -> None:
    """Otherwise it would pay to fail."""
    before = steps(accepted_services({"groups": 7}), a_paid_tranche("first"))
    failed = put(judged(scores=FAILED), by=yao, at=on("09-15"))
    done = given(a_delivered_purchase({"groups": 7}, before), failed)
    assert (done.project().earned, open_duties(done.project())) == (yuan(7_000), ("unspent",))
    done.when(returned(13_440), by=tang).then_once(UnspentReturned, FundsReturned)


def test_what_is_paid_by_the_piece_is_earned_whatever_was_spent() -> None:
    rules = purchase(closing={"final_account_required": True})
    counts = {"large-events": 7, "small-events": 7, "cases": 7, "groups": 7}
    paid = steps(a_delivered_purchase_of(rules, counts), a_paid_tranche("first"), a_paid_tranche("final"))
    settled = given(paid)
    (filed,) = settled.when(account(100), by=chen).events
    assert isinstance(filed, FinalAccountFiled)
    assert (filed.paid, filed.owed) == (yuan(51_100), yuan(0))


def a_delivered_purchase_of(rules: Rules, counts: dict[str, int]) -> Callable[[World], World]:
    return steps(accepted_services(counts, rules), a_delivered_purchase(counts), put(judged(), by=yao, at=on("09-15")))


# ── audit, publication, archive ──────────────────────────────────────────────────────────────────────────────────────


def test_an_auditor_may_file_the_report_but_not_who_evaluated_the_project() -> None:
    before = after()
    before.when(audit(), by=ma).then_once(AuditReportFiled)
    before.when(audit(), by=also(yao, "auditor")).refused(
        SamePerson, person="yao", step="FileAuditReport", earlier="SubmitEvaluation"
    )
    before.when(audit(), by=also(Actor(id="lin"), "auditor")).refused(SamePerson, earlier="CheckEligibility")
    before.when(audit(), by=lin).refused(RoleMissing)


def test_lottery_money_is_marked_where_its_use_is_published() -> None:
    unmarked = publication(marked=False)
    after().when(unmarked, by=lin).refused(NotAnswered, field="marked", missing="中国福利彩票公益金资助")
    after(rules=with_duties(marking=None)).when(unmarked, by=lin).then_once(UsePublished)
    after().when(publication(published_on=date(2026, 12, 31)), by=lin).refused(
        Malformed, field="published_on", rule="must not lie in the future"
    )


def test_files_of_every_class_are_archived_when_all_else_is_done_and_kept_for_their_years() -> None:
    before = after(put(account(30_000), by=chen), put(audit(), by=chen))
    before.when(archive(), by=lin).refused(DutiesOpen, duties="publication")
    ready = given(lambda _: before.world, put(publication(), by=lin))
    ready.when(archive("vouchers"), by=lin).refused(NotAnswered, field="files.retention", missing="procurement")
    ready.when(archive("vouchers", "procurement", "photos"), by=lin).refused(NotAnswered, unknown="photos")
    done = ready.when(archive(), by=lin).then_once(
        ProjectArchived(
            files=archive().files,
            keep_until=(
                KeepUntil(retention="procurement", until=date(2041, 12, 31)),
                KeepUntil(retention="vouchers", until=date(2056, 12, 31)),
            ),
        )
    )
    more = ArchiveProject(project=PROJECT, files=(*archive().files, archive().files[0]))
    done.when(more, by=lin).refused(StageNotOpen, stage="archive", now="archived")
    done.when(account(1), by=chen).refused(StageNotOpen, stage="final account", now="archived")
    other = FileAuditReport(project=PROJECT, auditor="Another", report_sha256="c" * 64)
    done.when(other, by=chen).refused(StageNotOpen, stage="audit report", now="archived")


def test_nothing_is_accounted_for_before_everything_is_paid() -> None:
    rules = a_programme(with_duties())
    unpaid = given(rules, an_evaluated_project())
    for wish, who in ((account(1), chen), (audit(), chen), (publication(), lin), (archive(), lin), (returned(1), tang)):
        unpaid.when(wish, by=who).refused(StageNotOpen, stage="everything paid", now="payments open")
        given(rules, a_concluded_agreement()).when(wish, by=who).refused(StageNotOpen, stage="settlement")


# ── the round ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_round_waits_for_the_duties_of_its_projects() -> None:
    wish = CloseRound(round=ROUND)
    after().when(wish, by=lin).refused(DutiesOpen, duties=PROJECT)
    given(a_settled_project()).when(wish, by=lin).then(RoundClosed, AllocationReturned)
    done = put(account(30_000), by=chen), put(audit(), by=chen), put(publication(), by=lin), put(archive(), by=lin)
    after(*done).when(wish, by=lin).refused(DutiesOpen, duties=PROJECT)
    after(*done, put(CLOSE, by=STORY)).when(wish, by=lin).then(RoundClosed, AllocationReturned)


def test_of_a_thousand_open_projects_the_first_few_are_named() -> None:
    """The beside-states are what the store reads for a round; here they are put together by hand."""
    world = after().world
    round_, project = world.get(Round, ROUND), world.get(Project, PROJECT)
    open_ones = {f"project:p{n:03}": replace(project, id=f"p{n:03}") for n in range(1_000)}
    with pytest.raises(DutiesOpen) as refused:
        list(CloseRound(round=ROUND).decide(round_, Funds((world.get(Fund, FUND),)), lin, world.now, open_ones))
    assert refused.value.fields["duties"] == ", ".join(f"p{n:03}" for n in range(NAMED_AT_MOST))


def test_a_project_that_was_given_up_keeps_no_round_open() -> None:
    gone = put(TerminateProject(project=PROJECT, reason="Dissolved."), by=lin)
    given(a_programme(with_duties()), a_concluded_agreement(), gone).when(CloseRound(round=ROUND), by=lin).then(
        RoundClosed, AllocationReturned
    )


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"publication_required": None}, "marking needs publication_required"),
        ({"retention": [CLOSING["retention"][0]] * 2}, "retention: procurement is named twice"),
        ({"retention": [CLOSING["retention"][0] | {"retention_years": 0}]}, "greater than or equal to 1"),
    ],
)
def test_closing_rules_that_make_no_sense_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        with_duties(**changes)


def test_an_archived_file_has_a_hash() -> None:
    with pytest.raises(ValidationError, match="sha256"):
        ArchivedFile.model_validate({"retention": "vouchers", "title": "x", "sha256": "short"})
