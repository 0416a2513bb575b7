"""What the people of the demonstration do, and when: every duty is taken some days after it arose.

The script only says who answers which duty, after how long and with what; that there is a duty at all is what the read models
say. Dates are 2018 to 2020. Which applications win, and how the published totals split, is in the data file (made up).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from entrypoints import demo_people as cast
from entrypoints.demo_people import HERE, Application, People, activities, director_of, in_days, scores, spread, table

BEGIN = datetime(2018, 2, 26, 9, tzinfo=HERE)
CALLS = {
    "fenghua-2018": (date(2018, 3, 5), date(2018, 4, 3)),
    "fenghua-2019": (date(2019, 3, 4), date(2019, 4, 2)),
    "fenghua-2020": (date(2020, 3, 2), date(2020, 3, 31)),
}
CHECK_DAYS_AFTER_CALL, ROADSHOW_DAYS_AFTER_CALL = 7, 27
_DESK = ("need", "design", "capacity", "budget")
_STAGE = ("presentation", "answers", "impact")
_AT_ONCE = 6
WATCHER = "lin-shen"
"""The auditor, through whose eyes the script looks at everybody's queue."""


@dataclass(frozen=True)
class Act:
    """Something a person means to do at a moment."""

    when: datetime
    what: str
    do: Callable[[], Awaitable[None]]


