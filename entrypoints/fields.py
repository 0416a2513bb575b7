"""What a command's fields are, for people: name, type, constraints; read from its JSON schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from domain.kernel import Command

_PATTERNS = {
    r"^[a-z0-9][a-z0-9-]{0,62}$": "id",
    r"^[0-9a-f]{64}$": "SHA-256, 64 hexadecimal digits",
    r"^[A-Z]{3}$": "currency, like CNY",
    r"^[a-z0-9.+-]+/[a-z0-9.+-]+$": "media type, like application/pdf",
    r"^[0-9A-HJ-NP-RT-UW-Y]{18}$": "统一社会信用代码, 18 characters",
}
_FORMATS = {"date": "date, like 2018-03-05", "date-time": "time with offset, like 2018-03-05T09:00:00+08:00"}
_TYPES = {"string": "text", "integer": "whole number", "boolean": "true or false", "null": "null"}
_BOUNDS = (("minLength", "maxLength", "character"), ("minimum", "maximum", ""), ("minItems", "maxItems", "item"))
"""Least, most, of what."""


class Field(NamedTuple):
    name: str
    type: str
    constraints: str
    required: bool


def fields_of(command: type[Command]) -> list[Field]:
    """The fields, those of inner objects after theirs, with dotted names; [] stands for each item of a list."""
    schema = command.model_json_schema(ref_template="{model}")
    return list(_fields(schema, schema.get("$defs", {}), ""))


def _fields(schema: Mapping[str, Any], defs: Mapping[str, Any], within: str) -> Iterator[Field]:
    required = set(schema.get("required", ()))
    for name, part in schema.get("properties", {}).items():
        yield Field(
            f"{within}{name}", type_of(part, defs), ", ".join(constraints(part)), name in required and not within
        )
        inner, dotted = _inner(part, f"{within}{name}")
        definition = defs.get(inner or "", {})
        if inner not in {None, "Money"} and within.count(".") < 3:
            yield from _fields(definition, defs, f"{dotted}.")


def _inner(part: Mapping[str, Any], name: str) -> tuple[str | None, str]:
    """The object within, through lists and choices, and its dotted name."""
    for choice in part.get("anyOf", ()):
        inner, dotted = _inner(choice, name)
        if inner not in {None, "Money"}:
            return inner, dotted
    if part.get("type") == "array":
        return _inner(part["items"], f"{name}[]")
    return part.get("$ref"), name


def type_of(part: Mapping[str, Any], defs: Mapping[str, Any]) -> str:
    if choices := part.get("anyOf") or part.get("oneOf"):
        # That it may be null is said by "optional".
        said = (type_of(choice, defs) for choice in choices if choice.get("type") != "null")
        return " or ".join(dict.fromkeys(said))
    if part.get("type") == "array":
        kind, comma, example = type_of(part["items"], defs).partition(",")
        return f"list of {kind}s{comma}{example}"
    if "enum" in part:
        return "one of " + ", ".join(str(choice) for choice in part["enum"])
    return _plain_type(part)


def _plain_type(part: Mapping[str, Any]) -> str:
    if "const" in part:
        return json.dumps(part["const"])
    if part.get("$ref") == "Money":
        return 'money, like "CNY 50000.00"'
    if "pattern" in part:
        return _PATTERNS.get(part["pattern"], f"text like {part['pattern']}")
    return _FORMATS.get(part.get("format", "")) or _TYPES.get(part.get("type", ""), "object")


def constraints(part: Mapping[str, Any]) -> Iterator[str]:
    for lowest, highest, unit in _BOUNDS:
        least, most = part.get(lowest), part.get(highest)
        units = f" {unit}{'' if (least if most is None else most) == 1 else 's'}" if unit else ""
        if least is not None and most is not None:
            yield f"{least} to {most}{units}"
        elif least is not None:
            yield f"at least {least}{units}"
        elif most is not None:
            yield f"at most {most}{units}"
    if isinstance(part.get("default"), str | int) and part["default"] != "":
        yield f"else {part['default']}"
