"""Sponsors' money in whatever order and however often: no project is ever paid from what came in for another one.

The machine of test_fund_machine.py, in which half of the projects are paid by sponsors, all under one purpose of the rules.
"""

from __future__ import annotations

from datetime import date

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from domain.closing import TerminateProject
from domain.fund import Fund
from domain.gate import missing
from domain.ledger import own
from domain.project import PAYING, Project
from domain.round import Round
from domain.sponsored import paid_in
from domain.sponsorship import ReceiveSponsorship
from tests.controls import FUND, lin, tang, yuan
from tests.domain import test_fund_machine as single
from tests.domain.test_claim import PURPOSES, with_claims
from tests.domain.test_fund_machine import PROJECTS, amounts, projects, references, seldom
from tests.domain.test_funds_machine import in_order
from tests.domain.test_refund import refund
from tests.situations import a_fund, a_programme
from tests.world import given

SPONSORED = frozenset({"p1", "p2", "p5", "p6"})
RULES = with_claims()
LAST_WAITS = RULES.model_validate(
    RULES.model_dump()
    | {
        "tranches": [
            each.model_dump() | ({"gate": {"kind": "funding"}} if each.id == "final" else {}) for each in RULES.tranches
        ]
    }
)


class SponsorsMoney(single.Money):
    @initialize()
    def begin(self) -> None:
        self.world = given(a_programme(LAST_WAITS), a_fund(yuan(70_000), purposes=PURPOSES)).world
        for round_ in single.ROUNDS:
            self.open_a_round(round_, 30_000)

    @rule(project=projects, award=amounts)
    def publish_an_award(self, project: str, award: int) -> None:
        round_ = self.world.get(Round, PROJECTS[project])
        if round_.exists and round_.stage != "closed" and not self.world.get(Project, project).exists:
            sponsor = f"Sponsor of {project}" if project in SPONSORED else None
            self.world = single.with_award(self.world, project, round_.id, award, LAST_WAITS, sponsor=sponsor)

    @rule(project=st.sampled_from(sorted(SPONSORED)), amount=amounts, reference=references, all_of_it=st.booleans())
    def a_sponsor_pays(self, project: str, amount: int, reference: str, all_of_it: bool) -> None:
        state = self.world.get(Project, project)
        wanted = state.award - paid_in(state) if all_of_it and state.award else yuan(amount)
        if wanted.minor > 0:
            content = {"project": project, "amount": wanted, "received_on": date(2026, 4, 27), "reference": reference}
            self.put(ReceiveSponsorship.model_validate(content), tang)

    @rule(project=projects, really=seldom)
    def terminate(self, project: str, really: bool) -> None:
        if really:
            self.put(TerminateProject(project=project, reason="x"), lin)

    @rule(project=st.sampled_from(sorted(SPONSORED)), amount=amounts, reference=references)
    def money_goes_back_to_a_sponsor(self, project: str, amount: int, reference: str) -> None:
        self.put(refund(amount, reference, project), tang)

    # ── what is always true ──────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def the_fund_and_the_projects_agree(self) -> None:
        """What is promised is what is left of the tranches, as far as the sponsor has paid in."""
        fund = self.world.get(Fund, FUND)
        for id_ in PROJECTS:
            project = self.world.get(Project, id_)
            owed = sum(t.left.minor for t in project.tranches.values() if t.status not in {"paid", "forfeited"})
            if id_ in SPONSORED and project.exists:
                owed = min(owed, paid_in(project).minor - sum(t.paid.minor for t in project.tranches.values()))
            assert fund.promised.get(id_, 0) == (owed if project.stage not in {"closed", "ended"} else 0)

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def a_sponsors_money_is_for_their_project_only(self) -> None:
        fund = self.world.get(Fund, FUND)
        for id_ in PROJECTS:
            purposes = {stake.purpose for stake in fund.stakes_of(id_)}
            assert purposes <= ({own("sponsored", id_)} if id_ in SPONSORED else {"community-service"})
            if id_ in SPONSORED and self.world.get(Project, id_).exists:
                received = -fund.balances.get(("received", own("sponsored", id_)), 0)
                state = self.world.get(Project, id_)
                assert received == paid_in(state).minor - sum(back.minor for back in state.refunded.values())
                assert fund.promised_to(id_) + fund.paid_to(id_) <= received
        for purpose in {purpose for _, purpose in fund.balances}:
            in_order(fund.balances, purpose)

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def a_tranche_whose_gate_is_open_can_be_paid(self) -> None:
        fund = self.world.get(Fund, FUND)
        for id_ in SPONSORED:
            project = self.world.get(Project, id_)
            final = project.tranches.get("final")
            if final is None or project.stage not in PAYING or final.status == "forfeited":
                continue
            if not missing(project, final, self.world.now).said:
                assert final.left.minor <= fund.promised_to(id_)


TestSponsorsMoney = SponsorsMoney.TestCase
TestSponsorsMoney.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
