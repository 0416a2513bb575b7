"""Programmes: rules are published, never changed; a round and a project quote the ones they began under."""

import pytest

from domain.errors import Malformed, NotFound
from domain.programme import Programme, ProgrammePublished, PublishProgramme
from tests.controls import PROGRAMME, RULES, publish, rules_with, shen
from tests.situations import a_programme, an_application
from tests.world import given, put


def test_rules_are_published_and_the_same_again_say_nothing() -> None:
    given().when(publish(), by=shen).then_once(ProgrammePublished(rules_version=1, rules=RULES))


def test_other_rules_are_a_new_version() -> None:
    stricter = rules_with(review={"quorum": 3})
    after = (
        given(a_programme())
        .when(publish(stricter), by=shen)
        .then_once(ProgrammePublished(rules_version=2, rules=stricter))
    )
    assert after.world.get(Programme, PROGRAMME).rules == stricter


def test_a_project_keeps_the_rules_it_began_under() -> None:
    later = given(an_application(), put(publish(rules_with(review={"quorum": 3})), by=shen))
    assert later.project().rules == RULES
    assert later.round().rules == RULES


def test_rules_go_to_the_programme_they_name() -> None:
    command = PublishProgramme(programme="another", rules=RULES)
    given().when(command, by=shen).refused(Malformed, field="rules.id")


def test_a_programme_nobody_published_has_no_rules() -> None:
    with pytest.raises(NotFound):
        _ = Programme(id="another").rules
