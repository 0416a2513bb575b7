"""Whole lives of projects per second through the embedded stack: real processes, real Temporal, people's commands scripted.

Each life is at least 40 commands. The round's calendar is skipped by moving the held clock a few times for all projects at once;
everything else is people acting and stories waking.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import uuid4

import bootstrap
from bench.table import Row
from domain.commands import parse
from domain.event_store import EventStore
from domain.kernel import SYSTEM
from domain.project import Project
from entrypoints.demo_clock import HeldClock
from workers.stack import SERVICES, start_stack, stop_stack
from workers.state_folder import StateFolder

PROJECTS = 60
PEOPLE_AT_ONCE = 4
PANEL = tuple(f"reviewer-{n}" for n in range(5))
JUDGES = tuple(f"judge-{n}" for n in range(5))
BEGIN = datetime(2026, 3, 2, 1, tzinfo=UTC)
LIVES_PER_SECOND = 4.0
WAKES_AT_MOST = 12
COMMANDS_AT_LEAST = 40


def rules() -> dict[str, Any]:
    """Fenghua's, with five reviewers, five judges and a fourth tranche, so that a life has 40 commands."""
    found = tomllib.loads(files("programmes").joinpath("fenghua-micro.toml").read_text(encoding="utf-8"))
    for stage in found["stages"]:
        if stage["kind"] == "review":
            stage |= {"panel_size": 5, "quorum": 3}
    found["call"] |= {"projects_per_organisation": 1_000}
    found["tranches"][2]["share_percent"] = 10
    extra = {"id": "third", "words": {"zh": "三期款", "en": "Third tranche"}, "share_percent": 10}
    found["tranches"].insert(2, extra | {"gate": {"kind": "report", "report": "final"}})
    return found


@dataclass(frozen=True)
class Crowd:
    """Everybody, acting with a few hands at the same time."""

    store: EventStore
    threads: ThreadPoolExecutor
    said: list[int]

    def say(self, who: Any, command: str, **content: Any) -> None:
        self.store.do(parse(command, content), by=who, command_id=str(uuid4()))
        self.said.append(1)

    def all(self, act: Callable[[str], None], projects: Iterable[str]) -> None:
        for _ in self.threads.map(act, projects):
            pass


def run(projects: int = PROJECTS) -> list[Row]:
    """One round of so many projects, from the first application to the last closing."""
    folder = Path(tempfile.mkdtemp(prefix="canopy-bench-"))
    state = StateFolder(folder)
    try:
        start_stack(state, services=tuple(service for service in SERVICES if not service.listens))
        return asyncio.run(_measured(bootstrap.load(folder), [f"p-{n}" for n in range(projects)]))
    finally:
        stop_stack(state)
        shutil.rmtree(folder, ignore_errors=True)


async def _measured(canopy: bootstrap.Canopy, projects: list[str]) -> list[Row]:
    clock = HeldClock(canopy)
    with ThreadPoolExecutor(PEOPLE_AT_ONCE) as threads:
        crowd = Crowd(clock.store, threads, [])
        clock.clock.hold(BEGIN)
        _set_the_stage(crowd, len(projects))
        await clock.rest()
        clock.move_to(datetime(2026, 3, 9, tzinfo=UTC))
        await clock.rest()
        crowd.said.clear()
        begun, position = time.perf_counter(), clock.store.head()
        await _live(clock, crowd, projects)
        seconds = time.perf_counter() - begun
    commands = _commands_since(clock, position)
    closed = sum(clock.store.load(Project, id_).stage == "closed" for id_ in projects)
    if closed != len(projects):
        raise RuntimeError(f"only {closed} of {len(projects)} projects were closed")
    wakes = await _wakes(canopy, projects[0])
    clock.close()
    lives, used = len(projects) / seconds, commands / len(projects)
    return [
        Row("whole lives of projects through Temporal", lives, lives, "lives per second", LIVES_PER_SECOND),
        Row("  commands in a life", used, used, "commands", COMMANDS_AT_LEAST),
        Row(
            "  wakes of its story in a life",
            wakes,
            WAKES_AT_MOST / wakes,
            f"at most {WAKES_AT_MOST}: allowed / used",
            1.0,
        ),
    ]


def _set_the_stage(crowd: Crowd, projects: int) -> None:
    roles = {
        "officer": ("officer", "*"),
        "director": ("applicant", "org"),
        "verifier": ("verifier", "*"),
        "approver": ("approver", "*"),
        "payer": ("payer", "*"),
        "trustee": ("trustee", "*"),
        "evaluator": ("evaluator", "*"),
        "boss": ("steward", "*"),
        **dict.fromkeys(PANEL, ("reviewer", "*")),
        **dict.fromkeys(JUDGES, ("judge", "*")),
    }
    for who, (role, scope) in roles.items():
        crowd.say(SYSTEM, "RegisterPerson", person=who, name=who)
        crowd.say(SYSTEM, "GrantRole", person=who, role=role, scope=scope)
    money = f"CNY {projects * 10_000}.00"
    crowd.say("boss", "PublishProgramme", programme="fenghua-micro", rules=rules())
    crowd.say("trustee", "OpenFund", fund="fund", name="Fund", purposes=["community-service"])
    crowd.say(
        "trustee", "ReceiveFunds", fund="fund", amount=money, source="x", received_on=date(2026, 3, 2), reference="in"
    )
    organisation = {
        "name": "Org",
        "type": "association",
        "credit_code": "52330213MJ8931234A",
        "registered_on": "2019-01-01",
    }
    crowd.say("officer", "RegisterOrganisation", organisation="org", **organisation)
    crowd.say(
        "officer",
        "OpenRound",
        round="round",
        programme="fenghua-micro",
        fund="fund",
        budget=money,
        title={"zh": "一", "en": "one"},
        opens_on="2026-03-09",
        closes_on="2026-03-20",
    )