class Script:
    """Who does what. `agenda` is made anew from the queues each time anybody looks."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.applications = cast.applications()
        self.handed_in: set[str] = set()
        self.objected = False
        self._answers = {
            "eligibility": self._check,
            "panel": self._fill_panel,
            "review": self._review,
            "invitation": self._invite,
            "roadshow": self._judge,
            "assessment": self._close_assessment,
            "ranking": self._publish,
            "objection": self._answer,
            "signature": self._sign,
            "report": self._report,
            "acceptance": self._accept,
            "tranche": self._request,
            "verification": self._verify,
            "approval": self._approve,
            "payment": self._pay,
            "evaluation": self._evaluate,
            "closing": self._close_round,
        }

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
            acts += self._duty(row)
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

    def _act(self, when: datetime, who: str, command: str, *, key: str = "", **content: Any) -> Act:
        return Act(when, command, lambda: self.people.say(who, command, key=key, **content))

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

    # ── Officers, organisations, evaluator ───────────────────────────────────────────────────────────────────────────

    def _duty(self, row: Mapping[str, Any]) -> Iterator[Act]:
        kind = row["kind"]
        answer: Callable[[Mapping[str, Any], datetime], Iterator[Act]] | None = self._answers.get(kind)
        if answer is not None:
            yield from answer(row, datetime.fromisoformat(row["since"]))

    def _check(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        project = row["project"]
        a = self.applications[project]
        bad = a.fate == "ineligible"
        findings = [
            {"criterion": "registered", "met": True},
            {"criterion": "field", "met": True},
            {"criterion": "budget", "met": not bad, "reason": "预算含接待费用，不符合资金使用规定" if bad else ""},
        ]
        when = max(since, self._after_call(project, CHECK_DAYS_AFTER_CALL, 10))
        yield self._act(when, "chen-wei", "CheckEligibility", project=project, findings=findings)

    def _fill_panel(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        project = row["project"]
        first = spread(project, len(cast.REVIEWERS))
        reviewers = tuple(cast.REVIEWERS)
        order = [*reviewers[first:], *reviewers[:first]]
        order.sort(key=lambda who: who != cast.CONFLICTED.get(project))  # the one who will step aside is asked first
        checked = self._after_call(project, CHECK_DAYS_AFTER_CALL, 11)
        # Somebody stepped aside: the next in order takes the seat.
        panel = order[:3] if since < checked else order[3:4]
        yield self._act(max(since, checked), "chen-wei", "AssignReviewers", project=project, reviewers=panel)

    def _invite(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        a = self.applications[row["project"]]
        starts_at = self._after_call(a.project, ROADSHOW_DAYS_AFTER_CALL, 9)
        session = f"roadshow-{starts_at.year}"

        async def invite() -> None:
            await self.people.say(
                "zhou-min",
                "ScheduleRoadshow",
                round=a.round,
                session=session,
                starts_at=starts_at.isoformat(),
                place="奉化区社会组织服务中心三楼",
                judges=list(cast.JUDGES),
            )
            await self.people.say("zhou-min", "InviteToRoadshow", project=a.project, session=session)

        yield Act(in_days(since, 1), "InviteToRoadshow", invite)

    def _close_assessment(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        yield self._act(in_days(since, 0.5), "chen-wei", "CloseAssessment", round=row["round"])

    def _publish(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        yield self._act(in_days(since, 2), "chen-wei", "PublishRanking", round=row["round"])

    def _answer(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        yield self._act(
            in_days(since, 2),
            "zhou-min",
            "AnswerObjection",
            round=row["round"],
            objection=row["part"],
            upheld=False,
            reason="经核查，该机构登记证书有效，往年项目均已结项，异议不成立。",
        )

    def _sign(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        project, side = row["project"], "bureau" if row["role"] == "officer" else "organisation"
        document = hashlib.sha256(f"agreement {project}".encode()).hexdigest()
        who = "chen-wei" if side == "bureau" else director_of(self.applications[project].organisation)
        when = in_days(since, 5 if side == "bureau" else 3)
        yield self._act(when, who, "SignAgreement", project=project, side=side, document_sha256=document)

    def _report(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        project, report = row["project"], row["part"]
        a = self.applications[project]
        due = datetime.fromisoformat(row["due"])
        late = (project, report) == cast.LATE
        when = due + timedelta(days=9, hours=10) if late else due - timedelta(days=9 + 3 * spread(project, 2), hours=8)
        count, people = a.reported[report]
        yield self._act(
            when,
            director_of(a.organisation),
            "SubmitReport",
            key=row["since"],
            project=project,
            report=report,
            narrative=f"{a.title}：本期开展活动{count}次，服务{people}人。",
            activities=activities(count, people, when.date(), a.title),
        )

    def _accept(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        yield self._act(in_days(since, 3), "zhou-min", "AcceptReport", project=row["project"], report=row["part"])

    def _request(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        a = self.applications[row["project"]]
        yield self._act(
            in_days(since, 1),
            director_of(a.organisation),
            "RequestTranche",
            key=row["since"],
            project=a.project,
            tranche=row["part"],
            payee=f"{a.organisation} 基本户",
        )

    def _evaluate(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        a = self.applications[row["project"]]
        count = sum(activities for activities, _ in a.reported.values())
        people = sum(people for _, people in a.reported.values())
        yield self._act(
            in_days(since, 8),
            "he-ping",
            "SubmitEvaluation",
            project=a.project,
            scores=[
                {"criterion": "delivery", "points": min(100, 74 + count)},
                {"criterion": "outcome", "points": min(100, 70 + people // 12)},
                {"criterion": "money", "points": 82 + spread(a.project, 15)},
            ],
            results=[
                {"id": "activities", "actual": count, "evidence": "活动记录与签到表"},
                {"id": "people", "actual": people, "evidence": "服务台账"},
            ],
            opinion="按协议完成服务，资料齐全。",
        )

    def _close_round(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        yield self._act(in_days(since, 5), "chen-wei", "CloseRound", round=row["round"])

    # ── Reviewers and judges ─────────────────────────────────────────────────────────────────────────────────────────

    def _review(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        project, who = row["project"], row["person"]
        a = self.applications[project]
        if cast.CONFLICTED.get(project) == who:
            yield self._act(in_days(since, 1), who, "DeclareConflict", project=project, reason="胞妹在该机构任职")
        elif a.fate == "withdrawn":
            director = director_of(a.organisation)
            reason = "项目负责人变动，暂不具备实施条件"
            yield self._act(in_days(since, 4), director, "WithdrawApplication", project=project, reason=reason)
        else:
            when = in_days(since, 5 + spread(who, 2) * 2)
            points = scores(_DESK, a.review_points, project)
            yield self._act(when, who, "SubmitReview", project=project, scores=points, comment="已阅。")

    def _judge(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        a = self.applications[row["project"]]
        if a.fate != "absent":
            when = self._after_call(a.project, ROADSHOW_DAYS_AFTER_CALL, 10 + spread(a.project, 3) * 2)
            points = scores(_STAGE, a.roadshow_points, a.project)
            yield self._act(when, row["person"], "ScoreRoadshow", project=a.project, scores=points)

    def _after_call(self, project: str, days: int, hour: int) -> datetime:
        closes_on = CALLS[self.applications[project].round][1]
        return datetime.combine(closes_on + timedelta(days=days), time(hour), HERE)

    # ── Money ────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _verify(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        project, tranche = row["project"], row["part"]
        what = {"project": project, "tranche": tranche, "key": row["since"]}

        async def verify_or_refuse() -> None:
            board = await self.people.ask("sun-li", "tranche_board", project=project)
            if any(line["tranche"] == tranche and line["refused_at"] is None for line in board):
                reason = "活动支出缺少发票两张，请补齐后重新申请。"
                await self.people.say("sun-li", "RefuseTranche", reason=reason, **what)
            else:
                await self.people.say("sun-li", "VerifyTranche", note="补交发票，材料齐全", **what)

        if (project, tranche) == cast.REFUSED:
            yield Act(in_days(since, 1), "VerifyTranche", verify_or_refuse)
        else:
            yield self._act(in_days(since, 1), "sun-li", "VerifyTranche", note="材料齐全", **what)

    def _approve(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        what = {"project": row["project"], "tranche": row["part"], "key": row["since"]}
        yield self._act(in_days(since, 2), "wu-gang", "ApproveTranche", **what)

    def _pay(self, row: Mapping[str, Any], since: datetime) -> Iterator[Act]:
        project, tranche, when = row["project"], row["part"], in_days(since, 1)
        yield self._act(
            when,
            "zheng-hui",
            "RecordPayment",
            project=project,
            tranche=tranche,
            paid_on=when.astimezone(HERE).date().isoformat(),
            reference=f"FH-{project}-{tranche}",
        )

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
