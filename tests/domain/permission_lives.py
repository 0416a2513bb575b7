"""The lives that see every event, and some more: what was done in them, and in what states they leave a project on the way."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from unittest.mock import patch

from domain.commands import admit
from domain.kernel import STORY, Actor, Aggregate, Command, Event
from domain.project import Project
from domain.recusal import GrantUnansweredRecusal
from domain.round import Round
from domain.slot import RecordAbsence
from domain.suspension import ResumeProject, SuspendProject
from tests.controls import PROJECT, ROUND, extend, lin, on
from tests.delivering import a_self_assessment, a_silent_mid_term, delivery_under, with_visits
from tests.domain import test_recusal
from tests.domain.closing_in_days import begun
from tests.domain.golden_events import LIVES
from tests.domain.test_completion import RETURN
from tests.domain.test_deadlines import ASKED
from tests.domain.test_eligibility import C7
from tests.domain.test_slot import a_drawn_session
from tests.ending import a_change, a_clawback, a_coaching
from tests.situations import a_concluded_agreement
from tests.world import World, given, put

_SUSPEND = SuspendProject(project=PROJECT, reason="Under inquiry.")
MORE_LIVES = (
    (
        a_concluded_agreement(),
        put(_SUSPEND, by=lin),
        put(ResumeProject(project=PROJECT, reason="All is well."), by=lin),
    ),
    (
        test_recusal.RULES,
        test_recusal.a_request(),
        put(GrantUnansweredRecusal(project=PROJECT, person="wang"), by=STORY, at=test_recusal.DUE),
    ),
    (*C7, put(RETURN, by=lin), put(extend("completion", "04-01"), by=lin)),
    (ASKED, put(extend("recusal", "04-02", part="wang"), by=lin)),
    (a_self_assessment(), put(extend("mid-term-review", "07-07"), by=lin)),
    (a_silent_mid_term(), put(extend("mid-term-notice", "07-10"), by=lin)),
    (a_change(plan="Thirty afternoons."), put(extend("change", "05-19", part="later"), by=lin)),
    (a_coaching(), put(extend("follow-up", "06-19", part="lists"), by=lin)),
    (a_clawback(), put(extend("repayment", "08-15", part="1"), by=lin)),
    (delivery_under(with_visits()), put(extend("visit", "06-30", part="early"), by=lin)),
    (begun(), put(extend("closing-duty", "12-01", part="publication"), by=lin)),
    (a_drawn_session(), put(RecordAbsence(project=PROJECT), by=lin, at=on("04-15", "15:00"))),
)
"""For commands whose events another command gives too."""


def stage_in(state: Aggregate) -> str:
    """The stage of a project or a round; of anything else, whether it is recorded."""
    if isinstance(state, Project | Round):
        return state.stage
    return "recorded" if state.exists else ""


def line_of(command: Command) -> str:
    """The line of the table: the command, and the side it is given for or the deadline it is about."""
    about = (getattr(command, field, "") for field in ("side", "deadline"))
    return " ".join([type(command).__name__, *filter(None, about)])


@cache
def _lived() -> tuple[Mapping[str, set[tuple[str, str]]], Mapping[str, list[World]]]:
    done: dict[str, set[tuple[str, str]]] = {}
    states: dict[tuple[str, ...], World] = {}
    decided = World.decided

    def watched(world: World, command: Command, by: Actor) -> tuple[tuple[str, Event], ...]:
        events = decided(world, command, by)
        if events:
            state = world.get(command.ON[0], command.subject)
            done.setdefault(line_of(command), set()).add((admit(command, state, by).role, stage_in(state)))
            states.setdefault(_history(world), world)
        return events

    with patch.object(World, "decided", watched):
        for life in (*LIVES, *MORE_LIVES):
            world = given(*life).world
            states.setdefault(_history(world), world)
    found: dict[str, list[World]] = {}
    for world in states.values():
        found.setdefault(world.get(Project, PROJECT).stage, []).append(world)
    return done, found


def _history(world: World) -> tuple[str, ...]:
    """What happened to the example's project, and where its round is; of two worlds with the same the first will do."""
    stream = Project.stream_of(PROJECT)
    names = (type(event).__name__ for name, event in world.events if name == stream)
    return (*names, world.get(Round, ROUND).stage)


def happened() -> Mapping[str, set[tuple[str, str]]]:
    """Line of the table → the roles and stages in which it changed something."""
    return _lived()[0]


def moments(stage: str) -> tuple[World, ...]:
    """The worlds in which the lives leave the example's project in that stage, before each command that changes something, and at their ends."""
    return tuple(_lived()[1].get(stage, ()))
