"""One large round through the embedded stack: 10,000 applications, 300 reviewers, 1,000 awards, every person's action scripted.

    python -m bench scale           10,000 applications
    python -m bench scale=500       as many as you say; a tenth of them are funded

Prints events, seconds, the peak memory of each process, and the longest history any workflow had. What must hold: no history
above 10,000 events, and the round's own commands take a page of projects each.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import bootstrap
from bench.lives import BEGIN, Crowd
from bench.table import Row
from domain.kernel import SYSTEM
from domain.project import Project
from domain.round import Round
from entrypoints.demo_clock import HeldClock
from workers.stack import SERVICES, stack_status, start_stack, stop_stack
from workers.state_folder import StateFolder

APPLICATIONS = 10_000
LONGEST_HISTORY = 10_000
_REVIEWERS, _PANEL, _ORGANISATIONS = 300, 3, 500
_ASK = 10_000
_PEOPLE_AT_ONCE = 6
_DOCUMENT = "a" * 64


def rules() -> dict[str, Any]:
    """Fenghua's without the roadshow: reviewed at the desk, ranked, noticed, awarded, paid at once."""
    found = tomllib.loads(files("programmes").joinpath("fenghua-micro.toml").read_text(encoding="utf-8"))
    stages = [stage for stage in found["stages"] if stage["kind"] != "roadshow"]
    for stage in stages:
        if stage["kind"] == "selection":
            stage["shares"] = [{"stage": "review", "percent": 100}]
    found["call"] |= {"projects_per_organisation": 1_000}
    return found | {"stages": stages}


