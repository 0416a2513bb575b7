"""The event store carries out a command once, whole or not at all, and says the same to whoever asks again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from domain.errors import CommandIdReused, FundExhausted, NotFound, RoleMissing
from domain.event_store import Done, EventStore
from domain.kernel import COMMANDS, EVENTS, STORY, SYSTEM, Actor
from domain.person import EndRole, GrantRole, Person, RegisterPerson
from tests.domain.errands import (
    BeginErrand,
    ChangePurse,
    CoinsSpent,
    CoinsTaken,
    Errand,
    FillPurse,
    Note,
    NoteBeside,
    Noted,
    Purse,
    Spend,
    do,
    errands_known,
)


def everything(url: str) -> list[object]:
    with psycopg.connect(url) as connection:
        tables = ("events", "commands", "head", "clock")
        return [
            connection.execute(f"SELECT t::text FROM canopy.{table} AS t ORDER BY 1".encode()).fetchall()
            for table in tables
        ]


# ── Once ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_command_id_is_carried_out_once_and_answers_the_same_again(trip: EventStore) -> None:
    first = trip.do(Spend(errand="tea", coins=3), by=SYSTEM, command_id="once")
    again = trip.do(Spend(errand="tea", coins=3), by=SYSTEM, command_id="once")
    assert (first.new, first.repeated, again.repeated) == (True, False, True)
    assert (again.position, again.positions, again.events) == (first.position, first.positions, first.events)
    assert again.recorded_at == first.recorded_at
    assert trip.load(Purse, "red").coins == 7


def test_eight_who_send_the_same_command_id_at_once_get_one_answer(trip: EventStore) -> None:
    def send(_: int) -> Done:
        return trip.do(Note(errand="tea", text="hello"), by=SYSTEM, command_id="at-once")

    with ThreadPoolExecutor(8) as threads:
        answers = [*threads.map(send, range(8))]
    assert len({answer.position for answer in answers}) == 1
    assert sum(not answer.repeated for answer in answers) == 1
    assert trip.load(Errand, "tea").notes == ("hello",)


@pytest.mark.parametrize(
    ("command", "by", "on_behalf"),
    [
        (Spend(errand="tea", coins=4), SYSTEM, None),
        (Note(errand="tea", text="3"), SYSTEM, None),
        (Spend(errand="tea", coins=3), "li", None),
        (Spend(errand="tea", coins=3), SYSTEM, "li"),
    ],
)
def test_a_command_id_stands_for_one_content_by_one_actor(
    trip: EventStore, command: Note | Spend, by: str | Actor, on_behalf: str | None
) -> None:
    do(trip, RegisterPerson(person="li", name="李"), GrantRole(person="li", role="steward", scope="*"))
    trip.do(Spend(errand="tea", coins=3), by=SYSTEM, command_id="mine")
    with pytest.raises(CommandIdReused):
        trip.do(command, by=by, on_behalf=on_behalf, command_id="mine")


def test_what_is_so_already_writes_nothing_and_answers_with_the_head(trip: EventStore) -> None:
    before = everything(trip.url)
    answer = trip.do(BeginErrand(errand="tea", from_purse="red", town="suzhou"), by=SYSTEM, command_id="again")
    assert (answer.new, answer.events, answer.position) == (False, (), trip.head())
    assert everything(trip.url) == before


def test_a_connection_lost_after_the_commit_is_resolved_by_the_command_id(
    trip: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = EventStore._append
    lost = iter([True])

    def append_and_lose(*arguments: object) -> Done | None:
        done = append(*arguments)  # type: ignore[arg-type]
        if next(lost, False):
            raise psycopg.OperationalError("the cable")
        return done

    monkeypatch.setattr(EventStore, "_append", append_and_lose)
    answer = trip.do(Spend(errand="tea", coins=3), by=SYSTEM, command_id="cable")
    assert answer.repeated
    assert trip.load(Purse, "red").coins == 7


def test_a_connection_lost_before_the_append_is_replaced(
    trip: EventStore, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = EventStore._append
    first = iter([True])

    def cut_and_append(*arguments: object) -> Done | None:
        if next(first, False):
            with psycopg.connect(database, autocommit=True) as owner:
                owner.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'canopy_app'"
                )
        return append(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(EventStore, "_append", cut_and_append)
    answer = trip.do(Spend(errand="tea", coins=3), by=SYSTEM, command_id="cut")
    assert (answer.new, answer.repeated) == (True, False)
    assert trip.load(Purse, "red").coins == 7


def test_connections_the_server_has_closed_are_not_used(trip: EventStore, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'canopy_app'")
    assert trip.do(Spend(errand="tea", coins=3), by=SYSTEM, command_id="after").new


# ── Whole or not at all ──────────────────────────────────────────────────────────────────────────────────────────────


def test_two_streams_are_written_in_one_transaction(trip: EventStore) -> None:
    done = trip.do(Spend(errand="tea", coins=3), by=SYSTEM, command_id="spend")
    spent, taken = trip.read(done.position - 2, 10)
    assert (spent.stream, spent.event) == ("errand:tea", CoinsSpent(coins=3))
    assert (taken.stream, taken.event) == ("purse:red", CoinsTaken(coins=3))
    assert (spent.recorded_at, spent.command_id) == (taken.recorded_at, taken.command_id) == (done.recorded_at, "spend")


def test_a_refused_command_leaves_the_store_unchanged(trip: EventStore) -> None:
    before = everything(trip.url)
    with pytest.raises(FundExhausted):
        trip.do(Spend(errand="tea", coins=11), by=SYSTEM, command_id="too-much")
    with pytest.raises(NotFound):
        trip.do(Spend(errand="none", coins=1), by=SYSTEM, command_id="nowhere")
    assert everything(trip.url) == before
    assert trip.load(Purse, "red").coins == 10


def test_a_stream_only_read_that_moves_on_meanwhile_makes_the_command_decide_again(
    trip: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(trip, BeginErrand(errand="silk", from_purse="red", town="suzhou"))
    append = EventStore._append
    meanwhile = iter([True])

    def slow_append(*arguments: object) -> Done | None:
        if next(meanwhile, False):
            do(trip, Spend(errand="silk", coins=2))
        return append(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(EventStore, "_append", slow_append)
    answer = trip.do(NoteBeside(errand="tea", other="silk"), by=SYSTEM, command_id="beside")
    assert answer.events == (Noted(text="2"),)


def test_an_event_of_five_megabytes_and_five_thousand_events_at_once_are_stored(trip: EventStore) -> None:
    trip.do(Note(errand="tea", text="木" * 1_700_000), by=SYSTEM, command_id="large")
    many = trip.do(Note(errand="tea", text="leaf", times=5_000), by=SYSTEM, command_id="many")
    assert len(many.events) == len(many.positions) == 5_000
    large, *leaves = trip.recorded("errand:tea")[1:]
    assert len(large.raw) > 5_000_000
    assert [leaf.position for leaf in leaves] == [*many.positions]
    assert [leaf.version for leaf in leaves] == [*range(3, 5_003)]


# ── Who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_person_acts_by_the_roles_that_were_granted_to_them(trip: EventStore) -> None:
    with pytest.raises(NotFound, match="person"):
        do(trip, FillPurse(purse="red", coins=1), by="li")
    do(trip, RegisterPerson(person="li", name="李"))
    with pytest.raises(RoleMissing):
        do(trip, FillPurse(purse="red", coins=1), by="li")
    do(trip, GrantRole(person="li", role="steward", scope="*"))
    trip.do(FillPurse(purse="red", coins=1), by="li", on_behalf="wang", command_id="filled", causation="letter")
    filled = trip.recorded("purse:red")[-1]
    assert (filled.actor, filled.role, filled.on_behalf) == ("li", "steward", "wang")
    assert (filled.command_id, filled.causation, filled.correlation) == ("filled", "letter", "red")


def test_a_role_ended_in_another_process_ends_at_once(trip: EventStore, store_url: str) -> None:
    do(trip, RegisterPerson(person="li", name="李"), GrantRole(person="li", role="steward", scope="*"))
    do(trip, FillPurse(purse="red", coins=1), by="li")
    with EventStore(store_url) as other:
        do(other, EndRole(person="li", role="steward", scope="*", reason="left"), by="li")
    with pytest.raises(RoleMissing):
        do(trip, FillPurse(purse="red", coins=1), by="li")


def test_only_our_own_code_acts_as_the_installation(trip: EventStore) -> None:
    with pytest.raises(NotFound, match="person"):
        do(trip, FillPurse(purse="red", coins=1), by=SYSTEM.id)
    forged = Actor(id="li", grants=frozenset({("system", "*")}))
    with pytest.raises(NotFound, match="person"):
        do(trip, FillPurse(purse="red", coins=1), by=forged)
    for story in ("story", STORY):
        with pytest.raises(RoleMissing):
            do(trip, FillPurse(purse="red", coins=1), by=story)


def test_the_first_event_of_a_stream_is_already_filed_under_what_it_belongs_to(trip: EventStore) -> None:
    assert trip.recorded("errand:tea")[0].correlation == "suzhou"


# ── How much is asked of the database ────────────────────────────────────────────────────────────────────────────────


def test_a_command_takes_one_round_trip_where_all_is_kept_two_where_not_and_more_only_for_what_others_changed(
    trip: EventStore, store_url: str
) -> None:
    do(trip, FillPurse(purse="blue", coins=10), Spend(errand="tea", coins=1))
    assert [done.round_trips for done in do(trip, Spend(errand="tea", coins=1), Note(errand="tea", text="x"))] == [1, 1]
    with EventStore(store_url) as other:
        assert do(other, Note(errand="tea", text="y"))[0].round_trips == 2
        assert do(trip, Note(errand="tea", text="z"))[0].round_trips == 3  # one in vain
        do(other, ChangePurse(errand="tea", to="blue"))
    # One in vain, and one more because the errand names another purse now.
    assert [done.round_trips for done in do(trip, Spend(errand="tea", coins=1), Spend(errand="tea", coins=1))] == [4, 1]
    assert (trip.load(Purse, "red").coins, trip.load(Purse, "blue").coins) == (8, 8)
    with EventStore(store_url, cached_streams=0) as forgetful:
        assert [done.round_trips for done in do(forgetful, Spend(errand="tea", coins=1))] == [3]


def test_what_one_store_keeps_never_hides_what_another_wrote(trip: EventStore, store_url: str) -> None:
    with EventStore(store_url) as other:
        for turn in range(1, 6):
            assert do(trip, Spend(errand="tea", coins=1))[0].new
            assert other.load(Purse, "red") == trip.load(Purse, "red") == Purse(id="red", coins=10 - 2 * turn + 1)
            assert do(other, Spend(errand="tea", coins=1))[0].new
        with pytest.raises(FundExhausted):
            do(trip, Spend(errand="tea", coins=1))


def test_a_full_cache_forgets_and_nothing_changes(store_url: str) -> None:
    with EventStore(store_url, cached_streams=2) as store:
        do(store, *(FillPurse(purse=f"p{number}", coins=number) for number in range(5)))
        do(store, *(FillPurse(purse=f"p{number}", coins=1) for number in range(5)))
        assert [store.load(Purse, f"p{number}").coins for number in range(5)] == [1, 2, 3, 4, 5]


def test_the_errands_of_the_tests_are_unknown_elsewhere() -> None:
    with errands_known():
        assert "Spend" in COMMANDS
    assert "Spend" not in COMMANDS
    assert "Noted.v1" not in EVENTS
    assert Person.kind == "person"
