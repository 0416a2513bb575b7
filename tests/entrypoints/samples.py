"""Made-up JSON that fits a JSON schema: what a form would send, full or as empty as it may be."""

from typing import Any

WORDS = {
    r"^[!-~]{1,64}$": "spring-2026",
    r"^[a-z0-9][a-z0-9-]{0,62}$": "abc-1",
    r"^[a-z0-9][a-z0-9-]{0,62}(/[a-z0-9][a-z0-9-]{0,62})?$": "abc-1/def-2",
    r"^[A-Z]{3}$": "CNY",
    r"^[0-9a-f]{64}$": "0" * 64,
    r"^[a-z0-9.+-]+/[a-z0-9.+-]+$": "application/pdf",
    r"^[0-9A-HJ-NP-RT-UW-Y]{18}$": "51330200MJ00000001",
}


def sample(schema: dict[str, Any], *, full: bool, root: dict[str, Any] | None = None) -> Any:
    """One instance: with everything (`full`), or with nothing that may be left empty."""
    root = root or schema

    def inner(part: dict[str, Any]) -> Any:
        return sample(part, full=full, root=root)

    if "$ref" in schema:
        return inner(root["$defs"][schema["$ref"].rpartition("/")[2]])
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return inner(choices[0 if full else -1])
    if schema.get("type") == "object":
        return {name: inner(part) for name, part in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [inner(schema["items"])] * (2 if full else schema.get("minItems", 0))
    return scalar(schema, full=full)


def scalar(schema: dict[str, Any], *, full: bool) -> Any:
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    return {
        "string": text(schema, full=full),
        "integer": max(7 if full else 0, schema.get("minimum", 0)),
        "boolean": full,
        "null": None,
    }[schema["type"]]


def text(schema: dict[str, Any], *, full: bool) -> str:
    if "format" in schema:
        return {"date": "2018-03-05", "date-time": "2018-03-05T09:00:00+08:00"}[schema["format"]]
    if "pattern" in schema:
        return WORDS[schema["pattern"]]
    return "words" if full or schema.get("minLength") else ""
