"""What a programme file says: the rules of every stage, as data. No expressions, no method names.

One file a topic, under the same names as in every folder; here they are put together. Each part is a small class; a new kind of
rule is a new class. Numbers come from the programme's TOML and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, TypeVar

from pydantic import Field, model_validator

from domain.calendar import Calendar
from domain.errors import Malformed, NotFound
from domain.kernel import Money, Slug, Words
from domain.rules.agreement import AgreementRules
from domain.rules.application import EligibilityRules
from domain.rules.approval import ApprovalRules
from domain.rules.call import CallRules, FieldOfWork
from domain.rules.change import ChangeRules
from domain.rules.closing import ClosingRules
from domain.rules.conflict import ConflictRules
from domain.rules.contribution import COUNTED, ContributionKind, ContributionRules
from domain.rules.delivery import ReportRule
from domain.rules.evaluation import EvaluationRules
from domain.rules.fund import MoneyRules
from domain.rules.gate import DocumentRule, check_gate, check_matched
from domain.rules.indicator import IndicatorRule, check_indicators
from domain.rules.midterm import MidTermRules
from domain.rules.notice import NoticeRules
from domain.rules.payment import USUAL as USUAL_PAYMENTS
from domain.rules.payment import PaymentRules
from domain.rules.review import ReviewRules
from domain.rules.roadshow import RoadshowRules
from domain.rules.selection import RankingRules, SelectionRules, ShortlistRules
from domain.rules.tally import AnyTally
from domain.rules.termination import TerminationRules
from domain.rules.terms import Rule, StageRule, ids_differ
from domain.rules.ties import TIE_WORDS
from domain.rules.tranche import TrancheRule, check_plan
from domain.rules.visit import VisitRule

AnyStage = (
    EligibilityRules | ReviewRules | RoadshowRules | ShortlistRules | SelectionRules | ApprovalRules | NoticeRules
)
_S = TypeVar("_S", bound=StageRule)


class Rules(Rule):
    """A whole programme, as its file says it and as a project's first event quotes it.

    `stages` are what an application goes through until the award, in their order; `tallies` are what is counted beside them. The
    sections after these are what follows the award: a programme may have no agreement (prizes, grade awards), no reports, no
    evaluation, and then nobody waits for them.
    """

    format: Literal[2]
    id: Slug
    name: Words
    purpose: Slug
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    calendar: Calendar = Calendar()
    fields: tuple[FieldOfWork, ...] = Field(min_length=1)
    call: CallRules
    conflicts: ConflictRules | None = None
    stages: tuple[Annotated[AnyStage, Field(discriminator="kind")], ...] = Field(min_length=1)
    tallies: tuple[AnyTally, ...] = ()
    agreement: AgreementRules | None = None
    tranches: tuple[TrancheRule, ...] = Field(min_length=1)
    payments: PaymentRules | None = None
    documents: tuple[DocumentRule, ...] = ()
    reports: tuple[ReportRule, ...] = ()
    mid_term: MidTermRules | None = None
    visits: tuple[VisitRule, ...] = ()
    evaluation: EvaluationRules | None = None
    changes: ChangeRules | None = None
    termination: TerminationRules | None = None
    money: MoneyRules | None = None
    contributions: ContributionRules | None = None
    indicators: tuple[IndicatorRule, ...] = ()
    closing: ClosingRules | None = None

    @model_validator(mode="after")
    def _sound(self) -> Rules:
        ids_differ("fields", (f.id for f in self.fields))
        ids_differ("stages", (s.id for s in self.stages))
        for each in (*self.stages, *self.tallies):
            if each.id in TIE_WORDS:
                raise ValueError(f"{each.id} is a way to break ties and cannot be the id of a stage or tally")
        ids_differ("stages and tallies", (s.id for s in (*self.stages, *self.tallies)))
        ids_differ("tranches", (t.id for t in self.tranches))
        ids_differ("reports", self.report_ids)
        ids_differ("visits", (id_ for visit in self.visits for id_ in visit.ids))
        ids_differ("indicators", (i.id for i in self.indicators))
        self._stages_follow()
        self._checks_are_apart()
        self._tallies_count()
        self._awards_fit()
        ids_differ("documents", (d.id for d in self.documents))
        check_plan(self.tranches, self.currency, self.call.ask_at_most)
        self.paying.check_currency(self.currency)
        self._gates_can_open()
        for name, amount in self.call.amounts():
            if amount.currency != self.currency:
                raise ValueError(f"{name} is in {amount.currency}, the programme in {self.currency}")
        check_indicators(self.indicators, self.call.ask_at_most, evaluated=self.evaluation is not None)
        return self

    @property
    def paying(self) -> PaymentRules:
        """How tranches are approved and paid: one approver and no orders, where the programme says nothing else."""
        return self.payments or USUAL_PAYMENTS

    def _gates_can_open(self) -> None:
        """What a tranche waits for is something the programme has. Raises ValueError."""
        has = {
            "report": set(self.report_ids),
            "document": {document.id for document in self.documents},
            "indicator": {indicator.id for indicator in self.indicators if not indicator.itemised},
            "agreement": {""} if self.agreement else set(),
            "mid-term": {""} if self.mid_term else set(),
            "evaluation": {""} if self.evaluation else set(),
        }
        if self.mid_term and self.mid_term.begins_after_report not in {None, *has["report"]}:
            raise ValueError(
                f"the mid-term evaluation begins after report {self.mid_term.begins_after_report}, which does not exist"
            )
        for tranche in self.tranches:
            check_gate(tranche.id, tranche.gate, has)
            check_matched(tranche.id, tranche.gate, self.currency)

    def _stages_follow(self) -> None:
        """Each stage can be reached, and what it reckons with was there before it. Raises ValueError."""
        scored = {tally.id for tally in self.tallies}
        for stage in self.stages:
            if isinstance(stage, RankingRules):
                for id_ in stage.reckons_with:
                    if id_ not in scored:
                        raise ValueError(f"stage {stage.id} reckons with {id_}, which gives no score before it")
            if isinstance(stage, ReviewRules | RoadshowRules):
                scored.add(stage.id)
        self._after_the_selection()

    def _after_the_selection(self) -> None:
        """One selection, then at most one approval, then at most one public notice. Raises ValueError."""
        order = (SelectionRules, ApprovalRules, NoticeRules)
        come = 0
        for stage in self.stages:
            place = next((n for n, kind in enumerate(order, start=1) if isinstance(stage, kind)), 0)
            if come == 0 and isinstance(stage, ApprovalRules):
                raise ValueError(f"stage {stage.id} comes before a selection: there is nothing to approve yet")
            if come == 0 and isinstance(stage, NoticeRules):
                raise ValueError(f"stage {stage.id} comes before a selection: there is nothing to show yet")
            if come and place < 2:
                raise ValueError(f"stage {stage.id} comes after the selection and cannot be reached")
            if come and place <= come:
                raise ValueError(f"stage {stage.id} comes too late: one approval and one public notice, in this order")
            come = max(come, place)
        if not come:
            raise ValueError("stages need a selection, which says who gets an award")

    def _checks_are_apart(self) -> None:
        """Whom a check is apart from made one before it; only the first can count from the receipt. Raises ValueError."""
        before: set[str] = set()
        for check in self.each(EligibilityRules):
            if check.counted_from is not None and check != self.stages[0]:
                raise ValueError(f"stage {check.id} is not the first: its days are counted from when it is opened")
            for id_ in check.apart_from:
                if id_ not in before:
                    raise ValueError(f"stage {check.id} is apart from {id_}, which is no check before it")
            before.add(check.id)

    def _tallies_count(self) -> None:
        """Each tally is reckoned with in some ranking, as a tally. Raises ValueError."""
        tallies = {tally.id for tally in self.tallies}
        unused = set(tallies)
        for ranking in self.each(RankingRules):
            unused -= set(ranking.reckons_with)
            for share in ranking.shares:
                if (share.tally is not None) != (share.of in tallies):
                    raise ValueError(f"stage {ranking.id} names {share.of} as what it is not: stage or tally")
        for id_ in sorted(unused):
            raise ValueError(f"tally {id_} is reckoned with in no ranking")

    @property
    def purposes(self) -> tuple[str, ...]:
        """The programme's purpose, and those of its fields."""
        return tuple(dict.fromkeys((self.purpose, *(f.purpose for f in self.fields if f.purpose))))

    def purposes_of(self, field: str) -> tuple[str, ...]:
        """What money for a project of this field may be given for: the field's own purpose first, then the programme's."""
        own = next((f.purpose for f in self.fields if f.id == field), None)
        return tuple(dict.fromkeys((own or self.purpose, self.purpose)))

    @property
    def counted(self) -> tuple[ContributionKind, ...]:
        """The kinds of contribution that count as matched money."""
        return self.contributions.counted if self.contributions else COUNTED

    @property
    def returned_to(self) -> Literal["fund", "round"]:
        """Where money that a project gives back is free again."""
        return self.money.returned_to if self.money else "fund"

    def tally(self, id_: str) -> AnyTally:
        """Raises NotFound."""
        for tally in self.tallies:
            if tally.id == id_:
                return tally
        raise NotFound(kind="tally", id=id_)

    def _awards_fit(self) -> None:
        """Quotas are for fields of the programme, amounts in its currency. Raises ValueError."""
        fields = {field.id for field in self.fields}
        amounts = list[tuple[str, Money]]()
        for stage in self.stages:
            if isinstance(stage, SelectionRules):
                for quota in stage.quotas:
                    if quota.field not in fields:
                        raise ValueError(f"stage {stage.id} has a quota for {quota.field}, which is no field")
                amounts += stage.amounts()
            if isinstance(stage, ApprovalRules):
                amounts += ((f"tier of {stage.id}", tier.up_to) for tier in stage.tiers if tier.up_to is not None)
        for name, amount in amounts:
            if amount.currency != self.currency:
                raise ValueError(f"{name} is in {amount.currency}, the programme in {self.currency}")

    def indicator(self, id_: str) -> IndicatorRule:
        """Raises NotFound."""
        for indicator in self.indicators:
            if indicator.id == id_:
                return indicator
        raise NotFound(kind="indicator", id=id_)

    def each(self, kind: type[_S]) -> Iterator[_S]:
        """The stages of one kind, in their order."""
        return (stage for stage in self.stages if isinstance(stage, kind))

    def stage(self, kind: type[_S], id_: str) -> _S:
        """The stage of that kind and id. Raises NotFound."""
        for stage in self.each(kind):
            if stage.id == id_:
                return stage
        raise NotFound(kind="stage", id=id_)

    def meant(self, kind: type[_S], id_: str | None) -> _S:
        """The stage of that kind named, or the only one there is. Raises NotFound, Malformed."""
        if id_ is not None:
            return self.stage(kind, id_)
        found = tuple(self.each(kind))
        if not found:
            raise NotFound(kind="stage", id=str(kind.model_fields["kind"].default))
        if len(found) > 1:
            raise Malformed(field="stage", rule="must name one of " + ", ".join(stage.id for stage in found))
        return found[0]

    @property
    def report_ids(self) -> tuple[str, ...]:
        """Of every report there will be, each of a rhythm's counted."""
        return tuple(id_ for report in self.reports for id_ in report.ids)

    def report(self, id_: str) -> ReportRule:
        """The rule that asks for this report. Raises NotFound."""
        for rule in self.reports:
            if id_ in rule.ids:
                return rule
        raise NotFound(kind="report", id=id_)

    def place_of(self, id_: str) -> int:
        """How many stages come before this one."""
        return next(place for place, stage in enumerate(self.stages) if stage.id == id_)

    def after(self, id_: str) -> AnyStage | None:
        """The stage that follows; None after the last."""
        following = self.place_of(id_) + 1
        return self.stages[following] if following < len(self.stages) else None
