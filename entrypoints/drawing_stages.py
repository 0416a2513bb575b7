"""What the drawing of a programme says of each kind of stage, and what ends it.

A kind that has no lines of its own here is still drawn, by its id and its words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from domain.rules.application import EligibilityRules
from domain.rules.approval import ApprovalRules
from domain.rules.notice import NoticeRules
from domain.rules.review import ReviewRules
from domain.rules.roadshow import RoadshowRules
from domain.rules.selection import RankingRules, SelectionRules, ShortlistRules
from domain.rules.terms import StageRule
from entrypoints.drawing_awards import awards, matrix, shown
from entrypoints.drawing_words import Box, Exit, Speaker


def stage_box(speaker: Speaker, stage: Any) -> Box:
    """The box of a stage: with the lines of its kind, or with its id and words alone."""
    described = next((made for kind, made in STAGES.items() if isinstance(stage, kind)), None)
    facts, onward, exits = described(speaker, stage) if described else ((), speaker.say("any", "onward"), ())
    return Box(f"stage-{stage.id}", stage.kind, speaker.title(stage, stage.kind), tuple(facts), onward, tuple(exits))


Described = tuple[Iterable[str], str, Iterable[Exit]]


def eligibility(speaker: Speaker, stage: EligibilityRules) -> Described:
    within = "within" if speaker.rules.place_of(stage.id) == 0 else "within-later"
    if stage.counted_from == "receipt":
        within = "within-receipt"
    facts = [
        speaker.say("eligibility", "criteria", criteria=[speaker.words(each.words) for each in stage.criteria]),
        speaker.say("eligibility", within, days=stage.decide_within_working_days),
    ]
    if stage.by is not None:
        facts.append(speaker.say("eligibility", "by", role=stage.by))
    exits = [speaker.exit("eligibility", "ineligible")]
    if stage.completion is not None:
        days = stage.completion.within_working_days
        facts.append(speaker.say("eligibility", "completion", days=days))
        exits.append(speaker.exit("eligibility", "not_completed", days=days))
    return facts, speaker.say("eligibility", "onward"), exits


def review(speaker: Speaker, stage: ReviewRules) -> Described:
    facts = [
        speaker.say("review", "panel", panel=stage.panel_size, quorum=stage.quorum),
        speaker.say("review", "rubric", rubric=speaker.lines(stage.rubric)),
        speaker.say("review", "within", days=stage.within_days, remind=stage.remind_before_days),
    ]
    if stage.mean == "trimmed":
        facts.append(speaker.say("roadshow", "trimmed"))
    if stage.extensions_at_most:
        more = {"days": stage.extension_days, "times": stage.extensions_at_most}
        facts.append(speaker.say("review", "extensions", **more))
    failed = speaker.exit("review", "review_failed", mark=stage.pass_mark)
    onward = speaker.say("review", "onward", mark=stage.pass_mark)
    return facts, onward, (failed, speaker.exit("review", "review_lapsed"))


def roadshow(speaker: Speaker, stage: RoadshowRules) -> Described:
    facts = [
        speaker.say("roadshow", "quorum", quorum=stage.quorum),
        speaker.say("roadshow", "rubric", rubric=speaker.lines(stage.rubric)),
    ]
    if stage.mean == "trimmed":
        facts.append(speaker.say("roadshow", "trimmed"))
    if stage.slots is not None:
        facts.append(speaker.say("roadshow", "drawn" if stage.slots.drawn else "slots", minutes=stage.slots.minutes))
    facts.append(speaker.say("roadshow", "within", days=stage.conclude_within_days))
    return facts, speaker.say("roadshow", "onward"), ()


def ranking(speaker: Speaker, stage: RankingRules) -> Iterator[str]:
    shares = [f"{speaker.scored_by(share.of)} {share.percent}%" for share in stage.shares]
    if shares:
        yield speaker.say("ranking", "shares", shares=shares)
    if stage.ties:
        yield speaker.say("ranking", "ties", ties=[speaker.scored_by(id_) for id_ in stage.ties])
    if stage.least_score:
        yield speaker.say("ranking", "least", least=stage.least_score)


def shortlist(speaker: Speaker, stage: ShortlistRules) -> Described:
    facts = (*ranking(speaker, stage), speaker.say("shortlist", "at-most", at_most=stage.at_most))
    return facts, speaker.say("shortlist", "onward"), (speaker.exit("shortlist", "not_selected"),)


def selection(speaker: Speaker, stage: SelectionRules) -> Described:
    facts = [*ranking(speaker, stage), speaker.say("selection", "budget"), *awards(speaker, stage)]
    if stage.claims is not None:
        facts.append(speaker.say("selection", "claims"))
    return facts, speaker.say("selection", "onward"), (speaker.exit("selection", "not_selected"),)


def approval(speaker: Speaker, stage: ApprovalRules) -> Described:
    return matrix(speaker, stage), speaker.say("approval", "onward"), (speaker.exit("approval", "not_selected"),)


def notice(speaker: Speaker, stage: NoticeRules) -> Described:
    return shown(speaker, stage), speaker.say("notice", "onward"), (speaker.exit("notice", "objection_upheld"),)


STAGES: dict[type[StageRule], Callable[[Speaker, Any], Described]] = {
    EligibilityRules: eligibility,
    ReviewRules: review,
    RoadshowRules: roadshow,
    ShortlistRules: shortlist,
    SelectionRules: selection,
    ApprovalRules: approval,
    NoticeRules: notice,
}
"""How each kind of stage is described."""
