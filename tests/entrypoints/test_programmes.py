"""A programme's file is checked line by line; what is published has the calendar in it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from domain.rules import Rules
from entrypoints.programmes import check, with_calendar
from entrypoints.toml_lines import Keys, lines_of
from tests.controls import FILE

TEXT = FILE.read_text(encoding="utf-8")


def every_path(value: Any, path: Keys = ()) -> Iterator[Keys]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, part in value.items():
            yield from every_path(part, (*path, key))
    if isinstance(value, list):
        for n, part in enumerate(value):
            yield from every_path(part, (*path, n))


TRICKY = '''# a = 1
"quoted key" = 1
a.b = [ 1, # two = 2
  "]", { c = "}", d = [[1], []] },
]
text = """
[not.a.table]
x = 1"""
raw = \'\'\'
it's "fine" ]\'\'\'
empty = ""
date = 2018-03-05T09:00:00+08:00

[[items]]
id = 1
[items.inner]
x = "a # b"
[[items.more]]
y = 1
[[items]]
id = 2
[a.'c d']
z = "\\\\"
'''


@pytest.mark.parametrize("text", [TEXT, TRICKY])
def test_every_value_has_its_line(text: str) -> None:
    lines = lines_of(text)
    assert set(lines) == set(every_path(tomllib.loads(text)))
    for path, line in lines.items():
        if isinstance(path[-1], str):
            assert path[-1] in text.splitlines()[line - 1], path


def broken(old: str, new: str) -> list[tuple[str, str, str, str]]:
    """Every problem after a change: what stands on its line, its field, its rule in both languages."""
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    return [(text.splitlines()[p.line - 1].strip(), p.field, p.rule.zh, p.rule.en) for p in check(text)]


def test_the_example_is_fine() -> None:
    assert check(TEXT) == []


def test_a_problem_names_its_line_and_its_rule() -> None:
    assert broken("quorum = 2\npass_mark", "quorum = 9\npass_mark") == [
        (
            "quorum = 9",
            "stages.review.quorum",
            "评审小组 3 人，不可能有 9 份评审",
            "a quorum of 9 cannot come from a panel of 3",
        )
    ]
    assert broken("pass_mark = 60", "pass_mark = 160")[0][:3] == (
        "pass_mark = 160",
        "stages.review.pass_mark",
        "pass_mark 为 160，高于满分 100",
    )
    assert broken("conclude_within_days = 3", "conclude_in = 3") == [
        ("[[stages]]", "stages.roadshow.conclude_within_days", "必填", "it is missing"),
        ("conclude_in = 3", "stages.roadshow.conclude_in", "没有这个字段", "there is no such field"),
    ]
    ((line, field, zh, _),) = broken("share_percent = 20", "share_percent = 10")
    assert (line, field, zh) == ("[[tranches]]", "tranches", "拨款占比合计 90%，应为 100%")
    ((line, field, zh, _),) = broken('report = "mid-term" }', 'report = "half-term" }')
    assert (line, zh) == ("[[tranches]]", "拨款 second 等待报告 half-term，但没有这份报告")
    ((line, field, _, _),) = broken("weight_percent = 30 },", 'weight_percent = "much" },')
    assert line.startswith('{ id = "need"')
    assert field == "stages.review.rubric.lines.need.weight_percent"
    ((line, field, _, en),) = broken('gate = { kind = "agreement" }', 'gate = { kind = "wish" }')
    assert (line, field) == ('gate = { kind = "wish" }', "tranches.first.gate")
    assert en.startswith("'wish' is none of 'agreement', 'report', ")


def test_broken_toml_names_line_and_column() -> None:
    (problem,) = check("a = 1\nb = = 2\n")
    assert (problem.line, problem.rule.zh) == (2, "TOML 语法错误（第 5 列）：Invalid value")
    (problem,) = check('a = 1\nb = "')
    assert problem.line == 2


def test_the_public_calendar_is_added() -> None:
    rules = Rules.model_validate(with_calendar(tomllib.loads(TEXT)))
    calendar = rules.calendar
    assert not calendar.is_working_day(date(2018, 2, 15))  # Spring Festival, a Thursday
    assert calendar.is_working_day(date(2018, 2, 24))  # a Saturday worked for it
    assert not calendar.is_working_day(date(2020, 1, 31))  # the holiday that was made longer
    assert calendar.is_working_day(date(2019, 3, 6))
    assert not calendar.is_working_day(date(2030, 10, 1))
    assert with_calendar(tomllib.loads(TEXT)) == with_calendar(with_calendar(tomllib.loads(TEXT)))


def test_a_files_own_calendar_stays() -> None:
    own = tomllib.loads(TEXT) | {"calendar": {"holidays": ["2018-03-08"]}}
    assert with_calendar(own) == own
    elsewhere = tomllib.loads(TEXT) | {"calendar": {"time_zone": "Europe/Zurich"}}
    assert with_calendar(elsewhere) == elsewhere
