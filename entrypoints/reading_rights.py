"""Who may read what: one table, read model by role. The domain says who may act; this says who may look.

A role reaches, of the rows of a read model:

    all     every row: public figures
    scope   those of what the role was granted for: a programme, round, fund, project, organisation, or "*"
    own     those of the organisations the person acts for
    panel   those of projects on whose panel the person sits, not recused and without a conflict of interest
    self    those that name the person; as reviewer or judge none of a project they have a conflict of interest with
    -       none
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from domain.conflict import derived
from domain.event_store import EventStore
from domain.kernel import AGGREGATES, EVERYWHERE
from domain.organisation import Organisation
from domain.person import Person
from domain.project import Project
from domain.round import Round
from domain.rules.approval import ApprovalRules
from domain.rules.review import ReviewRules
from domain.rules.roadshow import RoadshowRules
from domain.rules.terms import StageRule
from entrypoints.blinding import Blindfold, is_blind

Row: TypeAlias = Mapping[str, Any]

_TABLE = """
                 steward officer auditor funder trustee verifier approver payer evaluator reviewer judge applicant resident mentor
project_history  scope   scope   scope   scope  scope   scope    scope    scope scope     panel    panel own       -         scope
reviewer_queue   scope   scope   scope   scope  -       -        -        -     -         self     self  -         -         -
assignments      scope   scope   scope   -      -       -        -        -     -         -        -     -         -         -
review_scores    scope   scope   scope   scope  -       -        -        -     -         self     self  -         -         -
duties           scope   scope   scope   scope  scope   scope    scope    scope scope     self     self  own       -         self
deadlines        scope   scope   scope   scope  -       -        -        -     scope     self     self  own       -         self
tranche_board    scope   scope   scope   scope  scope   scope    scope    scope scope     -        -     own       -         -
payment_orders   scope   scope   scope   scope  scope   scope    scope    scope -         -        -     own       -         -
fund_balance     scope   scope   scope   scope  scope   scope    scope    scope -         -        -     -         -         -
organisation_projects scope scope scope  scope  scope   scope    scope    scope scope     -        -     own       -         -
notice_board     all     all     all     all    all     all      all      all   all       all      all   all       all       all
roadshow_board   all     all     all     all    all     all      all      all   all       all      all   all       all       all
round_funnel     all     all     all     all    all     all      all      all   all       all      all   all       all       all
programme_totals all     all     all     all    all     all      all      all   all       all      all   all       all       all
round_totals     all     all     all     all    all     all      all      all   all       all      all   all       all       all
"""
_HEAD, *_LINES = (line.split() for line in _TABLE.strip().splitlines())
RIGHTS: Mapping[str, Mapping[str, str]] = {name: dict(zip(_HEAD, cells, strict=True)) for name, *cells in _LINES}
"""Read model → role → reach. A replay is read like project_history."""
assert len(RIGHTS) == len(_LINES), "a read model has one line"

_JUDGING = frozenset({"reviewer", "judge"})
OPENS_SEALS = frozenset({"steward", "officer", "auditor", "funder"})
"""Roles that see scores before their stage is concluded. Everybody else sees their own only."""
OPENS_BALLOTS = "auditor"
"""The only role that sees who voted for whom; everybody else sees what a vote came to."""


def reaches(person: Person, model: str) -> dict[str, str]:
    """Role → how far it reaches in the read model, for the roles the person holds; none for an unknown read model."""
    held = {role for role, _ in person.grants}
    return {role: reach for role, reach in RIGHTS.get(model, {}).items() if reach != "-" and role in held}


@dataclass
class Gaze:
    """One person looking at one read model: which rows they see, and by which roles. Lives for one question."""

    store: EventStore
    person: Person
    model: str
    _scopes: dict[str, frozenset[str]] = field(default_factory=dict)
    _projects: dict[str, Project] = field(default_factory=dict)
    _partial: dict[str, bool] = field(default_factory=dict)
    _blindfolds: dict[str, Blindfold | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reaches = reaches(self.person, self.model)
        self._granted = {
            role: frozenset(scope for granted, scope in self.person.grants if granted == role) for role in self.reaches
        }

    @property
    def sees_everything(self) -> bool:
        everywhere = {role for role in self.reaches if self._unlimited(role)}
        return bool(everywhere & {OPENS_BALLOTS} if self.model == "project_history" else everywhere)

    @property
    def is_wide(self) -> bool:
        """Whether a role reaches further than to the person's own affairs."""
        return bool({"all", "scope"} & set(self.reaches.values()))

    def _unlimited(self, role: str) -> bool:
        return self.reaches[role] == "all" or (
            self.reaches[role] == "scope" and EVERYWHERE in self._granted.get(role, frozenset())
        )

    def roles_for(self, row: Row) -> frozenset[str]:
        """The person's roles that reach this row."""
        return frozenset(role for role, reach in self.reaches.items() if _SEES[reach](self, role, row))

    def opens_seals_of(self, row: Row) -> bool:
        return bool(OPENS_SEALS & self.roles_for(row)) and not self.is_concerned(row)

    def is_concerned(self, row: Row) -> bool:
        """Whether the person judges the row's project, or belongs to it: seals hold for them in whatever other role they look."""
        kind, _, id_ = str(row.get("stream") or row.get("subject", "")).partition(":")
        if kind != "project" or not self._may_be_concerned:
            return False
        project = self.project(id_)
        sits = any(self.person.id in panel.sitting for panel in project.panels().values())
        return sits or self.person.actor.belongs_to(project.organisation) or self.is_partial(id_)

    @property
    def _may_be_concerned(self) -> bool:
        """Whether it is worth looking: the person judges somewhere, applies for somebody, or leads a project."""
        return bool({role for role, _ in self.person.grants} & {*_JUDGING, "applicant"} or self.person.leads)

    def sees_by_scope(self, role: str, row: Row) -> bool:
        if role != OPENS_BALLOTS and str(row.get("stream", "")).startswith("poll:"):
            return False
        granted = self._granted[role]
        if EVERYWHERE in granted or granted & self.scopes(row):
            return True
        return role == "approver" and bool(granted & self.bodies(row))

    def sees_as_own(self, role: str, row: Row) -> bool:
        organisation = row.get("organisation")
        kind, _, id_ = str(row.get("stream", "")).partition(":")
        if kind == "project":
            organisation = self.project(id_).organisation
        elif kind == "organisation":
            organisation = id_
        return organisation is not None and self.person.actor.belongs_to(organisation)

    def sees_from_panel(self, role: str, row: Row) -> bool:
        kind, _, id_ = str(row.get("stream", "")).partition(":")
        if kind != "project":
            return False
        project = self.project(id_)
        of: type[StageRule] = ReviewRules if role == "reviewer" else RoadshowRules
        return not self.is_partial(id_) and any(
            self.person.id in project.assessment(rule.id).panel.sitting for rule in project.rules.each(of)
        )

    def sees_self(self, role: str, row: Row) -> bool:
        kind, _, id_ = str(row.get("subject", "")).partition(":")
        if kind == "project" and role in _JUDGING and self.is_partial(id_):
            return False
        return row.get("person") == self.person.id or self.person.id in (row.get("late_persons") or ())

    def is_partial(self, id_: str) -> bool:
        """Whether the person may not judge the project: recused, or belonging to its organisation by the register of today."""
        if id_ not in self._partial:
            project = self.project(id_)
            self._partial[id_] = self.person.id in project.conflicted | project.own_people
            if not self._partial[id_] and project.exists and project.rules.conflicts is not None:
                organisation = self.store.load(Organisation, project.organisation)
                found = derived(project, organisation, self.person.id, self.store.now())
                self._partial[id_] = found is not None
        return self._partial[id_]

    def blindfold(self, row: Row) -> Blindfold | None:
        """What of the row's project is hidden from the person, as long as they see it as one of its blind reviewers only."""
        kind, _, id_ = str(row.get("stream") or row.get("subject", "")).partition(":")
        if kind != "project" or not self._may_be_concerned or not self.roles_for(row) <= _JUDGING:
            return None
        if id_ not in self._blindfolds:
            project = self.project(id_)
            self._blindfolds[id_] = Blindfold(self.store, project) if is_blind(project, self.person.id) else None
        return self._blindfolds[id_]

    def project(self, id_: str) -> Project:
        """As it is now, read once."""
        if id_ not in self._projects:
            self._projects[id_] = self.store.load(Project, id_)
        return self._projects[id_]

    def scopes(self, row: Row) -> frozenset[str]:
        """Every id a role may have been granted for, to see this row."""
        named = {row[part] for part in ("project", "round", "programme", "fund", "organisation") if row.get(part)}
        named |= {*(row.get("funds") or ())}
        if "stream" in row:  # of events: what their stream belongs to, and the round for which it was done
            named |= self._scopes_of(row["stream"]) | self._scopes_of(Round.stream_of(row["correlation"]))
        elif row.get("round") and not row.get("programme"):
            named |= self._scopes_of(Round.stream_of(row["round"]))
        return frozenset(named)

    def bodies(self, row: Row) -> frozenset[str]:
        """The bodies that vote on the round's awards (a board): their members see what they vote on."""
        id_ = row.get("round") or row.get("correlation")
        if not id_:
            return frozenset()
        round_ = self.store.load(Round, id_)
        approvals = round_.quoted.each(ApprovalRules) if round_.quoted else ()
        return frozenset(body for rules in approvals for body in rules.bodies())

    def _scopes_of(self, stream: str) -> frozenset[str]:
        if stream not in self._scopes:
            kind, _, id_ = stream.partition(":")
            state = self.project(id_) if kind == "project" else self.store.load(AGGREGATES[kind], id_)
            self._scopes[stream] = frozenset(scope for scope in state.scopes if scope)
        return self._scopes[stream]


_SEES: Mapping[str, Callable[[Gaze, str, Row], bool]] = {
    "all": lambda gaze, role, row: True,  # noqa: ARG005
    "scope": Gaze.sees_by_scope,
    "own": Gaze.sees_as_own,
    "panel": Gaze.sees_from_panel,
    "self": Gaze.sees_self,
}
