"""The documents that can be wrong about the code fail here when they are."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import domain
from domain import commands, errors
from domain.errors import Refusal, Refused
from domain.kernel import AGGREGATES, COMMANDS, EVENTS
from domain.rules import Rules

DOCS = Path(__file__).parent.parent / "docs"
ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \| `(domain/(?:rules/)?\w+\.py)` `(\w+)` \|$")
ROWS = [
    row.groups()
    for line in (DOCS / "glossary.md").read_text().splitlines()
    if line.startswith("|") and not line.startswith(("| English", "|---"))
    for row in [ROW.match(line)]
    if row
]


def file_of(cls: type) -> str:
    module = cls.__module__.replace(".", "/")
    return f"{module}/__init__.py" if cls.__module__ == Rules.__module__ else f"{module}.py"


def names_in_the_domain() -> set[tuple[str, str]]:
    """(file, name) of every aggregate, event, command, refusal and rule."""
    assert commands.TOPICS, "importing it imports every topic"
    found: set[type] = {*AGGREGATES.values(), *EVENTS.values(), *COMMANDS.values()}
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        if module.name == errors.__name__ or module.name.startswith(Rules.__module__):
            loaded = importlib.import_module(module.name)
            found |= {cls for _, cls in inspect.getmembers(loaded, inspect.isclass) if cls.__module__ == module.name}
    return {(file_of(cls), cls.__name__) for cls in found}


def test_every_line_of_the_glossary_can_be_read() -> None:
    lines = [line for line in (DOCS / "glossary.md").read_text().splitlines() if line.startswith("| ")]
    assert len(ROWS) == sum(not line.startswith("| English") for line in lines)


def test_every_class_of_the_domain_has_its_row() -> None:
    missing = names_in_the_domain() - {(file, name) for _, _, _, file, name in ROWS}
    assert not missing, f"add a row to docs/glossary.md for {sorted(missing)}"


@pytest.mark.parametrize(("file", "name"), sorted({(file, name) for *_, file, name in ROWS}))
def test_every_place_in_the_glossary_exists(file: str, name: str) -> None:
    module = importlib.import_module(file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    found = getattr(module, name)
    assert not isinstance(found, type) or found.__module__ == module.__name__, f"{name} is defined elsewhere"


def test_one_word_means_one_thing() -> None:
    english = [en for en, *_ in ROWS]
    assert len(english) == len(set(english)), sorted({en for en in english if english.count(en) > 1})


def test_the_tree_drawn_in_errors_is_the_tree_of_classes() -> None:
    drawn = re.findall(r"[├└]─ (\w+)", errors.__doc__ or "")
    below = (*Refusal.__subclasses__(), *Refused.__subclasses__())
    assert sorted(drawn) == sorted(cls.__name__ for cls in below if cls.__module__ == errors.__name__)
