"""Plays a programme from its call to its last closing on the real stack: everybody answers what waits for them, at once.

What waits for whom is what the read model `duties` says; when nobody has anything to do, time moves to the next date that anybody
waits for. So a programme's test says only what is special about it: its entries, and what must have come out.
"""

from __future__ import annotations

import asyncio
import dataclasses
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from domain.commands import parse
from domain.errors import NotNow
from domain.kernel import SYSTEM, Money
from domain.project import Project
from domain.round import Round
from domain.rules import Rules
from domain.rules.approval import ApprovalRules
from domain.rules.selection import SelectionRules
from tests.programmes import cast
from tests.programmes.answers import Answers
from tests.programmes.cast import Entry, Row, Wish, director_of, organisations_of
from tests.stage import Stage

FOLDER = Path(__file__).parent.parent.parent / "programmes"
FUND, ROUND = "the-fund", "the-round"
CALL_BEGINS, CALL_DAYS = timedelta(days=7), timedelta(days=11)
_AT_ONCE = 6
_ENDLESS = 400


def rules_of(name: str) -> Rules:
    """A programme as it is delivered, without holidays, so that the dates of a test are easy to follow."""
    return Rules.model_validate(tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")))


@dataclass
class Player(Answers):
    """One round of a programme on a stage. `special` answers duties otherwise than everybody does."""

    stage: Stage
    rules: Rules
    entries: tuple[Entry, ...]
    budget: Money
    special: Mapping[str, Callable[[Row], Iterable[Wish]]] = dataclasses.field(default_factory=dict)
    judges: int = 3
    round_id: str = ROUND
    funds: Mapping[str, int] = dataclasses.field(default_factory=lambda: {FUND: 100})
    """Fund → its share of the budget in percent."""

    @property
    def bodies(self) -> dict[str, int]:
        """Every body that votes on awards → how many members it has."""
        steps = [step for rule in self.rules.each(ApprovalRules) for tier in rule.tiers for step in tier.steps]
        return {step.body: step.members for step in steps if step.body}

    def __post_init__(self) -> None:
        self.entry = {entry.project: entry for entry in self.entries}
        self.sessions: dict[str, datetime] = {}
        self.refused: list[str] = []
        self.now = cast.BEGIN
        self.inbox: list[dict[str, Any]] = []

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
        self.now = await asyncio.to_thread(self.stage.store.now)
        people = [(who, role, "*") for who, role in cast.ROLES.items()]
        people += [(director_of(o), "applicant", o) for o in organisations_of(self.entries)]
        people += [(who, "approver", body) for body, size in self.bodies.items() for who in cast.body(body, size)]
        leaders = {leader for entry in self.entries if (leader := entry.content.get("leader"))}
        names = [*dict.fromkeys((*(who for who, _, _ in people), *sorted(leaders)))]
        await self.all((SYSTEM, "RegisterPerson", {"person": who, "name": who}) for who in names)
        await self.all(
            (SYSTEM, "GrantRole", {"person": who, "role": role, "scope": scope}) for who, role, scope in people
        )
        await self.all(self._registrations())
        rules = self.rules
        await self.say(cast.STEWARD, "PublishProgramme", programme=rules.id, rules=rules.model_dump(mode="json"))
        for fund, percent in self.funds.items():
            await self.say(cast.TRUSTEE, "OpenFund", fund=fund, name=f"资金池 {fund}", purposes=self._purposes())
            given = Money(minor=self.budget.minor * percent // 100)
            money = {"amount": str(given), "source": "财政", "reference": f"in-{fund}-{self.round_id}"}
            await self.say(cast.TRUSTEE, "ReceiveFunds", fund=fund, received_on=self._today().isoformat(), **money)
        await self.open_round()
        await self.stage.rest()
        await self.stage.next_deadline()

    async def open_round(self) -> None:
        opens = self._today() + CALL_BEGINS
        await self.say(
            cast.OFFICER,
            "OpenRound",
            round=self.round_id,
            programme=self.rules.id,
            title={"zh": "第一批", "en": "First round"},
            budget=str(self.budget),
            **self._sources(),
            opens_on=opens.isoformat(),
            closes_on=(opens + CALL_DAYS).isoformat(),
        )

    def _purposes(self) -> list[str]:
        claimed = [rule.claims.purpose for rule in self.rules.each(SelectionRules) if rule.claims]
        return [self.rules.purpose, *claimed]

    def _sources(self) -> dict[str, Any]:
        if len(self.funds) == 1:
            return {"fund": next(iter(self.funds))}
        return {"sources": [{"fund": fund, "share_percent": percent} for fund, percent in self.funds.items()]}

    def _registrations(self) -> Iterator[Wish]:
        type_ = self.rules.call.organisation_types[0]
        for organisation in organisations_of(self.entries):
            yield (
                cast.OFFICER,
                "RegisterOrganisation",
                {
                    "organisation": organisation,
                    "name": organisation,
                    "type": type_,
                    "credit_code": cast.credit_code(organisation),
                    "registered_on": "2015-05-04",
                },
            )

    def application(self, entry: Entry) -> Wish:
        content = {
            "project": entry.project,
            "round": self.round_id,
            "organisation": entry.organisation,
            "title": f"项目 {entry.project}",
            "field": entry.field,
            "plan": "As described.",
            "ask": str(entry.ask),
            "budget": [self._cost(entry)],
            "indicators": [{"id": "people", "name": "受益人数", "unit": "人", "baseline": 0, "target": 100}],
        }
        return director_of(entry.organisation), "SubmitApplication", {**content, **entry.content}

    def _cost(self, entry: Entry) -> dict[str, Any]:
        line = {"item": "activities", "amount": str(entry.ask)}
        budget = self.rules.call.budget
        return line | {"category": budget.categories[0].id, "paid_by": "grant"} if budget else line

    # ── playing ──────────────────────────────────────────────────────────────────────────────────────────────────────

    async def play(self) -> None:
        """From the call to the last closing."""
        await self.set_up()
        await self.all(map(self.application, self.entries))
        await self.go_on()

    async def go_on(self) -> None:
        """From the applications to the last closing."""
        for _ in range(_ENDLESS):
            await self.stage.rest()
            if not await self.turn() and not await self.wait():
                return
        raise AssertionError(f"no end: {self.refused[-5:]}, {await self.duties()}")

    async def turn(self) -> int:
        """Everybody does what waits for them and can be done now. How much was done."""
        self.inbox = await self.duties()
        return await self.all(await asyncio.to_thread(self.wishes, self.inbox))

    def wishes(self, duties: Iterable[Row]) -> list[Wish]:
        """What everybody wants to do about what waits for them."""
        self.now, self.seen = self.stage.store.now(), {}
        try:
            return _once(wish for row in duties for wish in self.answer(row))
        finally:
            self.seen = None

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

    def round(self) -> Round:
        return self.stage.store.load(Round, self.round_id)

    def projects(self) -> dict[str, Project]:
        return {id_: self.project(id_) for id_ in self.entry}


def _once(wishes: Iterable[Wish]) -> list[Wish]:
    """Each wish once, however many duties it answers."""
    return list({repr(wish): wish for wish in wishes}.values())
