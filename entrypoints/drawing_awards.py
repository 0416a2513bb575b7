"""What the drawing says of selection, approval and public notice: what is awarded, who agrees to it, and what is shown."""

from __future__ import annotations

from collections.abc import Iterator

from domain.kernel import Money
from domain.rules.approval import ApprovalRules, ApprovalStep
from domain.rules.award import AwardRules, GradeAward, Prize
from domain.rules.notice import NoticeRules
from domain.rules.terms import WHOLE
from entrypoints.drawing_words import Speaker


def awards(speaker: Speaker, stage: AwardRules) -> Iterator[str]:
    """What limits and fixes the awards; and the reserve."""
    if stage.awards_at_most is not None:
        yield speaker.say("selection", "awards-at-most", at_most=stage.awards_at_most)
    if stage.per_field_at_most is not None:
        yield speaker.say("selection", "per-field", at_most=stage.per_field_at_most)
    fields = {field.id: speaker.words(field.words) for field in speaker.rules.fields}
    for quota in stage.quotas:
        yield speaker.say("selection", "quota", field=fields[quota.field], at_most=quota.at_most)
    for prize in stage.prizes:
        yield speaker.say("selection", "prize", prize=speaker.words(prize.words), places=prize.places, **_amount(prize))
    scale = stage.scale or WHOLE
    for grade in stage.by_grade:
        name = speaker.words(grade.words) if grade.words else grade.grade
        how = "grade-above" if grade.above is not None else "grade-least" if grade.bounded else "grade-registered"
        points = grade.above if grade.least_score is None else grade.least_score
        yield speaker.say("selection", how, grade=name, points=points, scale=scale, **_amount(grade))
    if stage.reserve_at_most is not None:
        yield speaker.say("selection", "reserve", at_most=stage.reserve_at_most, days=stage.reserve_days)


def _amount(of: Prize | GradeAward) -> dict[str, Money | None]:
    return {"amount": of.amount}


def matrix(speaker: Speaker, stage: ApprovalRules) -> Iterator[str]:
    """Each tier with its steps, and the days for the result."""
    for tier in stage.tiers:
        steps = [_step(speaker, step) for step in tier.steps]
        if tier.up_to is None:
            yield speaker.say("approval", "above", steps=steps)
        else:
            yield speaker.say("approval", "up-to", amount=tier.up_to, steps=steps)
    if stage.result_within_working_days is not None:
        yield speaker.say("approval", "within", days=stage.result_within_working_days)


def _step(speaker: Speaker, step: ApprovalStep) -> str:
    name = speaker.words(step.words) if step.words else step.id
    return speaker.say("approval", step.needs, step=name, members=step.members)


def shown(speaker: Speaker, stage: NoticeRules) -> Iterator[str]:
    """For how long, what, and how objections are answered."""
    if stage.working_days is not None:
        yield speaker.say("notice", "days", days=stage.working_days)
    else:
        yield speaker.say("notice", "calendar-days", days=stage.days)
    if stage.shows_experts:
        yield speaker.say("notice", "experts")
    if stage.answer_within_days is not None:
        yield speaker.say("notice", "answer", days=stage.answer_within_days)
    if stage.again_after_change:
        yield speaker.say("notice", "again")
