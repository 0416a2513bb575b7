"""Reading again from the first event, into a new generation, while the old rows go on answering."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace

import psycopg
import pytest

from domain.errors import Busy
from domain.person import PersonRegistered
from projections import READ_MODELS
from projections.read_model import Batch, Cursor, Filter, Question, ReadModel, put
from projections.views import Views
from tests.controls import EVERYBODY
from tests.projections.chronicle import chronicle, copies, record
from tests.projections.conftest import Reader
from tests.projections.dump import dump, schemas
from tests.projections.lives import the_whole_life
from tests.projections.test_catch_up import NAMES, following, many_lives
from tests.situations import an_application, people


@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.name)
def test_a_rebuild_gives_the_same_rows_byte_for_byte(reader: Reader, model: ReadModel) -> None:
    many_lives(reader.owner_url, 1)
    with Views(reader.views.url, batch=100) as views:
        views.catch_up_once(reader.store)
        before = dump(reader.owner_url)
        views.rebuild(model.name)
    assert dump(reader.owner_url) == before
    assert f"view_{model.name}_2" in schemas(reader.owner_url)
    assert f"view_{model.name}_1" not in schemas(reader.owner_url)


def test_a_rebuild_mends_rows_that_were_spoilt(reader: Reader) -> None:
    reader.told(the_whole_life())
    before = dump(reader.owner_url)
    with psycopg.connect(reader.owner_url) as connection:
        connection.execute("UPDATE view_programme_totals_1.projects SET disbursed_fen = 0")
    assert dump(reader.owner_url) != before
    reader.views.rebuild("programme_totals")
    assert dump(reader.owner_url) == before


def test_the_old_rows_answer_until_the_new_ones_have_caught_up(reader: Reader) -> None:
    reader.told(the_whole_life())
    reports: list[tuple[int, int]] = []

    def watch(done: int, head: int) -> None:
        reports.append((done, head))
        assert reader.one("programme_totals")["applications"] == 2
        if len(reports) == 3:  # something happens meanwhile
            later = [e for e in copies(chronicle(an_application()), 9) if not e.stream.startswith("person:")]
            record(reader.owner_url, later)

    with Views(reader.views.url, batch=30) as views:
        head = reader.store.head()
        views.rebuild("programme_totals", watch)
        done = [done for done, _ in reports]
        assert done == sorted(done)
        assert reports[0] == (0, head)
        assert reports[-1] == (reader.store.head(), reader.store.head())
        assert head < reader.store.head()
        assert reader.one("programme_totals")["applications"] == 3


def test_a_rebuild_beside_a_views_process_loses_nothing(reader: Reader) -> None:
    many_lives(reader.owner_url, 1)
    reader.views.catch_up_once(reader.store)
    with Views(reader.views.url, batch=50) as views, following(views, reader.store):
        rebuilding = threading.Thread(target=views.rebuild, args=("duties",))
        rebuilding.start()
        for number in range(100, 110):
            life = [e for e in copies(chronicle(the_whole_life()), number) if e.stream[:6] not in {"person", "progra"}]
            head = record(reader.owner_url, life)
            reader.views.ask("duties", after=head, timeout=20)
        rebuilding.join(20)
    live = dump(reader.owner_url)
    reader.views.rebuild("duties")
    assert dump(reader.owner_url) == live
    assert "view_duties_3" in schemas(reader.owner_url)


def test_what_a_killed_rebuild_left_behind_is_dropped_by_the_next(reader: Reader) -> None:
    reader.told(the_whole_life())

    def give_up(done: int, _: int) -> None:
        if done:
            raise KeyboardInterrupt

    with suppress(KeyboardInterrupt), Views(reader.views.url, batch=50) as views:
        views.rebuild("deadlines", give_up)
    assert len([name for name in schemas(reader.owner_url) if "deadlines" in name]) == 2
    assert reader.rows("deadlines") == []
    reader.views.catch_up_once(reader.store)
    reader.views.rebuild("deadlines")
    assert [name for name in schemas(reader.owner_url) if "deadlines" in name] == ["view_deadlines_2"]


# ── A new version ────────────────────────────────────────────────────────────────────────────────────────────────────


def take_loudly(cursor: Cursor, batch: Batch) -> None:
    rows = [{"loud_name": event.name.upper()} for _, event in batch.of(PersonRegistered)]
    put(cursor, "insert into loud select * from json_populate_recordset(null::loud, %(rows)s)", rows)


NAMES_2 = replace(
    NAMES,
    version=2,
    tables="create table loud (loud_name text not null)",
    take=take_loudly,
    question=Question(
        "select loud_name from loud", {"loud_name": "text"}, {"loud_name": Filter("loud_name = %(loud_name)s")}
    ),
)


def known() -> set[str]:
    """Asked when a test runs: topics collected later may have brought somebody along."""
    return {actor.id.title() for actor in EVERYBODY}


def test_a_new_version_is_read_from_the_first_event_and_then_answers(reader: Reader) -> None:
    record(reader.owner_url, chronicle(people()))
    with Views(reader.views.url, models=(NAMES,)) as old, Views(reader.views.url, models=(NAMES_2,), batch=5) as new:
        old.catch_up_once(reader.store)
        with pytest.raises(Busy):  # its rows are not there yet
            new.ask("names", timeout=0.1)
        assert old.ask("names").rows[0]["name"] == min(known())
        new.catch_up_once(reader.store)
        assert new.ask("names", {"loud_name": min(known()).upper()}).rows[0]["loud_name"] == min(known()).upper()
        assert len(new.ask("names").rows) == len(known())
    assert schemas(reader.owner_url) == ["view_names_2"]


def test_a_new_version_half_read_goes_on_where_it_was(reader: Reader) -> None:
    record(reader.owner_url, chronicle(people()))
    with Views(reader.views.url, models=(NAMES,)) as old:
        old.catch_up_once(reader.store)
    calls: list[int] = []

    def take_then_die(cursor: Cursor, batch: Batch) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        take_loudly(cursor, batch)

    dying = replace(NAMES_2, take=take_then_die)
    with suppress(KeyboardInterrupt), Views(reader.views.url, models=(dying,), batch=5) as views:
        views.catch_up_once(reader.store)
    assert schemas(reader.owner_url) == ["view_names_1", "view_names_2"]
    with Views(reader.views.url, models=(NAMES_2,), batch=5) as views, following(views, reader.store):
        assert len(views.ask("names", after=reader.store.head(), timeout=20).rows) == len(known())
    assert schemas(reader.owner_url) == ["view_names_2"]
