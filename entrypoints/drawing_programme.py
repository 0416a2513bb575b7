"""What the drawing of a programme shows: its stages in order and what ends each, and its tranches with their gates.

`process` reads the rules into boxes of words; `drawing_mermaid.py` and `drawing_svg.py` put them on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from domain.rules import Rules
from domain.rules.call import CallRules
from domain.rules.gate import AllOf, AnyOf, conditions
from domain.rules.tranche import TrancheRule
from entrypoints import wording
from entrypoints.drawing_delivery import delivery
from entrypoints.drawing_outcome import closing, evaluation
from entrypoints.drawing_stages import stage_box
from entrypoints.drawing_words import Box, Payment, Process, Speaker
from entrypoints.wording import Lang


def process(rules: Rules, lang: Lang) -> Process:
    """The programme as it is drawn."""
    speaker = Speaker(rules, lang)
    boxes = (
        call(speaker),
        *(stage_box(speaker, stage) for stage in rules.stages),
        *(made(speaker) for made in after_the_award(rules)),
    )
    ids = {box.id for box in boxes}
    notes = [
        speaker.say("any", "withdraw", outcome="withdrawn"),
        speaker.say("any", "revoke", outcome="revoked"),
    ]
    if ids & {"delivery", "evaluation"}:
        notes.append(speaker.say("any", "terminate", outcome="terminated"))
    return Process(
        lang=lang,
        title=speaker.words(rules.name),
        subtitle=(
            speaker.say("any", "purpose", purpose=rules.purpose),
            speaker.say("any", "fields", fields=[speaker.words(field.words) for field in rules.fields]),
        ),
        boxes=boxes,
        payments=tuple(payment(speaker, tranche, ids) for tranche in rules.tranches),
        notes=tuple(notes),
    )


def after_the_award(rules: Rules) -> Iterator[Callable[[Speaker], Box]]:
    """The boxes that follow the stages: a programme need not have an agreement, reports or an evaluation."""
    if rules.agreement:
        yield agreement
    if rules.reports or rules.mid_term:
        yield delivery
    if rules.evaluation:
        yield evaluation
    yield closing


# ── before and after them ────────────────────────────────────────────────────────────────────────────────────────────


def call(speaker: Speaker) -> Box:
    rules = speaker.rules.call
    types = [speaker.name("organisation_type", id_) for id_ in rules.organisation_types]
    facts = (
        speaker.say("call", "types", types=types),
        *narrower(speaker, rules),
        speaker.say("call", "at-most", projects=rules.projects_per_organisation, ask=str(rules.ask_at_most)),
        *asked_for(speaker, rules),
    )
    return Box("call", "call", speaker.section("call"), facts, speaker.say("call", "onward"))


def narrower(speaker: Speaker, rules: CallRules) -> Iterator[str]:
    """Who may apply, beside the type."""
    if rules.least_grade is not None:
        yield speaker.say("call", "grade", grade=rules.least_grade)
    if rules.registered_years_at_least is not None:
        yield speaker.say("call", "years-at-least", years=rules.registered_years_at_least)
    if rules.registered_years_at_most is not None:
        yield speaker.say("call", "years-at-most", years=rules.registered_years_at_most)
    if rules.places:
        yield speaker.say("call", "places", places=rules.places)
    if rules.one_at_a_time is not None:
        programmes = [speaker.words(speaker.rules.name), *rules.one_at_a_time.programmes]
        yield speaker.say("call", rules.one_at_a_time.counts, programmes=programmes)
        if rules.one_at_a_time.leaders:
            yield speaker.say("call", "leaders")


def asked_for(speaker: Speaker, rules: CallRules) -> Iterator[str]:
    """What is handed in: the budget's limits and the form's fields."""
    if rules.budget is not None:
        if rules.budget.grant_at_most_percent is not None:
            yield speaker.say("call", "share", percent=rules.budget.grant_at_most_percent)
        yield speaker.say("call", "categories", categories=list(map(speaker.category, rules.budget.categories)))
        if rules.budget.forbidden:
            yield speaker.say("call", "forbidden", costs=[speaker.words(each.words) for each in rules.budget.forbidden])
    if rules.form:
        yield speaker.say("call", "form", fields=[speaker.words(field.words) for field in rules.form])


def agreement(speaker: Speaker) -> Box:
    rules = speaker.rules.agreement
    assert rules is not None, "after_the_award asks first"
    facts = (speaker.say("agreement", "days", days=rules.sign_within_days),)
    exits = (speaker.exit("agreement", "not_signed"),)
    title = speaker.section("agreement")
    return Box("agreement", "agreement", title, facts, speaker.say("agreement", "onward"), exits)


# ── the tranches ─────────────────────────────────────────────────────────────────────────────────────────────────────

_AFTER = {"agreement": "agreement", "date": "agreement", "evaluation": "evaluation"}
"""Kind of condition → the box after which it can be met; the others are met during delivery."""
_ORDER = ("agreement", "delivery", "evaluation", "closing")


def payment(speaker: Speaker, tranche: TrancheRule, boxes: Collection[str]) -> Payment:
    after = max((_AFTER.get(each.kind, "delivery") for each in conditions(tranche.gate)), key=_ORDER.index, default="")
    return Payment(
        tranche.id,
        speaker.words(tranche.words),
        share_of(speaker, tranche),
        speaker.say("any", "waits", gate=waited_for(speaker, tranche.gate)),
        after if after in boxes else first_after_award(boxes),
    )


def share_of(speaker: Speaker, tranche: TrancheRule) -> str:
    """A fixed amount, or a share: of the award, or of what fixed amounts leave of it."""
    if tranche.amount is not None:
        return speaker.say("any", "amount", amount=str(tranche.amount))
    rest = any(each.amount is not None for each in speaker.rules.tranches)
    return speaker.say("any", "of-rest" if rest else "of-award", percent=tranche.share_percent)


def first_after_award(boxes: Collection[str]) -> str:
    """Where a tranche stands that waits for none of the boxes: beside the first one after the award."""
    return next(id_ for id_ in _ORDER if id_ in boxes)


def waited_for(speaker: Speaker, gate: Any) -> str:
    """What a gate waits for; a kind without words of its own is called by its name."""
    if gate is None:
        return speaker.say("gate", "award")
    if isinstance(gate, AllOf | AnyOf):
        joint = speaker.name("joint", " and " if isinstance(gate, AllOf) else " or ")
        parts = [waited_for(speaker, part) for part in gate.of]
        brackets = [speaker.name("joint", bracket) for bracket in "()"]
        nested = [isinstance(part, AllOf | AnyOf) for part in gate.of]
        return joint.join(part.join(brackets) if inner else part for part, inner in zip(parts, nested, strict=True))
    named = (*speaker.rules.reports, *speaker.rules.documents, *speaker.rules.indicators)
    names = {each.id: speaker.words(each.words) for each in named}
    meant = str(getattr(gate, gate.kind, ""))
    if not wording.is_drawn("gate", gate.kind):
        return speaker.name("waits", gate.kind)
    said = {field: str(value) for field, value in gate if value is not None}
    blanks = dict.fromkeys(type(gate).model_fields)
    return speaker.say("gate", gate.kind, **(blanks | {"name": names.get(meant, meant)} | said))