@dataclass(frozen=True)
class Scale:
    """How large the round is."""

    applications: int

    @property
    def awards(self) -> int:
        return max(1, self.applications // 10)

    @property
    def projects(self) -> list[str]:
        return [f"p-{n}" for n in range(self.applications)]

    @property
    def reviewers(self) -> list[str]:
        return [f"reviewer-{n}" for n in range(min(_REVIEWERS, max(_PANEL, self.applications // 10)))]

    @property
    def organisations(self) -> list[str]:
        return [f"org-{n}" for n in range(min(_ORGANISATIONS, self.applications))]

    def panel(self, project: str) -> list[str]:
        number, reviewers = int(project.partition("-")[2]), self.reviewers
        return [reviewers[(number * _PANEL + seat) % len(reviewers)] for seat in range(_PANEL)]

    def organisation(self, project: str) -> str:
        organisations = self.organisations
        return organisations[int(project.partition("-")[2]) % len(organisations)]


def run(applications: int = APPLICATIONS) -> list[Row]:
    """A round of so many applications, from the first of them to the first payment of the last award."""
    folder = Path(tempfile.mkdtemp(prefix="canopy-bench-"))
    state = StateFolder(folder)
    try:
        start_stack(state, services=tuple(service for service in SERVICES if not service.listens))
        return asyncio.run(_measured(bootstrap.load(folder), state, Scale(applications)))
    finally:
        stop_stack(state)
        shutil.rmtree(folder, ignore_errors=True)


async def _measured(canopy: bootstrap.Canopy, state: StateFolder, scale: Scale) -> list[Row]:
    clock = HeldClock(canopy, patience=3_600.0)
    begun = time.perf_counter()
    with ThreadPoolExecutor(_PEOPLE_AT_ONCE) as threads:
        crowd = Crowd(clock.store, threads, [])
        clock.clock.hold(BEGIN)
        _set_up(crowd, scale)
        await _live(clock, crowd, scale)
    seconds = time.perf_counter() - begun
    funded = sum(clock.store.load(Project, id_).stage == "delivery" for id_ in scale.projects)
    if funded != scale.awards:
        raise RuntimeError(f"{funded} projects are funded, {scale.awards} were meant to be")
    events = clock.store.head()
    longest, whose = await _longest_history(canopy)
    clock.close()
    print(f"{events:,} events, {seconds:,.0f} seconds; longest history {longest:,} events ({whose})")
    for name, memory in _peak_memory(state):
        print(f"  {name:<12} peak {memory / 1024:,.0f} MiB")
    return [
        Row("a large round: applications", scale.applications / seconds, scale.applications / seconds, "per second"),
        Row("  events", events / seconds, events / scale.applications, "events for each application"),
        Row("  longest history", longest, LONGEST_HISTORY / longest, "10,000 events: allowed / used", 1.0),
    ]


def _set_up(crowd: Crowd, scale: Scale) -> None:
    everywhere = {
        "officer": "officer",
        "verifier": "verifier",
        "approver": "approver",
        "payer": "payer",
        "trustee": "trustee",
        "boss": "steward",
        **dict.fromkeys(scale.reviewers, "reviewer"),
    }
    roles = [(who, role, "*") for who, role in everywhere.items()]
    roles += [(f"director-{organisation}", "applicant", organisation) for organisation in scale.organisations]
    for who, role, scope in roles:
        crowd.say(SYSTEM, "RegisterPerson", person=who, name=who)
        crowd.say(SYSTEM, "GrantRole", person=who, role=role, scope=scope)
    for number, organisation in enumerate(scale.organisations):
        crowd.say(
            "officer",
            "RegisterOrganisation",
            organisation=organisation,
            name=organisation,
            type="association",
            credit_code=f"52330211MJ{number:07d}A",
            registered_on="2015-05-04",
        )
    money = f"CNY {scale.awards * _ASK}.00"
    crowd.say("boss", "PublishProgramme", programme="fenghua-micro", rules=rules())
    crowd.say("trustee", "OpenFund", fund="fund", name="Fund", purposes=["community-service"])
    received = {"source": "x", "received_on": date(2026, 3, 2), "reference": "in"}
    crowd.say("trustee", "ReceiveFunds", fund="fund", amount=money, **received)
    days = {"opens_on": "2026-03-09", "closes_on": "2026-03-20"}
    title = {"zh": "一", "en": "one"}
    crowd.say(
        "officer", "OpenRound", round="round", programme="fenghua-micro", fund="fund", budget=money, title=title, **days
    )


class _Steps:
    """What everybody does, said as it is done, with the seconds each step took."""

    def __init__(self, clock: HeldClock, crowd: Crowd) -> None:
        self.clock, self.crowd = clock, crowd
        self.began = time.perf_counter()

    async def rest(self, what: str) -> None:
        acted = time.perf_counter()
        await self.clock.rest()
        now = time.perf_counter()
        print(f"  {what}: people {acted - self.began:,.0f} s, stories {now - acted:,.0f} s", flush=True)
        self.began = now

    async def everybody(self, what: str, projects: list[str], *acts: Callable[[str], None]) -> None:
        for act in acts:
            await asyncio.to_thread(self.crowd.all, act, projects)
        await self.rest(what)

    async def until(self, day: date, what: str) -> None:
        await asyncio.to_thread(self.clock.move_to, datetime(day.year, day.month, day.day, 8, tzinfo=UTC))
        await self.rest(what)


async def _live(clock: HeldClock, crowd: Crowd, scale: Scale) -> None:
    say, projects, steps = crowd.say, scale.projects, _Steps(clock, crowd)
    await steps.rest("set up")
    await steps.until(date(2026, 3, 9), "the call opens")
    await steps.everybody("applications", projects, lambda p: _apply(crowd, scale, p))
    await steps.until(date(2026, 3, 21), "the call closes")
    met = [{"criterion": criterion, "met": True} for criterion in ("registered", "field", "budget")]
    await steps.everybody(
        "formal checks and panels",
        projects,
        lambda p: say("officer", "CheckEligibility", project=p, findings=met),
        lambda p: say("officer", "AssignReviewers", project=p, reviewers=scale.panel(p)),
    )
    await steps.everybody("reviews", projects, *_reviewing(crowd, scale))
    say("officer", "CloseAssessment", round="round")
    await steps.rest("scores")
    say("officer", "PublishRanking", round="round")
    await steps.rest("ranking")
    await steps.until(date(2026, 4, 10), "public notice and awards")
    funded = [p for p in projects if clock.store.load(Round, "round").places[p].award is not None]
    await steps.everybody("agreements and first payments", funded, *_concluding(crowd, scale))


def _reviewing(crowd: Crowd, scale: Scale) -> Iterator[Callable[[str], None]]:
    """The later an application came, the better it is: so the ranking differs from the order of applying."""

    def review(project: str, seat: int) -> None:
        points = 6 + (int(project.partition("-")[2]) * 4) // scale.applications
        scores = [{"criterion": c, "points": points} for c in ("need", "design", "capacity", "budget")]
        crowd.say(scale.panel(project)[seat], "SubmitReview", project=project, scores=scores)

    for seat in range(_PANEL):
        yield partial(review, seat=seat)


def _concluding(crowd: Crowd, scale: Scale) -> Iterator[Callable[[str], None]]:
    say = crowd.say
    yield lambda p: say(
        f"director-{scale.organisation(p)}", "SignAgreement", project=p, side="organisation", document_sha256=_DOCUMENT
    )
    yield lambda p: say("officer", "SignAgreement", project=p, side="bureau", document_sha256=_DOCUMENT)
    first = {"tranche": "first"}
    yield lambda p: say(f"director-{scale.organisation(p)}", "RequestTranche", project=p, payee="Org", **first)
    yield lambda p: say("verifier", "VerifyTranche", project=p, **first)
    yield lambda p: say("approver", "ApproveTranche", project=p, **first)
    yield lambda p: say("payer", "RecordPayment", project=p, paid_on="2026-04-20", reference=f"bank-{p}", **first)


def _apply(crowd: Crowd, scale: Scale, project: str) -> None:
    organisation = scale.organisation(project)
    crowd.say(
        f"director-{organisation}",
        "SubmitApplication",
        project=project,
        round="round",
        organisation=organisation,
        title=f"Project {project}",
        field="elderly",
        plan="Lunch for those who live alone.",
        ask=f"CNY {_ASK}.00",
        budget=[{"item": "food", "amount": f"CNY {_ASK}.00"}],
        indicators=[{"id": "people", "name": "people", "unit": "people", "baseline": 0, "target": 60}],
    )


async def _longest_history(canopy: bootstrap.Canopy) -> tuple[int, str]:
    """Events of the longest history of any run, and whose it is."""
    client = await canopy.temporal()
    described = await client.get_workflow_handle("round:round").describe()
    longest = (described.history_length, described.id)
    async for each in client.list_workflows("ExecutionStatus != 'Running'"):
        longest = max(longest, (each.history_length or 0, each.id))
    return longest


def _peak_memory(state: StateFolder) -> Iterator[tuple[str, int]]:
    """Each process of the stack with its peak resident memory in KiB (PostgreSQL: its first process)."""
    for process in stack_status(state).processes:
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                yield process.name, int(line.split()[1])
