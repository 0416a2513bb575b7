"""The register 登记: who belongs to an organisation, as an officer recorded it."""

from datetime import date
from typing import Any

import pytest

from domain.commands import parse
from domain.errors import ConflictOfInterest, Malformed, NotFound
from domain.organisation import Affiliation, AffiliationRecorded, Organisation
from domain.register import RecordAffiliation
from tests.controls import also, lin, shen
from tests.situations import an_organisation, people
from tests.world import given, put


def affiliation(person: str = "wang", **changes: Any) -> RecordAffiliation:
    content = {"organisation": "qinghe", "person": person, "kind": "board", "since": date(2023, 1, 1)}
    return RecordAffiliation.model_validate(content | changes)


def test_an_affiliation_is_recorded_once_by_an_officer_or_a_steward() -> None:
    for who in (lin, shen):
        given(people(), an_organisation()).when(affiliation(), by=who).then_once(
            AffiliationRecorded(person="wang", kind="board", since=date(2023, 1, 1))
        )


def test_recorded_again_with_its_end_it_is_the_same_affiliation_ended() -> None:
    ended = affiliation(until=date(2025, 6, 30))
    after = given(people(), an_organisation(), put(affiliation(), by=lin)).when(ended, by=lin)
    organisation = after.then_once(AffiliationRecorded).world.get(Organisation, "qinghe")
    assert organisation.affiliations == (Affiliation("wang", "board", date(2023, 1, 1), date(2025, 6, 30)),)


def test_what_ended_long_ago_is_not_found_when_looking_back_less_far() -> None:
    records = (put(affiliation(until=date(2025, 6, 30)), by=lin), put(affiliation("li", kind="employee"), by=lin))
    organisation = given(people(), an_organisation(), *records).world.get(Organisation, "qinghe")
    assert [a.kind for a in organisation.affiliations_of("wang", since=date(2025, 6, 30))] == ["board"]
    assert organisation.affiliations_of("wang", since=date(2025, 7, 1)) == ()
    assert [a.kind for a in organisation.affiliations_of("li", since=date(2030, 1, 1))] == ["employee"]


def test_both_the_organisation_and_the_person_are_known() -> None:
    given(people()).when(affiliation(), by=lin).refused(NotFound, kind="organisation", id="qinghe")
    unknown = affiliation("nobody")
    given(people(), an_organisation()).when(unknown, by=lin).refused(NotFound, kind="person", id="nobody")


def test_nobody_enters_anything_about_the_organisation_they_act_for() -> None:
    given(people(), an_organisation()).when(affiliation(), by=also(lin, "applicant", "qinghe")).refused(
        ConflictOfInterest, person="lin", reason="acts for qinghe"
    )


def test_an_affiliation_does_not_end_before_it_begins() -> None:
    with pytest.raises(Malformed) as caught:
        parse("RecordAffiliation", affiliation().model_dump(mode="json") | {"until": "2022-12-31"})
    assert caught.value.fields == {"field": "until", "rule": "Value error, must not be before since, 2023-01-01"}
