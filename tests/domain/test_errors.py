"""Refusals: one tree, typed fields, a code; and each one the domain can raise is raised by a test."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain import errors
from domain.commands import parse
from domain.errors import Malformed, NotFound, Refusal, Refused
from domain.kernel import COMMANDS

GROUPS = {"Malformed", "Busy", "NotAllowed", "NotFound", "NotNow", "NotEnough"}


def leaves(cls: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    below = [sub for sub in cls.__subclasses__() if sub.__module__ == errors.__name__]
    for sub in below:
        yield from leaves(sub)
    if not below:
        yield cls


@pytest.mark.parametrize("cls", list(leaves()), ids=lambda cls: cls.__name__)
def test_a_refusal_belongs_to_a_group_and_says_its_code_and_fields(cls: type[Refusal]) -> None:
    annotations = {**inspect.get_annotations(cls.__init__)}
    annotations.pop("return")
    names = list(annotations)
    values = {name: ("a", "b") if "tuple" in kind else "x" for name, kind in annotations.items()}
    refusal = cls(**values)
    assert refusal.group in GROUPS
    assert refusal.code == cls.__name__
    assert set(refusal.fields) == set(names)
    assert str(refusal).startswith(f"{cls.__name__}({names[0]}=")
    assert isinstance(refusal, Refused) is (refusal.group not in {"Malformed", "Busy"})


@pytest.mark.parametrize("cls", list(leaves()), ids=lambda cls: cls.__name__)
def test_every_refusal_is_met_in_a_test(cls: type[Refusal]) -> None:
    met = re.compile(rf"(?:refused|raises)\(\s*(?:\w+\.)?{cls.__name__}\b")
    files = [file for file in Path(__file__).parent.glob("test_*.py") if file.name != Path(__file__).name]
    assert any(met.search(file.read_text()) for file in files)


@pytest.mark.parametrize("cls", list(leaves()), ids=lambda cls: cls.__name__)
def test_every_refusal_is_given_by_something_in_the_domain(cls: type[Refusal]) -> None:
    given = re.compile(rf"(?<!class ){cls.__name__}\(")
    files = [file for file in Path(errors.__file__).parent.rglob("*.py") if file != Path(errors.__file__)]
    assert any(given.search(file.read_text()) for file in files)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_commands_docstring_names_what_it_raises_and_only_what_exists(name: str) -> None:
    doc = COMMANDS[name].__doc__ or ""
    known = {leaf.__name__ for leaf in leaves()}
    said = doc.partition("Raises ")[2].partition(":")[0]
    named = set(re.findall(r"\b[A-Z]\w+[a-z][A-Z]\w+|\bMalformed\b", said))
    assert named <= known, f"no such refusal: {named - known}"
    assert doc, "a command says what it is"


def test_a_wish_nobody_knows_is_not_found_and_one_that_cannot_be_read_is_malformed() -> None:
    with pytest.raises(NotFound) as unknown:
        parse("MakeCoffee", {})
    assert unknown.value.fields == {"kind": "command", "id": "MakeCoffee"}
    for content in (b"", b"[]", b"{}", b'{"project":"UPPER"}', b'{"project":"a","more":1}'):
        with pytest.raises(Malformed):
            parse("OpenReview", content)
    assert parse("OpenReview", b'{"project":"a"}') == parse("OpenReview", {"project": "a"})
