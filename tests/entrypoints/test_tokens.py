"""A token says who somebody is, until when; nobody can make one up, and none is made for nobody."""

from __future__ import annotations

import time

import pytest

from domain.errors import NotFound
from entrypoints import tokens
from entrypoints.refusals import TokenExpired, TokenInvalid
from tests.controls import lin
from tests.entrypoints.conftest import KEY, Office

LATER = 4_000_000_000


def test_a_token_names_its_person() -> None:
    assert tokens.person_of(KEY, tokens.signed(KEY, "li", LATER)) == "li"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "li",
        "a.b.c.d",
        "canopy1.li.4000000000.",
        tokens.signed(b"another key", "li", LATER),
        tokens.signed(KEY, "li", LATER).replace(".li.", ".wang."),
        tokens.signed(KEY, "li", LATER).replace(str(LATER), str(LATER + 1)),
        tokens.signed(KEY, "li", LATER) + "x",
        tokens.signed(KEY, "li", LATER)[:-1],
        tokens.signed(KEY, "li", LATER).replace("canopy1", "canopy2"),
        "令牌",
    ],
)
def test_what_we_did_not_sign_is_not_valid(token: str) -> None:
    with pytest.raises(TokenInvalid):
        tokens.person_of(KEY, token)


def test_a_token_ends() -> None:
    token = tokens.signed(KEY, "li", 1_000)
    assert tokens.person_of(KEY, token, now=999) == "li"
    with pytest.raises(TokenExpired):
        tokens.person_of(KEY, token, now=1_000)


def test_a_token_is_made_for_the_registered_only(staffed: Office) -> None:
    token = tokens.issue(staffed.desk.store, KEY, lin.id, days=2)
    assert tokens.person_of(KEY, token) == lin.id
    assert abs(int(token.split(".")[2]) - time.time() - 2 * 86_400) < 60
    for nobody in ("nobody", "story", "canopy"):
        with pytest.raises(NotFound):
            tokens.issue(staffed.desk.store, KEY, nobody)


def test_an_ended_token_is_answered_with_401(staffed: Office) -> None:
    headers = {"Authorization": f"Bearer {tokens.signed(KEY, lin.id, 1_000)}"}
    answer = staffed.client.get("/ask/duties", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "TokenExpired")
    assert "1970-01-01" in answer.json()["en"]


def test_a_role_that_was_ended_ends_at_once(staffed: Office) -> None:
    """The token stays valid; what it lets its person do is decided by what the event store says now."""
    assert staffed.gets("ma", "/ask/duties").status_code == 200
    answer = staffed.does("shen", "EndRole", {"person": "ma", "role": "auditor", "scope": "*", "reason": "left"})
    assert answer.status_code == 201
    assert staffed.gets("ma", "/ask/duties").json()["code"] == "MayNotRead"
