"""The reference of programme files is what the rules say of themselves: `canopy programme format > docs/programme-files.md`."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.rules import Rules
from domain.rules.terms import Rule
from entrypoints.cli import run
from entrypoints.programme_format import page

DOCS = Path(__file__).parents[2] / "docs" / "programme-files.md"


def every(of: type[Rule]) -> set[type[Rule]]:
    return {of} | {inner for each in of.__subclasses__() for inner in every(each)}


def test_the_page_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["programme", "format"]) == 0
    assert capsys.readouterr().out == DOCS.read_text(encoding="utf-8")


def test_every_part_a_file_may_have_is_on_it_once() -> None:
    said = page()
    classes = Rules.model_json_schema(ref_template="{model}")["$defs"].keys() - {"Money", "Words"}
    for name in classes:
        assert said.count(f'<a id="{name}"></a>') == 1, name
    known = {each.__name__ for each in every(Rule)}
    assert len(classes & known) > 60


def test_a_table_is_headed_as_it_is_written_and_names_the_files_that_have_it() -> None:
    said = page()
    assert '## `[[stages]]` with `kind = "review"`\n' in said
    assert "### `[stages.dispersion]`\n" in said
    assert "### `[[call.budget.categories]]`\n" in said
    _, _, tallies = said.partition('<a id="RecordedTally"></a>')
    assert "In `dongguan`" in tallies.partition("<a id=")[0]
