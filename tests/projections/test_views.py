"""The read side's door: asking, waiting, refusing."""

from __future__ import annotations

import threading
import time
from dataclasses import fields
from typing import Any, get_type_hints

import psycopg
import pytest

import projections
from domain.errors import Busy, Malformed, NotFound
from domain.event_store import EventStore
from projections.views import Views
from tests.projections.chronicle import chronicle, copies, record
from tests.projections.conftest import Reader
from tests.projections.lives import Life, a_report_sent_back, the_whole_life
from tests.situations import a_paid_tranche, a_programme, an_application
from tests.world import steps

NAMES = [model.name for model in projections.READ_MODELS]


def test_every_model_has_a_name_and_a_question_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert all(model.reads for model in projections.READ_MODELS)
    assert {field.name for field in fields(projections.READ_MODELS[0])} >= {"name", "version", "reads", "tables"}


def a_paid_life() -> Life:
    """Every read model has something to say about it."""
    return steps(a_paid_tranche(), a_report_sent_back())


ROWS: dict[str, Any] = {
    "project_history": projections.project_history.Happening,
    "reviewer_queue": projections.reviewer_queue.QueueEntry,
    "assignments": projections.assignments.Seat,
    "review_scores": projections.review_scores.ReviewScore,
    "duties": projections.duties.Duty,
    "deadlines": projections.deadlines.OpenDeadline,
    "tranche_board": projections.tranche_board.TrancheOnBoard,
    "payment_orders": projections.payment_orders.PaymentOrderLine,
    "fund_balance": projections.fund_balance.FundBalance,
    "programme_totals": projections.programme_totals.ProgrammeTotals,
    "round_totals": projections.round_totals.RoundTotals,
    "notice_board": projections.notice_board.NoticedProject,
    "organisation_projects": projections.organisation_projects.OrganisationProject,
    "roadshow_board": projections.roadshow_board.BoardLine,
    "round_funnel": projections.round_funnel.FunnelStage,
}


@pytest.mark.parametrize("name", NAMES)
def test_the_rows_are_of_the_type_their_file_declares(reader: Reader, name: str) -> None:
    reader.told(a_paid_life())
    for row in reader.rows(name):
        assert set(row) == {*get_type_hints(ROWS[name]), "key"}


@pytest.mark.parametrize("name", NAMES)
def test_every_filter_can_be_asked_and_an_unknown_one_is_malformed(reader: Reader, name: str) -> None:
    reader.told(a_programme())
    for model in projections.READ_MODELS:
        for filter_, value in SAMPLES.items():
            if filter_ in model.question.filters:
                reader.rows(model.name, **{filter_: value})
        assert set(model.question.filters) <= {*SAMPLES, *TEXTS}
        for filter_ in set(model.question.filters) & TEXTS:
            reader.rows(model.name, **{filter_: "nothing-of-that-name"})
    with pytest.raises(Malformed) as caught:
        reader.rows(name, colour="red")
    assert caught.value.fields["field"] == "colour"
    assert "limit" in caught.value.fields["rule"]


SAMPLES: dict[str, Any] = {
    "name": "RoundOpened",
    "since": "2026-03-01T00:00:00Z",
    "until": "2026-03-01T00:00:00+08:00",
    "due_before": "2026-03-01T00:00:00Z",
    "ordered_before": "2026-03-01T00:00:00Z",
    "ends_after": "2026-03-01T00:00:00Z",
    "amount_at_least": "100",
    "whole": 1,
}
TEXTS = {
    *(
        "subject",
        "project",
        "round",
        "purpose",
        "programme",
        "organisation",
        "fund",
        "person",
        "role",
        "kind",
        "stage",
        "status",
        "stream",
    ),
    *("field", "outcome", "session", "reference", "ordered_by", "confirmed_by"),
    *("waits_for", "waits_role", "late_role", "late_person", "actor", "command_id"),
}


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": "²"}, "limit"),
        ({"after_key": "yesterday"}, "after_key"),
        ({"after_key": '["a","b"]'}, "after_key"),
        ({"after_key": '["a","b","c","d"]'}, "after_key"),
        ({"due_before": "tomorrow"}, "due_before"),
        ({"due_before": "2026-03-01T00:00:00"}, "due_before"),
        ({"round": "\0"}, "round"),
        ({"round": 7}, "round"),
    ],
)
def test_a_filters_value_that_cannot_be_read_is_malformed(reader: Reader, filters: dict[str, Any], field: str) -> None:
    reader.told(an_application())
    with pytest.raises(Malformed) as caught:
        reader.rows("deadlines", **filters)
    assert caught.value.fields["field"] == field


