"""A half-filled application belongs to whoever writes it, until they hand it in."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from domain.kernel import Actor
from tests.controls import PROJECT, apply_with, chen, he, lin
from tests.entrypoints.conftest import Office
from tests.situations import an_open_round


def whole() -> dict[str, Any]:
    return apply_with().model_dump(mode="json", exclude={"project"})


def saves(office: Office, who: Actor, content: Any, project: str = PROJECT) -> httpx2.Response:
    return office.client.put(f"/drafts/{project}", json=content, headers=office.headers(who))


def test_a_draft_may_be_half_filled_and_changed(staffed: Office) -> None:
    assert saves(staffed, chen, {"title": "A"}).status_code == 200
    saves(staffed, chen, {"title": "B", "budget": [{}]})
    draft = staffed.gets(chen, f"/drafts/{PROJECT}").json()
    assert (draft["project"], draft["content"], draft["submitted_at"]) == (
        PROJECT,
        {"title": "B", "budget": [{}]},
        None,
    )
    saves(staffed, chen, {}, project="another")
    assert [row["project"] for row in staffed.gets(chen, "/drafts").json()["rows"]] == ["another", PROJECT]


def test_only_its_author_reads_a_draft(staffed: Office) -> None:
    saves(staffed, chen, {"title": "A"})
    assert staffed.gets(he, f"/drafts/{PROJECT}").json()["code"] == "NotFound"
    assert staffed.gets(he, "/drafts").json()["rows"] == []
    saves(staffed, he, {"title": "mine"})
    assert staffed.gets(chen, f"/drafts/{PROJECT}").json()["content"] == {"title": "A"}
    staffed.client.delete(f"/drafts/{PROJECT}", headers=staffed.headers(he))
    assert staffed.gets(chen, f"/drafts/{PROJECT}").status_code == 200


def test_drafts_are_for_those_who_apply(staffed: Office) -> None:
    answer = saves(staffed, lin, {})
    assert (answer.status_code, answer.json()["code"]) == (403, "RoleMissing")


def test_a_draft_can_be_thrown_away(staffed: Office) -> None:
    saves(staffed, chen, {"title": "A"})
    for _ in range(2):
        assert staffed.client.delete(f"/drafts/{PROJECT}", headers=staffed.headers(chen)).status_code == 204
    assert staffed.gets(chen, f"/drafts/{PROJECT}").status_code == 404


@pytest.mark.parametrize("content", [b"[]", b"{", b'"text"', b"\xff"])
def test_a_draft_is_a_json_object(staffed: Office, content: bytes) -> None:
    answer = staffed.client.put(f"/drafts/{PROJECT}", content=content, headers=staffed.headers(chen))
    assert (answer.status_code, answer.json()["code"]) == (400, "Malformed")


def test_a_draft_has_no_character_that_the_database_cannot_keep(staffed: Office) -> None:
    answer = saves(staffed, chen, {"a": "\x00"})
    assert (answer.status_code, answer.json()["en"]) == (
        400,
        "The field draft is not right: it must not have control characters. Correct it and send it again.",
    )


def test_a_draft_has_at_most_a_megabyte(staffed: Office) -> None:
    assert saves(staffed, chen, {"a": "x" * 999_000}).status_code == 200
    assert saves(staffed, chen, {"a": "x" * 1_000_000}).json()["code"] == "TooLarge"


def test_the_project_of_a_draft_is_an_id(staffed: Office) -> None:
    assert saves(staffed, chen, {}, project="Not-An-Id").json()["code"] == "Malformed"


def test_a_whole_draft_is_handed_in_once(office: Office) -> None:
    office.told(an_open_round())
    saves(office, chen, {"title": "half"})
    headers = office.headers(chen)
    half = office.client.post(f"/drafts/{PROJECT}/submit", headers=headers)
    assert (half.status_code, half.json()["code"]) == (400, "Malformed")
    assert office.gets(chen, f"/drafts/{PROJECT}").json()["submitted_at"] is None
    saves(office, chen, whole())
    first, again = (office.client.post(f"/drafts/{PROJECT}/submit", headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["events"] == ["ApplicationSubmitted.v2", "ApplicationEntered.v1"]
    assert office.gets(chen, f"/drafts/{PROJECT}").json()["submitted_at"] is not None


def test_a_draft_cannot_be_handed_in_as_another_project(office: Office) -> None:
    office.told(an_open_round())
    saves(office, chen, whole() | {"project": "somebody-elses"})
    answer = office.client.post(f"/drafts/{PROJECT}/submit", headers=office.headers(chen))
    assert answer.status_code == 201
    assert office.gets(chen, f"/replay/{PROJECT}").json()["project"] == PROJECT
    assert office.gets("shen", "/replay/somebody-elses").status_code == 404
