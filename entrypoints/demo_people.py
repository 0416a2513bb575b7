"""The people of the demonstration. Each looks at what waits for them and acts through the API, as anybody would.

Whatever they decide follows from the data file (`programmes/fenghua-micro-applications.csv`), so an interrupted demonstration
goes on by looking at the queues again; nobody remembers anything.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import httpx2

PROGRAMME = "fenghua-micro"
FUND = "fenghua-community"
REVIEWERS = {
    "rev-gu": "顾岩",
    "rev-bao": "鲍宁",
    "rev-mei": "梅琴",
    "rev-jin": "金石",
    "rev-tao": "陶然",
    "rev-ren": "任远",
}
JUDGES = {"judge-shi": "史明", "judge-yue": "岳峰", "judge-lan": "兰心"}
STAFF: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "chen-wei": ("陈蔚", (("officer", PROGRAMME),)),
    "zhou-min": ("周敏", (("officer", PROGRAMME),)),
    "sun-li": ("孙莉", (("verifier", PROGRAMME),)),
    "wu-gang": ("吴刚", (("approver", PROGRAMME),)),
    "zheng-hui": ("郑慧", (("payer", PROGRAMME),)),
    "qian-yong": ("钱勇", (("trustee", FUND),)),
    "he-ping": ("何平", (("evaluator", PROGRAMME),)),
    "lin-shen": ("林审", (("auditor", "*"),)),
    "fang-zi": ("方梓", (("funder", FUND),)),
    "resident-jiang": ("江晓", (("resident", "*"),)),
    **{who: (name, (("reviewer", PROGRAMME),)) for who, name in REVIEWERS.items()},
    **{who: (name, (("judge", PROGRAMME),)) for who, name in JUDGES.items()},
}
CONFLICTED = {"p2018-04": "rev-gu"}
"""Project → a reviewer who steps aside: his sister works there."""
OBJECTED, OBJECTED_IN = "p2018-03", "fenghua-2018"
REFUSED = ("p2018-05", "second")
LATE = ("p2019-07", "mid-term")


HERE = ZoneInfo("Asia/Shanghai")
OPENS, SHUTS, SATURDAY = 9, 18, 5


class Unexpected(RuntimeError):
    """The API said no to something the script expects to be admitted."""


@dataclass(frozen=True)
class Application:
    """One line of the data file: an application, and what becomes of it."""

    project: str
    round: str
    organisation: str
    field: str
    title: str
    ask_yuan: int
    fate: str
    review_points: int
    roadshow_points: int
    reported: Mapping[str, tuple[int, int]]
    """Report → (activities, people served)."""


def table(name: str) -> list[dict[str, str]]:
    """The rows of a data file of ours; lines with # are remarks."""
    lines = files("programmes").joinpath(name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def applications() -> dict[str, Application]:
    found = {}
    for row in table("fenghua-micro-applications.csv"):
        found[row["project"]] = Application(
            project=row["project"],
            round=row["round"],
            organisation=row["organisation"],
            field=row["field"],
            title=row["title"],
            ask_yuan=int(row["ask_yuan"]),
            fate=row["fate"],
            review_points=int(row["review_points"]),
            roadshow_points=int(row["roadshow_points"]),
            reported={
                "mid-term": (int(row["activities_mid"]), int(row["people_mid"])),
                "final": (int(row["activities_final"]), int(row["people_final"])),
            },
        )
    return found


def director_of(organisation: str) -> str:
    return f"{organisation}-director"


class People:
    """Everybody's voice at the API: a token each, and one way to say something."""

    def __init__(self, client: httpx2.AsyncClient, token_for: Callable[[str], str]) -> None:
        self.client = client
        self._token_for = token_for
        self._tokens: dict[str, str] = {}
        self.said = 0

    async def say(self, who: str, command: str, *, key: str = "", may_fail: bool = False, **content: Any) -> None:
        """Give a command as a person. A lost answer is asked for again under the same key. Raises Unexpected."""
        what = f"{who}|{command}|{key}|{sorted(content.items())}"
        headers = self._headers(who) | {"Idempotency-Key": hashlib.sha256(what.encode()).hexdigest()[:40]}
        answer = await patiently(lambda: self.client.post(f"/commands/{command}", json=content, headers=headers))
        self.said += 1
        if answer.status_code not in {200, 201} and not may_fail:
            raise Unexpected(f"{who} {command} {content}: {answer.status_code} {answer.text}")

    async def ask(self, who: str, model: str, *, after: int | None = None, **filters: str) -> list[dict[str, Any]]:
        """All rows of a read model, page by page, as that person may see them. Raises Unexpected."""
        parameters = {**filters, "limit": "500"} | ({"after": str(after)} if after is not None else {})
        answer = await patiently(
            lambda: self.client.get(f"/ask/{model}", params=parameters, headers=self._headers(who))
        )
        if answer.status_code != 200:
            raise Unexpected(f"{who} asks {model}: {answer.status_code} {answer.text}")
        rows: list[dict[str, Any]] = answer.json()["rows"]
        return rows

    def _headers(self, who: str) -> dict[str, str]:
        if who not in self._tokens:
            self._tokens[who] = self._token_for(who)
        return {"Authorization": f"Bearer {self._tokens[who]}"}


async def patiently(call: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
    """Call until the server answers; one that is being started again is waited for, a minute at most."""
    for attempt in range(60):
        try:
            answer = await call()
        except httpx2.TransportError:
            if attempt == 59:
                raise
        else:
            if answer.status_code < 500 or attempt == 59:
                return answer
        await asyncio.sleep(min(0.1 * 2**attempt, 2.0))
    raise AssertionError("unreachable")


def in_days(moment: datetime, days: float) -> datetime:
    """So many days later, in office hours; what falls on a weekend is done on Monday or Tuesday."""
    when = (moment + timedelta(days=days)).astimezone(HERE)
    if not OPENS <= when.hour < SHUTS:
        when = when.replace(hour=OPENS + 1)
    return when + timedelta(days=2) if when.weekday() >= SATURDAY else when


def spread(project: str, many: int) -> int:
    """A number from 0 to many - 1 that belongs to the project: people are not all alike, and always the same."""
    return int(hashlib.sha256(project.encode()).hexdigest()[:6], 16) % many


def scores(criteria: tuple[str, ...], points: int, project: str) -> list[dict[str, Any]]:
    """Points as in the data file; 8 becomes 9 here and there, so the ranking comes out as the file says."""
    return [
        {"criterion": criterion, "points": min(10, points + (spread(project + criterion, 2) if points == 8 else 0))}
        for criterion in criteria
    ]


def activities(count: int, people: int, until: date, title: str) -> list[dict[str, Any]]:
    """So many activities, serving so many people in all, one every other day before the report."""
    share, rest = divmod(people, count)
    return [
        {
            "held_on": (until - timedelta(days=2 * (count - n))).isoformat(),
            "title": f"{title}（第{n + 1}次）",
            "people_served": share + (1 if n < rest else 0),
        }
        for n in range(count)
    ]
