"""What limits and fixes awards: how many, of which fields, prizes by rank (C1, F4), amounts by grade (C14), and the reserve."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import Malformed
from domain.register import RecordGrade
from domain.round import Entry, Place, Round
from domain.rules import Rules
from domain.selection import Adjustment, PublishRanking
from tests.controls import ROUND, RULES, he, lin, on, rules_with, yuan
from tests.domain.test_selection import scores_of
from tests.situations import a_programme, an_eligible_application, an_organisation, collected_scores
from tests.world import given, put

PUBLISH = PublishRanking(round=ROUND)
NAME = {"zh": "奖", "en": "Prize"}


def entry(project: str, total: int, ask: int = 10_000, field: str = "children") -> Entry:
    return Entry(project=project, organisation="qinghe", field=field, ask=yuan(ask), total=total)


def ranked(rules: dict[str, Any], *entries: Entry) -> Round:
    """The published round of 60,000 yuan, with these rules of the selection."""
    before = (a_programme(rules_with(selection=rules)), scores_of(*entries))
    return given(*before, put(PUBLISH, by=lin, at=on("04-17"))).round()


def shown(place: Place) -> tuple[Any, ...]:
    """(project, award in yuan, prize, place on the reserve, reason)."""
    return place.project, place.award.minor // 100 if place.award else None, place.prize, place.reserve, place.reason


def places(rules: dict[str, Any], *entries: Entry) -> list[tuple[Any, ...]]:
    return [shown(place) for place in ranked(rules, *entries).places.values()]


def test_no_more_awards_than_the_rules_allow() -> None:
    assert places({"awards_at_most": 1}, entry("one", 9_000), entry("two", 8_000)) == [
        ("one", 10_000, None, None, ""),
        ("two", None, None, None, "places_taken"),
    ]


def test_a_field_gets_its_quota_and_another_goes_on() -> None:
    entries = (
        entry("a", 9_000),
        entry("b", 8_900),
        entry("c", 8_800, field="elderly"),
        entry("d", 8_700, field="elderly"),
        entry("e", 8_600, field="youth"),
        entry("f", 8_500, field="youth"),
    )
    rules = {"per_field_at_most": 1, "quotas": [{"field": "elderly", "at_most": 2}]}
    assert [(project, reason) for project, *_, reason in places(rules, *entries)] == [
        ("a", ""),
        ("b", "quota_filled"),
        ("c", ""),
        ("d", ""),
        ("e", ""),
        ("f", "quota_filled"),
    ]


CONTEST = {
    "prizes": [
        {"id": "gold", "words": NAME, "places": 1, "amount": "CNY 25000.00"},
        {"id": "silver", "words": NAME, "places": 2, "amount": "CNY 15000.00"},
        {"id": "merit", "words": NAME, "places": 1},
    ]
}


def test_prizes_go_down_the_ranking_whatever_was_asked_for_and_the_last_is_an_honour() -> None:
    entries = [entry(f"p{n}", 9_000 - n, ask=1) for n in range(5)]
    assert places(CONTEST, *entries) == [
        ("p0", 25_000, "gold", None, ""),
        ("p1", 15_000, "silver", None, ""),
        ("p2", 15_000, "silver", None, ""),
        ("p3", None, "merit", None, ""),
        ("p4", None, None, None, "places_taken"),
    ]


def test_a_prize_needs_the_least_score_too() -> None:
    assert [p[2] for p in places(CONTEST, entry("good", 6_000), entry("poor", 5_999))] == ["gold", None]


GRADES = {
    "scale": 1_000,
    "by_grade": [
        {"grade": "5a", "above": 950, "amount": "CNY 30000.00"},
        {"grade": "4a", "above": 900, "amount": "CNY 10000.00"},
        {"grade": "3a", "least_score": 851},
    ],
}


def test_a_score_of_a_thousand_gives_its_grade_and_the_grade_its_amount() -> None:
    """C14: 5A above 950, 4A above 900, 3A from 851."""
    totals = {"a": 9_501, "b": 9_500, "c": 9_001, "d": 9_000, "e": 8_510, "f": 8_509}
    assert [(p[0], p[1], p[2], p[4]) for p in places(GRADES, *(entry(*each) for each in totals.items()))] == [
        ("a", 30_000, "5a", ""),
        ("b", 10_000, "4a", ""),
        ("c", 10_000, "4a", ""),
        ("d", None, "3a", ""),
        ("e", None, "3a", ""),
        ("f", None, None, "no_grade"),
    ]


REGISTERED: dict[str, Any] = {
    "shares": [],
    "ties": [],
    "least_score": 0,
    "grades_from": "organisation",
    "by_grade": [{"grade": "5a", "amount": "CNY 50000.00"}, {"grade": "3a", "amount": "CNY 10000.00"}],
}


def test_an_organisation_is_awarded_by_the_grade_it_had_when_it_applied_and_needs_no_score() -> None:
    """J1: 10 organisations of grade 5A, 6 of 4A, 27 of 3A, 10,000 to 50,000 yuan each."""
    content = rules_with(selection=REGISTERED).model_dump()
    check, _, _, selection, _ = content["stages"]
    rules = Rules.model_validate(content | {"stages": [check, selection]})
    graded = put(RecordGrade(organisation="qinghe", grade="5A", valid_until=date(2030, 1, 1)), by=lin)
    late = put(RecordGrade(organisation="xingguang", grade="5A", valid_until=date(2026, 3, 9)), by=lin)
    before = (a_programme(rules), an_organisation(), an_organisation("xingguang"), graded, late)
    checked = (an_eligible_application(), an_eligible_application("other", by=he))
    round_ = given(*before, *checked, collected_scores(), put(PUBLISH, by=lin)).round()
    assert [shown(place) for place in round_.places.values()] == [
        ("other", None, None, None, "no_grade"),
        ("reading-hour", 50_000, "5a", None, ""),
    ]


def test_amounts_that_prizes_or_grades_fix_are_not_adjusted() -> None:
    less = Adjustment(project="one", award=yuan(5), reason="Less.")
    wish = PublishRanking(round=ROUND, adjustments=(less,))
    for rules in (CONTEST, GRADES):
        ready = given(a_programme(rules_with(selection=rules)), scores_of(entry("one", 9_600)))
        ready.when(wish, by=lin).refused(Malformed, field="adjustments")


def test_who_found_no_place_is_on_the_reserve_in_order_as_far_as_it_goes() -> None:
    rules = {"awards_at_most": 1, "reserve_at_most": 2, "reserve_days": 30}
    totals = {"a": 9_000, "b": 8_000, "c": 7_000, "d": 6_500, "poor": 5_000}
    round_ = ranked(rules, *(entry(*each) for each in totals.items()))
    assert [(p.project, p.reserve, p.reason) for p in round_.places.values()] == [
        ("a", None, ""),
        ("b", 1, "places_taken"),
        ("c", 2, "places_taken"),
        ("d", None, "places_taken"),
        ("poor", None, "below_least_score"),
    ]
    assert round_.reserve_until == on("05-18", "00:00")


def test_who_reached_no_grade_is_not_on_the_reserve() -> None:
    assert [p[3] for p in places(GRADES | {"reserve_at_most": 5}, entry("f", 8_000))] == [None]


GOLD = {"id": "gold", "words": NAME, "places": 1}


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (CONTEST | GRADES, "prizes and by_grade exclude each other"),
        ({"prizes": [GOLD, GOLD]}, "prizes: gold is named twice"),
        ({"quotas": [{"field": "youth", "at_most": 1}] * 2}, "quotas: youth is named twice"),
        ({"quotas": [{"field": "space", "at_most": 1}]}, "stage selection has a quota for space, which is no field"),
        ({"by_grade": [{"grade": "5a"}]}, "grade 5a needs least_score or above, or grades_from"),
        (
            {"by_grade": [{"grade": "5a", "least_score": 95, "above": 95}]},
            "grade 5a has least_score or above, not both",
        ),
        (
            REGISTERED | {"by_grade": [{"grade": "5a", "above": 9}]},
            "grade 5a is the organisation's: it has no least_score",
        ),
        ({"shares": []}, "shares add up to 0 percent, not 100"),
        ({"by_grade": [{"grade": "5a", "above": 100}]}, "no score reaches grade 5a: scale is the full score"),
        (
            {"by_grade": [{"grade": "4a", "least_score": 90}, {"grade": "5a", "least_score": 95}]},
            "by_grade goes from the highest grade down",
        ),
        ({"reserve_days": 9}, "reserve_days needs reserve_at_most"),
        ({"prizes": [GOLD | {"amount": "EUR 5.00"}]}, "prize gold is in EUR, the programme in CNY"),
        (
            {"by_grade": [{"grade": "5a", "above": 90, "amount": "EUR 5.00"}]},
            "grade 5a is in EUR, the programme in CNY",
        ),
        (REGISTERED | {"grade_valid_years": 5}, "there is no grade to enter in the register"),
        ({"grade_valid_years": 5}, "there is no grade to enter in the register"),
        (
            {"grade_valid_years": 5, "by_grade": [{"grade": "gold", "above": 90}]},
            "grade gold is none of the register's: 1a to 5a",
        ),
        ({"awards_at_most": 0}, "greater than or equal to 1"),
    ],
)
def test_awards_that_cannot_be_are_not_rules(rules: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        rules_with(selection=rules)


def test_a_programme_without_these_rules_writes_nothing_of_them() -> None:
    written = RULES.model_dump(mode="json")["stages"][-2]
    assert {"prizes", "quotas", "by_grade", "awards_at_most", "reserve_at_most"} & set(written) == set()
    assert Rules.model_validate(rules_with(selection=CONTEST).model_dump(mode="json")).stages[-2].model_dump()["prizes"]
