"""The programs of docker-compose.yml on a real database: the owner prepares, everybody else can only append."""

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import bootstrap
from deploy import healthy
from domain.kernel import SYSTEM
from domain.person import RegisterPerson
from workers import prepare
from workers.web import open_desk


@pytest.fixture
def installation(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> bootstrap.Canopy:
    """As the containers see it after `prepare`: only that one was given the owner's address."""
    with psycopg.connect(empty_database) as connection:
        known = connection.execute("SELECT FROM pg_roles WHERE rolname = 'canopy_app'").fetchone()
    password = "of-these-tests"
    if known:  # roles belong to the whole server, and other tests made this one
        with psycopg.connect(empty_database, autocommit=True) as connection:
            connection.execute(f"ALTER ROLE canopy_app PASSWORD '{password}'".encode())
    monkeypatch.setenv("CANOPY_APP_PASSWORD", password)
    monkeypatch.setenv("CANOPY_DATABASE_URL", make_conninfo(empty_database, user="canopy_app", password=password))
    monkeypatch.setenv("CANOPY_OWNER_DATABASE_URL", empty_database)
    monkeypatch.setenv("CANOPY_TOKEN_KEY", "k" * 32)
    monkeypatch.setattr(healthy, "SECONDS", 0.5)
    assert prepare.main([]) == 0
    assert prepare.main([]) == 0, "safe to repeat"
    monkeypatch.delenv("CANOPY_OWNER_DATABASE_URL")
    monkeypatch.delenv("CANOPY_APP_PASSWORD")
    return bootstrap.load()


def test_the_web_process_needs_no_owner(installation: bootstrap.Canopy) -> None:
    desk = open_desk(installation)
    assert desk.store.head() == 0
    desk.store.close()
    desk.views.close()
    desk.drafts.close()


def test_a_waker_and_views_that_stand_still_are_not_well(
    installation: bootstrap.Canopy, capsys: pytest.CaptureFixture[str]
) -> None:
    assert healthy.main("waker") == 0, "nothing happened, nothing is missed"
    with installation.store(connections=1) as store:
        store.do(RegisterPerson(person="shen", name="Shen"), by=SYSTEM, command_id="shen")
        head = store.head()
    assert healthy.main("waker") == 1
    assert healthy.main("views") == 1
    assert f"waker: stands at 0, the event store at {head}" in capsys.readouterr().out
    with psycopg.connect(installation.database_url(), autocommit=True) as connection:
        connection.execute("UPDATE waker.bookmark SET position = %s", [head])
    assert healthy.main("waker") == 0
    with installation.views() as views, installation.store(connections=1) as store:
        while views.catch_up_once(store):
            pass
    assert healthy.main("views") == 0


@pytest.mark.usefixtures("installation")
def test_what_does_not_answer_is_not_well(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(healthy, "WEB", "http://127.0.0.1:1/health")
    assert healthy.main("web") == 1
    assert "refused" in capsys.readouterr().out
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    assert healthy.main("stories") == 1


def test_a_database_that_is_away_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CANOPY_DATABASE_URL", "postgresql://canopy_app@127.0.0.1:1/canopy")
    monkeypatch.setenv("CANOPY_APP_PASSWORD", "x")
    assert prepare.main([]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
