"""What a programme's file may say, and how scores are reckoned: in whole numbers only."""

import tomllib
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.errors import NotAnswered, NotFound, RubricMismatch
from domain.kernel import Words
from domain.programme import ProgrammePublished
from domain.rules import Rules
from domain.rules.rubric import Rubric, RubricLine, Score
from domain.stored_form import event_from, payload_of
from tests.controls import EVALUATION, FILE, GOOD, REVIEW, RULES, points, rules_with

WORDS = Words(zh="项", en="line")


@st.composite
def rubrics(draw: st.DrawFn) -> Rubric:
    cuts = sorted(draw(st.lists(st.integers(0, 100), max_size=7)))
    weights = [high - low for low, high in zip([0, *cuts], [*cuts, 100], strict=True)]
    most = [draw(st.integers(1, 1_000)) for _ in weights]
    lines = zip(weights, most, strict=True)
    return Rubric(
        lines=tuple(
            RubricLine(id=f"line-{n}", words=WORDS, max_points=top, weight_percent=weight)
            for n, (weight, top) in enumerate(lines)
        )
    )


@st.composite
def scored(draw: st.DrawFn) -> tuple[Rubric, tuple[Score, ...]]:
    rubric = draw(rubrics())
    given_points = [draw(st.integers(0, line.max_points)) for line in rubric.lines]
    return rubric, tuple(Score(criterion=line.id, points=p) for line, p in zip(rubric.lines, given_points, strict=True))


@given(scored())
def test_a_weighed_score_is_a_whole_number_from_0_to_10000_and_within_half_a_hundredth_a_line(
    case: tuple[Rubric, tuple[Score, ...]],
) -> None:
    rubric, scores = case
    rubric.check(scores)
    weighed = rubric.weigh(scores)
    assert isinstance(weighed, int)
    assert 0 <= weighed <= 10_000
    pairs = zip(rubric.lines, scores, strict=True)
    exact = sum(
        (Fraction(s.points * (line.weight_percent or 0) * 100, line.max_points) for line, s in pairs), Fraction(0)
    )
    assert abs(exact - weighed) * 2 <= len(rubric.lines)