def test_a_filter_of_none_asks_nothing(reader: Reader) -> None:
    assert len(reader.told(an_application()).rows("deadlines", round=None, limit=None, after_key=None)) == 2


def test_a_read_model_nobody_knows_is_not_found(reader: Reader) -> None:
    with pytest.raises(NotFound, match="read model"):
        reader.rows("horoscope")
    with pytest.raises(NotFound, match="read model"):
        reader.views.rebuild("horoscope")


@pytest.mark.parametrize("name", NAMES)
def test_pages_of_one_row_put_together_are_the_whole_answer(reader: Reader, name: str) -> None:
    record(reader.owner_url, chronicle(a_paid_life()))
    others = [e for e in copies(chronicle(a_paid_life()), 2) if not e.stream.startswith("person:")]
    record(reader.owner_url, others)
    reader.views.catch_up_once(reader.store)
    whole = reader.rows(name, limit=40)
    paged: list[Any] = []
    while len(paged) < len(whole) and (
        page := reader.rows(name, limit=1, after_key=paged[-1]["key"] if paged else None)
    ):
        paged += page
    assert paged == whole
    assert whole


def test_everything_goes_through_all_pages(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.views.MOST_ROWS", 7)
    reader.told(the_whole_life())
    assert len(reader.views.everything("project_history", {"project": "reading-hour"})) > 30


def test_a_page_can_wait_until_its_own_change_is_seen(reader: Reader) -> None:
    head = record(reader.owner_url, chronicle(an_application()))
    late = threading.Timer(0.3, lambda: reader.views.catch_up_once(reader.store))
    late.start()
    answer = reader.views.ask("deadlines", after=head)
    late.join()
    assert answer.position == head
    assert len(answer.rows) == 2


def test_who_waits_in_vain_is_told_to_try_again(reader: Reader) -> None:
    reader.views.catch_up_once(reader.store)
    began = time.monotonic()
    with pytest.raises(Busy):
        reader.views.ask("deadlines", after=1, timeout=0.2)
    assert 0.15 < time.monotonic() - began < 2
    with pytest.raises(Malformed):
        reader.views.ask("deadlines", {"colour": "red"}, after=1, timeout=5)


def test_an_answer_before_anything_was_read_is_busy_not_empty(views: Views) -> None:
    with pytest.raises(Busy):
        views.ask("deadlines", timeout=0.05)


def test_the_lag_says_how_far_each_model_is_behind(reader: Reader) -> None:
    reader.told(a_programme())
    before = reader.store.head()
    record(reader.owner_url, [e for e in copies(chronicle(an_application()), 2) if e.stream.startswith("fund:")])
    lags = reader.views.lag()
    assert [lag.name for lag in lags] == sorted(NAMES)
    assert {(lag.position, lag.behind) for lag in lags} == {(before, reader.store.head() - before)}
    reader.views.catch_up_once(reader.store)
    assert {lag.behind for lag in reader.views.lag()} == {0}


def test_who_reads_events_and_writes_views_cannot_touch_the_events(reader: Reader, store: EventStore) -> None:
    reader.told(a_programme())
    with psycopg.connect(store.url, autocommit=True) as connection:
        for forbidden in (
            "INSERT INTO canopy.events SELECT * FROM canopy.events LIMIT 1",
            "DELETE FROM canopy.events",
            "DROP SCHEMA canopy CASCADE",
            "UPDATE canopy.head SET position = 0",
            "CREATE TABLE canopy.mine (n int)",
            "CREATE TABLE views.mine (n int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden.encode())


def test_the_views_schema_can_be_made_again_at_every_start(reader: Reader) -> None:
    reader.told(an_application())
    reader.views.create(reader.owner_url)
    assert len(reader.rows("deadlines")) == 2
