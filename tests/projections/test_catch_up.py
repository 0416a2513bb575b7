"""Following the event store: every event taken once, whatever happens."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from structlog.testing import capture_logs

from domain.event_store import EventStore
from domain.person import PersonRegistered
from domain.stored_form import stored_names
from projections import READ_MODELS, catch_up, deadlines
from projections.read_model import Batch, Cursor, Question, ReadModel, Row, Story, put, rewrite
from projections.views import Views
from tests.projections.chronicle import chronicle, copies, record
from tests.projections.conftest import Reader
from tests.projections.dump import dump
from tests.projections.lives import LIVES, an_award_not_signed, the_whole_life
from tests.situations import an_application, people

ROOT = Path(__file__).parents[2]


def many_lives(owner_url: str, copies_of_each: int) -> int:
    """Rounds one after the other, of every kind. Gives the head."""
    head = record(owner_url, chronicle(people()))
    for number in range(copies_of_each * len(LIVES)):
        life = chronicle(LIVES[number % len(LIVES)]())
        head = record(
            owner_url, [e for e in copies(life, number) if not e.stream.startswith(("person:", "programme:"))]
        )
    return head


@pytest.mark.parametrize("batch", [1, 7, 2_000])
def test_the_rows_do_not_depend_on_how_the_events_were_cut_into_batches(reader: Reader, batch: int) -> None:
    for life in (the_whole_life, an_award_not_signed):
        record(reader.owner_url, [e for e in copies(chronicle(life()), LIVES.index(life)) if e.stream[:6] != "person"])
    with Views(reader.views.url, batch=batch) as views:
        views.catch_up_once(reader.store)
    in_batches = dump(reader.owner_url)
    for model in READ_MODELS:
        reader.views.rebuild(model.name)
    assert in_batches == dump(reader.owner_url)
    assert all(
        in_batches[f"{name}"] for name in ("project_history.concerns", "tranche_board.tranches", "duties.progress")
    )


def test_a_follower_that_remembers_nothing_reads_the_streams_again(reader: Reader) -> None:
    """As after a restart: what is in memory is only to be quick."""
    events = chronicle(the_whole_life())
    for start in range(0, len(events), 10):
        record(reader.owner_url, events[start : start + 10])
        reader.views.catch_up_once(reader.store)
    piecemeal = dump(reader.owner_url)
    for model in READ_MODELS:
        reader.views.rebuild(model.name)
    assert piecemeal == dump(reader.owner_url)


def test_stories_not_told_lately_are_forgotten_and_read_again(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.stories.KEPT", 1)
    many_lives(reader.owner_url, 1)
    with Views(reader.views.url, batch=20) as views:
        views.catch_up_once(reader.store)
    forgetful = dump(reader.owner_url)
    monkeypatch.undo()
    for model in READ_MODELS:
        reader.views.rebuild(model.name)
    assert forgetful == dump(reader.owner_url)


@contextmanager
def a_process(url: str, batch: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.projections.runner", url, str(batch)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "following\n"
        yield process
        process.kill()


def behind(views: Views) -> int:
    return max((lag.behind for lag in views.lag()), default=1)


def test_a_process_killed_again_and_again_takes_every_event_once(reader: Reader) -> None:
    many_lives(reader.owner_url, 1)
    kills, chance = 0, random.Random(7)
    while behind(reader.views):
        with a_process(reader.views.url, batch=5):
            time.sleep(chance.uniform(0.05, 0.3))
        kills += 1
    assert kills >= 4
    survived = dump(reader.owner_url)
    for model in READ_MODELS:
        reader.views.rebuild(model.name)
    assert survived == dump(reader.owner_url)


def test_two_processes_at_once_take_every_event_once(reader: Reader) -> None:
    many_lives(reader.owner_url, 2)
    with a_process(reader.views.url, batch=5), a_process(reader.views.url, batch=7):
        end = time.monotonic() + 60
        while behind(reader.views) and time.monotonic() < end:
            time.sleep(0.05)
    assert behind(reader.views) == 0
    both = dump(reader.owner_url)
    for model in READ_MODELS:
        reader.views.rebuild(model.name)
    assert both == dump(reader.owner_url)


@contextmanager
def following(views: Views, store: EventStore) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=views.follow, args=(store, stop))
    thread.start()
    yield
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_news_are_seen_at_once_and_following_stops_when_told(reader: Reader) -> None:
    with following(reader.views, reader.store):
        reader.views.ask("deadlines", after=0)
        head = record(reader.owner_url, chronicle(an_application()))
        began = time.monotonic()
        assert len(reader.views.ask("deadlines", after=head).rows) == 2
        assert time.monotonic() - began < 1


# ── A read model that fails ──────────────────────────────────────────────────────────────────────────────────────────


def count(cursor: Cursor, batch: Batch) -> None:
    rows = [{"name": event.name} for _, event in batch.of(PersonRegistered)]
    put(cursor, "insert into names select * from json_populate_recordset(null::names, %(rows)s)", rows)


NAMES = ReadModel(
    name="names",
    version=1,
    reads=stored_names(PersonRegistered),
    tables="create table names (name text not null)",
    take=count,
    question=Question("select name from names", {"name": "text"}, {}),
)


def fail(cursor: Cursor, batch: Batch) -> None:
    count(cursor, batch)
    raise ZeroDivisionError


BROKEN = replace(NAMES, name="broken", take=fail)


def speechless(story: Story, _: object) -> list[Row]:
    raise KeyError(story.stream)


SPEECHLESS = replace(
    deadlines.MODEL, name="speechless", tells={"silence": speechless}, tables="create table silence (subject text)",
    take=rewrite("silence"),
)  # fmt: skip


def test_a_read_model_that_fails_holds_up_no_other(reader: Reader) -> None:
    head = record(reader.owner_url, chronicle(an_application()))
    models = (BROKEN, SPEECHLESS, deadlines.MODEL, NAMES)
    with Views(reader.views.url, models=models) as views, capture_logs() as logs:
        with following(views, reader.store):
            assert len(views.ask("deadlines", after=head).rows) == 2
            assert len(views.ask("names", after=head).rows) > 10
        lags = {lag.name: lag.behind for lag in views.lag()}
    assert lags == {"broken": head, "speechless": head, "deadlines": 0, "names": 0}
    assert {log["model"] for log in logs} == {"broken", "speechless"}


def test_a_failing_read_model_is_tried_again_and_catches_up_when_mended(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_up, "PATIENCE_SECONDS", 0.1)
    head = record(reader.owner_url, chronicle(an_application()))
    attempts = []

    def fail_twice(cursor: Cursor, batch: Batch) -> None:
        attempts.append(1)
        (count if len(attempts) > 2 else fail)(cursor, batch)

    with (
        Views(reader.views.url, models=(NAMES, replace(BROKEN, take=fail_twice))) as views,
        following(views, reader.store),
    ):
        assert views.ask("broken", after=head).rows == views.ask("names").rows
    assert len(attempts) == 3


def test_whoever_brings_up_to_date_once_hears_of_the_failure(reader: Reader) -> None:
    record(reader.owner_url, chronicle(an_application()))
    with Views(reader.views.url, models=(BROKEN,)) as views, pytest.raises(ZeroDivisionError):
        views.catch_up_once(reader.store)
    assert dump(reader.owner_url) == {"broken.names": []}


def test_a_new_read_model_catches_up_beside_those_that_were_there(reader: Reader) -> None:
    reader.told(an_application())
    with Views(reader.views.url, models=(*READ_MODELS, NAMES)) as views:
        views.catch_up_once(reader.store)
        assert len(views.ask("names").rows) > 10
        assert {lag.behind for lag in views.lag()} == {0}


def test_a_broken_connection_is_the_callers_to_mend(reader: Reader) -> None:
    reader.told(an_application())
    with psycopg.connect(reader.owner_url, autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'canopy_app'")
    assert len(reader.views.ask("deadlines").rows) == 2  # the pool looks before it lends
