"""How the people of the demonstration answer what waits for them: who, after how long, and with what."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from entrypoints import demo_people as cast
from entrypoints.demo_people import HERE, Application, People, activities, director_of, in_days, scores, spread

CALLS = {
    "fenghua-2018": (date(2018, 3, 5), date(2018, 4, 3)),
    "fenghua-2019": (date(2019, 3, 4), date(2019, 4, 2)),
    "fenghua-2020": (date(2020, 3, 2), date(2020, 3, 31)),
}
LEFT_OPEN = "fenghua-2020"
"""The round whose closing is left to whoever watched."""
CHECK_DAYS_AFTER_CALL, ROADSHOW_DAYS_AFTER_CALL = 7, 27
_DESK = ("need", "design", "capacity", "budget")
_STAGE = ("presentation", "answers", "impact")


@dataclass(frozen=True)
class Act:
    """Something a person means to do at a moment."""

    when: datetime
    what: str
    do: Callable[[], Awaitable[None]]


class Answers:
    """A duty → what somebody means to do about it."""

    def __init__(self, people: People, applications: Mapping[str, Application]) -> None:
        self.people = people
        self.applications = applications
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

    def to(self, row: Mapping[str, Any]) -> Iterator[Act]:
        """The acts that answer a row of the read model `duties`; none for what nobody of ours takes care of."""
        answer: Callable[[Mapping[str, Any], datetime], Iterator[Act]] | None = self._answers.get(row["kind"])
        if answer is not None:
            yield from answer(row, datetime.fromisoformat(row["since"]))

    def _act(self, when: datetime, who: str, command: str, *, key: str = "", **content: Any) -> Act:
        return Act(when, command, lambda: self.people.say(who, command, key=key, **content))

    # ── Officers, organisations, evaluator ───────────────────────────────────────────────────────────────────────────

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
        if row["round"] == LEFT_OPEN:
            return
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