@given(scored(), st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_matter(case: tuple[Rubric, tuple[Score, ...]], random: Any) -> None:
    rubric, scores = case
    shuffled = list(scores)
    random.shuffle(shuffled)
    assert rubric.weigh(tuple(shuffled)) == rubric.weigh(scores)


@given(scored(), st.data())
def test_one_point_more_never_scores_less(case: tuple[Rubric, tuple[Score, ...]], data: st.DataObject) -> None:
    rubric, scores = case
    n = data.draw(st.integers(0, len(scores) - 1))
    assume(scores[n].points < rubric.lines[n].max_points)
    more = Score(criterion=scores[n].criterion, points=scores[n].points + 1)
    assert rubric.weigh((*scores[:n], more, *scores[n + 1 :])) >= rubric.weigh(scores)


@given(rubrics())
def test_full_points_are_100_and_none_are_0(rubric: Rubric) -> None:
    assert rubric.weigh(points(rubric, 100)) == 10_000
    assert rubric.weigh(points(rubric, 0)) == 0


def test_a_half_is_rounded_up() -> None:
    halves = Rubric(lines=(RubricLine(id="a", words=WORDS, max_points=800, weight_percent=100),))
    assert halves.weigh((Score(criterion="a", points=1),)) == 13  # 12.5


def test_every_criterion_is_answered_once_within_its_points() -> None:
    rubric = REVIEW.rubric
    rubric.check(GOOD)
    with pytest.raises(NotAnswered) as missing:
        rubric.check(GOOD[1:])
    assert missing.value.fields == {"field": "scores", "missing": "need", "unknown": ""}
    with pytest.raises(NotAnswered) as unknown:
        rubric.check((*GOOD, Score(criterion="charm", points=1)))
    assert unknown.value.fields["unknown"] == "charm"
    with pytest.raises(RubricMismatch, match="once"):
        rubric.check((*GOOD, GOOD[0]))
    with pytest.raises(RubricMismatch) as above:
        rubric.check((Score(criterion="need", points=11), *GOOD[1:]))
    assert above.value.fields == {"field": "need", "rule": "at most 10 points"}


@pytest.mark.parametrize(
    ("score", "grade"), [(10_000, "a"), (8_500, "a"), (8_499, "b"), (6_000, "b"), (5_999, "c"), (0, "c")]
)
def test_a_grade_begins_at_its_least_score(score: int, grade: str) -> None:
    assert EVALUATION.grade_of(score).id == grade


def test_the_example_is_the_file_as_it_is_delivered() -> None:
    file = Rules.model_validate(tomllib.loads(FILE.read_text()))
    assert file == RULES.model_copy(update={"calendar": file.calendar})
    assert (file.call.ask_at_most.minor, len(file.fields), len(file.tranches)) == (3_000_000, 7, 3)


UNSOUND: list[tuple[dict[str, dict[str, Any]], str]] = [
    ({"review": {"quorum": 4}}, "a quorum of 4 cannot come from a panel of 3"),
    ({"review": {"remind_before_days": 14}}, "remind_before_days must be below within_days"),
    ({"review": {"pass_mark": 101}}, "pass_mark 101 is above the full marks of 100"),
    ({"review": {"quorum": 0}}, "greater than or equal to 1"),
    ({"review": {"surprise": 1}}, "Extra inputs"),
    ({"selection": {"shares": [{"stage": "review", "percent": 50}]}}, "shares add up to 50 percent, not 100"),
    (
        {"selection": {"shares": [{"stage": "notice", "percent": 100}]}},
        "selection reckons with notice, which gives no score",
    ),
    ({"selection": {"ties": ["interview"]}}, "selection reckons with interview, which gives no score before it"),
    ({"notice": {"kind": "eligibility"}}, "Extra inputs"),
    ({"call": {"organisation_types": ()}}, "at least 1 item"),
    ({"call": {"ask_at_most": "EUR 1.00"}}, "call.ask_at_most is in EUR, the programme in CNY"),
    ({"call": {"ask_at_most": "CNY 0.00"}}, "above zero"),
    ({"calendar": {"time_zone": "Asia/Fenghua"}}, "IANA"),
]


@pytest.mark.parametrize(("change", "said"), UNSOUND)
def test_rules_that_cannot_be_kept_are_not_rules(change: dict[str, dict[str, Any]], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        rules_with(**change)


def changed(content: Any, path: tuple[Any, ...], value: object) -> Any:
    if not path:
        return value
    copy = dict(content) if isinstance(content, dict) else list(content)
    copy[path[0]] = changed(copy[path[0]], path[1:], value)
    return copy


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("format",), 1, "Input should be 2"),
        (("fields", 1, "id"), "elderly", "fields: elderly is named twice"),
        (("stages", 0, "criteria", 1, "id"), "registered", "criteria: registered is named twice"),
        (("tranches", 1, "id"), "first", "tranches: first is named twice"),
        (("reports", 1, "id"), "mid-term", "reports: mid-term is named twice"),
        (("tranches", 0, "share_percent"), 51, "tranche shares add up to 101 percent"),
        (("tranches", 1, "gate", "report"), "quarterly", "waits for report quarterly, which does not exist"),
        (("agreement",), None, "tranche first waits for the agreement, which the programme does not have"),
        (("evaluation",), None, "tranche final waits for the evaluation, which the programme does not have"),
        (("reports",), (), "tranche second waits for report mid-term, which does not exist"),
        (("tranches", 0, "gate", "kind"), "hope", "does not match any of the expected tags"),
        (("stages", 1, "rubric", "lines", 0, "weight_percent"), 31, "rubric weights add up to 101 percent"),
        (("stages", 1, "id"), "eligibility", "stages: eligibility is named twice"),
        (("stages", 3), None, "stages.3"),
        (("stages", 1, "rubric", "lines", 1, "id"), "need", "rubric lines: need is named twice"),
        (("evaluation", "grades", 2, "least_score"), 1, "grades go from the highest"),
        (("evaluation", "grades", 1, "least_score"), 85, "grades go from the highest"),
        (("evaluation", "grades", 0, "least_score"), 10, "grades go from the highest"),
        (("id",), "Fenghua Micro", "pattern"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_by_name(path: tuple[Any, ...], value: object, said: str) -> None:
    content = changed(RULES.model_dump(mode="json"), path, value)
    with pytest.raises(ValidationError, match=said):
        Rules.model_validate(content)


def test_events_that_quote_the_same_rules_share_one_object() -> None:
    """Ten thousand applications of a round quote its rules: read from the store, they are in memory once."""
    payload = payload_of(ProgrammePublished(rules_version=1, rules=RULES))
    one, other = (event_from("ProgrammePublished.v2", payload) for _ in range(2))
    assert isinstance(one, ProgrammePublished)
    assert isinstance(other, ProgrammePublished)
    assert one.rules == RULES
    assert one.rules is other.rules


def test_who_means_a_report_the_programme_does_not_have_is_told_so() -> None:
    with pytest.raises(NotFound) as caught:
        RULES.report("annual")
    assert caught.value.fields == {"kind": "report", "id": "annual"}
