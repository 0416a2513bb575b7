"""`canopy programme format`: what a programme file may say, written from the rules' own classes, so it is never out of date."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import BaseModel

from domain.rules import Rules
from entrypoints.fields import constraints, type_of

_SAID_AT_ONCE = frozenset({"Money", "Words"})
"""Written in one line, so they have no section."""
_BEGINNING = """# Programme files

Everything a programme file (TOML) may say. This page is what `canopy programme format` prints: each part of the rules says it
of itself. Start from the file in `programmes/` that is nearest to yours, and let `canopy programme check FILE` read it: an
unknown name, a missing one, and whatever does not go together is named with its line.

A name in *italics* may be left out: the programme then has no such rule, or what the row says. `words` are
`{ zh = "…", en = "…" }`. Money is written `"CNY 50000.00"`.
"""


def page() -> str:
    """The whole reference as Markdown."""
    schema = Rules.model_json_schema(ref_template="{model}")
    defs: Mapping[str, Any] = schema["$defs"] | {"Rules": schema}
    used = _files_with()
    parts = (_section(name, place, defs, used.get(name, ())) for name, place in _places(defs).items())
    return _BEGINNING + "".join(f"\n{part}" for part in parts)


def _places(defs: Mapping[str, Any]) -> dict[str, str]:
    """Each class with where in the file it is written, in the order of the file."""
    found = {"Rules": ""}
    for table, part in defs["Rules"]["properties"].items():
        _walk(part, table, defs, found)
    return found


def _walk(part: Mapping[str, Any], place: str, defs: Mapping[str, Any], found: dict[str, str]) -> None:
    for name, where in _within(part, place):
        if name not in found and name not in _SAID_AT_ONCE:
            found[name] = where
            for inner, further in defs[name].get("properties", {}).items():
                _walk(further, f"{where}.{inner}", defs, found)


def _within(part: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    """The classes a value may be of, through lists and choices."""
    for choice in (*part.get("anyOf", ()), *part.get("oneOf", ())):
        yield from _within(choice, place)
    if part.get("type") == "array":
        yield from _within(part["items"], f"{place}[]")
    if "$ref" in part:
        yield part["$ref"], place


def _section(name: str, place: str, defs: Mapping[str, Any], used: Sequence[str]) -> str:
    schema = defs[name]
    about = " ".join((schema.get("description") or "").split())
    rows = "".join(_rows(schema, defs))
    table = f"| name | value | |\n|---|---|---|\n{rows}" if rows else ""
    where = f"In {_listed(used)}.\n\n" if used and place else ""
    return f'<a id="{name}"></a>\n{_heading(schema, place)}\n\n{about}\n\n{where}{table}'


def _listed(used: Sequence[str]) -> str:
    return "every programme" if len(used) == len(_shipped()) else ", ".join(f"`{each}`" for each in used)


def _heading(schema: Mapping[str, Any], place: str) -> str:
    """Like `[[stages]]` with `kind = "review"`, as it is written in TOML."""
    if not place:
        return "## The file"
    last = place.endswith("[]")
    table = place.removesuffix("[]").replace("[]", "")
    kind = schema.get("properties", {}).get("kind", {}).get("const")
    written = f"`[[{table}]]`" if last else f"`[{table}]`"
    level = "##" if "." not in table else "###"
    return f'{level} {written} with `kind = "{kind}"`' if kind else f"{level} {written}"


def _rows(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Iterator[str]:
    required = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        if "const" in part and name == "kind":
            continue
        said = f"`{name}`" if name in required else f"*`{name}`*"
        yield f"| {said} | {_value(part, defs)} | {', '.join(_limits(part))} |\n"


def _value(part: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    classes = [name for name, _ in _within(part, "")]
    if not classes or _SAID_AT_ONCE.issuperset(classes):
        return "words" if classes == ["Words"] else type_of(part, defs)
    links = " or ".join(f"[{_kind(name, defs)}](#{name})" for name in classes)
    choices = [part, *part.get("anyOf", ())]
    return f"tables, each {links}" if any(each.get("type") == "array" for each in choices) else links


def _kind(name: str, defs: Mapping[str, Any]) -> str:
    kind = defs[name].get("properties", {}).get("kind", {}).get("const")
    return str(kind or "like this")


def _limits(part: Mapping[str, Any]) -> Iterator[str]:
    yield from constraints(part)
    for choice in part.get("anyOf", ()):
        yield from constraints(choice)


def _files_with() -> dict[str, list[str]]:
    """Class → the shipped programmes that have such a part."""
    found: dict[str, list[str]] = {}
    for file in _shipped():
        rules = Rules.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        for name in {type(part).__name__ for part in _parts(rules)}:
            found.setdefault(name, []).append(file.name.removesuffix(".toml"))
    return found


@cache
def _shipped() -> tuple[Traversable, ...]:
    found = (file for file in files("programmes").iterdir() if file.name.endswith(".toml"))
    return tuple(sorted(found, key=lambda file: file.name))


def _parts(of: Any) -> Iterator[BaseModel]:
    if isinstance(of, BaseModel):
        yield of
        for name in of.model_fields_set:
            yield from _parts(getattr(of, name))
    elif isinstance(of, tuple):
        for each in of:
            yield from _parts(each)
