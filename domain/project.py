"""Project 项目: one application and everything that follows from it, until it is closed. One stream is its whole replay.

Here is its state; the verbs are in their topics' files: application, review, roadshow, result, agreement, tranche,
delivery, midterm, visit, coaching, change, suspension, evaluation, extension, termination, clawback, closing. The part of the
state between the agreement and the end is in underway. The nouns are in indicator, assessment, tranche_chain and progress.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from domain.assessment import Assessment, Panel, Recusal
from domain.budget import BudgetLine
from domain.errors import NotFound, StageNotOpen
from domain.form import Answer
from domain.indicator import IndicatorPlan
from domain.kernel import Aggregate, Command, Event, Money, Role, Slug, aggregate, nothing
from domain.progress import NO_CLOSING, Closing, Completion
from domain.rules import AnyStage, Rules
from domain.rules.approval import ApprovalRules
from domain.rules.contribution import ContributionKind
from domain.rules.indicator import IndicatorRule
from domain.rules.roadshow import RoadshowRules
from domain.rules.selection import RankingRules
from domain.rules.terms import StageRule
from domain.sources import Part
from domain.underway import Underway

Stage = Literal[
    "",
    "eligibility",
    "review",
    "roadshow",
    "selection",
    "notice",
    "agreement",
    "delivery",
    "evaluation",
    "settlement",
    "clawback",
    "closed",
    "ended",
]
PAYING: tuple[Stage, ...] = ("delivery", "evaluation", "settlement")
"""The stages in which tranches are asked for and paid."""


@dataclass(frozen=True)
class Contribution:
    """配套: what came in beside the award, as it was recorded; it counts once it is accepted."""

    kind: ContributionKind
    amount: Money
    hours: int | None
    source: str
    evidence_sha256: str
    received_on: date
    recorded_by: str
    status: Literal["recorded", "accepted", "refused"] = "recorded"


@aggregate
@dataclass(frozen=True, kw_only=True)
class Project(Underway):
    kind = "project"
    stage: Stage = ""
    outcome: str = ""
    quoted: Rules | None = None
    programme: str = ""
    round: str = ""
    fund: str = ""
    """The one behind its round, or the first of several."""
    sources: tuple[Part, ...] = ()
    """Which fund gives how much of the award, where several stand behind the round."""
    contributions: Mapping[str, Contribution] = dataclasses.field(default_factory=nothing)
    """What it has beside the award."""
    organisation: str = ""
    field: str = ""
    ask: Money | None = None
    indicators: tuple[IndicatorPlan, ...] = ()
    plan: str = ""
    budget: tuple[BudgetLine, ...] = ()
    answers: tuple[Answer, ...] = ()
    leader: str = ""
    application: str = ""
    """Fingerprint of what was handed in."""
    applied_by: str = ""
    eligibility_due: datetime | None = None
    eligibility_overdue: bool = False
    checked_by: Mapping[str, str] = dataclasses.field(default_factory=nothing)
    """Check → who decided it."""
    completions: Mapping[str, Completion] = dataclasses.field(default_factory=nothing)
    """Check → its return for completion, for those that had one."""
    fixed: frozenset[str] = frozenset()
    """Deadlines an officer fixed to a day: neither a changed calendar nor a longer call moves them."""
    step: str = ""
    """The stage's id in the programme; `stage` is its kind. In a shortlist, `stage` is "selection" like in a selection."""
    assessments: Mapping[str, Assessment] = dataclasses.field(default_factory=nothing)
    """Stage's id → its review or roadshow, for those begun."""
    conflicted: frozenset[str] = frozenset()
    """People who stepped aside: from every panel of the project, also from those to come."""
    recusals: Mapping[str, Recusal] = dataclasses.field(default_factory=nothing)
    """Person → what the applicant asked about them."""
    award: Money | None = None
    prize: str = ""
    """The prize or grade that fixed the award, or the honour without one."""
    sponsor: str = ""
    """Who pays the award, where the budget did not reach the project and a sponsor claimed it."""
    claimed_by: str = ""
    """The person who claimed it for the sponsor."""
    sponsored: Mapping[str, Money] = dataclasses.field(default_factory=nothing)
    """Reference → what the sponsor has paid in under it."""
    refunded: Mapping[str, Money] = dataclasses.field(default_factory=nothing)
    """Reference → what of it was given back to the sponsor."""
    reserve: int = 0
    """Its place on the reserve list as it was told; 0: never on it."""
    organisation_grade: str | None = None
    """Of the organisation, when it applied."""
    held_up: tuple[str, str, str, str] | None = None
    """(stage, command, refusal, project in the way or ""): what the round's story could not do with the project there."""
    sign_by: datetime | None = None
    signatures: Mapping[str, tuple[str, str]] = dataclasses.field(default_factory=nothing)
    """Side → (person, SHA-256 of the document)."""
    begun_on: date | None = None
    """The day of the agreement, or of the award where there is none: from it delivery is reckoned."""
    closing: Closing = NO_CLOSING

    @property
    def exists(self) -> bool:
        return bool(self.stage)

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset({self.id, self.programme, self.round, self.organisation, self.fund, *self.funds})

    @property
    def persons(self) -> tuple[str, ...]:
        """Whose streams are read: before the award its leader's, where a leader has one project at a time.

        Later whoever is to lead it from now on, where that is asked for: who consents to it has to tell them.
        """
        if self.stage == "notice":
            rule = self.rules.call.one_at_a_time
            return (self.leader,) if rule is not None and rule.leaders and self.leader else ()
        asked = (change.diff.leader for change in self.changes.values() if change.status == "requested")
        return tuple(leader.now for leader in asked if leader is not None)

    @property
    def funds(self) -> tuple[str, ...]:
        """The funds behind its award; before there is one, that behind its round."""
        return tuple(dict.fromkeys(part.fund for part in self.sources)) or ((self.fund,) if self.fund else ())

    @property
    def correlation(self) -> str:
        return self.round

    @property
    def rules(self) -> Rules:
        """The rules this project began under, quoted by its first event. Raises NotFound."""
        if self.quoted is None:
            raise NotFound(kind="project", id=self.id)
        return self.quoted

    @property
    def matched(self) -> Money:
        """Matched money proven: the accepted contributions of the kinds that count. Raises NotFound."""
        counted = [c for c in self.contributions.values() if c.status == "accepted" and c.kind in self.rules.counted]
        return Money(currency=self.rules.currency, minor=sum(c.amount.minor for c in counted))

    @property
    def over(self) -> bool:
        return self.stage in {"closed", "ended"}

    def must_be(self, *stages: Stage) -> None:
        """Raises NotFound, StageNotOpen."""
        if not self.exists:
            raise NotFound(kind="project", id=self.id)
        if self.stage not in stages:
            raise StageNotOpen(stage=stages[0], now=self.stage)

    @property
    def now(self) -> Assessment:
        """The review or roadshow of the present stage."""
        return self.assessment(self.step)

    def assessment(self, step: str) -> Assessment:
        """The review or roadshow of that stage; an empty one where it has not begun."""
        return self.assessments.get(step, Assessment(panel=Panel(conflicted=self.conflicted)))

    def score_of(self, step: str) -> int | None:
        return self.assessment(step).score

    def panels(self) -> Mapping[str, Panel]:
        """Stage's id → its panel, where there is one."""
        return {step: assessment.panel for step, assessment in self.assessments.items()}

    @property
    def own_people(self) -> frozenset[str]:
        """Who leads it, and who applied with it: whatever roles they hold as well, they judge and decide nothing about it."""
        return frozenset({self.leader, self.applied_by} - {""})

    def judged_by(self, person: str) -> Iterator[str]:
        """The commands by which this person scored it."""
        for id_, panel in self.panels().items():
            if person in panel.scored:
                judged = isinstance(self.rules.stages[self.rules.place_of(id_)], RoadshowRules)
                yield "ScoreRoadshow" if judged else "SubmitReview"

    def must_be_at(self, rule: StageRule, stage: Stage) -> None:
        """The project is in this very stage. Raises NotFound, StageNotOpen."""
        self.must_be(stage)
        if self.step != rule.id:
            raise StageNotOpen(stage=rule.id, now=self.step)

    def must_not_be_past(self, rule: StageRule) -> None:
        """The project is in this stage or before it. Raises NotFound, StageNotOpen."""
        self.must_be("eligibility", "review", "roadshow", "selection")
        if self.rules.place_of(self.step) > self.rules.place_of(rule.id) or self.award is not None:
            raise StageNotOpen(stage=rule.id, now=self.step)

    @property
    def completion(self) -> Completion | None:
        """What is waited for from the applicant before the present check goes on; None where nothing is."""
        found = self.completions.get(self.step) if self.stage == "eligibility" else None
        return None if found is None or found.done else found

    @property
    def unopened(self) -> bool:
        """Whether the project has come to a check whose days have not begun."""
        return self.stage == "eligibility" and self.eligibility_due is None and self.completion is None

    def with_completion(self, step: str, completion: Completion) -> Project:
        return replace(self, completions=MappingProxyType({**self.completions, step: completion}))

    def with_assessment(self, step: str, **changes: Any) -> Project:
        changed = replace(self.assessment(step), **changes)
        return replace(self, assessments=MappingProxyType({**self.assessments, step: changed}))

    def recusing(self, person: str) -> Project:
        """Without this person on any panel, begun or to come."""
        changed = {step: replace(each, panel=each.panel.recused(person)) for step, each in self.assessments.items()}
        return replace(self, assessments=MappingProxyType(changed), conflicted=self.conflicted | {person})

    def entering(self, rule: AnyStage) -> Project:
        """In that stage; a ranking is waited for as "selection", whatever it decides."""
        stage = "selection" if isinstance(rule, RankingRules | ApprovalRules) else rule.kind
        return replace(self, stage=stage, step=rule.id)

    def onward(self) -> Project:
        """In the stage that the rules have after the present one."""
        following = self.rules.after(self.step)
        assert following is not None, f"{self.step} is the last stage"
        return self.entering(following)

    @property
    def aims(self) -> tuple[IndicatorRule | IndicatorPlan, ...]:
        """What is to be reached: the programme's own indicators, and those the applicant promised."""
        return (*self.rules.indicators, *self.indicators)

    @property
    def read_aims(self) -> frozenset[str]:
        """The indicators whose numbers are read off and told; the others are counted piece by piece."""
        counted = {rule.id for rule in self.rules.indicators if rule.itemised}
        return frozenset(aim.id for aim in self.aims) - counted

    def with_contribution(self, id_: str, **changes: Any) -> Project:
        changed = replace(self.contributions[id_], **changes)
        return replace(self, contributions=MappingProxyType({**self.contributions, id_: changed}))

    def ended(self, outcome: str) -> Project:
        return replace(self, stage="ended", outcome=outcome)


class ProjectEvent(Event):
    OF = Project


class ProjectCommand(Command):
    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project,)
    ROLES: ClassVar[tuple[Role, ...]] = ("officer",)
    project: Slug

    def organisations(self, state: Project) -> frozenset[str]:
        return frozenset({state.organisation} - {""})

    def interested(self, state: Project) -> frozenset[str]:
        return state.own_people if self.organisations(state) else frozenset()


class StoryOfProject(ProjectCommand):
    """What only the project's story does, when the time has come."""

    ROLES: ClassVar[tuple[Role, ...]] = ("story",)
