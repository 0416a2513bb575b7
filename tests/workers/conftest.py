"""State folders of their own for the tests of the embedded servers, and a user who is not root."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workers import postgres_home
from workers.stack import stop_stack
from workers.state_folder import StateFolder

REPOSITORY = Path(__file__).parent.parent.parent


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that PostgreSQL's user may enter, which pytest's own is not."""
    made = Path(tempfile.mkdtemp(prefix="canopy-test-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def fresh(folder: Path) -> Iterator[StateFolder]:
    """The state folder of a stack that does not run; ended after the test if it does then."""
    state = StateFolder(folder / "state")
    yield state
    stop_stack(state)


@pytest.fixture
def private() -> Iterator[StateFolder]:
    """The state folder of a stack in a place that only we may enter, like a clone in root's home."""
    made = Path(tempfile.mkdtemp(prefix="canopy-test-private-"))
    state = StateFolder(made / "state")
    yield state
    stop_stack(state)
    state.erase()
    for note in postgres_home.ELSEWHERE.glob("*/set-aside"):
        if note.read_text().strip().endswith(f" {state.path}"):
            shutil.rmtree(note.parent)
    shutil.rmtree(made)


@pytest.fixture
def as_normal_user(folder: Path) -> Callable[[str], str]:
    """Runs Python code as somebody who is not root, in a folder of theirs; gives what it printed."""
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    python = _python_for(account)
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)

    def run(code: str) -> str:
        done = subprocess.run(
            [python, "-W", "error", "-c", code],
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            cwd=folder,
            env={"PYTHONPATH": os.pathsep.join([str(REPOSITORY), *sys.path]), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def _python_for(account: pwd.struct_passwd | None) -> str:
    """A Python of this version that the user may run: ours can lie in root's home."""
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            subprocess.run(
                [python, "-c", ""], user=account.pw_uid if account else None, cwd="/", capture_output=True, check=True
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip("no Python that a normal user may run")
