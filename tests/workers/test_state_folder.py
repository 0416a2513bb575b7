"""The state folder: what it keeps, who may read it, and where PostgreSQL's files go when it may not be entered."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from workers import postgres_home, state_folder
from workers.postgres_home import Account, may_enter
from workers.processes import StackError
from workers.state_folder import Addresses, Erased, StateFolder

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_fresh_folder_has_no_addresses_and_a_password_made_once(folder: Path) -> None:
    state = StateFolder(folder / "state")
    state.create()
    assert state.addresses() is None
    assert state.read_stack() == {}
    assert state.postgres_password() == state.postgres_password() == StateFolder(state.path).postgres_password()


def test_only_we_can_read_secrets_and_logs(folder: Path) -> None:
    state = StateFolder(folder / "state")
    state.create()
    state.write_addresses(Addresses("postgresql://canopy:secret@127.0.0.1/canopy", "127.0.0.1:7233", None, 8787))
    state.write_plan({"outside_database": "postgresql://canopy:secret@elsewhere/canopy"})
    state.postgres_password()
    secrets = state.path / "secrets"
    assert mode(secrets) == mode(state.logs) == 0o700
    assert {mode(path) for path in (*secrets.iterdir(), state.path / "plan.json")} == {0o600}
    assert mode(state.path) == (0o711 if os.geteuid() == 0 else 0o700)


def test_addresses_are_read_back_as_they_were_written(folder: Path) -> None:
    state = StateFolder(folder)
    state.create()
    written = Addresses("postgresql://canopy:secret@127.0.0.1:15432/canopy", "127.0.0.1:7233", None, 8787)
    state.write_addresses(written)
    assert state.addresses() == written
    assert written.web == "http://127.0.0.1:8787"


def test_a_lock_has_one_holder_at_a_time(folder: Path) -> None:
    state = StateFolder(folder)
    first = state.lock(state.supervisor_lock)
    assert first is not None
    assert state.lock(state.supervisor_lock) is None
    first.close()
    second = state.lock(state.supervisor_lock)
    assert second is not None
    second.close()


def test_a_long_log_is_set_aside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_folder, "_LOG_BYTES", 10)
    state = StateFolder(folder)
    state.create()
    for text in (b"a long first line\n", b"second\n"):
        with state.open_log("web") as log:
            log.write(text)
    assert state.log("web").read_bytes() == b"second\n"
    assert (state.logs / "web.log.1").read_bytes() == b"a long first line\n"


def test_a_folder_that_cannot_be_made_is_one_clear_line(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(StackError, match=r"cannot use the state folder .*file/state: Not a directory"):
        StateFolder(folder / "file" / "state").create()


def test_a_normal_user_is_told_that_root_set_the_folder_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = StateFolder(folder)
    (folder / "postgres-home").write_text("/var/lib/canopy/1234")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(StackError, match="set up by root"):
        state.postgres_home()


def test_a_normal_user_keeps_everything_in_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    home = StateFolder(folder).postgres_home()
    assert (home.data, home.account) == (folder / "pg18", None)


@pytest.fixture
def closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StateFolder]:
    """A state folder in a place that only root may enter, like a clone in /root."""
    monkeypatch.setattr(postgres_home, "ELSEWHERE", folder / "var lib" / "canopy")
    private = Path(tempfile.mkdtemp(prefix="canopy-test-root-"))
    state = StateFolder(private / "state")
    state.create()
    yield state
    shutil.rmtree(private)


@needs_root
def test_where_postgres_may_not_enter_its_files_go_elsewhere_and_the_folder_remembers(
    closed: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = closed.postgres_home()
    assert home.account is not None
    assert not may_enter(home.account, closed.path)
    assert may_enter(home.account, home.path)
    assert home.path.parent == postgres_home.ELSEWHERE
    assert mode(closed.path.parent) == 0o700  # parents stay as they are
    monkeypatch.setattr(postgres_home, "ELSEWHERE", Path("/nowhere"))
    assert closed.postgres_home() == home


@needs_root
def test_a_copied_folder_does_not_get_the_data_of_the_first(closed: StateFolder) -> None:
    closed.postgres_home()
    copy = StateFolder(closed.path.with_name("copy"))
    shutil.copytree(closed.path, copy.path)
    with pytest.raises(StackError, match="belongs to"):
        copy.postgres_home()


@needs_root
def test_a_moved_folder_takes_its_data_along(closed: StateFolder) -> None:
    home = closed.postgres_home()
    moved = StateFolder(closed.path.rename(closed.path.with_name("moved")))
    assert moved.postgres_home() == home


@needs_root
def test_a_new_folder_where_another_was_deleted_sets_its_data_aside_and_says_so_once(closed: StateFolder) -> None:
    before = closed.postgres_home()
    before.data.mkdir()
    (before.data / "PG_VERSION").write_text("18")
    shutil.rmtree(closed.path)
    closed.create()
    after = closed.postgres_home()
    assert after.path != before.path
    assert after.set_aside == (before.path,)
    assert closed.postgres_home().set_aside == ()
    assert (before.data / "PG_VERSION").exists()
    assert str(closed.path) in (before.path / "set-aside").read_text()
    shutil.rmtree(closed.path)
    closed.create()
    assert closed.postgres_home().set_aside == (), "the one in between had no data"


@needs_root
def test_a_new_folder_where_another_was_moved_away_leaves_it_its_data(closed: StateFolder) -> None:
    home = closed.postgres_home()
    home.data.mkdir()
    moved = StateFolder(closed.path.rename(closed.path.with_name("moved")))
    closed.create()
    assert closed.postgres_home().path != home.path
    assert moved.postgres_home() == home
    assert home.data.exists()


@needs_root
def test_erasing_takes_the_data_elsewhere_along(closed: StateFolder) -> None:
    home = closed.postgres_home()
    home.data.mkdir()
    closed.postgres_password()
    assert closed.erase() == Erased((home.path, closed.path), ())
    assert not home.path.exists()
    assert not closed.path.exists()
    assert closed.erase() == Erased((), ())


@needs_root
def test_erasing_a_copy_leaves_the_data_to_the_first(closed: StateFolder) -> None:
    home = closed.postgres_home()
    copy = StateFolder(closed.path.with_name("copy"))
    shutil.copytree(closed.path, copy.path)
    assert copy.erase() == Erased((copy.path,), (home.path,))
    assert closed.postgres_home() == home


@needs_root
def test_erasing_a_folder_that_was_deleted_by_hand_leaves_its_data_and_names_them(closed: StateFolder) -> None:
    home = closed.postgres_home()
    home.data.mkdir()
    shutil.rmtree(closed.path)
    assert closed.erase() == Erased((), (home.path,))


def test_erasing_deletes_everything_of_ours_and_nothing_else(folder: Path) -> None:
    state = StateFolder(folder / "state")
    state.create()
    state.write_stack({})
    state.write_plan({})
    state.postgres_password()
    state.open_log("web").close()
    for name in ("temporal.db", "temporal.db-wal", ".stack.json.half", "postgres-notes"):
        (state.path / name).touch()
    (state.path / "pg18").mkdir()
    assert state.erase() == Erased((state.path,), (state.path,))
    assert [path.name for path in state.path.iterdir()] == ["postgres-notes"]


def test_a_folder_that_is_no_state_folder_is_never_erased(folder: Path) -> None:
    (folder / "logs").mkdir()
    (folder / "pg18").mkdir()
    assert StateFolder(folder).erase() == Erased((), (folder,))
    assert len(list(folder.iterdir())) == 2


def test_nothing_is_erased_while_the_stack_runs(folder: Path) -> None:
    state = StateFolder(folder)
    state.create()
    state.postgres_password()
    held = state.lock(state.supervisor_lock)
    assert held is not None
    with held, pytest.raises(StackError, match="runs: stop it with `canopy down`"):
        state.erase()
    assert state.postgres_password()


def test_the_lock_of_a_folder_that_was_deleted_is_no_longer_its_lock(folder: Path) -> None:
    state = StateFolder(folder / "state")
    state.create()
    lock = state.lock(state.supervisor_lock)
    assert lock is not None
    with lock:
        assert state.holds(lock)
        shutil.rmtree(state.path)
        assert not state.holds(lock)
        state.create()
        other = state.lock(state.supervisor_lock)
        assert other is not None
        with other:
            assert state.holds(other)
            assert not state.holds(lock)


@needs_root
def test_data_of_a_normal_user_stay_theirs_when_root_starts(folder: Path) -> None:
    state = StateFolder(folder)
    state.create()
    (folder / "pg18").mkdir()
    os.chown(folder / "pg18", 65534, 65534)
    assert state.postgres_home().account == Account("nobody", 65534, 65534)
