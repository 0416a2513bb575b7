"""One stored form for every event ever written, for ever: tests/events/<Name>.v<version>.json, as canonical JSON.

`python -m tests.domain.golden_events` writes the files that are missing, from the situations of the tests. It never overwrites:
what was stored once must be readable always. A changed event needs a new VERSION, an entry in EARLIER, and a new file.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from domain.agreement import GrantAward, LapseAward
from domain.application import WithdrawApplication
from domain.assigning import CompleteAssignment, SeatReviewers
from domain.claim import WithdrawClaim
from domain.closing import TerminateProject
from domain.completion import LapseCompletion, RemindCompletion
from domain.delivery import RecordOverdueReport, RemindReport
from domain.eligibility import CheckEligibility, EscalateEligibility, OpenEligibility
from domain.evaluation import EscalateEvaluation
from domain.fund import Fund
from domain.funds import Funds
from domain.gate import FileDocument, RecordTrancheDate
from domain.kernel import EVENTS, STORY, Event
from domain.notice import ConcludeNotice
from domain.payment import OrderPayment
from domain.payment_due import RecordLateTranche
from domain.person import EndRole
from domain.report_return import ReturnReport
from domain.rescheduling import CompleteMoves, MoveDeadlines, PublishCalendar, TakeCalendar
from domain.review import ConcludeReview, DeclareConflict, OpenReview, RemindReviewers
from domain.roadshow import ConcludeRoadshow
from domain.selection import CloseAssessment
from domain.slot import CloseSlot
from domain.stored_form import payload_of
from domain.tranche import RefuseTranche
from tests.controls import (
    FAILED,
    FUND,
    PROGRAMME,
    PROJECT,
    ROUND,
    answer,
    apply_with,
    chen,
    evaluate,
    extend,
    extend_round,
    findings,
    gao,
    he,
    jin,
    li,
    lin,
    on,
    pay,
    prizes,
    shen,
    song,
    tang,
    tranches_of,
    wang,
    yao,
    yuan,
)
from tests.domain import closing_in_days, lives_after_selection, lives_underway
from tests.domain.closing import a_settled_one, account, archive, audit, publication, returned
from tests.domain.purchasing import a_delivered_purchase, accepted_services, judged
from tests.domain.test_call import LED
from tests.domain.test_claim import claim, three_presented, to_be_granted
from tests.domain.test_completion import COMPLETE, RETURN
from tests.domain.test_conflict import belongs, recusing
from tests.domain.test_contribution import a_recorded, an_accepted, refuse_contribution
from tests.domain.test_dispersion import dispersed, three
from tests.domain.test_eligibility import C7, check
from tests.domain.test_optimisation import a_plan
from tests.domain.test_panel import ILL, replace
from tests.domain.test_payee import AGREE, DECLINE, change
from tests.domain.test_payment import failed, with_orders
from tests.domain.test_payment_due import paid_within
from tests.domain.test_recusal import a_request, decide, on_request
from tests.domain.test_refund import refund, revoked
from tests.domain.test_register import BAN, GRADE, LIFT, PLACE, affiliation
from tests.domain.test_reviewer_draw import DRAW, committed
from tests.domain.test_slot import scored
from tests.domain.test_sources import a_pooled_round
from tests.domain.test_sponsorship import came_in, held_up
from tests.domain.test_stages import a_final
from tests.domain.test_tally import GIFTS, VOTES, put_all
from tests.domain.test_ties import COMMIT, with_ties
from tests.domain.test_vote import a_counted_vote
from tests.situations import (
    a_closed_call,
    a_closed_round,
    a_concluded_agreement,
    a_delivered_project,
    a_granted_award,
    a_paid_tranche,
    a_panel,
    a_presented_project,
    a_programme,
    a_ranked_round,
    a_requested_tranche,
    a_submitted_report,
    an_application,
    an_approved_tranche,
    an_invited_project,
    an_objection,
    an_open_review,
    an_open_round,
    an_organisation,
    people,
)
from tests.world import World, given, put

FOLDER = Path(__file__).parent.parent / "events"
P = PROJECT
_end = EndRole(person="li", role="reviewer", scope="fenghua-micro", reason="Moved away")
_return = ReturnReport(project=P, report="mid-term", reason="The list of children is missing.")


def _silence_at_the_desk(world: World) -> World:
    for moment in ("04-07", "04-15", "04-23"):
        world = put(ConcludeReview(project=P), by=STORY, at=on(moment, "00:00"))(world)
    return world


def _money_comes_back(world: World) -> World:
    """The payment failed and was made again; then a part of it was given back, unspent."""

    def funds() -> Funds:
        return Funds((world.get(Fund, FUND),))

    world = world.with_events(*funds().reverse("bank-first"))
    world = world.with_events(*funds().disburse(ROUND, P, yuan(15_000), "bank-2"))
    return world.with_events(*funds().take_back(ROUND, P, yuan(1_000), "bank-3"))


def of_panels() -> tuple[tuple[Callable[[World], World], ...], ...]:
    """Recusals, replacements, withdrawals, and reviewers too far apart."""
    asked = a_programme(on_request()), a_request()
    return (
        (*asked, put(decide(granted=True), by=lin), put(ILL, by=li), put(replace("zhao"), by=lin)),
        (*asked, put(decide(granted=False), by=lin)),
        (a_programme(recusing()), a_panel(), belongs("wang"), put(OpenReview(project=P), by=STORY)),
        (a_plan(), put(SeatReviewers(project=P), by=STORY), put(CompleteAssignment(round=ROUND), by=STORY)),
        (committed(), put(DRAW, by=lin), put(SeatReviewers(project=P), by=STORY)),
        (dispersed(range_at_most=30), three(90, 80, 50), put(ConcludeReview(project=P), by=STORY)),
    )


def _completed(world: World) -> World:
    world = put(COMPLETE, by=chen)(world)
    world = put(check("intake"), by=lin, at=on("03-23"))(world)
    return put(OpenEligibility(project=P), by=STORY)(world)


LIVES: tuple[tuple[Callable[[World], World], ...], ...] = (
    (a_paid_tranche(), _money_comes_back),
    (a_pooled_round(), a_paid_tranche()),
    (an_accepted(), a_recorded("second"), put(refuse_contribution("second"), by=lin)),
    (a_closed_round(),),
    (an_open_round(), put(extend_round("call-closes", "03-27"), by=lin)),
    (a_concluded_agreement(), put(extend("report", "08-31", "mid-term"), by=lin)),
    (
        a_programme(tranches_of({"kind": "date", "days_after_agreement": 30})),
        a_concluded_agreement(),
        put(FileDocument(project=P, tranche="t1", document="invoice", sha256="b" * 64), by=chen),
        put(RecordTrancheDate(project=P, tranche="t1"), by=STORY, at=on("05-28")),
    ),
    (
        a_programme(paid_within(15)),
        a_concluded_agreement(),
        put(RecordLateTranche(project=P, tranche="first"), by=STORY, at=on("06-01")),
    ),
    (
        a_programme(with_orders()),
        an_approved_tranche(),
        put(OrderPayment(project=P, tranche="first"), by=song),
        put(failed(f"{P}/first/1"), by=song),
        put(OrderPayment(project=P, tranche="first"), by=song),
        put(pay(), by=song),
        put(failed("bank-1"), by=song),
        put(change(), by=chen),
        put(DECLINE, by=lin),
        put(change("Another team"), by=chen),
        put(AGREE.model_copy(update={"payee": "Another team"}), by=lin),
    ),
    (people(), put(_end, by=shen)),
    (people(), an_organisation(), put(affiliation(), by=lin)),
    (an_organisation(), *(put(command, by=lin) for command in (GRADE, PLACE, BAN, LIFT))),
    (a_programme(LED), an_open_round(), put(apply_with(leader="chen"), by=chen, at=on("03-10"))),
    (a_granted_award(), put(WithdrawApplication(project=P, reason="Our room burned down."), by=chen)),
    (an_application(), put(CheckEligibility(project=P, findings=findings(budget="No receipts.")), by=lin)),
    (*C7, put(RETURN, by=lin), put(RemindCompletion(project=P), by=STORY, at=on("03-17")), _completed),
    (*C7, put(RETURN, by=lin), put(LapseCompletion(project=P), by=STORY, at=on("03-18"))),
    (an_application(), put(EscalateEligibility(project=P), by=STORY, at=on("03-28"))),
    (an_open_review(), put(DeclareConflict(project=P, reason="My sister works there."), by=wang)),
    (an_open_review(), put(RemindReviewers(project=P), by=STORY, at=on("04-03")), _silence_at_the_desk),
    (an_invited_project(), put(ConcludeRoadshow(project=P), by=STORY, at=on("04-19"))),
    (a_presented_project(percent=10), a_ranked_round()),
    (an_objection(), put(answer(upheld=False), by=lin)),
    (
        an_objection(),
        put(answer(upheld=True), by=lin),
        put(ConcludeNotice(round=ROUND), by=STORY, at=on("04-25")),
        put(GrantAward(project=P), by=STORY),
    ),
    (a_granted_award(), put(LapseAward(project=P), by=STORY, at=on("05-11"))),
    (a_requested_tranche(), put(RefuseTranche(project=P, tranche="first", reason="The account is closed."), by=gao)),
    (a_submitted_report(), put(_return, by=lin)),
    (
        a_concluded_agreement(),
        put(RemindReport(project=P, report="mid-term"), by=STORY, at=on("07-06")),
        put(RecordOverdueReport(project=P, report="mid-term"), by=STORY, at=on("07-20")),
    ),
    (a_delivered_project(), put(EscalateEvaluation(project=P), by=STORY, at=on("09-23"))),
    (a_delivered_project(), put(evaluate(FAILED), by=yao)),
    (a_final(),),
    *lives_after_selection.LIVES,
    (
        an_application(),
        put(PublishCalendar(programme=PROGRAMME, holidays=(date(2026, 3, 26),)), by=shen, at=on("03-24")),
        put(TakeCalendar(round=ROUND), by=STORY),
        put(MoveDeadlines(project=P), by=STORY),
        put(CompleteMoves(round=ROUND), by=STORY),
    ),
    (
        a_settled_one(),
        put(account(29_000), by=chen),
        put(returned(1_000), by=tang),
        put(audit(), by=chen),
        put(publication(), by=lin),
        put(archive(), by=lin),
    ),
    closing_in_days.LATE_PUBLICATION,
    (accepted_services({"cases": 1}), a_delivered_purchase({"cases": 1}), put(judged(), by=yao, at=on("09-15"))),
    (
        put_all(VOTES, GIFTS),
        put(WithdrawApplication(project="other", reason="Our room burned down."), by=he),
        put(CloseAssessment(round=ROUND), by=lin),
    ),
    (a_programme(prizes()), a_granted_award()),
    (a_counted_vote(),),
    (
        three_presented(),
        put(claim(), by=jin),
        put(WithdrawClaim(round=ROUND, project="third", reason="A bad year."), by=jin),
    ),
    (to_be_granted(), came_in(20_000)),
    (to_be_granted(), came_in(15_000), held_up(), revoked(), put(refund(15_000), by=tang)),
    (a_programme(with_ties("draw")), a_closed_call(), put(COMMIT, by=lin)),
    *lives_underway.LIVES,
    (scored(70, 80, 90), put(CloseSlot(project=P), by=lin)),
    *of_panels(),
    (a_concluded_agreement(), put(TerminateProject(project=P, reason="The organisation has dissolved."), by=lin)),
)
"""Together these lives see every event there is."""


def examples() -> dict[str, Event]:
    """Stored name → the first such event in the lives."""
    found: dict[str, Event] = {}
    for life in LIVES:
        for _, event in given(*life).world.events:
            found.setdefault(event.stored_name(), event)
    return found


def write_missing() -> list[str]:
    written = []
    for name, event in sorted(examples().items()):
        file = FOLDER / f"{name}.json"
        if not file.exists():
            file.write_bytes(payload_of(event))
            written.append(name)
    return written


if __name__ == "__main__":
    print("written:", ", ".join(write_missing()) or "nothing, every event has its file")  # noqa: T201
    assert set(examples()) == set(EVENTS), f"no example of {set(EVENTS) - set(examples())}"
