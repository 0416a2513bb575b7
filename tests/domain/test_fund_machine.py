"""Whatever is asked of a fund, in whatever order and however often: disbursed ≤ committed ≤ allocated ≤ received.

A machine puts random commands about two rounds and eight projects into one world. Each is put twice: the second time nothing
happens. What is refused changes nothing.
"""

from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.agreement import CompleteAwards, GrantAward, LapseAward
from domain.application import ApplicationSubmitted, WithdrawApplication
from domain.closing import CloseRound
from domain.delivery import DeliveryCompleted, ReportAccepted, ReportSubmitted
from domain.errors import Refused
from domain.fund import Fund
from domain.kernel import STORY, Actor, Command
from domain.notice import NoticeConcluded
from domain.payment import ReportPaymentFailed
from domain.project import Project
from domain.result import ProjectSelected
from domain.round import Round
from domain.rules import Rules
from domain.tranche import ApproveTranche, RefuseTranche, RequestTranche, VerifyTranche
from tests.controls import (
    FAILED,
    FUND,
    RULES,
    apply_with,
    chen,
    evaluate,
    gao,
    lin,
    luo,
    on,
    open_round,
    pay,
    receive,
    report,
    sign,
    song,
    tang,
    yao,
    yuan,
)
from tests.situations import a_fund, a_programme
from tests.world import World, given

ROUNDS = ("spring", "autumn")
PROJECTS = {f"p{n}": ROUNDS[n % 2] for n in range(8)}
rounds, projects = st.sampled_from(ROUNDS), st.sampled_from(tuple(PROJECTS))
tranches, amounts = st.sampled_from(("first", "second", "final")), st.integers(1, 60_000)
references = st.sampled_from([f"bank-{n}" for n in range(30)])
seldom = st.integers(0, 2).map(lambda n: n == 1)
"""What ends a life is asked less often than what prolongs it."""
LATE = on("12-01")


