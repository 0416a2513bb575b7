"""An installation with something in it, and everybody's voice at its API."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from domain.event_store import EventStore, StoreClock, app_url, migrate
from domain.kernel import SYSTEM, Actor, Command
from domain.person import GrantRole, RegisterPerson
from entrypoints import drafts, tokens
from entrypoints.api import make_app
from entrypoints.cli import run
from entrypoints.desk import Desk
from projections.views import Views
from tests.controls import APP_PASSWORD, EVERYBODY
from tests.projections.chronicle import chronicle, record
from tests.world import World

KEY = b"a key of the tests"


@dataclass
class Office:
    """The API with its installation; the clock stands where the last of what happened left it."""

    owner_url: str
    desk: Desk
    client: TestClient

    def told(self, *situations: Callable[[World], World]) -> Office:
        """All of it has happened; the read models know."""
        events = chronicle(*situations)
        self.at(events[-1].recorded_at)
        record(self.owner_url, events)
        with psycopg.connect(self.owner_url) as connection:
            connection.execute("UPDATE canopy.head SET recorded_at = %s", [events[-1].recorded_at])
        return self.caught_up()

    def at(self, moment: datetime) -> Office:
        StoreClock(self.owner_url).hold(moment)
        return self

    def caught_up(self) -> Office:
        self.desk.views.catch_up_once(self.desk.store)
        return self

    def headers(self, who: Actor | str, **more: str) -> dict[str, str]:
        person = who if isinstance(who, str) else who.id
        token = tokens.signed(KEY, person, 4_000_000_000)
        return {"Authorization": f"Bearer {token}"} | {name.replace("_", "-"): value for name, value in more.items()}

    def does(self, who: Actor | str, command: Command | str, content: Any = None, **headers: str) -> httpx2.Response:
        """Somebody gives a command."""
        if isinstance(command, Command):
            content, command = command.model_dump(mode="json"), type(command).__name__
        return self.client.post(f"/commands/{command}", json=content, headers=self.headers(who, **headers))

    def gets(self, who: Actor | str, path: str, **parameters: Any) -> httpx2.Response:
        return self.client.get(path, params=parameters, headers=self.headers(who))

    def rows(self, who: Actor | str, model: str, **filters: Any) -> list[dict[str, Any]]:
        answer = self.gets(who, f"/ask/{model}", **filters)
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()["rows"]
        return rows


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    content: dict[str, Any] = answer.json()
    assert content["message"] in {content["zh"], content["en"]}
    assert answer.headers["x-request-id"]
    return content


@pytest.fixture
def desk(database: str) -> Iterator[Desk]:
    migrate(database, app_password=APP_PASSWORD)
    url = app_url(database, APP_PASSWORD)
    drafts.create(database)
    desk = Desk(EventStore(url), Views(url), drafts.Drafts(url), KEY)
    desk.views.create(database)
    yield desk
    desk.close()


@pytest.fixture
def office(database: str, desk: Desk) -> Iterator[Office]:
    with capture_logs(), TestClient(make_app(lambda: desk)) as client:
        yield Office(database, desk, client)


@pytest.fixture
def staffed(office: Office) -> Office:
    """Everybody of `tests/controls.py` is registered with their roles, nothing else has happened."""
    for actor in EVERYBODY:
        _done(office.desk.store, RegisterPerson(person=actor.id, name=actor.id.title()))
        for role, scope in actor.grants:
            grant = {"person": actor.id, "role": role, "scope": scope}
            _done(office.desk.store, GrantRole.model_validate(grant))
    return office.caught_up()


def _done(store: EventStore, command: Command) -> None:
    store.do(command, by=SYSTEM, command_id=repr(command))


@dataclass
class Said:
    code: int
    out: str
    err: str

    @property
    def rows(self) -> Any:
        return json.loads(self.out)


class Line:
    """A command line on one installation."""

    def __init__(self, capsys: pytest.CaptureFixture[str], state: Path) -> None:
        self._capsys = capsys
        self._state = state

    def __call__(self, *arguments: str) -> Said:
        code = run([*arguments, "--state", str(self._state)])
        said = self._capsys.readouterr()
        return Said(code, said.out, said.err)


@pytest.fixture
def canopy(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Line:
    monkeypatch.setenv("CANOPY_DATABASE_URL", app_url(office.owner_url, APP_PASSWORD))
    monkeypatch.setenv("CANOPY_OWNER_DATABASE_URL", office.owner_url)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    return Line(capsys, tmp_path / "state")