async def _live(clock: HeldClock, crowd: Crowd, projects: list[str]) -> None:
    """Stage by stage: all people for all projects, then the stories come to rest."""

    async def everybody(*acts: Callable[[str], None]) -> None:
        for act in acts:
            await asyncio.to_thread(crowd.all, act, projects)
        await clock.rest()

    async def until(day: date) -> None:
        clock.move_to(datetime(day.year, day.month, day.day, 8, tzinfo=UTC))
        await clock.rest()

    say = crowd.say
    await everybody(lambda p: _apply(crowd, p))
    await until(date(2026, 3, 21))
    met = [{"criterion": criterion, "met": True} for criterion in ("registered", "field", "budget")]
    await everybody(
        lambda p: say("officer", "CheckEligibility", project=p, findings=met),
        lambda p: say("officer", "AssignReviewers", project=p, reviewers=PANEL),
    )
    desk = [{"criterion": criterion, "points": 8} for criterion in ("need", "design", "capacity", "budget")]
    await everybody(*(lambda p, who=who: say(who, "SubmitReview", project=p, scores=desk) for who in PANEL))
    say(
        "officer",
        "ScheduleRoadshow",
        round="round",
        session="s",
        starts_at="2026-04-15T01:00:00Z",
        place="Hall",
        judges=JUDGES,
    )
    await everybody(lambda p: say("officer", "InviteToRoadshow", project=p, session="s"))
    await until(date(2026, 4, 15))
    stage = [{"criterion": criterion, "points": 8} for criterion in ("presentation", "answers", "impact")]
    await everybody(*(lambda p, who=who: say(who, "ScoreRoadshow", project=p, scores=stage) for who in JUDGES))
    say("officer", "CloseAssessment", round="round")
    await clock.rest()
    say("officer", "PublishRanking", round="round")
    await clock.rest()
    await until(date(2026, 4, 24))
    document = "a" * 64
    await everybody(
        lambda p: say("director", "SignAgreement", project=p, side="organisation", document_sha256=document),
        lambda p: say("officer", "SignAgreement", project=p, side="bureau", document_sha256=document),
    )
    await _deliver(everybody, crowd)


async def _deliver(everybody: Callable[..., Any], crowd: Crowd) -> None:
    await everybody(*_paying(crowd, "first"))
    await everybody(*_reporting(crowd, "mid-term"), *_paying(crowd, "second"))
    await everybody(*_reporting(crowd, "final"), *_paying(crowd, "third"))
    scores = [{"criterion": criterion, "points": 90} for criterion in ("delivery", "outcome", "money")]
    results = [{"id": "people", "actual": 60}]
    await everybody(
        lambda p: crowd.say(
            "evaluator", "SubmitEvaluation", project=p, scores=scores, results=results, opinion="Good."
        ),
        *_paying(crowd, "final"),
    )


def _apply(crowd: Crowd, project: str) -> None:
    crowd.say(
        "director",
        "SubmitApplication",
        project=project,
        round="round",
        organisation="org",
        title=f"Project {project}",
        field="elderly",
        plan="Lunch for those who live alone.",
        ask="CNY 10000.00",
        budget=[{"item": "food", "amount": "CNY 10000.00"}],
        indicators=[{"id": "people", "name": "people", "unit": "people", "baseline": 0, "target": 60}],
    )


def _reporting(crowd: Crowd, report: str) -> list[Callable[[str], None]]:
    activities = [{"held_on": "2026-05-02", "title": "Lunch", "people_served": 20}]
    return [
        lambda p: crowd.say(
            "director", "SubmitReport", project=p, report=report, narrative="Done.", activities=activities
        ),
        lambda p: crowd.say("officer", "AcceptReport", project=p, report=report),
    ]


def _paying(crowd: Crowd, tranche: str) -> list[Callable[[str], None]]:
    say = crowd.say
    return [
        lambda p: say("director", "RequestTranche", project=p, tranche=tranche, payee="Org"),
        lambda p: say("verifier", "VerifyTranche", project=p, tranche=tranche),
        lambda p: say("approver", "ApproveTranche", project=p, tranche=tranche),
        lambda p: say(
            "payer", "RecordPayment", project=p, tranche=tranche, paid_on="2026-05-05", reference=f"{p}-{tranche}"
        ),
    ]


def _commands_since(clock: HeldClock, position: int) -> int:
    """Commands that wrote events: people's and stories'."""
    found: set[str] = set()
    while batch := clock.store.read(position, 5_000):
        found |= {event.command_id for event in batch}
        position = batch[-1].position
    return len(found)


async def _wakes(canopy: bootstrap.Canopy, project: str) -> int:
    """How often one project's story was woken: signals in the histories of all its runs."""
    client = await canopy.temporal()
    wakes = 0
    async for each in client.list_workflows(f"WorkflowId = 'project:{project}'"):
        async for event in client.get_workflow_handle(each.id, run_id=each.run_id).fetch_history_events():
            wakes += event.HasField("workflow_execution_signaled_event_attributes")
    return wakes
