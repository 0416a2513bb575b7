"""The Makefile says what is missing before it makes anything."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAKE = shutil.which("make")

pytestmark = pytest.mark.skipif(MAKE is None, reason="no make here")


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """In a copy of the repository's first floor, with only the programs of one folder on the path."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTHON"))}
    return subprocess.run(
        [str(MAKE), *arguments],
        cwd=folder,
        env=environment | {"PATH": str(folder / "programs")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def without_ensurepip(tmp_path: Path) -> Path:
    """A Python as Debian has it before `apt-get install python3-venv`."""
    (tmp_path / "missing").mkdir()
    (tmp_path / "missing" / "ensurepip.py").write_text("raise ModuleNotFoundError(__name__)")
    (tmp_path / "programs").mkdir()
    python = tmp_path / "programs" / "python3"
    python.write_text(f"#!/bin/sh\nPYTHONPATH='{tmp_path / 'missing'}' exec '{sys.executable}' \"$@\"\n")
    python.chmod(0o755)
    return python


@pytest.mark.parametrize("arguments", [["install"], ["demo"], ["install", "PYTHON={}"], ["install", "PYTHON=/nowhere"]])
def test_a_python_that_cannot_make_an_environment_is_said_with_what_to_install(
    tmp_path: Path, without_ensurepip: Path, arguments: list[str]
) -> None:
    done = make(tmp_path, *(argument.format(without_ensurepip) for argument in arguments))
    assert done.returncode != 0
    (line,) = done.stdout.splitlines()
    assert line.startswith("Canopy needs Python 3.11 to 3.13 with the venv module")
    assert "apt-get install python3-venv" in line
    assert not (tmp_path / ".venv").exists()


def test_what_there_is_to_make_is_listed(tmp_path: Path) -> None:
    done = make(tmp_path)
    targets = {line.split()[1] for line in done.stdout.splitlines()}
    assert targets == {"demo", "test", "check", "bench", "clean"}
