"""The words everything else is made of: Money, Actor, Event, Aggregate, Command.

Pure: no clock, no random numbers, no I/O. An event knows what it changes (`apply`); a command knows when it must be refused
(`decide`). Both are frozen pydantic models; states are frozen dataclasses.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, TypeVar

import orjson
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""An id: lower-case ASCII letters, digits and hyphens, at most 63 characters. Ids are chosen by whoever creates."""
Purpose = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}(/[a-z0-9][a-z0-9-]{0,62})?$")]
"""What money is for: one of a fund's purposes, or, after a slash, one project only that this purpose serves."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Moment = AwareDatetime


def _no_truth(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a whole number")  # noqa: TRY004  pydantic makes a refusal of this one only
    return value


NoTruth = BeforeValidator(_no_truth)
"""Behind the bounds of a whole number (before them, its JSON schema would lose them): true is not 1."""
Percent = Annotated[int, Field(ge=0, le=100), NoTruth]
Count = Annotated[int, Field(ge=0, le=10_000_000), NoTruth]

PersonalRole = Literal[  # what people may hold
    "steward",  # 系统管理: registers people, grants roles, publishes programmes
    "officer",  # 经办: runs a round
    "reviewer",  # 评审
    "judge",  # 路演评委
    "applicant",  # 社会组织: applies and reports for an organisation
    "verifier",  # 审核: verifies tranche requests
    "approver",  # 审批
    "payer",  # 出纳: records payments
    "trustee",  # 资金管理: receives and opens funds
    "mentor",  # 辅导: coaches organisations
    "evaluator",  # 第三方评估
    "auditor",  # 审计
    "funder",  # 资助方
    "resident",  # anybody who may object in a public notice
]
Role = Literal[
    PersonalRole,
    "story",  # a Temporal workflow acting on a deadline or opening a stage
    "system",  # the installation itself: names the first steward
]
EVERYWHERE = "*"


class Frozen(BaseModel):
    """Values: compared by content, never changed, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def fingerprint(self, *fields: str) -> str:
        """SHA-256 over these fields as they are stored: the same for the same content, in a command and in its event."""
        return hashlib.sha256(canonical(self.model_dump(mode="json", include={*fields}))).hexdigest()


class Words(Frozen):
    """The same thing said in Chinese and in English."""

    zh: Line
    en: Line


_MONEY = re.compile(r"([A-Z]{3}) (-?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{1,2})?)")


def _money_from_words(value: object) -> object:
    if isinstance(value, Money | Mapping):
        return value
    match = _MONEY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('must look like "CNY 50000.00"')
    return {"currency": match[1], "minor": int(Decimal(match[2].replace(",", "")) * 100)}


class Money(Frozen):
    """An amount: whole minor units (fen) of one currency. Never a float."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "CNY"
    minor: Annotated[int, Field(ge=-(2**53) + 1, lt=2**53)]

    def __add__(self, other: Money) -> Money:
        return Money(currency=self._same(other), minor=self.minor + other.minor)

    def __sub__(self, other: Money) -> Money:
        return Money(currency=self._same(other), minor=self.minor - other.minor)

    def __lt__(self, other: Money) -> bool:
        return self._same(other) == self.currency and self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        return self._same(other) == self.currency and self.minor <= other.minor

    def _same(self, other: Money) -> str:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be reckoned together")
        return self.currency

    def __str__(self) -> str:
        return f"{self.currency} {Decimal(self.minor) / 100:,.2f}"


Sum = Annotated[Money, BeforeValidator(_money_from_words)]
"""Money that a person may also write as "CNY 50000.00"."""


def _above_zero(amount: Money) -> Money:
    if amount.minor <= 0:
        raise ValueError("must be above zero")
    return amount


PositiveSum = Annotated[Money, BeforeValidator(_money_from_words), AfterValidator(_above_zero)]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with the roles they hold; `role` is the one a command admitted them by."""

    id: str
    grants: frozenset[tuple[str, str]] = frozenset()
    role: str = ""
    on_behalf: str | None = None

    def holds(self, role: str, scopes: frozenset[str] | None) -> bool:
        """Whether the role was granted for one of the scopes, or everywhere; None asks for any scope at all."""
        return any(
            granted == role and (scopes is None or scope == EVERYWHERE or scope in scopes)
            for granted, scope in self.grants
        )

    def acting_as(self, role: str) -> Actor:
        return replace(self, role=role)

    def belongs_to(self, organisation: str) -> bool:
        """Whether they apply for the organisation, or for every one: then they are partial towards it."""
        return self.holds("applicant", frozenset({organisation}))


