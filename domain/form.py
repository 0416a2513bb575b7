"""Form 申请表: the answers of an application, each held against the call's field it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import Field, StrictBool, StrictInt, TypeAdapter, ValidationError

from domain.errors import AnswerRefused, NotAnswered
from domain.kernel import Frozen, Line, Money, Sha256, Slug, Sum
from domain.rules.form import (
    AttachmentField,
    ChoiceField,
    DateField,
    FieldRule,
    FormField,
    MediaType,
    MoneyField,
    NumberField,
    TextField,
    YesNoField,
)

_LARGEST = 2**53 - 1
_AMOUNT: TypeAdapter[Money] = TypeAdapter(Sum)


class Attachment(Frozen):
    """附件: a file by its content's SHA-256; the file itself lies with the attachments."""

    sha256: Sha256
    file_name: Line
    media_type: MediaType
    bytes: Annotated[int, Field(ge=1, le=_LARGEST)]


Number = Annotated[StrictInt, Field(ge=-_LARGEST, le=_LARGEST)]
Written = Annotated[str, Field(min_length=1, max_length=20_000)]
Value = (
    StrictBool
    | Number
    | Written
    | Money
    | Annotated[tuple[Slug, ...], Field(min_length=1, max_length=100)]
    | Annotated[tuple[Attachment, ...], Field(min_length=1, max_length=100)]
)
"""Yes or no, a whole number, text (also a day, an amount or one option), several options, files."""


class Answer(Frozen):
    """What is answered to one field of the call's form."""

    field: Slug
    value: Value


def check_answers(fields: tuple[FormField, ...], answers: tuple[Answer, ...], currency: str) -> None:
    """Every required field is answered, and each answer is what its field asks for. Raises NotAnswered, AnswerRefused."""
    asked, given = {field.id: field for field in fields}, [answer.field for answer in answers]
    missing = tuple(field.id for field in fields if field.required and field.id not in given)
    unknown = tuple(sorted({id_ for id_ in given if id_ not in asked or given.count(id_) > 1}))
    if missing or unknown:
        raise NotAnswered(field="answers", missing=missing, unknown=unknown)
    for answer in answers:
        field = asked[answer.field]
        broken = fault(field, answer.value, currency)
        if broken:
            raise AnswerRefused(field=f"answers.{field.id}", zh=field.words.zh, en=field.words.en, rule=broken)


def fault(field: FormField, value: Any, currency: str) -> str:
    """The rule that the value breaks; empty when it breaks none."""
    if isinstance(field, MoneyField):
        return _of_money(field, value, currency)
    return _FAULTS[type(field)](field, value)


def _between(value: Any, least: Any, most: Any) -> str:
    if least is not None and value < least:
        return f"must be at least {least}"
    return f"must be at most {most}" if most is not None and most < value else ""


def _of_text(field: TextField, value: Any) -> str:
    if not isinstance(value, str):
        return "must be text"
    if field.at_least_characters is not None and len(value.strip()) < field.at_least_characters:
        return f"must have at least {field.at_least_characters} characters"
    return f"must have at most {field.at_most_characters} characters" if len(value) > field.at_most_characters else ""


def _of_number(field: NumberField, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        return "must be a whole number"
    return _between(value, field.at_least, field.at_most)


def _of_money(field: MoneyField, value: Any, currency: str) -> str:
    try:
        amount = _AMOUNT.validate_python(value)
    except ValidationError:
        return f'must be an amount, like "{currency} 50000.00"'
    if amount.currency != currency:
        return f'must be an amount, like "{currency} 50000.00"'
    if amount.minor < 0:
        return "must not be below zero"
    return _between(amount, field.at_least, field.at_most)


def _of_date(field: DateField, value: Any) -> str:
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        return "must be a day, like 2026-03-02"
    return _between(day, field.earliest, field.latest)


def _of_choice(field: ChoiceField, value: Any) -> str:
    options = [option.id for option in field.options]
    chosen = (value,) if isinstance(value, str) else value
    if not isinstance(chosen, tuple) or not all(one in options for one in chosen) or len(set(chosen)) < len(chosen):
        return "must be one of " + ", ".join(options)
    return f"must name at most {field.at_most_options} options" if len(chosen) > field.at_most_options else ""


def _of_files(field: AttachmentField, value: Any) -> str:
    if not isinstance(value, tuple) or not all(isinstance(file, Attachment) for file in value):
        return "must be a list of files"
    if len(value) > field.at_most_files:
        return f"must name at most {field.at_most_files} files"
    if any(file.media_type not in field.media_types for file in value):
        return "must be files of the types " + ", ".join(field.media_types)
    return f"must be files of at most {field.at_most_bytes} bytes" if _largest(value) > field.at_most_bytes else ""


def _largest(files: tuple[Attachment, ...]) -> int:
    return max(file.bytes for file in files)


def _of_yes_no(field: YesNoField, value: Any) -> str:
    if not isinstance(value, bool):
        return "must be yes or no (true or false)"
    return "must be yes (true)" if field.must_be_yes and not value else ""


_FAULTS: Mapping[type[FieldRule], Callable[[Any, Any], str]] = {
    TextField: _of_text,
    NumberField: _of_number,
    DateField: _of_date,
    ChoiceField: _of_choice,
    YesNoField: _of_yes_no,
    AttachmentField: _of_files,
}
