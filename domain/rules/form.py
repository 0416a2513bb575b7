"""Form 申请表: the questions of a call. Each kind of field knows what answers it; their names are in both languages."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.kernel import NoTruth, Sum, Words
from domain.rules.terms import Named, Several, ids_differ

MediaType = Annotated[str, Field(pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$", max_length=100)]
"""IANA media type, like application/pdf."""


class FieldRule(Named):
    """A question; what must be answered says so."""

    required: bool = False
    hint: Words | None = None


class TextField(FieldRule):
    """Text of so many characters."""

    kind: Literal["text"]
    at_least_characters: Several | None = None
    at_most_characters: Annotated[int, Field(ge=1, le=20_000), NoTruth] = 4_000


class NumberField(FieldRule):
    """A whole number."""

    kind: Literal["number"]
    at_least: int | None = None
    at_most: int | None = None

    @model_validator(mode="after")
    def _sound(self) -> NumberField:
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"form: {self.id} cannot be at least {self.at_least} and at most {self.at_most}")
        return self


class MoneyField(FieldRule):
    """An amount in the programme's currency."""

    kind: Literal["money"]
    at_least: Sum | None = None
    at_most: Sum | None = None

    @model_validator(mode="after")
    def _sound(self) -> MoneyField:
        least, most = self.at_least, self.at_most
        if least is not None and most is not None and least.currency == most.currency and most < least:
            raise ValueError(f"form: {self.id} cannot be at least {least} and at most {most}")
        return self


class DateField(FieldRule):
    """A day, written like 2026-03-02."""

    kind: Literal["date"]
    earliest: date | None = None
    latest: date | None = None

    @model_validator(mode="after")
    def _sound(self) -> DateField:
        if self.earliest is not None and self.latest is not None and self.earliest > self.latest:
            raise ValueError(f"form: {self.id} cannot be at least {self.earliest} and at most {self.latest}")
        return self


class OptionRule(Named):
    """One answer of a choice."""


class ChoiceField(FieldRule):
    """One of the options, or up to so many of them."""

    kind: Literal["choice"]
    options: tuple[OptionRule, ...] = Field(min_length=2)
    at_most_options: Several = 1

    @model_validator(mode="after")
    def _sound(self) -> ChoiceField:
        ids_differ(f"options of {self.id}", (option.id for option in self.options))
        return self


class YesNoField(FieldRule):
    """Yes or no; a declaration (承诺) can only be answered yes."""

    kind: Literal["yes-no"]
    must_be_yes: bool = False


class AttachmentField(FieldRule):
    """Files, each of one of the media types and at most so many bytes."""

    kind: Literal["attachment"]
    media_types: tuple[MediaType, ...] = Field(min_length=1)
    at_most_bytes: Annotated[int, Field(ge=1, le=1_000_000_000), NoTruth]
    at_most_files: Several = 1


FormField = Annotated[
    TextField | NumberField | MoneyField | DateField | ChoiceField | YesNoField | AttachmentField,
    Field(discriminator="kind"),
]
