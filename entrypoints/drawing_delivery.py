"""The box of delivery in the drawing of a programme: reports, the mid-term evaluation, changes, and an end before its time."""

from __future__ import annotations

from collections.abc import Iterator

from domain.rules.delivery import ReportRule
from entrypoints.drawing_words import Box, Speaker


def delivery(speaker: Speaker) -> Box:
    facts = (*reports(speaker), *mid_term(speaker), *visits(speaker), *changes(speaker), *termination(speaker))
    exits = (speaker.exit("delivery", "terminated"),)
    passed = "onward-mid-term" if speaker.rules.mid_term else "onward"
    return Box("delivery", "delivery", speaker.section("delivery"), facts, speaker.say("delivery", passed), exits)


def reports(speaker: Speaker) -> Iterator[str]:
    for report in speaker.rules.reports:
        dates = {
            "name": speaker.words(report.words),
            "days": report.due_days,
            "remind": report.remind_before_days,
            "grace": report.overdue_after_days,
        }
        if report.times is None:
            yield speaker.say("delivery", "report", **dates)
        else:
            every = "months" if report.every_months else "days"
            length = report.every_months or report.every_days
            yield speaker.say("delivery", f"every-{every}", length=length, times=report.times, **dates)
        yield from more(speaker, report)


def more(speaker: Speaker, report: ReportRule) -> Iterator[str]:
    name = speaker.words(report.words)
    if report.demands:
        yield speaker.say("delivery", "demands", name=name, demands=[speaker.name("demand", d) for d in report.demands])
    if report.consequence:
        yield speaker.say("delivery", report.consequence, name=name, days=report.consequence_after_days)
    if report.resumed_when:
        yield speaker.say("delivery", f"resumed-{report.resumed_when}", name=name)
    if report.published:
        yield speaker.say("delivery", "published", name=name)


def mid_term(speaker: Speaker) -> Iterator[str]:
    rules = speaker.rules.mid_term
    if rules is None:
        return
    if rules.begins_after_report is None:
        begins = speaker.say("mid-term", "after-days", days=rules.begins_after_days)
    else:
        begins = speaker.say("mid-term", "after-report", report=rules.begins_after_report)
    yield speaker.say("mid-term", "self-assessment", begins=begins, days=rules.self_assessment_days)
    yield speaker.say(
        "mid-term", "review", days=rules.review_days, people=rules.panel_size, rubric=speaker.lines(rules.rubric)
    )
    yield speaker.say("mid-term", "failed", mark=rules.pass_mark, days=rules.notice_days)
    if rules.deferral_days is not None:
        yield speaker.say("mid-term", "deferral", days=rules.deferral_days)
    if rules.second_chance_days is not None:
        yield speaker.say("mid-term", "second-chance", days=rules.second_chance_days)


def visits(speaker: Speaker) -> Iterator[str]:
    for visit in speaker.rules.visits:
        dates = {
            "name": speaker.words(visit.words),
            "days": visit.due_days,
            "remind": visit.remind_before_days,
            "grace": visit.overdue_after_days,
        }
        if visit.times is None:
            yield speaker.say("visits", "once", **dates)
        else:
            yield speaker.say("visits", "every-months", length=visit.every_months, times=visit.times, **dates)


def changes(speaker: Speaker) -> Iterator[str]:
    rules = speaker.rules.changes
    if rules is None:
        return
    allowed = [speaker.name("changeable", part) for part in rules.allowed]
    yield speaker.say("changes", "allowed", allowed=allowed, days=rules.answer_within_working_days)
    if rules.second_consent:
        yield speaker.say(
            "changes", "second", parts=[speaker.name("changeable", part) for part in rules.second_consent]
        )


def termination(speaker: Speaker) -> Iterator[str]:
    rules = speaker.rules.termination
    if rules is None:
        return
    if rules.clawback is not None:
        yield speaker.say(
            "termination", "clawback", times=rules.clawback.instalments_at_most, days=rules.clawback.within_days
        )
    if rules.ban_years is not None:
        yield speaker.say("termination", "ban", years=rules.ban_years)
