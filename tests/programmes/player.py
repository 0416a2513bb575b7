"""Plays a programme from its call to its last closing on the real stack: everybody answers what waits for them, at once.

What waits for whom is what the read model `duties` says; when nobody has anything to do, time moves to the next date that anybody
waits for. So a programme's test says only what is special about it: its entries, and what must have come out.
"""

from __future__ import annotations

import asyncio
import hashlib
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

from domain.commands import parse
from domain.errors import NotNow
from domain.kernel import SYSTEM, Money
from domain.project import Project
from domain.round import Round
from domain.rules import Rules
from domain.rules.application import EligibilityRules
from domain.rules.review import ReviewRules
from domain.rules.roadshow import RoadshowRules
from domain.rules.rubric import Rubric
from tests.programmes import cast
from tests.programmes.cast import Entry, director_of, organisations_of
from tests.stage import Stage

FOLDER = Path(__file__).parent.parent.parent / "programmes"
BEGIN = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
FUND, ROUND = "the-fund", "the-round"
_AT_ONCE = 6
_ENDLESS = 400

Row: TypeAlias = Mapping[str, Any]
Wish: TypeAlias = tuple[str, str, dict[str, Any]]
"""Who, which command, with what."""


def rules_of(name: str) -> Rules:
    """A programme as it is delivered, without holidays, so that the dates of a test are easy to follow."""
    return Rules.model_validate(tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")))


def points(rubric: Rubric, percent: int) -> list[dict[str, Any]]:
    return [{"criterion": line.id, "points": line.max_points * percent // 100} for line in rubric.lines]


@dataclass
class Player:
    """One round of a programme on a stage. `special` answers duties otherwise than everybody does."""

    stage: Stage
    rules: Rules
    entries: tuple[Entry, ...]
    budget: Money
    special: Mapping[str, Callable[[Row], Iterable[Wish]]] = field(default_factory=dict)
    panel: int = 3
    judges: int = 3

    def __post_init__(self) -> None:
        self.entry = {entry.project: entry for entry in self.entries}
        self.sessions: dict[str, datetime] = {}
        self.refused: list[str] = []

    # ── acting ───────────────────────────────────────────────────────────────────────────────────────────────────────

    async def say(self, who: Any, command: str, **content: Any) -> None:
        """Give a command as JSON, as the API and the command line do. Raises Refusal."""
        wish = parse(command, content)
        await asyncio.to_thread(self.stage.store.do, wish, by=who, command_id=str(uuid4()))

    async def all(self, wishes: Iterable[Wish]) -> int:
        """Carry out wishes, a few at a time; those whose moment has not come are left. How many were carried out."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(wish: Wish) -> int:
            who, command, content = wish
            async with gate:
                try:
                    await self.say(who, command, **content)
                except NotNow as refusal:
                    self.refused.append(f"{command}: {refusal}")
                    return 0
            return 1

        return sum(await asyncio.gather(*map(one, wishes)))

    async def set_up(self) -> None:
        """People, organisations, the programme, money, and a round whose call opens in a week for twelve days."""
        people = {**cast.ROLES} | {director_of(o): "applicant" for o in organisations_of(self.entries)}
        for who, role in people.items():
            scope = who.removeprefix("director-of-") if role == "applicant" else "*"
            await self.say(SYSTEM, "RegisterPerson", person=who, name=who)
            await self.say(SYSTEM, "GrantRole", person=who, role=role, scope=scope)
        await self.all(self._registrations())
        rules = self.rules
        await self.say(cast.STEWARD, "PublishProgramme", programme=rules.id, rules=rules.model_dump(mode="json"))
        await self.say(cast.TRUSTEE, "OpenFund", fund=FUND, name="资金池", purposes=[rules.purpose])
        money = {"amount": str(self.budget), "source": "财政", "received_on": "2026-03-02", "reference": "in-1"}
        await self.say(cast.TRUSTEE, "ReceiveFunds", fund=FUND, **money)
        await self.open_round()
        await self.stage.rest()
        await self.stage.next_deadline()

    async def open_round(self) -> None:
        opens, closes = BEGIN.date() + timedelta(days=7), BEGIN.date() + timedelta(days=18)
        await self.say(
            cast.OFFICER,
            "OpenRound",
            round=ROUND,
            programme=self.rules.id,
            title={"zh": "第一批", "en": "First round"},
            fund=FUND,
            budget=str(self.budget),
            opens_on=opens.isoformat(),
            closes_on=closes.isoformat(),
        )

    def _registrations(self) -> Iterator[Wish]:
        type_ = self.rules.call.organisation_types[0]
        for number, organisation in enumerate(organisations_of(self.entries)):
            yield (
                cast.OFFICER,
                "RegisterOrganisation",
                {
                    "organisation": organisation,
                    "name": organisation,
                    "type": type_,
                    "credit_code": cast.credit_code(number),
                    "registered_on": "2015-05-04",
                },
            )

    def application(self, entry: Entry) -> Wish:
        content = {
            "project": entry.project,
            "round": ROUND,
            "organisation": entry.organisation,
            "title": f"项目 {entry.project}",
            "field": entry.field,
            "plan": "As described.",
            "ask": str(entry.ask),
            "budget": [{"item": "activities", "amount": str(entry.ask)}],
            "indicators": [{"id": "people", "name": "受益人数", "unit": "人", "baseline": 0, "target": 100}],
        }
        return director_of(entry.organisation), "SubmitApplication", {**content, **entry.content}

    # ── playing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def play(self) -> None:
        """From the call to the last closing."""
        await self.set_up()
        await self.all(map(self.application, self.entries))
        for _ in range(_ENDLESS):
            await self.stage.rest()
            if not await self.turn() and not await self.wait():
                return
        raise AssertionError(f"no end: {self.refused[-5:]}, {await self.duties()}")

    async def turn(self) -> int:
        """Everybody does what waits for them and can be done now. How much was done."""
        wishes = [wish for row in await self.duties() for wish in self.answer(row)]
        return await self.all(_once(wishes))

    async def wait(self) -> bool:
        """Let time pass until the next date anybody waits for; False when there is none."""
        now = self.stage.store.now()
        dates = [at for at in self.sessions.values() if at > now]
        deadline = await asyncio.to_thread(self.stage.clock.next_deadline)
        if deadline is not None:
            dates.append(deadline)
        if dates:
            await self.stage.move_to(min(dates))
        return bool(dates)

    async def duties(self) -> list[dict[str, Any]]:
        head = await asyncio.to_thread(self.stage.store.head)
        return await asyncio.to_thread(self.stage.views.everything, "duties", {}, after=head, timeout=60.0)

    def answer(self, row: Row) -> Iterable[Wish]:
        special = self.special.get(row["kind"])
        usual = getattr(self, f"on_{row['kind'].replace('-', '_')}", None)
        answer = special or usual
        return answer(row) if answer is not None else ()

    def project(self, id_: str) -> Project:
        return self.stage.store.load(Project, id_)

    def round(self) -> Round:
        return self.stage.store.load(Round, ROUND)

    def projects(self) -> dict[str, Project]:
        return {id_: self.project(id_) for id_ in self.entry}

    # ── what people do about what waits for them ─────────────────────────────────────────────────────────────────────

    def on_eligibility(self, row: Row) -> Iterator[Wish]:
        project = self.project(row["project"])
        rules = self.rules.stage(EligibilityRules, project.step)
        findings = [{"criterion": each.id, "met": True} for each in rules.criteria]
        yield cast.OFFICER, "CheckEligibility", {"project": project.id, "stage": rules.id, "findings": findings}

    def on_panel(self, row: Row) -> Iterator[Wish]:
        project = self.project(row["project"])
        rules = self._next(project, ReviewRules)
        yield (
            cast.OFFICER,
            "AssignReviewers",
            {"project": project.id, "stage": rules.id, "reviewers": list(cast.REVIEWERS[: rules.panel_size])},
        )

    def on_review(self, row: Row) -> Iterator[Wish]:
        project = self.project(row["project"])
        rules = self.rules.stage(ReviewRules, project.step)
        scores = points(rules.rubric, self.entry[project.id].quality("review"))
        content = {"project": project.id, "stage": rules.id, "scores": scores, "comment": "已阅。"}
        yield row["person"], "SubmitReview", content

    def on_session(self, row: Row) -> Iterator[Wish]:
        now, round_ = self.stage.store.now(), self.round()
        begun = self.rules.place_of(round_.step)
        held = {session.stage for session in round_.sessions.values()}
        for rules in self.rules.each(RoadshowRules):
            if rules.id not in held and self.rules.place_of(rules.id) < begun:
                starts = now.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=10)
                self.sessions[rules.id] = starts
                content = {
                    "round": ROUND,
                    "stage": rules.id,
                    "session": rules.id,
                    "starts_at": starts.isoformat(),
                    "place": "礼堂",
                    "judges": list(cast.JUDGES[: self.judges]),
                }
                yield cast.OFFICER, "ScheduleRoadshow", content

    def on_invitation(self, row: Row) -> Iterator[Wish]:
        step = self.project(row["project"]).step
        if step in self.sessions:
            yield cast.OFFICER, "InviteToRoadshow", {"project": row["project"], "session": step}

    def on_roadshow(self, row: Row) -> Iterator[Wish]:
        project = self.project(row["project"])
        if self.stage.store.now() < (project.now.starts_at or BEGIN):
            return
        rules = self.rules.stage(RoadshowRules, project.step)
        scores = points(rules.rubric, self.entry[project.id].quality("roadshow"))
        yield row["person"], "ScoreRoadshow", {"project": project.id, "stage": rules.id, "scores": scores}

    def on_assessment(self, row: Row) -> Iterator[Wish]:
        yield cast.OFFICER, "CloseAssessment", {"round": row["round"]}

    def on_ranking(self, row: Row) -> Iterator[Wish]:
        yield cast.OFFICER, "PublishRanking", {"round": row["round"]}

    def on_vote(self, row: Row) -> Iterator[Wish]:
        """Whoever the step names votes for it; else any approver."""
        project, _, step = row["part"].partition("/")
        yield row["person"] or cast.APPROVER, "VoteOnAward", {"project": project, "step": step, "choice": "for"}

    def on_objection(self, row: Row) -> Iterator[Wish]:
        content = {"round": row["round"], "objection": row["part"], "upheld": False, "reason": "已核实，不成立。"}
        yield row["person"] or cast.SECOND_OFFICER, "AnswerObjection", content

    def on_reserve(self, row: Row) -> Iterator[Wish]:
        """Nobody gives an award back any more: once every agreement is concluded, the reserve is closed."""
        if not any(project.stage == "agreement" for project in self.projects().values()):
            yield cast.OFFICER, "CloseReserve", {"round": row["round"]}

    def on_grant(self, row: Row) -> Iterator[Wish]:
        yield cast.OFFICER, "ResumeAwards", {"round": row["round"]}

    def on_signature(self, row: Row) -> Iterator[Wish]:
        project = row["project"]
        document = hashlib.sha256(project.encode()).hexdigest()
        ours = row["role"] == "officer"
        who = cast.OFFICER if ours else director_of(self.entry[project].organisation)
        side = "bureau" if ours else "organisation"
        yield who, "SignAgreement", {"project": project, "side": side, "document_sha256": document}

    def on_report(self, row: Row) -> Iterator[Wish]:
        entry = self.entry[row["project"]]
        activities = [{"held_on": self._today().isoformat(), "title": "活动", "people_served": 60}]
        content = {"project": entry.project, "report": row["part"], "narrative": "如期。", "activities": activities}
        yield director_of(entry.organisation), "SubmitReport", content

    def on_acceptance(self, row: Row) -> Iterator[Wish]:
        yield cast.SECOND_OFFICER, "AcceptReport", {"project": row["project"], "report": row["part"]}

    def on_tranche(self, row: Row) -> Iterator[Wish]:
        entry = self.entry[row["project"]]
        content = {"project": entry.project, "tranche": row["part"], "payee": f"{entry.organisation} 基本户"}
        yield director_of(entry.organisation), "RequestTranche", content

    def on_verification(self, row: Row) -> Iterator[Wish]:
        yield cast.VERIFIER, "VerifyTranche", {"project": row["project"], "tranche": row["part"]}

    def on_approval(self, row: Row) -> Iterator[Wish]:
        yield cast.APPROVER, "ApproveTranche", {"project": row["project"], "tranche": row["part"]}

    def on_payment(self, row: Row) -> Iterator[Wish]:
        reference = f"bank-{row['project']}-{row['part']}"
        content = {"project": row["project"], "tranche": row["part"], "reference": reference}
        yield cast.PAYER, "RecordPayment", content | {"paid_on": self._today().isoformat()}

    def on_evaluation(self, row: Row) -> Iterator[Wish]:
        project = self.project(row["project"])
        assert self.rules.evaluation is not None
        content = {
            "project": project.id,
            "scores": points(self.rules.evaluation.rubric, self.entry[project.id].percent),
            "results": [{"id": plan.id, "actual": plan.target, "evidence": "台账"} for plan in project.indicators],
            "opinion": "按约完成。",
        }
        yield cast.EVALUATOR, "SubmitEvaluation", content

    def on_closing(self, row: Row) -> Iterator[Wish]:
        yield cast.OFFICER, "CloseRound", {"round": row["round"]}

    def _today(self) -> date:
        return self.rules.calendar.day_of(self.stage.store.now())

    def _next(self, project: Project, kind: type[ReviewRules]) -> ReviewRules:
        here = self.rules.place_of(project.step)
        return next(rule for rule in self.rules.each(kind) if self.rules.place_of(rule.id) >= here)


def _once(wishes: Iterable[Wish]) -> list[Wish]:
    """Each wish once, however many duties it answers."""
    return list({repr(wish): wish for wish in wishes}.values())
