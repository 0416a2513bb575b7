"""A town that plays any programme in memory: people who do their duties, and people who do what they like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from domain.drawing import commitment_to
from domain.errors import Refusal
from domain.kernel import SYSTEM, Actor, Role
from domain.project import Project
from domain.round import Round
from domain.rules import Rules
from domain.rules.review import ReviewRules
from domain.rules.roadshow import RoadshowRules
from domain.rules.ties import DRAW
from domain.sponsored import refundable, unpaid
from tests.programmes import cast
from tests.programmes.answers import Answers
from tests.programmes.cast import Entry, Row, Wish, director_of
from tests.programmes.closing_answers import sha
from tests.workflows.rehearsal import Rehearsal
from tests.world import World

FUND, ROUND = "the-fund", "the-round"
APPROVERS = (cast.APPROVER, "approver-2", "approver-3")
LAST_APPROVER = "approver-4"
"""Somebody is left who does not step aside."""
BOARD = cast.body("board", 3)
_ENDLESS = 600


class Town(Answers):
    """Three projects of two organisations in one round, and everybody who has to do with them."""

    def __init__(self, rules: Rules, budget: int = 60_000) -> None:
        self.rules, self.round_id, self.judges = rules, ROUND, 3
        self.stage: Any = Rehearsal(World(now=cast.BEGIN))
        self.sessions: dict[str, datetime] = {}
        field = rules.fields[0].id
        asks = (("p1", "o1", 80), ("p2", "o2", 75), ("p3", "o1", 70))
        self.entry = {id_: Entry(id_, o, field, cast.yuan(30_000), percent) for id_, o, percent in asks}
        self.now = self.stage.now()
        self.trouble: list[str] = []
        self.log: list[str] = []
        self.payments = 0
        self.open(budget)

    def say(self, who: str | Actor, command: str, **content: Any) -> Refusal | None:
        before = len(self.stage.world.events)
        refused: Refusal | None = self.stage.say(SYSTEM if who == "canopy" else who, command, content)
        events = [type(event).__name__ for _, event in self.stage.world.events[before:]]
        self.log.append(f"{self.stage.now():%m-%d %H:%M} {who}: {command} {content} → {refused or events}")
        self.stage.rest()
        return refused

    def must(self, who: str, command: str, **content: Any) -> None:
        refused = self.say(who, command, **content)
        assert refused is None, f"{command}: {refused}"

    def open(self, budget: int) -> None:
        people: list[tuple[str, Role | str, str]] = [(who, role, "*") for who, role in cast.ROLES.items()]
        people += [(who, "approver", "*") for who in (*APPROVERS[1:], LAST_APPROVER)] + [
            (who, "approver", "board") for who in BOARD
        ]
        people += [(director_of(each), "applicant", each) for each in ("o1", "o2")]
        for who, role, scope in people:
            self.must("canopy", "RegisterPerson", person=who, name=who)
            self.must("canopy", "GrantRole", person=who, role=role, scope=scope)
        for each in ("o1", "o2"):
            known = {"name": each, "type": self.rules.call.organisation_types[0], "registered_on": "2015-05-04"}
            code = cast.credit_code(each)
            self.must(cast.OFFICER, "RegisterOrganisation", organisation=each, credit_code=code, **known)
        self.must(cast.STEWARD, "PublishProgramme", programme=self.rules.id, rules=self.rules.model_dump(mode="json"))
        purposes = [self.rules.purpose, "claims"]
        self.must(cast.TRUSTEE, "OpenFund", fund=FUND, name="资金池", purposes=purposes)
        money = {"source": "财政", "received_on": "2026-03-02", "purpose": self.rules.purpose}
        self.must(cast.TRUSTEE, "ReceiveFunds", fund=FUND, amount="CNY 200000.00", reference="in", **money)
        about: dict[str, Any] = {
            "title": {"zh": "批次", "en": "Round"},
            "opens_on": "2026-03-09",
            "closes_on": "2026-03-20",
        }
        self.must(
            cast.OFFICER,
            "OpenRound",
            round=ROUND,
            programme=self.rules.id,
            fund=FUND,
            budget=str(cast.yuan(budget)),
            **about,
        )
        self.wait()
        for entry in self.entry.values():
            self.must(director_of(entry.organisation), "SubmitApplication", **self.application(entry))
        self.log.clear()

    def application(self, entry: Entry) -> dict[str, Any]:
        aim = {"id": "people", "name": "受益人数", "unit": "人", "baseline": 0, "target": 100}
        return {
            "project": entry.project,
            "round": ROUND,
            "organisation": entry.organisation,
            "title": entry.project,
            "field": entry.field,
            "plan": "As described.",
            "ask": str(entry.ask),
            "budget": [{"item": "activities", "amount": str(entry.ask)}],
            "indicators": [aim],
        }

    def round(self) -> Round:
        found: Round = self.stage.load(Round, ROUND)
        return found

    def duties(self) -> list[Row]:
        found: list[Row] = self.stage.duties()
        return found

    def all_projects(self) -> list[Project]:
        return [self.project(id_) for id_ in self.entry]

    def over(self) -> bool:
        return self.round().stage == "closed" and all(project.over for project in self.all_projects())

    # ── diligence ────────────────────────────────────────────────────────────────────────────────────────────────────

    def wishes(self, row: Row) -> Iterable[Wish]:
        answer = getattr(self, "on_" + re.sub("-", "_", row["kind"]), None)
        return answer(row) if answer is not None else ()

    def turn(self) -> bool:
        """Everybody does what waits for them. Whether anything came of it."""
        before = len(self.stage.world.events)
        for row in self.duties():
            for who, command, content in self.wishes(row):
                refused = self.say(who, command, **content)
                if refused is not None:
                    self.trouble.append(f"{row['kind']} of {row['subject']}: {command} refused: {refused}")
        return len(self.stage.world.events) > before

    def wait(self) -> bool:
        """Time passes until the next moment anybody waits for."""
        now = self.stage.now()
        moments = [at for at in (self.stage.next_moment(), *self.session_starts()) if at is not None and at > now]
        if moments:
            self.stage.move_to(min(moments))
            self.now = self.stage.now()
            self.log.append(f"── {self.stage.now():%m-%d %H:%M} ──")
        return bool(moments)

    def session_starts(self) -> list[datetime]:
        return [session.starts_at for session in self.round().sessions.values()]

    def live_on(self, until: str = "closed") -> None:
        """From here on everybody is diligent: whatever was done before, it comes to an end, or to that stage of the round."""
        for _ in range(_ENDLESS):
            if self.over() or (until != "closed" and self.round().stage == until):
                return
            self.look()
            if not self.turn() and not self.wait():
                raise AssertionError(self.tale("nothing goes on"))
        raise AssertionError(self.tale("no end"))

    def look(self) -> None:
        assert not self.stage.in_limbo(), self.tale(f"in limbo: {self.stage.in_limbo()}")
        assert not self.stage.untimed(), self.tale(f"no story waits for: {self.stage.untimed()}")

    def tale(self, what: str) -> str:
        stand = [f"{p.id}: {p.stage} {p.step} {p.outcome}" for p in self.all_projects()]
        here = [f"{r['kind']} {r['subject']} {r['part']} {r['role']} {r['person']}" for r in self.duties()]
        wait = [
            f"{stream}: {each.due} over={each.over} {each.story.now}" for stream, each in self.stage.running.items()
        ]
        lines = [
            what,
            *wait,
            f"round: {self.round().stage} {self.round().step}",
            *stand,
            *here,
            *self.trouble[-6:],
            *self.log,
        ]
        return "\n".join(lines)

    # ── duties the usual answers leave out, or answer too simply for a town like this ────────────────────────────────

    def on_completion(self, row: Row) -> Iterator[Wish]:
        director = director_of(self.entry[row["project"]].organisation)
        yield director, "CompleteApplication", {"project": row["project"], "stage": row["part"], "note": "Here it is."}

    def on_panel(self, row: Row) -> Iterator[Wish]:
        project = self.project(row["project"])
        rules = self._next(project, ReviewRules)
        panel = project.assessment(rules.id)
        wanted = max(rules.panel_size, panel.wanted) - len(panel.panel.sitting)
        free = [who for who in cast.REVIEWERS if who not in panel.panel.members and who not in project.conflicted]
        if free:
            content = {"project": project.id, "stage": rules.id, "reviewers": free[:wanted]}
            yield cast.OFFICER, "AssignReviewers", content

    def on_recusal(self, row: Row) -> Iterator[Wish]:
        content = {"project": row["project"], "person": row["part"], "granted": False, "reason": "No ground."}
        yield cast.OFFICER, "DecideRecusal", content

    def on_session(self, row: Row) -> Iterator[Wish]:
        yield from self.sessions_for({rule.id for rule in self.rules.each(RoadshowRules)})

    def sessions_for(self, steps: Iterable[str]) -> Iterator[Wish]:
        """A session ahead for each of these roadshows that has none to be invited to."""
        for step in sorted(steps):
            if self.session_ahead(step) is None:
                rules = self.rules.stage(RoadshowRules, step)
                number = sum(1 for session in self.round().sessions.values() if session.stage == step)
                name = f"{step}-{number}"
                content: dict[str, Any] = {"round": ROUND, "stage": step, "session": name, "place": "礼堂"}
                content["starts_at"] = (self.stage.now() + timedelta(days=4)).isoformat()
                content["judges"] = [who for who in cast.JUDGES if who not in self.partial()][:3]
                if rules.slots is not None and rules.slots.drawn:
                    content["commitment"] = commitment_to(sha(name))
                yield cast.OFFICER, "ScheduleRoadshow", content

    def partial(self) -> set[str]:
        return {who for project in self.all_projects() if not project.over for who in project.conflicted}

    def session_ahead(self, step: str) -> str | None:
        now = self.stage.now()
        return next(
            (
                id_
                for id_, session in self.round().sessions.items()
                if session.stage == step
                and session.starts_at > now
                and not session.order
                and not set(session.judges) & self.partial()
            ),
            None,
        )

    def on_invitation(self, row: Row) -> Iterator[Wish]:
        step = self.project(row["project"]).step
        yield from self.sessions_for([step])
        session = self.session_ahead(step)
        if session is not None:
            yield cast.OFFICER, "InviteToRoadshow", {"project": row["project"], "session": session}

    def on_draw(self, row: Row) -> Iterator[Wish]:
        session = self.round().sessions[row["part"]]
        if self.stage.now() >= session.starts_at - timedelta(days=1) or not any(
            project.stage == "roadshow" and not project.now.session for project in self.all_projects()
        ):
            yield cast.OFFICER, "DrawRunningOrder", {"round": ROUND, "session": row["part"], "seed": sha(row["part"])}

    def on_slot(self, row: Row) -> Iterator[Wish]:
        project = self.project(row["project"])
        now = project.now
        if self.stage.now() < (now.starts_at or cast.BEGIN):
            return
        if not now.on_stage:
            yield cast.OFFICER, "OpenSlot", {"project": project.id}
        elif not now.panel.silent:
            yield cast.OFFICER, "CloseSlot", {"project": project.id, "stage": project.step}

    def on_commitment(self, row: Row) -> Iterator[Wish]:
        yield cast.OFFICER, "CommitToTieDraw", {"round": ROUND, "commitment": commitment_to(sha(row["part"]))}

    def on_ranking(self, row: Row) -> Iterator[Wish]:
        drawn = DRAW in self.round().ranking.ties
        yield cast.OFFICER, "PublishRanking", {"round": ROUND} | ({"seed": sha(self.round().step)} if drawn else {})

    def on_vote(self, row: Row) -> Iterator[Wish]:
        project, _, step = row["part"].partition("/")
        approval = self.round().approvals[project]
        of = BOARD if approval.step.body else approval.step.of or (*APPROVERS, LAST_APPROVER)
        voted = {who for votes in approval.votes.values() for who in votes}
        for who in [who for who in of if who not in voted][: approval.step.needed]:
            yield who, "VoteOnAward", {"project": project, "step": step, "choice": "for"}

    def on_sponsorship(self, row: Row) -> Iterator[Wish]:
        self.payments += 1
        content = {"project": row["project"], "amount": str(unpaid(self.project(row["project"])))}
        content |= {"received_on": "2026-03-02", "reference": f"sponsor-{self.payments}"}
        yield cast.TRUSTEE, "ReceiveSponsorship", content

    def on_refund(self, row: Row) -> Iterator[Wish]:
        self.payments += 1
        content = {"project": row["project"], "amount": str(refundable(self.project(row["project"])))}
        content |= {"refunded_on": "2026-03-02", "reference": f"refund-{self.payments}"}
        yield cast.TRUSTEE, "RefundSponsorship", content

    def on_resumption(self, row: Row) -> Iterator[Wish]:
        yield cast.OFFICER, "ResumeProject", {"project": row["project"], "reason": "All is well."}

    def on_withdrawal(self, row: Row) -> Iterator[Wish]:
        yield cast.OFFICER, "RefuseWithdrawal", {"project": row["project"], "reason": "Stay."}

    def on_payment(self, row: Row) -> Iterator[Wish]:
        self.payments += 1
        for who, command, content in super().on_payment(row):
            yield who, command, content | {"reference": f"bank-{self.payments}"}

    def on_eligibility(self, row: Row) -> Iterator[Wish]:
        if self.round().stage != "call":
            yield from super().on_eligibility(row)
