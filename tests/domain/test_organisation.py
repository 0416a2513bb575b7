"""Organisations: registered once; each counts its own applications in a round."""

from datetime import date

import pytest

from domain.commands import parse
from domain.errors import AlreadyExists, Malformed
from domain.organisation import Organisation, OrganisationRegistered, RegisterOrganisation
from tests.controls import lin, shen
from tests.situations import an_application, an_organisation
from tests.world import given

CODE = "52330213MJ8931234A"


def register(name: str = "Qinghe", code: str = CODE) -> RegisterOrganisation:
    return RegisterOrganisation(
        organisation="qinghe", name=name, type="service-agency", credit_code=code, registered_on=date(2019, 5, 4)
    )


def test_an_organisation_is_registered_once_by_an_officer_or_a_steward() -> None:
    for who in (lin, shen):
        given().when(register(), by=who).then_once(
            OrganisationRegistered(
                name="Qinghe", type="service-agency", credit_code=CODE, registered_on=date(2019, 5, 4)
            )
        )


def test_an_id_belongs_to_one_organisation() -> None:
    given(an_organisation()).when(register("Another"), by=lin).refused(AlreadyExists, kind="organisation", id="qinghe")
    other = register(code="52330213MJ8935678B")
    given(an_organisation()).when(other, by=lin).refused(AlreadyExists, kind="organisation", id="qinghe")


def test_registered_again_with_any_other_detail_it_is_refused_not_silently_ignored() -> None:
    registered = given(an_organisation())
    same = registered.world.events[-1][1]
    assert isinstance(same, OrganisationRegistered)
    content = same.model_dump() | {"organisation": "qinghe"}
    registered.when(RegisterOrganisation.model_validate(content), by=shen).nothing_new()
    for field, other in (
        ("name", "Another"),
        ("type", "association"),
        ("credit_code", "52330213MJ8935678B"),
        ("registered_on", date(2019, 5, 5)),
    ):
        changed = RegisterOrganisation.model_validate(content | {field: other})
        registered.when(changed, by=lin).refused(AlreadyExists, kind="organisation", id="qinghe")


@pytest.mark.parametrize("code", ["123", CODE.lower(), CODE[:-1] + "I", CODE + "0"])
def test_a_credit_code_has_eighteen_of_its_characters(code: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse("RegisterOrganisation", register().model_dump(mode="json") | {"credit_code": code})
    assert caught.value.fields["field"] == "credit_code"


def test_it_counts_its_applications_by_round() -> None:
    organisation = given(an_application()).world.get(Organisation, "qinghe")
    assert organisation.projects_in("spring-2026") == 1
    assert organisation.projects_in("autumn-2026") == 0
