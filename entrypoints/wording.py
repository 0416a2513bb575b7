"""What people read, in Chinese and in English: refusals, events, commands, and the names of things.

The sentences are data (`words/*.toml`); here is how their blanks are filled. A blank is `{field}` or `{field:how}`: `how`
is one of `HOWS` below, or `said when there is something|said when not`.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from entrypoints import local_time
from entrypoints.plain_text import plain

if TYPE_CHECKING:  # the command line starts without pydantic
    from domain.errors import Refusal

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, ...] = ("zh", "en")
Form = Literal[
    "",
    "sealed",  # without what is under seal
    "line",  # of a list only what concerns one project; the payload is that line
]
_WORDS = Path(__file__).with_name("words")
_JOINTS = re.compile(r"( and | or |[()])")


class Said(NamedTuple):
    """The same thing in both languages."""

    zh: str
    en: str

    def in_(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


@cache
def _file(name: str) -> dict[str, Any]:
    return tomllib.loads((_WORDS / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def _rules() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    return [(re.compile(entry["rule"]), entry) for entry in _file("rules")["rules"]]


def language(asked: str | None, otherwise: Lang = "zh") -> Lang:
    """The language of an Accept-Language header or of LANG: the first that we speak."""
    for part in (asked or "").replace(";", ",").split(","):
        tag = part.strip().lower()
        if tag.startswith("en"):
            return "en"
        if tag.startswith("zh"):
            return "zh"
    return otherwise


def called(what: str, key: str) -> Said:
    """The name of a role, stage, kind, status, read model, …; what has no name is called what the code calls it."""
    if what == "waits" and len(parts := _JOINTS.split(key)) > 1:
        told = [_joined(part) for part in parts]
        return Said("".join(each.zh for each in told), "".join(each.en for each in told))
    found = _file("names").get(what, {}).get(key)
    return Said(**found) if found else _ruled(key)


def _joined(part: str) -> Said:
    """A part of what a tranche waits for: a thing, or what joins two."""
    return called("joint" if _JOINTS.fullmatch(part) else "waits", part) if part else Said("", "")


def command_title(name: str) -> Said:
    words = _file("commands")
    found = words["people"].get(name) or words["stories"].get(name)
    return Said(**found) if found else Said(name, name)


def command_names() -> list[str]:
    """Every command people may give, read from the words: the command line lists them without loading the domain."""
    return sorted(_file("commands")["people"])


def refusal(refused: Refusal, people: Mapping[str, str] | None = None) -> Said:
    """Why not, and what to do next. `people` are the names of persons by id."""
    return _both(_file("refusals")[refused.code], refused.fields, people or {})


class Who(NamedTuple):
    """The envelope's part of a sentence."""

    actor: str
    on_behalf: str | None = None


def event(
    name: str,
    payload: Mapping[str, Any],
    who: Who,
    people: Mapping[str, str] | None = None,
    *,
    form: Form = "",
) -> Said:
    """One sentence for an event, by its stored name and its JSON payload; an unknown event is named only."""
    template = _file("events").get(name.partition(".")[0])
    if template is None:
        return Said(name, name)
    if form:
        template = {lang: template[f"{form}_{lang}"] for lang in LANGUAGES}
    return _both(template, {**payload, "who": who}, people or {})


def is_drawn(section: str, key: str) -> bool:
    """Whether a drawing has these words."""
    return key in _file("drawing").get(section, {})


def drawn(section: str, key: str, fields: Mapping[str, Any]) -> Said:
    """What stands in the drawing of a programme, its blanks filled."""
    return _both(_file("drawing")[section][key], fields, {})


def written(section: str, key: str, fields: Mapping[str, Any]) -> Said:
    """What stands in the agreement that both sides sign, its blanks filled."""
    return _both(_file("agreement")[section][key], fields, {})


def rule(text: str) -> Said:
    """A rule that a field broke, as people are told it."""
    return _ruled(text)


def _ruled(text: str) -> Said:
    text = text.removeprefix("Value error, ")
    for pattern, said in _rules():
        match = pattern.fullmatch(text)
        if match is not None:
            groups = (match[0], *match.groups(""))
            return Said(*(said[lang].format(*groups) for lang in LANGUAGES))
    return Said(text, text)


def _both(template: Mapping[str, str], fields: Mapping[str, Any], people: Mapping[str, str]) -> Said:
    return Said(*(_Sentence(lang, people).vformat(template[lang], (), fields) for lang in LANGUAGES))