class Money(RuleBasedStateMachine):
    world: World

    @initialize()
    def begin(self) -> None:
        self.world = given(a_programme(RULES), a_fund(yuan(70_000))).world

    @rule(project=projects, times=st.integers(1, 12), data=st.data())
    def live_on(self, project: str, times: int, data: st.DataObject) -> None:
        """The next right things for a project, so that long lives are seen too."""
        for _ in range(times):
            self.next_right_thing(project, data)

    def next_right_thing(self, project: str, data: st.DataObject) -> None:
        tranche = data.draw(tranches)
        match self.world.get(Project, project).stage:
            case "":
                self.open_a_round(PROJECTS[project], 30_000)
                self.publish_an_award(project, data.draw(st.integers(1, 30_000)))
            case "notice":
                self.grant(project)
            case "agreement":
                self.sign(project)
            case "delivery" if data.draw(st.booleans()):
                self.deliver(project)
            case "evaluation" if data.draw(st.booleans()):
                self.put(evaluate(project=project), yao)
            case "delivery" | "evaluation" | "settlement":
                self.ask_verify_and_approve(project, tranche)
                self.pay(project, tranche, data.draw(references))
            case _:
                self.complete_the_awards(PROJECTS[project])

    def put(self, command: Command, by: Actor) -> None:
        before = self.world
        try:
            after = before.put(command, by=by)
        except Refused:
            return  # and nothing has changed
        self.world = after
        with suppress(Refused):  # said to be done already, or
            assert after.decided(command, by) == (), "the second time nothing new happens"

    @rule(amount=amounts, reference=references)
    def receive(self, amount: int, reference: str) -> None:
        self.put(receive(yuan(amount), reference), tang)

    @rule(round_=rounds, budget=st.sampled_from((40_000, 20_000, 60_000)))
    def open_a_round(self, round_: str, budget: int) -> None:
        self.put(open_round(round=round_, budget=yuan(budget)), lin)

    @rule(project=projects, award=amounts)
    def publish_an_award(self, project: str, award: int) -> None:
        """As far as the fund is concerned: the project has a published award, and the round's notice has passed."""
        round_ = self.world.get(Round, PROJECTS[project])
        if round_.exists and round_.stage != "closed" and not self.world.get(Project, project).exists:
            self.world = with_award(self.world, project, round_.id, award, RULES)

    @rule(project=projects)
    def grant(self, project: str) -> None:
        self.put(GrantAward(project=project), STORY)

    @rule(round_=rounds)
    def complete_the_awards(self, round_: str) -> None:
        self.put(CompleteAwards(round=round_), STORY)

    @rule(project=projects)
    def sign(self, project: str) -> None:
        self.put(sign("organisation", project=project), chen)
        self.put(sign("bureau", project=project), lin)

    @rule(project=projects, really=seldom)
    def lapse(self, project: str, really: bool) -> None:
        if not really:
            return
        here = self.world.now
        self.world = self.world.at(LATE)
        self.put(LapseAward(project=project), STORY)
        self.world = self.world.at(here)

    @rule(project=projects, really=seldom)
    def withdraw(self, project: str, really: bool) -> None:
        if really:
            self.put(WithdrawApplication(project=project, reason="x"), chen)

    @rule(project=projects, tranche=tranches)
    def ask_verify_and_approve(self, project: str, tranche: str) -> None:
        self.put(RequestTranche(project=project, tranche=tranche, payee="Qinghe"), chen)
        self.put(VerifyTranche(project=project, tranche=tranche), gao)
        self.put(ApproveTranche(project=project, tranche=tranche), luo)

    @rule(project=projects, tranche=tranches)
    def refuse(self, project: str, tranche: str) -> None:
        self.put(RefuseTranche(project=project, tranche=tranche, reason="x"), gao)

    @rule(project=projects, tranche=tranches, reference=references)
    def pay(self, project: str, tranche: str, reference: str) -> None:
        self.put(pay(tranche, reference, project), song)

    @rule(project=projects, tranche=tranches, reference=references, amount=st.integers(1, 15_000))
    def pay_a_part(self, project: str, tranche: str, reference: str, amount: int) -> None:
        self.put(pay(tranche, reference, project).model_copy(update={"amount": yuan(amount)}), song)

    @rule(project=projects, tranche=tranches, data=st.data())
    def fail(self, project: str, tranche: str, data: st.DataObject) -> None:
        """A payment there was comes back."""
        known = self.world.get(Project, project).tranches.get(tranche)
        if known is not None and known.remittances:
            reference = data.draw(st.sampled_from([each.reference for each in known.remittances]))
            failure = {"project": project, "tranche": tranche, "reference": reference, "reason": "x"}
            self.put(ReportPaymentFailed.model_validate(failure), song)

    @rule(project=projects)
    def deliver(self, project: str) -> None:
        if self.world.get(Project, project).stage == "delivery":
            self.world = delivered(self.world, project)

    @rule(project=projects, scores=st.sampled_from([evaluate().scores, FAILED]))
    def evaluate(self, project: str, scores: tuple[object, ...]) -> None:
        self.put(evaluate(project=project).model_copy(update={"scores": scores}), yao)

    @rule(round_=rounds, really=seldom)
    def close(self, round_: str, really: bool) -> None:
        if really:
            self.put(CloseRound(round=round_), lin)

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def no_yuan_is_there_twice(self) -> None:
        fund = self.world.get(Fund, FUND)
        assert sum(fund.allocated.values()) <= fund.received
        for round_ in ROUNDS:
            disbursed, committed = fund.disbursed.get(round_, 0), fund.committed.get(round_, 0)
            assert 0 <= disbursed <= committed <= fund.allocated.get(round_, 0)
            promised = sum(fund.promised.get(project, 0) for project, where in PROJECTS.items() if where == round_)
            assert fund.outstanding_in(round_) == promised

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def the_fund_and_the_projects_agree(self) -> None:
        fund = self.world.get(Fund, FUND)
        for id_ in PROJECTS:
            project = self.world.get(Project, id_)
            owed = sum(t.left.minor for t in project.tranches.values() if t.status not in {"paid", "forfeited"})
            assert fund.promised.get(id_, 0) == (owed if project.stage not in {"closed", "ended"} else 0)
        paid = sum(t.paid.minor for id_ in PROJECTS for t in self.world.get(Project, id_).tranches.values())
        assert paid == sum(fund.disbursed.values())


def with_award(
    world: World,
    project: str,
    round_: str,
    award: int,
    rules: Rules,
    *,
    field: str = "children",
    sponsor: str | None = None,
) -> World:
    wish = apply_with(project, round=round_, ask=yuan(award), field=field)
    content = wish.model_dump(exclude={"project"}) | {
        "programme": rules.id,
        "fund": FUND,
        "submitted_by": "chen",
        "eligibility_due": LATE,
        "rules_version": 1,
        "rules": rules,
    }
    return world.with_events(
        (f"project:{project}", ApplicationSubmitted.model_validate(content)),
        (f"project:{project}", ProjectSelected(rank=1, total=9_000, award=yuan(award), sponsor=sponsor)),
        (f"round:{round_}", NoticeConcluded(objections=0)),
    )


def delivered(world: World, project: str) -> World:
    content = report().model_dump(exclude={"project", "report"}, exclude_none=True) | {"people_served": 45}
    for id_ in ("mid-term", "final"):
        submitted = ReportSubmitted.model_validate(
            content | {"report": id_, "submitted_by": "chen", "people_served": 45}
        )
        accepted = ReportAccepted(report=id_, activities=2, people_served=45)
        world = world.with_events((f"project:{project}", submitted), (f"project:{project}", accepted))
    return world.with_events((f"project:{project}", DeliveryCompleted()))


TestMoney = Money.TestCase
TestMoney.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