STORY = Actor(id="story", grants=frozenset({("story", EVERYWHERE)}), role="story")
SYSTEM = Actor(id="canopy", grants=frozenset({("system", EVERYWHERE)}), role="system")


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    """A stream's state: a blank one, and what its events made of it."""

    kind: ClassVar[str]
    id: str

    @property
    def exists(self) -> bool:
        raise NotImplementedError

    @property
    def scopes(self) -> frozenset[str]:
        """Ids a role may have been granted for, to act here."""
        return frozenset({self.id})

    @property
    def correlation(self) -> str:
        """What this stream's events belong to; a round, for a round and its projects."""
        return self.id

    @classmethod
    def stream_of(cls, id_: str) -> str:
        return f"{cls.kind}:{id_}"


AGGREGATES: dict[str, type[Aggregate]] = {}
"""Kind of stream → its class; filled by `aggregate`."""


_A = TypeVar("_A", bound=Aggregate)


def aggregate(cls: type[_A]) -> type[_A]:
    """Make a class known under its kind."""
    AGGREGATES[cls.kind] = cls
    return cls


def nothing() -> Mapping[Any, Any]:
    """The empty part of a blank state; shared, since nobody can change it."""
    return _NOTHING


_NOTHING: Mapping[Any, Any] = MappingProxyType({})


class Event(Frozen):
    """Something that happened. Its stored name is the class's name with its version, its stored form canonical JSON."""

    VERSION: ClassVar[int] = 1
    OF: ClassVar[type[Aggregate]]
    EARLIER: ClassVar[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {}
    """Old version → how its payload is read today (upcast)."""

    @classmethod
    def stored_name(cls) -> str:
        return f"{cls.__name__}.v{cls.VERSION}"

    def apply(self, state: Any) -> Any:
        """The state after this event. Never refuses, never asks the clock."""
        raise NotImplementedError

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "apply" in cls.__dict__:
            EVENTS[cls.stored_name()] = cls


EVENTS: dict[str, type[Event]] = {}
"""Stored name → class, for the versions written today."""


class Command(Frozen):
    """A wish. `decide` yields the new events (or `To`); none means "already so", which makes every retry safe.

    `ON` names the aggregates decide is given, the first being the one the command is about: its id is the command's field of
    that kind's name; the others' ids are found on the command, else on the states before (domain/streams.py).
    """

    ON: ClassVar[tuple[type[Aggregate], ...]]
    ROLES: ClassVar[tuple[Role, ...]]
    decide: ClassVar[Callable[..., Iterator[Any]]]

    @property
    def subject(self) -> str:
        """The id of the aggregate this command is about."""
        return str(getattr(self, self.ON[0].kind))

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles that may give this very command, where not all of `ROLES` may."""
        return self.ROLES

    def roles_in(self, state: Any) -> tuple[Role, ...]:
        """The roles that may give it as things stand, where the programme's rules say by whom."""
        return self.roles

    def scopes(self, state: Any) -> frozenset[str] | None:
        """For which ids the role must have been granted; None where any grant of the role will do."""
        scopes: frozenset[str] = state.scopes
        return scopes

    def organisations(self, state: Any) -> frozenset[str]:
        """Whose project this decides about: their own people give it in no other role than as applicants."""
        return frozenset()

    def interested(self, state: Any) -> frozenset[str]:
        """Persons whose own project it is, whatever roles they hold: they too give it as applicants only."""
        return frozenset()

    def correlation(self, state: Any) -> str:
        correlation: str = state.correlation
        return correlation

    def beside(self) -> tuple[tuple[type[Aggregate], str], ...]:
        """More streams to read, given to decide as `beside`: a mapping from stream name to state."""
        return ()

    def further(self, states: Sequence[Any]) -> tuple[tuple[type[Aggregate], str], ...]:
        """Streams to read that only the states of `ON` name, given to decide as `beside` too."""
        return ()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "decide" in cls.__dict__:
            COMMANDS[cls.__name__] = cls


COMMANDS: dict[str, type[Command]] = {}
"""Name → class: every wish anybody can have."""


def canonical(value: object) -> bytes:
    """RFC 8785 (JCS) bytes: keys sorted, no blanks, UTF-8. Keys are ASCII and floats absent, so orjson's form is that."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
