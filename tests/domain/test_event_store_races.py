"""Many threads and processes at one event store, some of them killed: nothing is lost, doubled or seen out of order."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from domain.errors import Busy
from domain.event_store import Done, EventStore
from domain.kernel import SYSTEM
from tests.domain.errands import BeginErrand, Errand, FillPurse, Note, Purse, Spend, new_id


def another_process(what: str, url: str, argument: str = "") -> subprocess.Popen[str]:
    arguments = [sys.executable, "-m", "tests.domain.errand_runner", what, url, argument]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def ends(*processes: subprocess.Popen[str]) -> list[int]:
    """How they ended, once they have."""
    for process in processes:
        process.communicate(timeout=60)
    return [process.returncode for process in processes]


def prepare(store: EventStore) -> None:
    store.do(FillPurse(purse="red", coins=100), by=SYSTEM, command_id="fill")
    store.do(BeginErrand(errand="tea", from_purse="red", town="suzhou"), by=SYSTEM, command_id="begin")


def test_nine_who_write_one_stream_at_once_lose_nothing(store: EventStore) -> None:
    def write(who: int) -> int:
        for number in range(20):
            store.do(Note(errand="tea", text=f"{who}/{number}"), by=SYSTEM, command_id=f"{who}/{number}")
        return who

    with ThreadPoolExecutor(9) as threads:
        assert [*threads.map(write, range(9))] == [*range(9)]
    notes = store.load(Errand, "tea").notes
    assert sorted(notes) == sorted(f"{who}/{number}" for who in range(9) for number in range(20))
    for who in range(9):  # each one's own are in their order
        assert [note for note in notes if note.startswith(f"{who}/")] == [f"{who}/{number}" for number in range(20)]


def test_many_who_spend_from_one_purse_at_once_wait_in_line_and_none_is_sent_away(
    store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = EventStore._append

    def slowly(*arguments: object) -> Done | None:
        time.sleep(0.005)  # as on a busy machine: without a line, somebody loses ten times
        return append(*arguments)  # type: ignore[arg-type]

    store.do(FillPurse(purse="red", coins=120), by=SYSTEM, command_id="fill")
    for who in range(12):
        store.do(BeginErrand(errand=f"e{who}", from_purse="red", town="suzhou"), by=SYSTEM, command_id=new_id())
    monkeypatch.setattr(EventStore, "_append", slowly)

    def spend(who: int) -> None:
        for _ in range(10):
            store.do(Spend(errand=f"e{who}", coins=1), by=SYSTEM, command_id=new_id())

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(spend, range(12)))
    assert store.load(Purse, "red").coins == 0


def test_processes_that_write_one_stream_at_once_lose_nothing(store: EventStore, store_url: str) -> None:
    writers = [another_process("contend", store_url) for _ in range(3)]
    assert ends(*writers) == [0] * 3
    assert store.load(Purse, "red").coins == 90


def test_who_loses_every_race_is_told_that_it_is_busy(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    append = EventStore._append
    attempts = []

    def too_late(*arguments: object) -> Done | None:
        attempts.append(1)
        with psycopg.connect(store.url, autocommit=True) as faster:
            query = """SELECT canopy.append(%s, '', NULL, 'li', 'system', NULL, '', NULL, NULL, NULL, false, '{}', '{}',
                '{errand:tea}', ARRAY[%s], '{Noted.v1}', '{"{\\"text\\":\\"me first\\"}"}')"""
            faster.execute(query, (new_id(), len(attempts)))
        return append(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(EventStore, "_append", too_late)
    with pytest.raises(Busy):
        store.do(Note(errand="tea", text="me"), by=SYSTEM, command_id="late")
    assert store.load(Errand, "tea").notes == ("me first",) * len(attempts)
    assert len(attempts) == 10


def test_who_falls_asleep_at_the_head_of_the_line_loses_the_place_and_not_the_command(
    store: EventStore, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = EventStore._append
    sleeper: list[str] = []
    asleep = threading.Event()

    def drowsy(*arguments: object) -> Done | None:
        if arguments[0] is store:
            sleeper.append("attempt")
            if len(sleeper) == 1:  # lose a race, to be sent into the line
                other.do(FillPurse(purse="red", coins=1), by=SYSTEM, command_id="faster")
            if len(sleeper) == 2:
                asleep.set()
                time.sleep(1.5)
        return append(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(EventStore, "_append", drowsy)
    monkeypatch.setattr("domain.event_commands.IN_LINE_MILLISECONDS", 200)
    with EventStore(store_url) as other, ThreadPoolExecutor(1) as thread:
        late = thread.submit(store.do, FillPurse(purse="red", coins=1), by=SYSTEM, command_id="late")
        assert asleep.wait(20)
        next_one = other.do(FillPurse(purse="red", coins=1), by=SYSTEM, command_id="next")
        assert not late.done()
        assert late.result(20).position > next_one.position
    assert store.load(Purse, "red").coins == 3


def test_readers_see_no_gaps_while_four_processes_write(store: EventStore, store_url: str) -> None:
    writers = [another_process("write", store_url, f"writer{number}") for number in range(4)]
    seen: list[int] = []
    while any(writer.poll() is None for writer in writers) or store.head() > len(seen):
        seen += [each.position for each in store.read(seen[-1] if seen else 0, 100)]
        assert seen == [*range(1, len(seen) + 1)]
    assert ends(*writers) == [0] * 4
    # Of fifty commands 17 had one event, 17 two and 16 three.
    assert len(seen) == 4 * (17 + 2 * 17 + 3 * 16)
    times = [each.recorded_at for each in store.read(0, 10_000)]
    assert times == sorted(times)


def test_processes_that_send_the_same_command_id_carry_it_out_once(store: EventStore, store_url: str) -> None:
    prepare(store)
    senders = [another_process("once", store_url, "the-same") for _ in range(4)]
    assert ends(*senders) == [0] * 4
    assert store.load(Errand, "tea").spent == 3
    assert store.load(Purse, "red").coins == 97


@pytest.mark.parametrize(("when", "spent"), [("before", 0), ("after", 3)])
def test_a_process_killed_in_a_command_did_all_or_nothing_and_the_retry_does_the_rest(
    store: EventStore, store_url: str, when: str, spent: int
) -> None:
    prepare(store)
    assert ends(another_process("die", store_url, when)) == [-signal.SIGKILL]
    assert store.load(Errand, "tea").spent == spent
    assert store.load(Purse, "red").coins == 100 - spent
    again = store.do(Spend(errand="tea", coins=3), by=SYSTEM, command_id="deadly")
    assert again.repeated == (when == "after")
    assert store.load(Purse, "red").coins == 97


def test_no_acknowledged_command_is_lost_when_its_process_is_killed_at_any_moment(
    store: EventStore, store_url: str
) -> None:
    acknowledged = 0
    for life in range(4):
        writer = another_process("fill", store_url, f"life{life}")
        assert writer.stdout is not None
        for _ in range(20 + 7 * life):
            writer.stdout.readline()
        writer.kill()
        acknowledged += 20 + 7 * life + len(writer.stdout.readlines())
        ends(writer)
    time.sleep(0.2)  # a statement on its way is finished by the server
    coins = store.load(Purse, "red").coins
    assert coins is not None
    assert acknowledged <= coins <= acknowledged + 4  # at most one per life was carried out and not acknowledged
    with psycopg.connect(store.url) as auditor:
        assert auditor.execute("SELECT count(*) FROM canopy.commands").fetchall() == [(coins,)]


# ── Waiting for news ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_waits_for_news_hears_it_at_once(store: EventStore, store_url: str) -> None:
    assert store.wait_for_news(0, 0.1) == 0
    heard: list[tuple[int, float]] = []

    def listen() -> None:
        heard.extend((store.wait_for_news(after, 10), time.monotonic()) for after in range(5))

    listener = threading.Thread(target=listen)
    listener.start()
    written: list[float] = []
    with EventStore(store_url) as other:
        for number in range(5):
            time.sleep(0.05)
            other.do(FillPurse(purse="red", coins=1), by=SYSTEM, command_id=str(number))
            written.append(time.monotonic())
    listener.join(20)
    assert [head for head, _ in heard] == [1, 2, 3, 4, 5]
    delays = [at - wrote for (_, at), wrote in zip(heard, written, strict=True)]
    assert sorted(delays)[2] < 0.2


def test_who_waits_for_news_hears_it_although_the_listening_connection_broke(store: EventStore, database: str) -> None:
    store.wait_for_hint(0, 5)
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'canopy_app'")
    store.do(FillPurse(purse="red", coins=1), by=SYSTEM, command_id="one")
    assert store.wait_for_news(0, 10) == 1
    heard = store.heard
    store.wait_for_hint(heard, 5)  # it listens again
    assert store.wait_for_news(1, 0.1) == 1
