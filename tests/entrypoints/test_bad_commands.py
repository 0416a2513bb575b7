"""Bad input to `canopy do` and the API: every command with every field broken in turn is refused in words, or its events can be stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

import pytest

from domain.commands import parse
from domain.errors import Malformed, Refusal
from domain.kernel import Actor, Command
from entrypoints import wording
from tests.controls import open_round, yuan
from tests.domain.permission_cells import WISHES, cells, changing, permission_of, somebody
from tests.entrypoints.conftest import Line, Office
from tests.world import World

Path = tuple[str | int, ...]
NASTY: tuple[Any, ...] = (
    None,
    "",
    "x" * 5_000,
    "a\x00b",
    "\u202eabc",
    "９",
    -1,
    10**30,
    1.5,
    True,
    [],
    {},
    "9999-12-31",
    "1900-01-01",
    "2026-02-30",
    "9999-12-31T23:59:59+08:00",
    "CNY -5.00",
    {"currency": "CNY", "minor": -5},
    {"currency": "CNY", "minor": 2**53 - 1},
    {"currency": "XXX", "minor": 5},
)
BAD = (
    ("", "字段 RegisterPerson 不合要求：不是有效的 JSON"),
    ("null", "字段 RegisterPerson 不合要求：应为一个对象"),
    ("[1]", "字段 RegisterPerson 不合要求：应为一个对象"),
    ('{"person":' + "[" * 5_000, "字段 RegisterPerson 不合要求：不是有效的 JSON"),
    ('{"person":"a","name":"\\ud800"}', "字段 RegisterPerson 不合要求：不是有效的 JSON"),
    ('{"person":"a","name":7}', "字段 name 不合要求：应为文字"),
    ('{"person":"a","name":"\\u0000"}', "字段 name 不合要求：不得含有控制字符"),
    ('{"person":"a","name":""}', "字段 name 不合要求：不能为空"),
    ('{"person":"a","name":"x","more":1}', "字段 more 不合要求：没有这个字段"),
    ('{"person":"a b","name":"x"}', "字段 person 不合要求：编号只能用小写字母"),
)


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Of every field, and of the first two items of every list."""
    if path:
        yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value[:2]) if isinstance(value, list) else ()
    for key, part in parts:
        yield from paths(part, (*path, key))


def broken(content: str, path: Path, nasty: Any) -> bytes:
    whole = part = json.loads(content)
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = nasty
    return json.dumps(whole).encode()


def is_said(refusal: Refusal) -> None:
    said = wording.refusal(refusal)
    assert all(said)
    rule = refusal.fields.get("rule")
    if rule is not None:
        zh, en = wording.rule(str(rule))
        assert zh != en, f"without words: {rule}"


def tried(command: Command, by: Actor, world: World) -> None:
    """It is refused, or what follows is written and read back (`World.put`)."""
    try:
        world.put(command, by=by)
    except Refusal as refusal:
        is_said(refusal)


@pytest.mark.parametrize(
    "line", [line for line, wish in WISHES.items() if "rules" not in type(wish.command).model_fields]
)
def test_no_value_of_any_field_is_more_than_a_command_can_bear(line: str) -> None:
    """In the first stage in which it changes something, or else in the last."""
    wish = WISHES[line]
    role = permission_of(wish.command).roles[0]
    column = next((c for (r, c), found in cells(line).items() if r == role and found.changes), [*wish.part.stages][-1])
    world, by = changing(wish, role, column), somebody(wish.command, wish.own, role)
    name, content = type(wish.command).__name__, wish.command.model_dump_json()
    for path in paths(json.loads(content)):
        for nasty in NASTY:
            try:
                command = parse(name, broken(content, path, nasty))
            except Refusal as refusal:
                is_said(refusal)
            else:
                tried(command, by, world)


def test_what_is_out_of_bounds_anywhere_in_a_command_names_its_field() -> None:
    content = open_round().model_dump(mode="json")
    for change, field, rule in (
        ({"closes_on": "9999-12-31"}, "closes_on", "must lie between the years 1900 and 2199"),
        ({"opens_on": "0001-01-01"}, "opens_on", "must lie between the years 1900 and 2199"),
        ({"title": {"zh": "春\x07", "en": "Spring"}}, "title.zh", "must not have control characters"),
        ({"title": {"zh": "春", "en": "\u202egnirpS"}}, "title.en", "must not have control characters"),
        ({"budget": yuan(10**12).model_dump()}, "budget", "must be an amount of at most 100,000,000,000"),
    ):
        with pytest.raises(Malformed) as caught:
            parse("OpenRound", content | change)
        assert caught.value.fields == {"field": field, "rule": rule}


def test_the_command_line_refuses_in_one_line_and_leaves_the_store_unchanged(
    canopy: Line, office: Office, tmp_path: FilePath
) -> None:
    file = tmp_path / "latin.json"
    file.write_bytes("é".encode("latin-1"))
    for who, content, zh in (
        *(("steward", content, zh) for content, zh in BAD),
        ("steward", f"@{file}", f"{file} 不是 UTF-8 文本"),
        ("\u202eli", '{"person":"a","name":"x"}', "找不到人员 li。请核对编号。"),
        ("\udcff", '{"person":"a","name":"x"}', "找不到人员 。请核对编号。"),
        ("../li", '{"person":"a","name":"x"}', "找不到人员 ../li。请核对编号。"),
    ):
        said = canopy("do", "RegisterPerson", "--as", who, "--json", content, "--lang", "zh")
        assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
        assert said.err.startswith(zh)
        assert office.desk.store.head() == 0
