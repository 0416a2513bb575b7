"""Every programme that is delivered is fine as it is, and can be drawn."""

from pathlib import Path

import pytest

from entrypoints.programmes import check

FOLDER = Path(__file__).parent.parent.parent / "programmes"
FILES = sorted(FOLDER.glob("*.toml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_delivered_programme_has_no_problem(file: Path) -> None:
    assert check(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_is_played_from_its_call_to_its_closing_by_a_test_of_its_name(file: Path) -> None:
    assert (Path(__file__).parent / f"test_{file.stem.replace('-', '_')}.py").exists()
