"""The words of a drawing: what its boxes and tranches are, and who says their lines in one language."""

from __future__ import annotations

from typing import Any, NamedTuple

from domain.kernel import Words
from domain.rules import Rules
from domain.rules.budget import CostCategory
from domain.rules.rubric import Rubric
from domain.rules.terms import StageRule
from domain.rules.ties import TIE_WORDS
from entrypoints import wording
from entrypoints.wording import Lang


class Exit(NamedTuple):
    """A way out before the end: when it is taken, and the outcome it leads to."""

    outcome: str
    when: str
    to: str


class Box(NamedTuple):
    """One step of the process. `onward` says what leads to the next one."""

    id: str
    kind: str
    title: str
    facts: tuple[str, ...]
    onward: str
    exits: tuple[Exit, ...] = ()


class Payment(NamedTuple):
    """A tranche: its share of the award, what its gate waits for, and the box after which that can be so."""

    id: str
    title: str
    share: str
    gate: str
    after: str


class Process(NamedTuple):
    """A whole programme, in one language."""

    lang: Lang
    title: str
    subtitle: tuple[str, ...]
    boxes: tuple[Box, ...]
    payments: tuple[Payment, ...]
    notes: tuple[str, ...]


class Speaker:
    """Says things about one programme in one language."""

    def __init__(self, rules: Rules, lang: Lang) -> None:
        self.rules, self.lang = rules, lang

    def say(self, section: str, key: str, **fields: Any) -> str:
        return wording.drawn(section, key, fields).in_(self.lang)

    def words(self, words: Words) -> str:
        return words.zh if self.lang == "zh" else words.en

    def name(self, what: str, key: str) -> str:
        return wording.called(what, key).in_(self.lang)

    def title(self, stage: StageRule, kind: str) -> str:
        return self.words(stage.words) if stage.words else _begun(self.say("any", "stage", kind=kind, id=stage.id))

    def section(self, name: str) -> str:
        """The title of a part of the programme that is not one of its stages."""
        return _begun(self.name("stage", name))

    def scored_by(self, id_: str) -> str:
        """The name of a stage or tally that a ranking reckons with, or of another way to break ties."""
        if id_ in TIE_WORDS:
            return self.say("ties", id_)
        for tally in self.rules.tallies:
            if tally.id == id_:
                return self.words(tally.words)
        stage = next(stage for stage in self.rules.stages if stage.id == id_)
        return self.title(stage, stage.kind)

    def lines(self, rubric: Rubric) -> list[str]:
        """The lines of a rubric with their weights, or their points where it has none; then bonus and malus."""
        lines = [
            f"{self.words(line.words)} {line.max_points if line.weight_percent is None else f'{line.weight_percent}%'}"
            for line in rubric.lines
        ]
        return [*lines, *(f"{self.words(extra.words)} {extra.least:+} … {extra.most:+}" for extra in rubric.extras)]

    def category(self, category: CostCategory) -> str:
        """A cost category with its caps."""
        caps = [f"{category.at_most_percent}%"] if category.at_most_percent is not None else []
        caps += [self.say("call", "cap", amount=str(category.at_most))] if category.at_most is not None else []
        return " ".join((self.words(category.words), *(f"≤ {cap}" for cap in caps)))

    def exit(self, section: str, outcome: str, **fields: Any) -> Exit:
        return Exit(outcome, self.say(section, outcome, **fields), self.name("outcome", outcome))


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]
