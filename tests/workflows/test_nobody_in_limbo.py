"""Whatever a programme is made of, and whatever people do or leave undone: nobody waits for nothing, and everything comes to an end.

After every act, each project and round that is not over has a duty for somebody, or a story that waits for a time. And as soon as
everybody does their duties again, every project ends and the round is closed.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.rules import Rules
from tests.controls import RULES
from tests.workflows.mischief import mischief
from tests.workflows.townsfolk import Town

_ELIGIBILITY, _REVIEW, _ROADSHOW, _SELECTION, _NOTICE = RULES.model_dump(mode="json")["stages"]
_WHOLE = {"id": "prize", "words": {"zh": "奖金", "en": "Prize"}, "share_percent": 100}
_TIERS: tuple[dict[str, Any], ...] = (
    {"up_to": "CNY 20000.00", "steps": [{"id": "leader"}]},
    {"steps": [{"id": "board", "needs": "half", "body": "board", "size": 3}, {"id": "chair"}]},
)
TIES: tuple[list[str], ...] = (["smaller-ask"], ["draw"], [])
maybe, leasts = st.booleans(), st.sampled_from((0, 60))


@st.composite
def assessed(draw: st.DrawFn, ids: tuple[str, str]) -> list[dict[str, Any]]:
    """A review, a roadshow, or one after the other."""
    found = []
    kind = draw(st.sampled_from(("review", "roadshow", "both")))
    if kind != "roadshow":
        size, quorum = draw(st.sampled_from(((2, 1), (3, 2), (3, 3))))
        review = _REVIEW | {"id": ids[0], "panel_size": size, "quorum": quorum}
        review["extensions_at_most"] = draw(st.integers(0, 1))
        if draw(maybe):
            review["dispersion"] = {"range_at_most": 30, "more_within_days": 5}
        found.append(review)
    if kind != "review":
        roadshow = _ROADSHOW | {"id": ids[1]}
        slots = draw(st.sampled_from((None, {"minutes": 10}, {"minutes": 10, "drawn": True})))
        found.append(roadshow | ({"slots": slots} if slots else {}))
    return found


def shared(stages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    scored = [stage["id"] for stage in stages if stage["kind"] in {"review", "roadshow"}][-2:]
    return [{"stage": id_, "percent": 100 // len(scored)} for id_ in scored]


@st.composite
def checks(draw: st.DrawFn, id_: str, by: str) -> list[dict[str, Any]]:
    """A formal check, which may return an application; or none."""
    if not draw(maybe):
        return []
    check = {name: part for name, part in _ELIGIBILITY.items() if name != "id"} | {"id": id_, "by": by}
    return [check | ({"completion": {"within_working_days": 5, "remind_before_days": 1}} if draw(maybe) else {})]


@st.composite
def shortlists(draw: st.DrawFn, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A shortlist and what its finalists go through; or none."""
    if not draw(maybe):
        return []
    shortlist: dict[str, Any] = {"kind": "shortlist", "id": "finalists", "shares": shared(before)}
    shortlist |= {"least_score": draw(leasts), "at_most": draw(st.integers(1, 3)), "ties": draw(st.sampled_from(TIES))}
    return [shortlist, *draw(assessed(("second-desk", "final")))]


@st.composite
def selections(draw: st.DrawFn, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A selection, with or without limits, a reserve, sponsors; an approval and a public notice, or not."""
    chosen: dict[str, Any] = {"kind": "selection", "id": "selection", "shares": shared(before)}
    chosen |= {"ties": draw(st.sampled_from(TIES)), "least_score": draw(leasts)}
    chosen |= draw(st.sampled_from(({}, {"reserve_at_most": 2}, {"reserve_at_most": 2, "reserve_days": 44})))
    chosen |= draw(st.sampled_from(({}, {"awards_at_most": 1}, {"awards_at_most": 2})))
    chosen |= draw(st.sampled_from(({}, {"claims": {"purpose": "claims"}})))
    found = [chosen]
    if draw(maybe):
        tiers = draw(st.sampled_from((_TIERS, _TIERS[1:])))
        days = {"result_within_working_days": 3, "remind_before_days": 1}
        found.append({"kind": "approval", "id": "approval", "tiers": tiers} | (days if draw(maybe) else {}))
    if draw(maybe):
        answers = {"answer_within_days": 7, "remind_before_days": 2}
        found.append(_NOTICE | (answers if draw(maybe) else {}) | {"again_after_change": draw(maybe)})
    return found


@st.composite
def programmes(draw: st.DrawFn) -> Rules:
    """Stages in any order that makes sense, and what follows the award or not."""
    content: dict[str, Any] = RULES.model_dump(mode="json")
    stages = draw(checks("intake", "officer")) + draw(checks("financial", "verifier"))
    stages += draw(assessed(("desk", "semi-final")))
    stages += draw(shortlists(stages))
    stages += draw(checks("re-check", "evaluator"))
    stages += draw(selections(stages))
    if draw(maybe):
        content["conflicts"] = {"kinds": ["board"], "look_back_years": 2, "recusal_within_working_days": 3}
    if draw(maybe):
        for absent in ("agreement", "reports", "evaluation"):
            content.pop(absent)
        content["tranches"] = [_WHOLE]
    return Rules.model_validate(content | {"stages": stages})


def play(town: Town, acts: list[int]) -> None:
    """Each number is what happens next: time passes, somebody does a duty, or what they like."""
    for act in acts:
        town.look()
        way, which = act % 8, act // 8
        duties = town.duties()
        if way < 2 or (way < 5 and not duties):
            town.wait()
        elif way < 5:
            for who, command, content in town.wishes(duties[which % len(duties)]):
                town.say(who, command, **content)
        else:
            wishes = mischief(town)
            for n in range(min(6, len(wishes))):
                who, command, content = wishes[(which + 7 * n) % len(wishes)]
                before = len(town.stage.world.events)
                if town.say(who, command, **content) is None and len(town.stage.world.events) > before:
                    break


STAGES = ("call", "assessment", "selection", "approval", "notice", "running")
acts = st.lists(st.integers(0, 2**16), max_size=60)

# A failure tells its whole tale; making it smaller would take minutes.
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(
    deadline=None,
    max_examples=15,
    suppress_health_check=list(HealthCheck),
    phases=_PHASES,
)
@given(programmes(), st.sampled_from((30_000, 60_000)), st.sampled_from(STAGES), acts)
def test_nobody_waits_for_nothing_and_everything_comes_to_an_end(
    rules: Rules, budget: int, until: str, acts: list[int]
) -> None:
    """The town is diligent until its round comes to some stage; then people do what they like; then it is diligent again."""
    town = Town(rules, budget)
    town.live_on(until)
    play(town, acts)
    town.live_on()
