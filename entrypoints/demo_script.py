"""What the people of the demonstration do, and when: every duty is taken some days after it arose.

The script only says who answers which duty, after how long and with what; that there is a duty at all is what the read models
say. Dates are 2018 to 2020. Which applications win, and how the published totals split, is in the data file (made up).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from entrypoints import demo_people as cast
from entrypoints.demo_duties import CALLS, Act, Answers
from entrypoints.demo_people import HERE, Application, People, director_of, in_days, spread, table

BEGIN = datetime(2018, 2, 26, 9, tzinfo=HERE)
_AT_ONCE = 6
WATCHER = "lin-shen"
"""The auditor, through whose eyes the script looks at everybody's queue."""


class Script:
    """Who does what. `agenda` is made anew from the queues each time anybody looks."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.applications = cast.applications()
        self.handed_in: set[str] = set()
        self.objected = False
        self.answers = Answers(people, self.applications)

    # ── Before the first round ───────────────────────────────────────────────────────────────────────────────────────

    async def set_the_stage(self, rules: Mapping[str, Any]) -> None:
        """Register everybody, publish the programme, open the fund. Said again, it changes nothing."""
        say = self.people.say
        organisations = table("fenghua-micro-organisations.csv")
        directors = {
            director_of(o["organisation"]): (o["director"], (("applicant", o["organisation"]),)) for o in organisations
        }
        await self._all(self._person(who, name, roles) for who, (name, roles) in {**cast.STAFF, **directors}.items())
        await say("steward", "PublishProgramme", programme=cast.PROGRAMME, rules=dict(rules))
        await self._all(
            say(
                "chen-wei",
                "RegisterOrganisation",
                organisation=o["organisation"],
                name=o["name"],
                type=o["type"],
                credit_code=o["credit_code"],
                registered_on=o["registered_on"],
            )
            for o in organisations
        )
        await say(
            "qian-yong", "OpenFund", fund=cast.FUND, name="奉化区公益创投专项资金", purposes=["community-service"]
        )

    async def _person(self, who: str, name: str, roles: tuple[tuple[str, str], ...]) -> None:
        await self.people.say("steward", "RegisterPerson", person=who, name=name)
        for role, scope in roles:
            await self.people.say("steward", "GrantRole", person=who, role=role, scope=scope)

    # ── What everybody means to do ───────────────────────────────────────────────────────────────────────────────────

    async def agenda(self, after: int) -> list[Act]:
        """Everything somebody means to do, from what waits for them now. `after` is the position the queues must show."""
        look = self.people.ask
        rounds, duties, notices = await asyncio.gather(
            look(WATCHER, "round_totals", after=after),
            look(WATCHER, "duties", after=after),
            look(WATCHER, "deadlines", kind="ConcludeNotice", after=after),
        )
        opened = {row["round"] for row in rounds}
        acts = [*self._rounds(opened), *self._applications(opened)]
        for row in duties:
            acts += self.answers.to(row)
        acts += [self._objection(row) for row in notices if row["round"] == cast.OBJECTED_IN and not self.objected]
        return sorted(acts, key=lambda act: act.when)

    async def perform(self, acts: list[Act]) -> None:
        await self._all(act.do() for act in acts)

    async def _all(self, calls: Any) -> None:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(call: Awaitable[None]) -> None:
            async with gate:
                await call

        await asyncio.gather(*(one(call) for call in calls))

    # ── Calls ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _rounds(self, opened: set[str]) -> Iterator[Act]:
        """Each spring the trustee receives the year's money and an officer opens the round."""
        for round_id, (opens_on, closes_on) in CALLS.items():
            if round_id in opened:
                continue
            asked = sum(a.ask_yuan for a in self.applications.values() if a.round == round_id and a.fate == "funded")
            money = {"currency": "CNY", "minor": asked * 100}
            when = datetime.combine(opens_on - timedelta(days=5), time(9), HERE)

            async def open_round(
                round_id: str = round_id, opens_on: date = opens_on, closes_on: date = closes_on, money: Any = money
            ) -> None:
                year = opens_on.year
                await self.people.say(
                    "qian-yong",
                    "ReceiveFunds",
                    fund=cast.FUND,
                    amount=money,
                    source="奉化区民政局",
                    received_on=f"{year}-02-20",
                    reference=f"FH-{year}-IN-1",
                    may_fail=True,  # received before the demonstration was interrupted
                )
                await self.people.say(
                    "chen-wei",
                    "OpenRound",
                    round=round_id,
                    programme=cast.PROGRAMME,
                    fund=cast.FUND,
                    budget=money,
                    title={"zh": f"{year}年微公益创投", "en": f"Micro venture philanthropy {year}"},
                    opens_on=opens_on.isoformat(),
                    closes_on=closes_on.isoformat(),
                )

            yield Act(when, "OpenRound", open_round)

    def _applications(self, opened: set[str]) -> Iterator[Act]:
        for a in self.applications.values():
            if a.round not in opened or a.project in self.handed_in:
                continue
            opens_on = CALLS[a.round][0]
            day = opens_on + timedelta(days=(8, 17, 26)[spread(a.project, 3)])
            when = datetime.combine(day, time(10), HERE)
            yield Act(when, "SubmitApplication", lambda a=a: self._hand_in(a))  # type: ignore[misc]

    async def _hand_in(self, a: Application) -> None:
        await self.people.say(
            director_of(a.organisation),
            "SubmitApplication",
            project=a.project,
            round=a.round,
            organisation=a.organisation,
            title=a.title,
            field=a.field,
            plan=f"{a.title}：面向社区居民开展系列服务活动，由本机构社工与志愿者实施，周期约五个月。",
            ask={"currency": "CNY", "minor": a.ask_yuan * 100},
            budget=[
                {"item": "活动物资 materials", "amount": {"currency": "CNY", "minor": a.ask_yuan * 60}},
                {"item": "志愿者补贴 volunteers", "amount": {"currency": "CNY", "minor": a.ask_yuan * 40}},
            ],
            indicators=[
                {"id": "activities", "name": "开展活动", "unit": "次", "baseline": 0, "target": 12},
                {"id": "people", "name": "服务人数", "unit": "人", "baseline": 0, "target": 150},
            ],
            may_fail=True,  # handed in before the demonstration was interrupted, and the call has closed since
        )
        self.handed_in.add(a.project)

    # ── The public ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _objection(self, row: Mapping[str, Any]) -> Act:
        """A resident objects to one award of the first round, a day after the notice began."""

        async def object_once() -> None:
            await self.people.say(
                "resident-jiang",
                "RaiseObjection",
                round=cast.OBJECTED_IN,
                objection="objection-1",
                project=cast.OBJECTED,
                ground="该机构去年活动未公示，请核实。",
            )
            self.objected = True

        return Act(in_days(datetime.fromisoformat(row["since"]), 1), "RaiseObjection", object_once)
