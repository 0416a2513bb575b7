"""How commands and refusals travel over HTTP: every status has a test."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg_pool import PoolTimeout

from domain.errors import Busy
from entrypoints.api_requests import MOST_BYTES
from tests.controls import (
    DOCUMENT,
    GOOD,
    PROJECT,
    ROUND,
    chen,
    gao,
    li,
    lin,
    open_round,
    shen,
    wang,
    yuan,
)
from tests.controls import stranger as nobody
from tests.entrypoints.conftest import Office, refused
from tests.situations import a_planned_round, an_application, an_open_review

REGISTER = {"person": "new-one", "name": "新人"}


def test_a_command_is_carried_out_once(staffed: Office) -> None:
    first = staffed.does(shen, "RegisterPerson", REGISTER)
    assert first.status_code == 201
    position = first.json()["position"]
    assert first.json() | {"recorded_at": ""} == {
        "position": position,
        "positions": [position],
        "events": ["PersonRegistered.v1"],
        "recorded_at": "",
    }
    again = staffed.does(shen, "RegisterPerson", REGISTER)
    assert again.status_code == 200
    assert again.json()["events"] == []


def test_the_same_key_gives_the_first_answer(staffed: Office) -> None:
    first = staffed.does(shen, "RegisterPerson", REGISTER, Idempotency_Key="k-1")
    again = staffed.does(shen, "RegisterPerson", REGISTER, Idempotency_Key="k-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_the_same_key_for_something_else_is_refused(staffed: Office) -> None:
    staffed.does(shen, "RegisterPerson", REGISTER, Idempotency_Key="k-1")
    other = staffed.does(shen, "RegisterPerson", REGISTER | {"name": "别人"}, Idempotency_Key="k-1")
    assert (other.status_code, other.json()["code"]) == (409, "CommandIdReused")
    assert other.json()["fields"] == {"command_id": "k-1"}


def test_two_people_may_use_the_same_key(office: Office) -> None:
    office.told(an_open_review())
    review = {"project": PROJECT, "scores": [score.model_dump() for score in GOOD]}
    answers = [office.does(who, "SubmitReview", review, Idempotency_Key="1") for who in (li, wang)]
    assert [answer.status_code for answer in answers] == [201, 201]


def test_on_whose_behalf_is_recorded(staffed: Office) -> None:
    answer = staffed.does(shen, "RegisterPerson", REGISTER, On_Behalf_Of="lin")
    (recorded,) = staffed.desk.store.recorded("person:new-one")
    assert (recorded.position, recorded.actor, recorded.on_behalf) == (answer.json()["position"], "shen", "lin")
    assert staffed.does(shen, "RegisterPerson", REGISTER, On_Behalf_Of="not an id!").status_code == 400


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"person": "UPPER", "name": "n"}, "person"),
        ({"person": "p"}, "name"),
        ({"person": "p", "name": "n", "extra": 1}, "extra"),
        ([], "RegisterPerson"),
    ],
)
def test_400_names_the_field_and_its_rule(staffed: Office, content: Any, field: str) -> None:
    assert refused(staffed.does(shen, "RegisterPerson", content), 400, "Malformed")["fields"]["field"] == field


def test_400_for_what_is_not_json(staffed: Office) -> None:
    answer = staffed.client.post("/commands/RegisterPerson", content=b"{", headers=staffed.headers(shen))
    assert "JSON" in refused(answer, 400, "Malformed")["en"]


def test_400_for_a_key_that_cannot_be_one(staffed: Office) -> None:
    answer = staffed.does(shen, "RegisterPerson", REGISTER, Idempotency_Key="k" * 201)
    assert refused(answer, 400, "Malformed")["fields"]["field"] == "Idempotency-Key"


def test_400_for_a_page_that_cannot_be(staffed: Office) -> None:
    assert refused(staffed.gets(shen, "/ask/duties", after="soon"), 400, "Malformed")["fields"]["field"] == "after"
    assert refused(staffed.gets(shen, "/ask/duties", limit=501), 400, "Malformed")["fields"]["field"] == "limit"
    assert refused(staffed.gets(shen, "/ask/duties", colour="red"), 400, "Malformed")["fields"]["field"] == "colour"
    assert refused(staffed.gets(lin, "/ask/duties", colour="red"), 400, "Malformed")["fields"]["field"] == "colour"


def test_403_for_the_wrong_person(office: Office) -> None:
    office.told(an_application())
    content = refused(office.does(gao, "CheckEligibility", {"project": PROJECT, "findings": []}), 403, "RoleMissing")
    assert content["group"] == "NotAllowed"
    assert content["zh"].startswith("Gao 没有“资格审查”所需的角色（经办）")


def test_404_for_what_is_not_there(office: Office) -> None:
    office.told(an_application())
    unknown = {"project": "unheard-of", "findings": []}
    refused(office.does(lin, "SubmitReview", unknown | {"scores": []}), 400, "Malformed")
    assert refused(office.does(shen, "GrantRole", {"person": "x", "role": "judge", "scope": "*"}), 404, "NotFound")
    assert refused(office.gets(shen, "/ask/unheard-of"), 404, "NotFound")["fields"]["kind"] == "read model"
    assert refused(office.gets(shen, "/replay/unheard-of"), 404, "NotFound")["fields"]["kind"] == "project"
    assert refused(office.gets(shen, "/nowhere"), 404, "NotFound")["fields"]["kind"] == "page"


@pytest.mark.parametrize("name", ["Unheard", "OpenCall", "GrantAward"])
def test_404_for_commands_nobody_may_give(staffed: Office, name: str) -> None:
    assert refused(staffed.does(shen, name, {"round": ROUND}), 404, "NotFound")["fields"]["kind"] == "command"


def test_405_for_another_verb(staffed: Office) -> None:
    refused(staffed.gets(shen, "/commands/RegisterPerson"), 405, "WrongMethod")


def test_409_for_the_wrong_moment(office: Office) -> None:
    office.told(an_application())
    answer = office.does(
        chen, "SignAgreement", {"project": PROJECT, "side": "organisation", "document_sha256": DOCUMENT}
    )
    content = refused(answer, 409, "StageNotOpen")
    assert content["fields"] == {"stage": "agreement", "now": "eligibility"}


def test_413_for_what_is_too_large(staffed: Office) -> None:
    answer = staffed.client.post(
        "/commands/RegisterPerson", content=b" " * (MOST_BYTES + 1), headers=staffed.headers(shen)
    )
    refused(answer, 413, "TooLarge")


def test_422_for_what_is_missing(office: Office) -> None:
    office.told(a_planned_round())
    answer = office.does(lin, open_round(round="next", budget=yuan(99_000)))
    assert refused(answer, 422, "FundExhausted")["fields"]["available"] == "CNY 40,000.00"


def test_503_when_too_many_write_at_once(staffed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> None:
        raise Busy(stream="person:new-one", attempts=10)

    monkeypatch.setattr(staffed.desk.store, "do", busy)
    answer = staffed.does(shen, "RegisterPerson", REGISTER)
    refused(answer, 503, "Busy")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize("trouble", [psycopg.OperationalError("gone"), PoolTimeout("full")])
def test_503_when_the_database_is_away(staffed: Office, monkeypatch: pytest.MonkeyPatch, trouble: Exception) -> None:
    def away() -> None:
        raise trouble

    monkeypatch.setattr(staffed.desk.store, "head", away)
    refused(staffed.client.get("/health"), 503, "StoreAway")


def test_500_is_our_own_bug_and_says_under_which_number_it_is_logged(
    staffed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(staffed.desk.store, "head", broken)
    answer = staffed.client.get("/health", headers={"X-Request-Id": "abc-1"})
    content = refused(answer, 500, "Unexpected")
    assert content["fields"]["request"] == answer.headers["x-request-id"] == "abc-1"
    assert "ZeroDivision" not in answer.text


def test_the_message_is_in_the_language_asked_for(staffed: Office) -> None:
    for asked, lang in (("en-GB", "en"), ("zh-CN", "zh"), ("fr", "zh")):
        answer = staffed.does(shen, "RegisterPerson", {}, Accept_Language=asked)
        assert answer.json()["message"] == answer.json()[lang]
        assert answer.headers["content-language"] == lang


# ── who is there ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/commands/RegisterPerson"),
        ("POST", "/commands/Unheard"),
        ("GET", "/ask/programme_totals"),
        ("GET", "/replay/reading-hour"),
        ("GET", "/drafts"),
        ("PUT", "/drafts/p1"),
    ],
)
def test_no_token_no_answer(staffed: Office, method: str, path: str) -> None:
    answer = staffed.client.request(method, path, content=b"{")
    refused(answer, 401, "TokenMissing")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_of_somebody_who_is_no_longer_known_is_not_valid(staffed: Office) -> None:
    refused(staffed.gets(nobody, "/ask/programme_totals"), 401, "TokenInvalid")


@pytest.mark.parametrize("who", ["story", "canopy"])
def test_nobody_is_the_installation_itself(staffed: Office, who: str) -> None:
    refused(staffed.does(who, "RegisterPerson", REGISTER), 401, "TokenInvalid")


def test_health_needs_no_token(office: Office) -> None:
    assert office.client.get("/health").json() == {"status": "ok"}
