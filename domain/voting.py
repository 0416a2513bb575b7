"""Voting 表决: approvers vote by name on an award, step by step; more than half, or two thirds, of all members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from domain.approval import ApprovalRefused, AwardApproved, with_approval
from domain.conflict import must_be_impartial
from domain.errors import AlreadyVoted, ConflictOfInterest, NotFound, NotOnBody, ReasonMissing, SamePerson, StageNotOpen
from domain.kernel import Actor, Aggregate, Role, Slug
from domain.organisation import Organisation
from domain.places import Approval, Choice, Vote
from domain.project import Project, ProjectCommand
from domain.reserve import moving_up
from domain.round import Round, RoundEvent
from domain.rules.approval import ApprovalRules, ApprovalStep


class AwardVoted(RoundEvent):
    """One named vote. Whoever is recused or abstains still counts among all members."""

    project: Slug
    step: Slug
    voter: Slug
    choice: Choice
    reason: str

    def apply(self, state: Round) -> Round:
        vote = Vote(self.choice, self.reason)
        approval = state.approvals[self.project].with_vote(self.step, self.voter, vote)
        approval = raised(approval, next(state.rules.each(ApprovalRules)))
        return with_approval(state, self.project, approval)


def raised(approval: Approval, rules: ApprovalRules) -> Approval:
    """In the next higher tier that has somebody to decide, where the present one's last step has nobody."""
    higher = approval
    while higher.nobody_left:
        above = rules.above(higher.tier)
        if above is None:
            return approval
        higher = replace(higher, tier=above)
    return higher


class VoteOnAward(ProjectCommand):
    """Vote on an award in one step of its approval, by name and once; a vote against has its reason, which is recorded.

    Who may not judge it can still say so (`recused`), so that nobody waits for their vote. Where nobody is left of those a step
    names, the next step decides, or the next higher tier (C13); it is refused only where there is none.

    Raises NotFound, StageNotOpen, NotOnBody (does not vote in this step), AlreadyVoted, SamePerson (voted in an earlier step,
    scored the project, or published the ranking), ConflictOfInterest (declared, derived, or acts for the applicant),
    ReasonMissing.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Organisation, Round)
    ROLES: ClassVar[tuple[Role, ...]] = ("approver",)
    step: Slug
    choice: Choice
    reason: str = ""

    def scopes(self, state: Project) -> frozenset[str] | None:
        rules = next(state.quoted.each(ApprovalRules), None) if state.quoted else None
        return state.scopes | (rules.bodies() if rules else frozenset())

    def organisations(self, state: Project) -> frozenset[str]:
        # Who acts for the applicant is the very one who steps aside.
        return frozenset() if self.choice == "recused" else super().organisations(state)

    def decide(
        self, project: Project, organisation: Organisation, round_: Round, by: Actor, at: datetime
    ) -> Iterator[RoundEvent]:
        approval = round_.approvals.get(project.id)
        if approval is None:
            raise NotFound(kind="award to approve", id=project.id)
        known = approval.of_step(self.step).get(by.id)
        if known is not None and known.choice == self.choice:
            return
        if known is not None:
            raise AlreadyVoted(person=by.id, project=project.id)
        round_.must_be("approval")
        if approval.decided or project.id in round_.vacated:
            raise StageNotOpen(stage="award to approve", now="decided")
        step = approval.step
        if step.id != self.step:
            raise StageNotOpen(stage=self.step, now=step.id)
        self.check_voter(project, step, by)
        if self.choice != "recused":
            self.check_independent(project, round_, approval, by)
            must_be_impartial(project, organisation, by.id, at)
        if self.choice == "against" and not self.reason.strip():
            raise ReasonMissing(field="reason")
        voted = AwardVoted(
            project=project.id, step=step.id, voter=by.id, choice=self.choice, reason=self.reason.strip()
        )
        yield voted
        yield from follows(voted.apply(round_), project.id, step, at)

    @staticmethod
    def check_voter(project: Project, step: ApprovalStep, by: Actor) -> None:
        """Named persons, members of the body, or any approver. Raises NotOnBody."""
        if step.of:
            votes = by.id in step.of
        elif step.body:
            # A role held everywhere is no membership: the body has its size.
            votes = ("approver", step.body) in by.grants
        else:
            votes = by.holds("approver", project.scopes)
        if not votes:
            raise NotOnBody(person=by.id, step=step.id)

    @staticmethod
    def check_independent(project: Project, round_: Round, approval: Approval, by: Actor) -> None:
        """Whoever proposed, scored or voted before does not vote again. Raises ConflictOfInterest, SamePerson."""
        if by.id in project.conflicted:
            raise ConflictOfInterest(person=by.id, reason="declared")
        earlier = {step: "VoteOnAward" for step in approval.votes if by.id in approval.of_step(step)}
        published = ["PublishRanking"] if round_.published_by == by.id else []
        for command in (*earlier.values(), *project.judged_by(by.id), *published):
            raise SamePerson(person=by.id, step="VoteOnAward", earlier=command)


def follows(round_: Round, project: str, step: ApprovalStep, at: datetime) -> Iterator[RoundEvent]:
    """What the vote decides: the award is approved or refused, the reserve moves up, the round goes on."""
    approval = round_.approvals[project]
    if approval.nobody_left or (approval.failed(step) and not approval.vacant(step)):
        reasons = tuple(vote.reason for vote in approval.of_step(step.id).values() if vote.choice == "against")
        refused = ApprovalRefused(project=project, step=step.id, reasons=reasons)
        yield refused
        yield from moving_up(refused.apply(round_), at)
    elif approval.agreed:
        approved = AwardApproved(project=project)
        yield approved
        yield from moving_up(approved.apply(round_), at)
