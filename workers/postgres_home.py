"""Where PostgreSQL's files lie, and whose they are.

In the state folder, or, when PostgreSQL's user may not enter that one (a clone in root's home), in a folder of its own
under /var/lib/canopy. Each such folder is made for one state folder, whose path it notes; the state folder notes it, too.
"""

import contextlib
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workers.processes import StackError, until

POSTGRES_ACCOUNT = "canopy-pg"
ELSEWHERE = Path("/var/lib/canopy")
FILES = ("pg18", "pg18.half", "pg18.password", "socket", "programs", "programs.half")
"""Everything that is ever made in PostgreSQL's folder."""

_OWNER = "state-folder"  # in a folder elsewhere: the path of its state folder
_SET_ASIDE = "set-aside"  # in its place, when that state folder was deleted


@dataclass(frozen=True)
class Account:
    """The user another program runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class PostgresHome:
    """The folder of PostgreSQL's files, and the user who owns them (None: whoever runs us)."""

    path: Path
    account: Account | None
    set_aside: tuple[Path, ...] = ()  # data of a state folder that was deleted, found just now

    @property
    def data(self) -> Path:
        return self.path / "pg18"


def make_elsewhere() -> Path:
    """A new folder that PostgreSQL's user may enter. Its name says when it was made."""
    ELSEWHERE.mkdir(mode=0o755, parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=ELSEWHERE, prefix=f"{datetime.now(UTC):%Y-%m-%d}-"))
    made.chmod(0o711)
    return made


def owner_of_home(home: Path) -> Path | None:
    """The state folder that a folder elsewhere was made for."""
    with contextlib.suppress(OSError):
        return Path((home / _OWNER).read_text())
    return None


def own(home: Path, state_folder: Path) -> None:
    (home / _OWNER).write_text(str(state_folder))


def set_aside(state_folder: Path) -> tuple[Path, ...]:
    """Data of a state folder that was at this path before and was deleted, with their password. They stay where they are.

    They are noted as set aside, so that they are spoken of once. Not renamed: perhaps the folder was only moved, and still
    names them.
    """
    left = former_homes(state_folder)
    for home in left:
        (home / _SET_ASIDE).write_text(f"{datetime.now(UTC).isoformat(timespec='seconds')} {state_folder}\n")
        (home / _OWNER).unlink()
    return left


def former_homes(state_folder: Path) -> tuple[Path, ...]:
    """The folders elsewhere that hold data and were made for a state folder at this path."""
    with contextlib.suppress(OSError):
        found = sorted(ELSEWHERE.iterdir())
        return tuple(home for home in found if owner_of_home(home) == state_folder and (home / "pg18").exists())
    return ()


def erase_home(home: Path) -> None:
    """Delete a folder elsewhere with the data in it. Raises OSError."""
    erase(home, (*FILES, _SET_ASIDE, _OWNER))


def erase(folder: Path, names: tuple[str, ...]) -> None:
    """Delete these files and folders in a folder, in this order, and itself when nothing else is in it. Raises OSError."""
    for name in names:
        path = folder / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    if folder.exists() and not any(folder.iterdir()):
        folder.rmdir()


def may_enter(account: Account, folder: Path) -> bool:
    """Whether that user can enter this folder: tried, because modes alone do not tell (groups, access lists)."""
    tried = subprocess.run(
        ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0


def owner_of_data(data: Path) -> Account | None:
    """Data made before by a normal user stay that user's."""
    if not data.exists() or data.stat().st_uid == 0:
        return None
    found = pwd.getpwuid(data.stat().st_uid)
    return Account(found.pw_name, found.pw_uid, found.pw_gid)


def system_account(name: str = POSTGRES_ACCOUNT) -> Account:
    """The system user of this name, made when missing. Raises StackError when that is not possible."""
    useradd = shutil.which("useradd")
    for _ in until(3, every=0.3):  # another stack may be making it at this moment
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return Account(found.pw_name, found.pw_uid, found.pw_gid)
        if useradd is None:
            break
        options = ("--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin")
        subprocess.run([useradd, *options, name], capture_output=True, check=False)
    raise StackError(f"PostgreSQL does not run as root: make a system user named {name}, or start as a normal user")
