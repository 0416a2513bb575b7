"""Ledger 账簿: double entry for a fund. Every movement of money is two postings that sum to zero, under one purpose.

    received    whom it came from: a credit, so never above zero; what is given back to them stands against it
    available   in the fund, set aside for nobody
    allocated   set aside for rounds, promised to nobody
    committed   promised to projects; what was promised and set free again stays here and stands against it in
    released    (a credit)
    disbursed   paid out to projects; what was paid and came back stays here and stands against it in
    returned    (a credit)

So committed + released is promised and not paid, disbursed + returned is what projects have. A payment that failed was none: it
is posted back from disbursed to committed. The purpose "" is money for any of the fund's purposes. "sponsored/garden" is for one
project only: a purpose of its own, so that its money can never go to another project.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, get_args

Account = Literal["received", "available", "allocated", "committed", "released", "disbursed", "returned"]
ACCOUNTS: Final[tuple[Account, ...]] = get_args(Account)
ANY_PURPOSE: Final = ""


def own(purpose: str, project: str) -> str:
    """The purpose that only this project has."""
    return f"{purpose}/{project}"


def whole_of(purpose: str) -> str:
    """The fund's purpose that this one is, or is a part of."""
    return purpose.partition("/")[0]


Books = Mapping[tuple[Account, str], int]
"""Account and purpose → its balance in minor units."""


class Posting(NamedTuple):
    """过账: an amount in minor units on one account, under one purpose; below zero is a credit."""

    account: Account
    purpose: str
    minor: int


def moved(come_from: Account, to: Account, purpose: str, minor: int) -> tuple[Posting, Posting]:
    """The two postings of money that moves from one account to another."""
    return Posting(come_from, purpose, -minor), Posting(to, purpose, minor)


def posted(books: Books, postings: Iterable[Posting]) -> Books:
    """The books after these postings."""
    after = dict(books)
    for account, purpose, minor in postings:
        after[account, purpose] = after.get((account, purpose), 0) + minor
    return MappingProxyType(after)


def balance(books: Books, account: Account) -> int:
    """Of an account, over all purposes."""
    return sum(minor for (of, _), minor in books.items() if of == account)


def overdrawn(books: Books) -> Mapping[str, int]:
    """Purpose → what it took of the money for any purpose, having used up its own."""
    return {
        purpose: -minor
        for (account, purpose), minor in books.items()
        if account == "available" and purpose != ANY_PURPOSE and minor < 0
    }


def available_for(books: Books, purpose: str) -> int:
    """What can still be set aside for the purpose: its own money, and that for any purpose which no other has taken."""
    for_any = books.get(("available", ANY_PURPOSE), 0) - sum(overdrawn(books).values())
    return max(0, books.get(("available", purpose), 0)) + for_any


def by_purpose(books: Books) -> Books:
    """The books with the money for any purpose that a purpose took posted over to it: no purpose is overdrawn."""
    taken = [
        posting
        for purpose, minor in overdrawn(books).items()
        for posting in (
            *moved("available", "received", ANY_PURPOSE, minor),
            *moved("received", "available", purpose, minor),
        )
    ]
    return posted(books, taken)


def apportioned(total: int, weights: Sequence[int]) -> list[int]:
    """The total divided by weights, whole; what rounding leaves goes to the largest remainders, of equal ones to the first.

    No part is above its weight, unless the total is above their sum.
    """
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(total * weights[place] % whole))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


@dataclass(frozen=True, slots=True)
class Lot:
    """What a round has of a fund for one purpose. `committed` is without what was released, and includes `disbursed`.

    The last three only count: what was ever released, given back by the round as unused, given back by projects.
    """

    allocated: int = 0
    committed: int = 0
    disbursed: int = 0
    released: int = 0
    unused: int = 0
    recovered: int = 0

    @property
    def free(self) -> int:
        return self.allocated - self.committed

    def __add__(self, more: Lot) -> Lot:
        return Lot(
            self.allocated + more.allocated,
            self.committed + more.committed,
            self.disbursed + more.disbursed,
            self.released + more.released,
            self.unused + more.unused,
            self.recovered + more.recovered,
        )


@dataclass(frozen=True, slots=True)
class Stake:
    """What a project has of a fund for one purpose: promised and not paid; paid and not given back."""

    round: str
    purpose: str
    promised: int = 0
    paid: int = 0


@dataclass(frozen=True, slots=True)
class Payment:
    """What a bank reference paid out."""

    round: str
    project: str
    purpose: str
    minor: int
    reversed: bool = False
