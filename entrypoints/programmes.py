"""A programme's file: checked line by line, and completed with the public calendar before it is published."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from domain import bounds
from domain.rules import Rules
from entrypoints import wording
from entrypoints.toml_lines import Keys, lines_of
from entrypoints.wording import Said

CALENDAR_YEARS = range(2015, 2031)
_CHINA = "Asia/Shanghai"
_FORMAT = re.compile(r"^format\s*=", re.MULTILINE)
_AT = re.compile(r"(.*) \(at line (\d+), column (\d+)\)")


class Problem(NamedTuple):
    """What is wrong with a file, and where; `field` is a dotted path."""

    line: int
    field: str
    rule: Said


def is_programme(text: str) -> bool:
    """Whether the text means to be a programme's file: it says its format, whatever else is wrong with it."""
    try:
        return "format" in tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return bool(_FORMAT.search(text))
    except RecursionError:
        return True


def check(text: str) -> list[Problem]:
    """Everything that is wrong with a programme's file, by line; nothing when it can be published."""
    try:
        content, lines = tomllib.loads(text), lines_of(text)
    except tomllib.TOMLDecodeError as broken:
        return [_syntax(str(broken), text)]
    except RecursionError:
        return [Problem(1, "TOML", Said("嵌套过深", "it is nested too deeply"))]
    try:
        rules = Rules.model_validate(content)
    except ValidationError as broken:
        return sorted(_problem(dict(error), lines, content) for error in broken.errors(include_url=False))
    beyond = ({"loc": path, "msg": rule, "type": "bounds"} for path, rule in bounds.beyond(rules))
    return sorted(_problem(error, lines, content) for error in beyond)


def _syntax(message: str, text: str) -> Problem:
    match = _AT.fullmatch(message)
    if match is None:  # at the end of the file
        line = text.count("\n") + 1
        return Problem(line, "TOML", Said(f"TOML 语法错误：{message}", f"TOML syntax error: {message}"))
    what, line, column = match[1], int(match[2]), match[3]
    zh, en = f"TOML 语法错误（第 {column} 列）：{what}", f"TOML syntax error at column {column}: {what}"
    return Problem(line, "TOML", Said(zh, en))


def _problem(error: Mapping[str, Any], lines: Mapping[Keys, int], content: Mapping[str, Any]) -> Problem:
    path = tuple(_known(error["loc"], lines))
    rule = wording.rule(str(error["msg"]))
    missing = error["loc"][-1:] if error["type"] == "missing" else ()
    if error["type"] == "value_error":  # a rule about several fields: the one it names, if it names one
        path = _item_in(str(error["msg"]), content, _named_in(str(error["msg"]), lines, path))
    field = ".".join((*_said(path, content), *map(str, missing))) or "."
    return Problem(lines.get(path, 1), field, rule)


def _said(path: Keys, content: Any) -> Iterator[str]:
    """The path in people's words: an item of a list by its id, where it has one."""
    for part in path:
        content = content[part]
        by_id = isinstance(part, int) and isinstance(content, Mapping) and isinstance(content.get("id"), str)
        yield content["id"] if by_id else str(part)


def _known(where: Keys, lines: Mapping[Keys, int]) -> Iterator[str | int]:
    """The path as the file has it: without what is not there, and without the tags of a choice."""
    path: Keys = ()
    for part in where:
        if (*path, part) in lines:
            path = (*path, part)
            yield part


def _named_in(message: str, lines: Mapping[Keys, int], within: Keys) -> Keys:
    """The field that a rule about several fields speaks of, or what they are all in."""
    for word in re.findall(r"[a-z_.]+", message):
        for path in ((*within, *word.split(".")), (*within, f"{word}s")):
            if path in lines:
                return path
    return within


def _item_in(message: str, content: Any, path: Keys) -> Keys:
    """Of a list of things with ids the one that a rule speaks of first; of two with the same id the second."""
    for part in path:
        content = content[part]
    items = content if isinstance(content, list) else []
    ids = [item.get("id") if isinstance(item, Mapping) else None for item in items]
    found = (word for word in re.findall(r"[a-z0-9][a-z0-9-]*", message) if word in ids)
    word = next(found, None)
    return path if word is None else (*path, len(ids) - 1 - ids[::-1].index(word))


def with_calendar(content: Mapping[str, Any]) -> dict[str, Any]:
    """The programme with the public holidays and make-up working days (调休) of China, unless it brings its own.

    Years whose calendar is not announced yet have the holidays' reckoned dates and no make-up days: publish again then.
    """
    calendar = dict(content.get("calendar", {}))
    if calendar.get("time_zone", _CHINA) == _CHINA and not {"holidays", "make_up_days"} & set(calendar):
        import holidays

        china = holidays.country_holidays("CN", years=CALENDAR_YEARS)
        calendar["holidays"] = [day.isoformat() for day in sorted(china) if day.weekday() < 5]
        calendar["make_up_days"] = [day.isoformat() for day in sorted(china.weekend_workdays)]
    return {**content, "calendar": calendar}
