"""The hands page through a round's projects: a refusal stops nobody and is put on record; a later pass is a new wish."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from temporalio.testing import ActivityEnvironment

from domain.assigning import ListApplications
from domain.award import RecordHoldUp
from domain.errors import DoubleFunding, FundExhausted, Refusal
from domain.kernel import Command
from domain.project import Project
from domain.round import Round
from workflows.hands import Hands

SHORT = FundExhausted(fund="f", asked="CNY 2.00", available="CNY 1.00")


class Remembering:
    """A store that remembers what was put; grants to `poor` are refused."""

    def __init__(self, refusal: Refusal = SHORT) -> None:
        self.version, self.refusal = 7, refusal
        self.put: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.commands: list[Command] = []
        self.causes: list[str | None] = []

    def do(self, command: Command, *, by: Any, command_id: str, causation: str | None = None) -> None:
        self.put.append((type(command).__name__, command.subject))
        self.commands.append(command)
        self.ids.append(command_id)
        self.causes.append(causation)
        if self.put[-1] == ("GrantAward", "poor"):
            raise self.refusal

    def stand(self, of: Any, id_: str) -> tuple[int, Any]:
        return self.version, Round(id=id_)

    def load_all(self, of: Any, ids: Iterable[str]) -> list[Any]:
        return [Project(id=id_, organisation=f"{id_}-society") for id_ in ids]

    def reading(self) -> Any:
        raise NotImplementedError

    def streams_with(
        self, correlation: str, names: Collection[str], *, after: int, limit: int
    ) -> Sequence[tuple[str, int]]:
        return [("project:poor", 1), ("project:rich", 2)]


def granted(store: Remembering) -> None:
    ActivityEnvironment().run(Hands(store).for_each, "round:spring", "GrantAward", 0, store.version)


def test_a_refusal_is_put_on_the_projects_record_and_the_others_go_on() -> None:
    store = Remembering()
    granted(store)
    assert store.put == [("GrantAward", "poor"), ("RecordHoldUp", "poor"), ("GrantAward", "rich")]
    assert set(store.causes) == {"round:spring@7"}


def test_a_command_on_the_round_takes_a_page_at_once_and_is_told_whose_the_projects_are() -> None:
    store = Remembering()
    ActivityEnvironment().run(Hands(store).for_each, "round:spring", "ListApplications", 0, store.version)
    (command,) = store.commands
    assert command == ListApplications(
        round="spring", projects=("poor", "rich"), applicants=("poor-society", "rich-society")
    )


def test_which_project_stands_in_the_way_is_put_on_record_too() -> None:
    twice = DoubleFunding(organisation="qinghe", project="rich-already", programme="fenghua-micro")
    for refusal, other in ((twice, "rich-already"), (SHORT, None)):
        store = Remembering(refusal)
        granted(store)
        told = RecordHoldUp(project="poor", command="GrantAward", refusal=refusal.code, because_of=other)
        assert store.commands[1] == told


def test_a_retry_is_the_same_wish_and_a_later_pass_another() -> None:
    store = Remembering()
    granted(store)
    granted(store)
    store.version = 9
    granted(store)
    first, retried, later = store.ids[:3], store.ids[3:6], store.ids[6:]
    assert retried == first
    assert not set(later) & set(first)
