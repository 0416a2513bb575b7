"""`canopy programme check FILE` says of each mistake on which line it is, in which field, and which rule it breaks: in zh and en."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from entrypoints.cli import run
from tests.entrypoints.mistakes import LISTED, NASTY, TEXT, Mistake


def checked(file: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    code = run(["programme", "check", str(file), "--lang", "en", "--state", str(file.parent / "state")])
    return code, capsys.readouterr().err.splitlines()


@pytest.mark.parametrize("mistake", (LISTED | NASTY).values(), ids=[*LISTED, *NASTY])
def test_each_mistake_is_named_with_its_line_its_field_and_its_rule(
    mistake: Mistake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert mistake.old in TEXT
    file = tmp_path / "rules.toml"
    text = TEXT.replace(mistake.old, mistake.new, 1)
    file.write_text(text, encoding="utf-8")
    code, (problem, count) = checked(file, capsys)
    said = re.fullmatch(r"(.+):(\d+): (.+): ([^|]+) \| ([^|]+)", problem)
    assert said is not None, problem
    assert said.group(1, 3, 4, 5) == (str(file), mistake.field, mistake.zh, mistake.en)
    assert text.splitlines()[int(said[2]) - 1].strip().startswith(mistake.line)
    assert (code, count) == (1, f"{file} has 1 problem(s)")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As some editors write it."""
    file = tmp_path / "rules.toml"
    file.write_text(TEXT, encoding="utf-8-sig")
    assert checked(file, capsys) == (0, [])
