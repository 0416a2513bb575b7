"""Drawing lots: nobody can choose who is drawn, and anybody can check it with ten lines of their own."""

import hashlib
import hmac
from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.drawing import commitment_to, draw, verify
from domain.errors import DrawNotProven, Malformed, PanelTooSmall

SEED = "5eed" * 16
EXPERTS: tuple[str, ...] = ("chen", "fang", "gao", "li", "sun", "wang", "zhao", "zhou")

seeds = st.binary(min_size=32, max_size=32).map(bytes.hex)
salts = st.text(max_size=20)
names = st.sets(st.text(min_size=1, max_size=5), max_size=40)


def an_outsiders_draw(seed: str, salt: str, candidates: set[str]) -> list[str]:
    """Written from the docstring of domain/drawing.py alone."""
    key, order, c = bytes.fromhex(seed), sorted(candidates, key=str.encode), 0
    for i in range(len(order)):
        m = len(order) - i
        j = 0 if m == 1 else m
        while j >= m:
            block = hmac.new(key, salt.encode() + b"\x00" + c.to_bytes(8, "big"), hashlib.sha256).digest()
            j = int(f"{int.from_bytes(block[:8], 'big'):064b}"[: len(f"{m - 1:b}")], 2)
            c += 1
        order[i], order[i + j] = order[i + j], order[i]
    return order


@given(seeds, salts, names)
def test_an_outsider_who_knows_only_the_docstring_draws_the_same(seed: str, salt: str, candidates: set[str]) -> None:
    assert list(draw(seed, salt=salt, candidates=candidates)) == an_outsiders_draw(seed, salt, candidates)


@given(seeds, salts, names, st.data())
def test_who_is_drawn_is_a_candidate_and_drawn_once_and_the_next_in_order_are_the_reserve(
    seed: str, salt: str, candidates: set[str], data: st.DataObject
) -> None:
    places = data.draw(st.integers(0, len(candidates)))
    everybody = draw(seed, salt=salt, candidates=candidates)
    assert sorted(everybody) == sorted(candidates)
    assert draw(seed, salt=salt, candidates=candidates, places=places) == everybody[:places]


@given(seeds, salts, names)
def test_what_was_drawn_is_verified_by_the_commitment_published_before(
    seed: str, salt: str, candidates: set[str]
) -> None:
    drawn = draw(seed, salt=salt, candidates=candidates, places=len(candidates) // 2)
    verify(commitment_to(seed), seed, salt=salt, candidates=candidates, drawn=drawn)


def test_a_draw_stays_what_it_is_for_ever() -> None:
    assert commitment_to(SEED) == "f9fa5c699354e46a448f75765ae99bf06741d541ab6c337c0f3722850adbb136"
    order = "gao zhao fang sun zhou chen wang li"
    assert " ".join(draw(SEED, salt="spring-2026", candidates=EXPERTS)) == order


def test_the_order_in_which_candidates_are_listed_changes_nothing() -> None:
    assert draw(SEED, salt="s", candidates=EXPERTS) == draw(SEED, salt="s", candidates=reversed(EXPERTS))


def test_another_salt_is_another_draw() -> None:
    orders = {draw(SEED, salt=f"session-{n}", candidates=EXPERTS) for n in range(50)}
    assert len(orders) == 50


def test_every_order_comes_up_equally_often() -> None:
    rounds = 12_000
    counts = Counter(draw(SEED, salt=str(n), candidates="abcd") for n in range(rounds))
    expected = rounds / 24
    chi_squared = sum((counts[order] - expected) ** 2 / expected for order in permutations("abcd"))
    assert chi_squared < 49.7, "with 23 degrees of freedom, larger by chance once in a thousand; this draw is fixed"


def test_a_seed_that_was_not_committed_to_is_refused() -> None:
    other = "0" * 64
    drawn = draw(other, salt="s", candidates=EXPERTS, places=3)
    with pytest.raises(DrawNotProven) as refusal:
        verify(commitment_to(SEED), other, salt="s", candidates=EXPERTS, drawn=drawn)
    assert refusal.value.fields["field"] == "seed"


@pytest.mark.parametrize("change", ["salt", "candidates", "order", "somebody else"])
def test_an_order_the_seed_does_not_give_is_refused(change: str) -> None:
    drawn, salt, candidates = draw(SEED, salt="s", candidates=EXPERTS, places=3), "s", EXPERTS
    if change == "salt":
        salt = "another"
    elif change == "candidates":
        candidates = (*EXPERTS, "friend")
    elif change == "order":
        drawn = (drawn[1], drawn[0], drawn[2])
    else:
        drawn = (*drawn[:2], "friend")
    with pytest.raises(DrawNotProven) as refusal:
        verify(commitment_to(SEED), SEED, salt=salt, candidates=candidates, drawn=drawn)
    assert refusal.value.fields["field"] == "drawn"


def test_more_places_than_candidates_are_refused() -> None:
    with pytest.raises(PanelTooSmall) as refusal:
        draw(SEED, salt="s", candidates=EXPERTS, places=9)
    assert refusal.value.fields == {"size": 8, "needed": 9}


@pytest.mark.parametrize(
    ("seed", "candidates", "places", "field"),
    [
        ("5eed", EXPERTS, 3, "seed"),
        ("5EED" * 16, EXPERTS, 3, "seed"),
        (SEED + "\n", EXPERTS, 3, "seed"),
        (SEED, (*EXPERTS, "li"), 3, "candidates"),
        (SEED, EXPERTS, -1, "places"),
    ],
)
def test_a_draw_that_cannot_be_read_is_malformed(
    seed: str, candidates: tuple[str, ...], places: int, field: str
) -> None:
    with pytest.raises(Malformed) as refusal:
        draw(seed, salt="s", candidates=candidates, places=places)
    assert refusal.value.fields["field"] == field
