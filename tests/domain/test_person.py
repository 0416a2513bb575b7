"""People: made known once, given roles for a scope, and their roles taken back."""

from typing import get_args

import pytest

from domain.commands import parse
from domain.errors import AlreadyExists, Malformed, NotFound, RoleMissing
from domain.kernel import STORY, SYSTEM, Actor, PersonalRole, Role
from domain.person import EndRole, GrantRole, Person, PersonRegistered, RegisterPerson, RoleEnded, RoleGranted
from tests.controls import li, lin, shen
from tests.situations import people
from tests.world import given, put


def register(id_: str = "bai", name: str = "Bai") -> RegisterPerson:
    return RegisterPerson(person=id_, name=name)


def test_the_installation_names_the_first_steward() -> None:
    given(put(register(), by=SYSTEM)).when(GrantRole(person="bai", role="steward", scope="*"), by=SYSTEM).then_once(
        RoleGranted(role="steward", scope="*")
    )


def test_a_person_is_registered_once() -> None:
    given().when(register(), by=shen).then_once(PersonRegistered(name="Bai"))


def test_an_id_belongs_to_one_name() -> None:
    given(put(register(), by=shen)).when(register(name="Another"), by=shen).refused(
        AlreadyExists, kind="person", id="bai"
    )


@pytest.mark.parametrize("id_", [STORY.id, SYSTEM.id])
def test_nobody_takes_the_name_of_a_story_or_of_the_installation(id_: str) -> None:
    given().when(register(id_), by=shen).refused(AlreadyExists, id=id_)


def test_a_role_is_granted_for_one_scope_and_makes_the_actor() -> None:
    grant = GrantRole(person="bai", role="reviewer", scope="fenghua-micro")
    after = given(put(register(), by=shen)).when(grant, by=shen).then_once(RoleGranted)
    assert after.world.get(Person, "bai").actor == Actor(id="bai", grants=frozenset({("reviewer", "fenghua-micro")}))


@pytest.mark.parametrize("command", ["GrantRole", "EndRole"])
@pytest.mark.parametrize("role", ["story", "system"])
def test_a_person_is_never_a_story_nor_the_installation(role: str, command: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(command, {"person": "li", "role": role, "scope": "*"})
    assert caught.value.fields["field"] == "role"


def test_what_people_may_hold_is_every_role_but_those_of_stories_and_of_the_installation() -> None:
    assert set(get_args(Role)) - set(get_args(PersonalRole)) == {STORY.role, SYSTEM.role}


def test_a_role_ends_with_a_reason() -> None:
    end = EndRole(person="li", role="reviewer", scope="fenghua-micro", reason="Moved away")
    after = (
        given(people())
        .when(end, by=shen)
        .then_once(RoleEnded(role="reviewer", scope="fenghua-micro", reason="Moved away"))
    )
    assert after.world.get(Person, "li").actor.grants == frozenset()


def test_who_nobody_knows_has_no_roles() -> None:
    given().when(GrantRole(person="bai", role="reviewer", scope="*"), by=shen).refused(
        NotFound, kind="person", id="bai"
    )
    end = EndRole(person="bai", role="reviewer", scope="*", reason="x")
    given().when(end, by=shen).refused(NotFound, kind="person", id="bai")


def test_a_role_never_granted_has_nothing_to_end() -> None:
    given(people()).when(EndRole(person="li", role="judge", scope="*", reason="x"), by=shen).nothing_new()


def test_only_stewards_register_and_only_stewards_end_roles() -> None:
    given().when(register(), by=lin).refused(
        RoleMissing, person="lin", roles="steward/system", command="RegisterPerson"
    )
    end = EndRole(person="li", role="reviewer", scope="fenghua-micro", reason="x")
    given(people()).when(end, by=SYSTEM).refused(RoleMissing, person="canopy", roles="steward")


def test_a_role_everywhere_counts_in_every_scope_and_a_scoped_one_only_there() -> None:
    everywhere = Actor(id="a", grants=frozenset({("reviewer", "*")}))
    assert everywhere.holds("reviewer", frozenset({"anything"}))
    assert li.holds("reviewer", frozenset({"fenghua-micro", "x"}))
    assert not li.holds("reviewer", frozenset({"x"}))
    assert not li.holds("judge", None)
    assert li.holds("reviewer", None)


def test_who_applies_for_every_organisation_belongs_to_each() -> None:
    assert Actor(id="a", grants=frozenset({("applicant", "*")})).belongs_to("qinghe")
    assert Actor(id="a", grants=frozenset({("applicant", "qinghe")})).belongs_to("qinghe")
    assert not Actor(id="a", grants=frozenset({("applicant", "xingguang")})).belongs_to("qinghe")
    assert not Actor(id="a", grants=frozenset({("officer", "*")})).belongs_to("qinghe")
