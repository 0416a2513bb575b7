"""Streams that only the states name are read too, and what was decided on them is what is appended to."""

from __future__ import annotations

import pytest

from domain.event_store import Done, EventStore
from domain.kernel import SYSTEM, Command
from tests.domain.errands import BeginErrand, ChangePurse, FillPurse, Note, NoteFurther, new_id

FURTHER = NoteFurther(errand="tea")


def do(store: EventStore, *commands: Command) -> Done:
    return [store.do(command, by=SYSTEM, command_id=new_id()) for command in commands][-1]


@pytest.fixture
def noted(store: EventStore) -> EventStore:
    """A store that knows two purses, and an errand on the red one."""
    do(store, FillPurse(purse="red", coins=10), FillPurse(purse="blue", coins=3))
    do(store, BeginErrand(errand="tea", from_purse="red", town="suzhou"))
    return store


def text(done: Done) -> str:
    (event,) = done.events
    return event.model_dump()["text"]  # type: ignore[no-any-return]


def test_it_is_read_as_it_is_now_also_when_another_process_changed_it(noted: EventStore, store_url: str) -> None:
    assert text(do(noted, FURTHER)) == "10"
    with EventStore(store_url) as other:
        do(other, FillPurse(purse="red", coins=5))
    assert text(do(noted, FURTHER)) == "15"


def test_another_stream_named_meanwhile_is_the_one_that_is_read(noted: EventStore, store_url: str) -> None:
    do(noted, FURTHER)
    with EventStore(store_url) as other:
        do(other, ChangePurse(errand="tea", to="blue"))
    assert text(do(noted, FURTHER)) == "3"


def test_what_moves_on_meanwhile_makes_the_command_decide_again(
    noted: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, meanwhile = EventStore._append, iter([True])

    def slow_append(*arguments: object) -> Done | None:
        if next(meanwhile, False):
            do(noted, FillPurse(purse="red", coins=1), Note(errand="other", text="x"))
        return append(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(EventStore, "_append", slow_append)
    assert text(do(noted, FURTHER)) == "11"
