"""Award 授予: what happens around it.

An applicant declines, an honour is conferred, a story cannot grant, and an officer resumes or revokes.

The grant itself, with its money, is in agreement.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Literal

from domain.errors import StageNotOpen
from domain.fund import Fund
from domain.funds import Funds
from domain.kernel import Actor, Aggregate, Event, Role, Slug, Text
from domain.project import Project, ProjectCommand, ProjectEvent, StoryOfProject
from domain.reserve import leaving
from domain.round import Round, RoundCommand, RoundEvent
from domain.streams import To

Granting = Literal["RecordSelection", "GrantAward"]


class AwardDeclined(ProjectEvent):
    """The organisation does not take the award; the money goes back to the round."""

    declined_by: Slug
    reason: Text

    def apply(self, state: Project) -> Project:
        return state.ended("declined")


class AwardRevoked(ProjectEvent):
    """The award could not be granted, and the officer took it back: the place falls away."""

    revoked_by: Slug
    reason: Text

    def apply(self, state: Project) -> Project:
        return state.ended("revoked")


class HonourConferred(ProjectEvent):
    """A prize or grade without money: with it the project's way is over."""

    prize: Slug

    def apply(self, state: Project) -> Project:
        return state.ended("honoured")


class AwardHeldUp(ProjectEvent):
    """The round's story could not do this with the project: the officer is called, removes the cause, and resumes.

    `because_of` is the project that stands in the way, where it is one (nothing is funded twice, nobody leads two).
    """

    command: Granting
    refusal: str
    because_of: Slug | None = None

    def apply(self, state: Project) -> Project:
        return replace(state, held_up=(state.stage, self.command, self.refusal, self.because_of or ""))


class AwardsResumed(RoundEvent):
    """Every project is told and granted again what it has not got."""

    def apply(self, state: Round) -> Round:
        return replace(state, stage="published")


class DeclineAward(ProjectCommand):
    """The organisation does not take what it was selected for, until the agreement is concluded; the reserve moves up.

    Raises NotFound, StageNotOpen.
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round, Fund)
    ROLES: ClassVar[tuple[Role, ...]] = ("applicant",)
    reason: Text

    def scopes(self, state: Project) -> frozenset[str] | None:
        return frozenset({state.organisation})

    def decide(self, project: Project, round_: Round, funds: Funds, by: Actor, at: datetime) -> Iterator[Event | To]:
        if project.outcome == "declined":
            return
        project.must_be("notice", "agreement")
        yield AwardDeclined(declined_by=by.id, reason=self.reason)
        yield from leaving(round_, project.id, "declined", at)
        yield from funds.release(project.round, project.id)


class RevokeAward(ProjectCommand):
    """An award that was held up is not granted any more (a sponsor never pays, another award stands in the way).

    Else nobody but the applicant could end such a project, and its round could never be closed. The reserve moves up. Not while
    the awards are being granted: then the story may grant it at any moment. What a sponsor has paid in is given back to them
    (`RefundSponsorship`). Raises NotFound, StageNotOpen (also: it is not held up).
    """

    ON: ClassVar[tuple[type[Aggregate], ...]] = (Project, Round)
    reason: Text

    def decide(self, project: Project, round_: Round, by: Actor, at: datetime) -> Iterator[Event]:
        if project.outcome == "revoked":
            return
        project.must_be("notice")
        if project.held_up is None or project.held_up[0] != "notice":
            raise StageNotOpen(stage="award held up", now="award not held up")
        if round_.stage in {"published", "award"}:
            raise StageNotOpen(stage="award held up", now="awards being granted")
        yield AwardRevoked(revoked_by=by.id, reason=self.reason)
        yield from leaving(round_, project.id, "revoked", at)


class RecordHoldUp(StoryOfProject):
    """What a story put for this project was refused: on record, so that it does not wait unseen."""

    command: Granting
    refusal: str
    because_of: Slug | None = None

    def decide(self, project: Project, by: Actor, at: datetime) -> Iterator[ProjectEvent]:
        held_up = AwardHeldUp(command=self.command, refusal=self.refusal, because_of=self.because_of)
        if project.exists and not project.over and held_up.apply(project) != project:
            yield held_up


class ResumeAwards(RoundCommand):
    """The cause is removed: the story tells and grants once more whatever is missing. Raises NotFound, StageNotOpen."""

    def decide(self, round_: Round, by: Actor, at: datetime) -> Iterator[RoundEvent]:
        if round_.stage in {"published", "award"}:
            return
        round_.must_be("running")
        yield AwardsResumed()
