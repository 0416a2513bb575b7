"""What the drawing of a programme shows: its stages in order and what ends each, and its tranches with their gates.

`process` reads the rules into boxes of words; `drawing_mermaid.py` and `drawing_svg.py` put them on paper. A kind of stage or
gate that has no lines of its own here is still drawn, by its id and its words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from domain.kernel import Words
from domain.rules import Rules
from domain.rules.application import EligibilityRules
from domain.rules.notice import NoticeRules
from domain.rules.review import ReviewRules
from domain.rules.roadshow import RoadshowRules
from domain.rules.rubric import Rubric
from domain.rules.selection import RankingRules, SelectionRules, ShortlistRules
from domain.rules.terms import StageRule
from domain.rules.tranche import TrancheRule
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

    def stage_named(self, id_: str) -> str:
        stage = next(stage for stage in self.rules.stages if stage.id == id_)
        return self.title(stage, stage.kind)

    def lines(self, rubric: Rubric) -> list[str]:
        return [f"{self.words(line.words)} {line.weight_percent}%" for line in rubric.lines]

    def exit(self, section: str, outcome: str, **fields: Any) -> Exit:
        return Exit(outcome, self.say(section, outcome, **fields), self.name("outcome", outcome))


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def process(rules: Rules, lang: Lang) -> Process:
    """The programme as it is drawn."""
    speaker = Speaker(rules, lang)
    return Process(
        lang=lang,
        title=speaker.words(rules.name),
        subtitle=(
            speaker.say("any", "purpose", purpose=rules.purpose),
            speaker.say("any", "fields", fields=[speaker.words(field.words) for field in rules.fields]),
        ),
        boxes=(
            call(speaker),
            *(stage_box(speaker, stage) for stage in rules.stages),
            agreement(speaker),
            delivery(speaker),
            evaluation(speaker),
            closing(speaker),
        ),
        payments=tuple(payment(speaker, tranche) for tranche in rules.tranches),
        notes=(
            speaker.say("any", "withdraw", outcome="withdrawn"),
            speaker.say("any", "terminate", outcome="terminated"),
        ),
    )


# ── the stages ───────────────────────────────────────────────────────────────────────────────────────────────────────


def stage_box(speaker: Speaker, stage: Any) -> Box:
    """The box of a stage: with the lines of its kind, or with its id and words alone."""
    described = next((made for kind, made in STAGES.items() if isinstance(stage, kind)), None)
    facts, onward, exits = described(speaker, stage) if described else ((), speaker.say("any", "onward"), ())
    return Box(f"stage-{stage.id}", stage.kind, speaker.title(stage, stage.kind), tuple(facts), onward, tuple(exits))


Described = tuple[Iterable[str], str, Iterable[Exit]]


def eligibility(speaker: Speaker, stage: EligibilityRules) -> Described:
    facts = (
        speaker.say("eligibility", "criteria", criteria=[speaker.words(each.words) for each in stage.criteria]),
        speaker.say("eligibility", "within", days=stage.decide_within_working_days),
    )
    return facts, speaker.say("eligibility", "onward"), (speaker.exit("eligibility", "ineligible"),)


def review(speaker: Speaker, stage: ReviewRules) -> Described:
    facts = [
        speaker.say("review", "panel", panel=stage.panel_size, quorum=stage.quorum),
        speaker.say("review", "rubric", rubric=speaker.lines(stage.rubric)),
        speaker.say("review", "within", days=stage.within_days, remind=stage.remind_before_days),
    ]
    if stage.extensions_at_most:
        more = {"days": stage.extension_days, "times": stage.extensions_at_most}
        facts.append(speaker.say("review", "extensions", **more))
    failed = speaker.exit("review", "review_failed", mark=stage.pass_mark)
    onward = speaker.say("review", "onward", mark=stage.pass_mark)
    return facts, onward, (failed, speaker.exit("review", "review_lapsed"))


def roadshow(speaker: Speaker, stage: RoadshowRules) -> Described:
    facts = (
        speaker.say("roadshow", "quorum", quorum=stage.quorum),
        speaker.say("roadshow", "rubric", rubric=speaker.lines(stage.rubric)),
        speaker.say("roadshow", "within", days=stage.conclude_within_days),
    )
    return facts, speaker.say("roadshow", "onward"), ()


def ranking(speaker: Speaker, stage: RankingRules) -> Iterator[str]:
    shares = [f"{speaker.stage_named(share.stage)} {share.percent}%" for share in stage.shares]
    yield speaker.say("ranking", "shares", shares=shares)
    if stage.ties:
        yield speaker.say("ranking", "ties", ties=[speaker.stage_named(id_) for id_ in stage.ties])
    if stage.least_score:
        yield speaker.say("ranking", "least", least=stage.least_score)


def shortlist(speaker: Speaker, stage: ShortlistRules) -> Described:
    facts = (*ranking(speaker, stage), speaker.say("shortlist", "at-most", at_most=stage.at_most))
    return facts, speaker.say("shortlist", "onward"), (speaker.exit("shortlist", "not_selected"),)


def selection(speaker: Speaker, stage: SelectionRules) -> Described:
    facts = (*ranking(speaker, stage), speaker.say("selection", "budget"))
    return facts, speaker.say("selection", "onward"), (speaker.exit("selection", "not_selected"),)


def notice(speaker: Speaker, stage: NoticeRules) -> Described:
    facts = (speaker.say("notice", "days", days=stage.working_days),)
    return facts, speaker.say("notice", "onward"), (speaker.exit("notice", "objection_upheld"),)


STAGES: dict[type[StageRule], Callable[[Speaker, Any], Described]] = {
    EligibilityRules: eligibility,
    ReviewRules: review,
    RoadshowRules: roadshow,
    ShortlistRules: shortlist,
    SelectionRules: selection,
    NoticeRules: notice,
}
"""How each kind of stage is described."""


# ── before and after them ────────────────────────────────────────────────────────────────────────────────────────────


def call(speaker: Speaker) -> Box:
    rules = speaker.rules.call
    types = [speaker.name("organisation_type", id_) for id_ in rules.organisation_types]
    facts = (
        speaker.say("call", "types", types=types),
        speaker.say("call", "at-most", projects=rules.projects_per_organisation, ask=str(rules.ask_at_most)),
    )
    return Box("call", "call", speaker.section("call"), facts, speaker.say("call", "onward"))


def agreement(speaker: Speaker) -> Box:
    facts = (speaker.say("agreement", "days", days=speaker.rules.agreement.sign_within_days),)
    exits = (speaker.exit("agreement", "not_signed"),)
    title = speaker.section("agreement")
    return Box("agreement", "agreement", title, facts, speaker.say("agreement", "onward"), exits)


def delivery(speaker: Speaker) -> Box:
    facts = tuple(
        speaker.say(
            "delivery",
            "report",
            name=speaker.words(report.words),
            days=report.due_days,
            remind=report.remind_before_days,
            grace=report.overdue_after_days,
        )
        for report in speaker.rules.reports
    )
    exits = (speaker.exit("delivery", "terminated"),)
    return Box("delivery", "delivery", speaker.section("delivery"), facts, speaker.say("delivery", "onward"), exits)


def evaluation(speaker: Speaker) -> Box:
    rules = speaker.rules.evaluation
    grades = [f"{speaker.words(grade.words)} ≥ {grade.least_score}" for grade in rules.grades]
    facts = (
        speaker.say("evaluation", "rubric", rubric=speaker.lines(rules.rubric)),
        speaker.say("evaluation", "grades", grades=grades),
        speaker.say("evaluation", "within", days=rules.within_days),
        speaker.say("evaluation", "failed", mark=rules.pass_mark),
    )
    onward = speaker.say("evaluation", "onward", mark=rules.pass_mark)
    return Box("evaluation", "evaluation", speaker.section("evaluation"), facts, onward)


def closing(speaker: Speaker) -> Box:
    facts = (speaker.say("closing", "settled"),)
    return Box("closing", "settlement", speaker.section("settlement"), facts, speaker.name("outcome", "closed"))


# ── the tranches ─────────────────────────────────────────────────────────────────────────────────────────────────────

_AFTER = {"agreement": "agreement", "report": "delivery", "evaluation": "evaluation"}
"""Kind of gate → the box after which it can open; a kind that is not here opens during delivery."""


def payment(speaker: Speaker, tranche: TrancheRule) -> Payment:
    gate = tranche.gate
    return Payment(
        tranche.id,
        speaker.words(tranche.words),
        speaker.say("any", "of-award", percent=tranche.share_percent),
        speaker.say("any", "waits", gate=waited_for(speaker, gate)),
        _AFTER.get(gate.kind, "delivery"),
    )


def waited_for(speaker: Speaker, gate: Any) -> str:
    """What a gate waits for; a kind without words of its own is called by its name."""
    names = {report.id: speaker.words(report.words) for report in speaker.rules.reports}
    report = getattr(gate, "report", "")
    if not wording.is_drawn("gate", gate.kind):
        return speaker.name("waits", gate.kind)
    return speaker.say("gate", gate.kind, **(gate.model_dump() | {"name": names.get(report, report)}))
