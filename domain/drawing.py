"""Drawing lots 抽签: experts drawn at random, a roadshow's running order; anybody can check afterwards that nobody chose.

1. *Commit.* Somebody takes 32 secret random bytes, the seed, and publishes its commitment before the candidates are known.
2. *Draw.* The candidates and the salt are public. Seed, salt and candidates alone give the order.
3. *Reveal.* The seed is published. Whoever has it checks the commitment, and draws again.

The whole algorithm, version 1, to be written again by an outsider in any language:

- The seed is 32 bytes, written as 64 lower-case hexadecimal digits. The commitment is SHA-256 of the 32 bytes, written likewise.
- Word number c (c = 0, 1, 2, … counted through the whole draw) is the first 8 bytes, read as a big-endian integer, of
  HMAC-SHA256(key = the 32 bytes, message = salt in UTF-8, one zero byte, c as 8 bytes big-endian).
- A number below m: for m = 1 it is 0, and no word is used. Otherwise b is the number of binary digits of m - 1; the next word's
  highest b bits are the number; while it is not below m, the next word is taken instead. So each number is equally likely.
- Candidates are distinct and sorted by their UTF-8 bytes; n are there. For i = 0, 1, 2, …, as many as are to be drawn: take a
  number j below n - i, and swap the places i and i + j. The first places, in their order, are drawn.

So the first of a longer draw are the shorter draw: who comes next is the reserve. One seed serves several draws, each with a salt
of its own.

What it cannot prove: whoever chose the seed knowing salt and candidates could have tried many. Publish the commitment before the
call closes, or let the salt hold something nobody knew then (the hash of a later event, the figures of a public lottery).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from itertools import count

from domain.errors import DrawNotProven, Malformed, PanelTooSmall
from domain.kernel import Sha256

WORD_BITS = 64
_SEED = re.compile(r"[0-9a-f]{64}")


def commitment_to(seed: str) -> Sha256:
    """What is published before the draw; it does not tell the seed. Raises Malformed."""
    return hashlib.sha256(_key(seed)).hexdigest()


def draw(seed: str, *, salt: str, candidates: Iterable[str], places: int | None = None) -> tuple[str, ...]:
    """So many of the candidates, or all, in the order drawn. Raises Malformed, PanelTooSmall (fewer candidates than places)."""
    order = sorted(candidates)
    if len(set(order)) < len(order):
        raise Malformed(field="candidates", rule="must not name anybody twice")
    wanted = len(order) if places is None else places
    if wanted < 0:
        raise Malformed(field="places", rule="must not be below zero")
    if wanted > len(order):
        raise PanelTooSmall(size=len(order), needed=wanted)
    words = _words(_key(seed), salt)
    for place in range(wanted):
        taken = place + _below(len(order) - place, words)
        order[place], order[taken] = order[taken], order[place]
    return tuple(order[:wanted])


def verify(commitment: str, seed: str, *, salt: str, candidates: Iterable[str], drawn: tuple[str, ...]) -> None:
    """Check a draw that was published, from what was revealed. Raises Malformed, PanelTooSmall, DrawNotProven."""
    if not hmac.compare_digest(commitment.encode(), commitment_to(seed).encode()):
        raise DrawNotProven(field="seed", rule="must be the one that was committed to")
    if draw(seed, salt=salt, candidates=candidates, places=len(drawn)) != drawn:
        raise DrawNotProven(field="drawn", rule="must be what seed, salt and candidates give")


def _key(seed: str) -> bytes:
    if not _SEED.fullmatch(seed):
        raise Malformed(field="seed", rule="must be 64 lower-case hexadecimal digits")
    return bytes.fromhex(seed)


def _words(key: bytes, salt: str) -> Iterator[int]:
    prefix = salt.encode() + b"\0"
    for number in count():
        block = hmac.digest(key, prefix + number.to_bytes(8, "big"), "sha256")
        yield int.from_bytes(block[:8], "big")


def _below(limit: int, words: Iterator[int]) -> int:
    """A number from 0 to limit - 1, each equally likely: too large ones are thrown away, not folded back."""
    if limit == 1:
        return 0
    surplus = WORD_BITS - (limit - 1).bit_length()
    return next(number for number in (word >> surplus for word in words) if number < limit)