class _Sentence(string.Formatter):
    """Fills the blanks of one sentence in one language."""

    def __init__(self, lang: Lang, people: Mapping[str, str]) -> None:
        self.lang = lang
        self.people = people

    def format_field(self, value: Any, format_spec: str) -> str:
        how = HOWS.get(format_spec)
        if how is not None:
            return how(self, value)
        if "|" in format_spec:
            filled, _, empty = format_spec.rpartition("|")
            return filled if value not in (None, "", False, [], ()) else empty
        if isinstance(value, Who):
            return self.who(value)
        return plain(str(value))

    def who(self, who: Who) -> str:
        name = self.person(who.actor)
        if who.on_behalf is None:
            return name
        other = self.person(who.on_behalf)
        return f"{name}（代 {other}）" if self.lang == "zh" else f"{name} (for {other})"

    def name(self, what: str, key: object) -> str:
        return plain(called(what, str(key)).in_(self.lang))

    def person(self, id_: str) -> str:
        if id_ in _file("names")["actor"]:
            return self.name("actor", id_)
        return plain(self.people.get(id_, id_))

    def join(self, parts: Sequence[str]) -> str:
        return ("、" if self.lang == "zh" else ", ").join(parts)

    def money(self, value: Any) -> str:
        if isinstance(value, Mapping):
            currency, amount = str(value["currency"]), f"{Decimal(value['minor']) / 100:,.2f}"
        else:
            currency, _, amount = str(value).partition(" ")
        if self.lang == "zh" and currency == "CNY":
            return f"{amount} 元"
        return f"{currency} {amount}".strip()

    def moment(self, value: Any, *, until: bool = False) -> str:
        if value is None:
            return "未定" if self.lang == "zh" else "a time not yet set"
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        return local_time.shown(at, until=until)

    def scores(self, value: Sequence[Mapping[str, Any]]) -> str:
        return self.join([f"{score['criterion']} {score['points']}" for score in value])

    def unmet(self, findings: Sequence[Mapping[str, Any]]) -> str:
        """The criteria not met, each with its reason; nothing when all are met."""
        zh = self.lang == "zh"
        parts = [
            f"{f['criterion']}（{plain(f['reason'])}）" if zh else f"{f['criterion']} ({plain(f['reason'])})"
            for f in findings
            if not f["met"]
        ]
        return (("：" if zh else ": ") + self.join(parts)) if parts else ""

    def missing(self, value: Sequence[Mapping[str, Any]]) -> str:
        zh = self.lang == "zh"
        each = ((plain(part["item"]), plain(part["reason"])) for part in value)
        return self.join([f"{item}（{reason}）" if zh else f"{item} ({reason})" for item, reason in each])

    def changes(self, diff: Mapping[str, Any]) -> str:
        """The parts of a project that change; what they were and become is in the event."""
        return self.join([self.name("changeable", part) for part, content in diff.items() if content])

    def moved(self, value: Sequence[Mapping[str, Any]]) -> str:
        """Each deadline with its old and its new date."""
        arrow = "→"
        return self.join(
            [
                f"{self.name('deadline', each['deadline'])} {self.moment(each['was'], until=True)} {arrow} "
                f"{self.moment(each['due'], until=True)}"
                for each in value
            ]
        )

    def stream(self, value: str) -> str:
        kind, _, id_ = value.partition(":")
        return f"{self.name('kind', kind)} {id_}"

    def rule(self, value: str) -> str:
        return plain(rule(value).in_(self.lang))

    def limit(self, value: str) -> str:
        return self.money(value) if re.fullmatch(r"[A-Z]{3} [-\d,.]+", value) else self.rule(value)


HOWS: Mapping[str, Callable[[_Sentence, Any], str]] = {
    "money": _Sentence.money,
    "moment": _Sentence.moment,
    "moved": _Sentence.moved,
    "until": lambda self, value: self.moment(value, until=True),
    "points": lambda _, value: "—" if value is None else f"{Decimal(value) / 100:.2f}",
    "kept": lambda self, value: self.join([f"{each['retention']} {each['until']}" for each in value]),
    "accepted": lambda _, value: str(sum(finding["accepted"] for finding in value)),
    "satisfied": lambda _, value: f"{value['satisfied']} / {value['asked']}" if value else "",
    "count": lambda _, value: str(len(value)),
    "served": lambda _, value: str(sum(activity["people_served"] for activity in value)),
    "awarded": lambda _, value: str(sum(place["award"] is not None or bool(place["prize"]) for place in value)),
    "list": lambda self, value: self.join([plain(str(part)) for part in value]),
    "parts": lambda self, value: self.join([f"{part['fund']} {self.money(part['amount'])}" for part in value]),
    "people": lambda self, value: self.join([self.person(part) for part in value]),
    "person": _Sentence.person,
    "role": lambda self, value: self.name("role", value),
    "roles": lambda self, value: self.join([self.name("role", role) for role in value.split("/")]),
    "scope": lambda self, value: {"zh": "全部", "en": "everything"}[self.lang] if value == "*" else str(value),
    "kind": lambda self, value: self.name("kind", value),
    "stage": lambda self, value: self.name("stage", value),
    "status": lambda self, value: self.name("status", value),
    "outcome": lambda self, value: self.name("outcome", value),
    "waits": lambda self, value: self.name("waits", value),
    "refusal": lambda self, value: self.name("refusal", value),
    "reason": lambda self, value: self.name("reason", value),
    "deadline": lambda self, value: self.name("deadline", value),
    "duty": lambda self, value: self.name("duty", value),
    "visits": lambda self, value: self.join([f"{each['id']} {self.moment(each['due'], until=True)}" for each in value]),
    "duties": lambda self, value: self.join(
        [f"{self.name('duty', each['duty'])} {self.moment(each['due'], until=True)}" for each in value]
    ),
    "missing": _Sentence.missing,
    "affiliation": lambda self, value: self.name("affiliation", value),
    "choice": lambda self, value: self.name("choice", value),
    "contribution": lambda self, value: self.name("contribution", value),
    "side": lambda self, value: self.name("side", value),
    "model": lambda self, value: self.name("model", value),
    "command": lambda self, value: command_title(value).in_(self.lang),
    "stream": _Sentence.stream,
    "scores": _Sentence.scores,
    "unmet": _Sentence.unmet,
    "changes": _Sentence.changes,
    "rule": _Sentence.rule,
    "limit": _Sentence.limit,
    "short": lambda _, value: str(value)[:12],
}
"""How a blank can be filled."""
