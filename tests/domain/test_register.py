"""The register 登记: who belongs to an organisation, its grade and place, and whether it is banned."""

from datetime import date
from typing import Any

import pytest

from domain.commands import parse
from domain.errors import ConflictOfInterest, Malformed, NotFound
from domain.kernel import Command
from domain.organisation import (
    Affiliation,
    AffiliationRecorded,
    BanLifted,
    GradeRecorded,
    Organisation,
    OrganisationBanned,
    PlaceRecorded,
)
from domain.register import BanOrganisation, LiftBan, RecordAffiliation, RecordGrade, RecordPlace
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


# ── grade, place, ban ────────────────────────────────────────────────────────────────────────────────────────────────

GRADE = RecordGrade(organisation="qinghe", grade="4A", valid_until=date(2028, 12, 31))
PLACE = RecordPlace(organisation="qinghe", place="fenghua")
BAN = BanOrganisation(organisation="qinghe", until=date(2026, 3, 10), reason="The money was used for receptions.")
LIFT = LiftBan(organisation="qinghe", reason="The court found otherwise.")


def organisation_after(*commands: Command) -> Organisation:
    return given(an_organisation(), *(put(command, by=lin) for command in commands)).world.get(Organisation, "qinghe")


def test_a_grade_and_a_place_are_recorded_once_and_a_later_one_replaces_it() -> None:
    given(an_organisation()).when(GRADE, by=lin).then_once(GradeRecorded(grade="4A", valid_until=date(2028, 12, 31)))
    given(an_organisation()).when(PLACE, by=shen).then_once(PlaceRecorded(place="fenghua"))
    better = GRADE.model_copy(update={"grade": "5A"})
    organisation = organisation_after(GRADE, PLACE, better)
    assert (organisation.grade, organisation.place) == ("5A", "fenghua")
    assert organisation.graded_on(date(2028, 12, 31))
    assert not organisation.graded_on(date(2029, 1, 1))


def test_a_ban_holds_until_the_end_of_its_last_day() -> None:
    given(an_organisation()).when(BAN, by=lin).then_once(OrganisationBanned(until=BAN.until, reason=BAN.reason))
    organisation = organisation_after(BAN)
    assert organisation.banned_on(date(2026, 3, 10))
    assert not organisation.banned_on(date(2026, 3, 11))


def test_a_ban_is_made_longer_and_never_shorter_until_it_is_lifted() -> None:
    banned = given(an_organisation(), put(BAN, by=lin))
    banned.when(BAN.model_copy(update={"until": date(2026, 3, 9)}), by=lin).nothing_new()
    banned.when(BAN.model_copy(update={"until": date(2026, 3, 11)}), by=lin).then_once(OrganisationBanned)
    banned.when(LIFT, by=lin).then_once(BanLifted(reason=LIFT.reason))
    assert not organisation_after(BAN, LIFT).banned_on(date(2026, 3, 9))


@pytest.mark.parametrize("command", [GRADE, PLACE, BAN, LIFT], ids=lambda command: type(command).__name__)
def test_the_register_knows_the_organisation_and_nobody_enters_anything_about_their_own(command: Command) -> None:
    given().when(command, by=lin).refused(NotFound, kind="organisation", id="qinghe")
    given(an_organisation()).when(command, by=also(lin, "applicant", "qinghe")).refused(ConflictOfInterest)
