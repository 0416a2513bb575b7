"""Asking and replaying over HTTP, and the description of the API."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.kernel import COMMANDS
from entrypoints.api import make_app
from entrypoints.desk import Desk
from entrypoints.doing import offered
from tests.controls import (
    PROJECT,
    shen,
)
from tests.entrypoints.conftest import Office, refused
from tests.situations import a_concluded_agreement, an_application

REGISTER = {"person": "new-one", "name": "新人"}


# ── asking, replaying ────────────────────────────────────────────────────────────────────────────────────────────────


def test_asking_waits_until_the_read_model_knows(staffed: Office) -> None:
    position = staffed.does(shen, "RegisterPerson", REGISTER).json()["position"]
    later = threading.Timer(0.3, staffed.caught_up)
    later.start()
    answer = staffed.gets(shen, "/ask/duties", after=position)
    later.join()
    assert (answer.status_code, answer.json()["position"]) == (200, position)


def test_asking_does_not_wait_for_ever(staffed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrypoints.api_reading._WAIT_SECONDS", 0.05)
    begun = time.monotonic()
    answer = staffed.gets(shen, "/ask/duties", after=10**6)
    content = refused(answer, 503, "StillReading")
    assert time.monotonic() - begun < 3
    assert content["en"].startswith("“Duties” is still being brought up to date and has not reached position 1000000.")
    assert answer.headers["retry-after"] == "1"


def test_no_position_is_too_large_to_be_refused(staffed: Office) -> None:
    assert refused(staffed.gets(shen, "/ask/duties", after=2**63), 400, "Malformed")["fields"]["field"] == "after"
    assert staffed.gets(shen, "/replay/p1", at=2**70).status_code == 404


def test_a_history_is_told_in_words(office: Office) -> None:
    office.told(an_application())
    *_, row = office.rows(shen, "project_history", project=PROJECT)
    assert row["name"] == "ApplicationEntered.v1"
    assert "Chen" in row["zh"]
    assert row["actor_name"] == "Chen"


def test_a_replay_shows_the_project_as_it_was(office: Office) -> None:
    office.told(a_concluded_agreement())
    now = office.gets(shen, f"/replay/{PROJECT}").json()
    assert now["state"]["stage"] == "delivery"
    assert now["state"]["tranches"]["first"]["amount"] == {"currency": "CNY", "minor": 1500000}
    opened = next(line for line in now["history"] if line["name"] == "ReviewOpened.v2")
    then = office.gets(shen, f"/replay/{PROJECT}", at=opened["position"]).json()
    assert then["state"]["stage"] == "review"
    assert then["history"] == now["history"][: len(then["history"])]
    as_of = office.gets(shen, f"/replay/{PROJECT}", as_of=opened["recorded_at"]).json()
    assert as_of["state"]["stage"] == "review"
    assert refused(office.gets(shen, f"/replay/{PROJECT}", at=1), 404, "NotFound")
    assert refused(office.gets(shen, f"/replay/{PROJECT}", as_of="yesterday"), 400, "Malformed")
    assert refused(office.gets(shen, f"/replay/{PROJECT}", as_of="2026-03-09T00:00:00"), 400, "Malformed")


# ── the description ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_command_people_may_give_is_described(office: Office) -> None:
    described = office.client.get("/openapi.json").json()
    commands = {path.rpartition("/")[2] for path in described["paths"] if path.startswith("/commands/")}
    assert commands == set(offered())
    for name in commands:
        operation = described["paths"][f"/commands/{name}"]["post"]
        body = operation["requestBody"]["content"]["application/json"]["schema"]
        assert body == {"$ref": f"#/components/schemas/{name}"}
        schema = described["components"]["schemas"][name]
        assert set(schema["properties"]) == set(COMMANDS[name].model_fields)
        assert (COMMANDS[name].__doc__ or "")[:40] in operation["description"]
        assert {"200", "201", "400", "401", "403", "404", "409", "422", "503"} <= set(operation["responses"])


def test_every_reference_of_the_description_leads_somewhere(office: Office) -> None:
    described = office.client.get("/openapi.json").json()
    schemas = described["components"]["schemas"]

    def references(part: Any) -> Any:
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for value in part.values():
                yield from references(value)
        if isinstance(part, list):
            for value in part:
                yield from references(value)

    assert {ref.removeprefix("#/components/schemas/") for ref in references(described)} <= set(schemas)


def test_the_docs_page_needs_nothing_from_elsewhere(office: Office) -> None:
    page = office.client.get("/docs")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in offered():
        assert f'id="{name}"' in page.text
    assert office.client.get("/", follow_redirects=False).headers["location"].endswith("/docs")


def test_the_desk_opens_when_the_application_starts(desk: Desk) -> None:
    opened: list[Desk] = []

    def open_desk() -> Desk:
        opened.append(desk)
        return desk

    with TestClient(make_app(open_desk)) as client:
        assert client.get("/health").status_code == 200
    assert opened == [desk]
