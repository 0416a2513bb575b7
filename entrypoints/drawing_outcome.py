"""The boxes of the outcome in the drawing of a programme: evaluation with its indicators, and what is done before the closing."""

from __future__ import annotations

from collections.abc import Iterator

from entrypoints.drawing_words import Box, Speaker


def evaluation(speaker: Speaker) -> Box:
    rules = speaker.rules.evaluation
    assert rules is not None, "after_the_award asks first"
    grades = [f"{speaker.words(grade.words)} ≥ {grade.least_score}" for grade in rules.grades]
    facts = [
        speaker.say("evaluation", "rubric", rubric=speaker.lines(rules.rubric)),
        *indicators(speaker),
        speaker.say("evaluation", "grades", grades=grades),
        speaker.say("evaluation", "within", days=rules.within_days),
        speaker.say("evaluation", "failed", mark=rules.pass_mark),
    ]
    if rules.satisfaction is not None:
        asked, percent = rules.satisfaction.least_asked, rules.satisfaction.least_percent
        facts.insert(-2, speaker.say("evaluation", "satisfaction", asked=asked, percent=percent))
    onward = speaker.say("evaluation", "onward", mark=rules.pass_mark)
    return Box("evaluation", "evaluation", speaker.section("evaluation"), tuple(facts), onward)


def indicators(speaker: Speaker) -> Iterator[str]:
    """What the programme itself wants reached, with its price where it is paid by the piece."""
    for each in speaker.rules.indicators:
        yield speaker.say(
            "indicator",
            "share" if each.kind == "share" else "count",
            name=speaker.words(each.words),
            baseline=each.baseline,
            target=each.target,
            unit=speaker.words(each.unit),
            least=each.least_size,
            size=speaker.words(each.size) if each.size else "",
            price=str(each.unit_price) if each.unit_price else None,
        )


def closing(speaker: Speaker) -> Box:
    facts = (speaker.say("closing", "settled"), *duties(speaker))
    return Box("closing", "settlement", speaker.section("settlement"), facts, speaker.name("outcome", "closed"))


def duties(speaker: Speaker) -> Iterator[str]:
    rules = speaker.rules.closing
    if rules is None:
        return
    if rules.final_account_required:
        yield speaker.say("closing", "account")
    if rules.audit_report_required:
        yield speaker.say("closing", "audit")
    if rules.publication_required:
        marking = speaker.words(rules.marking) if rules.marking else None
        yield speaker.say("closing", "publication", marking=marking)
    if rules.retention:
        kept = [
            speaker.say("closing", "kept", name=speaker.words(each.words), years=each.retention_years)
            for each in rules.retention
        ]
        yield speaker.say("closing", "archive", kept=kept)
    for deadline in rules.deadlines:
        yield speaker.say(
            "closing",
            "days" if deadline.within_days else "working-days",
            duty=speaker.name("duty", deadline.duty),
            days=deadline.within_days or deadline.within_working_days,
            remind=deadline.remind_before_days,
            grace=deadline.overdue_after_days or 0,
        )
