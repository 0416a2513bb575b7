"""What the rules of every topic are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from domain.kernel import Frozen, NoTruth, Slug, Words

Days = Annotated[int, Field(ge=0, le=3_650), NoTruth]
Years = Annotated[int, Field(ge=1, le=1_000), NoTruth]
Several = Annotated[int, Field(ge=1, le=100_000), NoTruth]
WHOLE = 100
HUNDREDTHS = 100
_ABSENT: tuple[Any, ...] = (None, (), [])


class Rule(Frozen):
    """A part of the rules. What a programme does not have (None, an empty list) is not written either.

    So a rule that is added later, absent by default, leaves every earlier quotation as it is, to the byte. For the same reason a
    default, once released, never changes.
    """

    # Without a return type, the JSON schema of what is written stays that of the fields.
    @model_serializer(mode="wrap")
    def _without_what_is_absent(self, handler: SerializerFunctionWrapHandler):  # type: ignore[no-untyped-def]  # noqa: ANN202
        return {name: value for name, value in handler(self).items() if value not in _ABSENT}


class Named(Rule):
    """A thing with an id and its name in both languages."""

    id: Slug
    words: Words


class StageRule(Rule):
    """One stage of a programme: its id is unique within the programme, its words are what people call it."""

    id: Slug
    words: Words | None = None


def ids_differ(what: str, ids: Iterable[str]) -> None:
    """Raises ValueError, naming the id that comes twice."""
    seen: set[str] = set()
    for id_ in ids:
        if id_ in seen:
            raise ValueError(f"{what}: {id_} is named twice")
        seen.add(id_)
