"""What the drawing of a programme says about delivery: only what its rules have, with their numbers, in both languages."""

import re
from typing import Any

import pytest

from entrypoints.drawing_mermaid import mermaid
from entrypoints.drawing_programme import process
from entrypoints.drawing_svg import svg
from entrypoints.wording import LANGUAGES, Lang
from tests.controls import RULES
from tests.delivering import EARLY, MID_TERM, ruled, with_reports
from tests.domain.closing import with_duties
from tests.domain.closing_in_days import in_days
from tests.ending import CHANGES, CLAWBACK


def facts(lang: Lang, **sections: Any) -> list[str]:
    drawn = process(ruled(**sections), lang)
    assert mermaid(drawn)
    assert svg(drawn)
    return list(next(box for box in drawn.boxes if box.id == "delivery").facts)[len(RULES.reports) :]


def numbers(said: list[str]) -> list[set[str]]:
    return [set(re.findall(r"\d+", line)) for line in said]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_programme_does_not_have_is_not_drawn(lang: Lang) -> None:
    assert facts(lang) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_rhythm_its_demands_and_its_consequence_are_drawn(lang: Lang) -> None:
    rhythm = {"id": "quarter", "every_months": 3, "times": 4, "demands": ["receipt"], "published": True}
    rules = with_reports(**rhythm, consequence="fail", consequence_after_days=33)
    box = next(box for box in process(rules, lang).boxes if box.id == "delivery")
    assert {"3", "4"} <= numbers([box.facts[0]])[0]
    assert {"zh": "收据", "en": "receipts"}[lang] in box.facts[1]
    assert "33" in box.facts[2]
    assert len(box.facts) == 5


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("when", ["submitted", "accepted"])
def test_it_is_drawn_that_a_project_goes_on_by_itself(lang: Lang, when: str) -> None:
    rules = with_reports(consequence="suspend", consequence_after_days=33, resumed_when=when)
    plain = with_reports(consequence="suspend", consequence_after_days=33)
    box, without = (next(box for box in process(each, lang).boxes if box.id == "delivery") for each in (rules, plain))
    (said,) = set(box.facts) - set(without.facts)
    assert {"zh": "恢复", "en": "resumed"}[lang] in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_demanded_visits_are_drawn_with_their_days(lang: Lang) -> None:
    yearly = EARLY | {"id": "yearly", "every_months": 12, "times": 3}
    assert numbers(facts(lang, visits=[EARLY, yearly])) == [{"40", "10", "5"}, {"12", "3", "40", "10", "5"}]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_closing_duties_are_drawn_with_their_days(lang: Lang) -> None:
    drawn, untimed = (
        next(box for box in process(rules, lang).boxes if box.id == "closing").facts
        for rules in (in_days(), with_duties())
    )
    assert numbers(list(drawn[len(untimed) :])) == [
        *({"30", "5", "7"}, {"15", "5", "0"}, {"60", "5", "7"}, {"20", "5", "0"}, {"10", "2", "0"}),
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_mid_term_evaluation_is_drawn_with_its_days_and_marks(lang: Lang) -> None:
    said = facts(lang, mid_term=MID_TERM)
    assert len(said) == 5
    for wanted, found in zip(({"45", "14"}, {"10", "1"}, {"60", "5"}, {"30"}, {"30"}), numbers(said), strict=True):
        assert wanted <= found
    after = facts(lang, mid_term=MID_TERM | {"begins_after_days": None, "begins_after_report": "mid-term"})
    assert "mid-term" in after[0]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_changes_clawback_and_bans_are_drawn(lang: Lang) -> None:
    said = facts(lang, changes=CHANGES, termination={"ban_years": 3, "clawback": CLAWBACK})
    assert [
        bool(found & wanted) for found, wanted in zip(numbers(said), ({"5"}, {"5"}, {"100"}, {"3"}), strict=True)
    ] == [
        True,
        False,
        True,
        True,
    ]
