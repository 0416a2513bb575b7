"""Every way in which Canopy says no.

    Refusal
    ├─ Malformed          400  the request cannot be read: a field and the rule it broke
    ├─ Refused                 the request was read, understood and declined
    │   ├─ NotAllowed     403  the wrong person
    │   ├─ NotFound       404  no such thing
    │   ├─ NotNow         409  the wrong moment
    │   └─ NotEnough      422  quorum, money or evidence is missing
    └─ Busy               503  too many people at once: try again

A leaf carries typed fields, never prose; its wording in zh and en is in ``entrypoints/wording.py``. Transport codes exist
only in the API. Anything that is not a ``Refusal`` is our own bug.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar


class Refusal(Exception):
    """The root: `code` is the class's name; `fields` are what its wording quotes."""

    group: ClassVar[str] = "Refusal"

    def __init__(self, **fields: Any) -> None:
        super().__init__(*fields.values())
        self.fields = fields

    @property
    def code(self) -> str:
        return type(self).__name__

    def __str__(self) -> str:
        return f"{self.code}({', '.join(f'{name}={value}' for name, value in self.fields.items())})"


class Malformed(Refusal):
    """The request breaks the shape its command has. `field` is a dotted path, `rule` what it must be."""

    group = "Malformed"

    def __init__(self, *, field: str, rule: str) -> None:
        super().__init__(field=field, rule=rule)


class Busy(Refusal):
    """The stream moved under us too many times in a row."""

    group = "Busy"

    def __init__(self, *, stream: str, attempts: int) -> None:
        super().__init__(stream=stream, attempts=attempts)


class Refused(Refusal):
    """The root of the domain's own refusals."""

    group = "Refused"


# ── 403: the wrong person ────────────────────────────────────────────────────────────────────────────────────────────


class NotAllowed(Refused):
    group = "NotAllowed"


class RoleMissing(NotAllowed):
    """The person holds none of the roles that may give this command here."""

    def __init__(self, *, person: str, roles: tuple[str, ...], command: str) -> None:
        super().__init__(person=person, roles="/".join(roles), command=command)


class NotOnPanel(NotAllowed):
    def __init__(self, *, person: str, stage: str) -> None:
        super().__init__(person=person, stage=stage)


class NotOnBody(NotAllowed):
    """The person is not among those who vote in this step of an approval."""

    def __init__(self, *, person: str, step: str) -> None:
        super().__init__(person=person, step=step)


class NotAssigned(NotAllowed):
    """Somebody else was assigned to answer this objection."""

    def __init__(self, *, person: str, objection: str, assigned: str) -> None:
        super().__init__(person=person, objection=objection, assigned=assigned)


class ConflictOfInterest(NotAllowed):
    """The person declared a conflict, or one follows from what is recorded about them."""

    def __init__(self, *, person: str, reason: str) -> None:
        super().__init__(person=person, reason=reason)


class Banned(NotAllowed):
    """The organisation may not apply until after that day."""

    def __init__(self, *, organisation: str, until: str, reason: str) -> None:
        super().__init__(organisation=organisation, until=until, reason=reason)


class SamePerson(NotAllowed):
    """Separation of duties: this person already took another step of the same chain."""

    def __init__(self, *, person: str, step: str, earlier: str) -> None:
        super().__init__(person=person, step=step, earlier=earlier)


# ── 404: no such thing ───────────────────────────────────────────────────────────────────────────────────────────────


class NotFound(Refused):
    """`kind` is a stream's kind or a part of one (tranche, report, objection, read model)."""

    group = "NotFound"

    def __init__(self, *, kind: str, id: str) -> None:  # noqa: A002  the field's standard name
        super().__init__(kind=kind, id=id)


# ── 409: the wrong moment ────────────────────────────────────────────────────────────────────────────────────────────


class NotNow(Refused):
    group = "NotNow"


class AlreadyExists(NotNow):
    """The id is taken by something else than what was asked for."""

    def __init__(self, *, kind: str, id: str) -> None:  # noqa: A002
        super().__init__(kind=kind, id=id)


class CommandIdReused(NotNow):
    """The command id was carried out before with another content."""

    def __init__(self, *, command_id: str) -> None:
        super().__init__(command_id=command_id)


class StageNotOpen(NotNow):
    def __init__(self, *, stage: str, now: str) -> None:
        super().__init__(stage=stage, now=now)


class CallNotOpen(NotNow):
    def __init__(self, *, round: str, opens_at: datetime, closes_at: datetime) -> None:  # noqa: A002
        super().__init__(round=round, opens_at=opens_at, closes_at=closes_at)


class NotDue(NotNow):
    """A story came too early: the deadline has not passed."""

    def __init__(self, *, deadline: str, due: datetime | None) -> None:
        super().__init__(deadline=deadline, due=due)


class TrancheNotReady(NotNow):
    """`status` says where the tranche stands, `waits_for` what comes before this step."""

    def __init__(self, *, tranche: str, status: str, waits_for: str) -> None:
        super().__init__(tranche=tranche, status=status, waits_for=waits_for)


class Suspended(NotNow):
    """The project is suspended: no money is asked for, approved or paid until it is resumed."""

    def __init__(self, *, project: str, reason: str) -> None:
        super().__init__(project=project, reason=reason)


class TooManyProjects(NotNow):
    def __init__(self, *, organisation: str, allowed: int) -> None:
        super().__init__(organisation=organisation, allowed=allowed)


class DoubleFunding(NotNow):
    """The organisation has another project that counts under the call's rule of one at a time."""

    def __init__(self, *, organisation: str, project: str, programme: str) -> None:
        super().__init__(organisation=organisation, project=project, programme=programme)


class AlreadyLeads(NotNow):
    """The leader named leads another project that counts under the call's rule of one at a time."""

    def __init__(self, *, person: str, project: str, programme: str) -> None:
        super().__init__(person=person, project=project, programme=programme)


class ReturnRefused(NotNow):
    """The application cannot be returned for completion in this check."""

    def __init__(self, *, stage: str, rule: str) -> None:
        super().__init__(stage=stage, rule=rule)


class ObjectionsOpen(NotNow):
    def __init__(self, *, open_objections: tuple[str, ...]) -> None:
        super().__init__(open_objections=", ".join(open_objections))


class AlreadyVoted(NotNow):
    """A vote is given once."""

    def __init__(self, *, person: str, project: str) -> None:
        super().__init__(person=person, project=project)


class ReserveOpen(NotNow):
    """A round is not closed while projects wait on its reserve."""

    def __init__(self, *, waiting: int) -> None:
        super().__init__(waiting=waiting)


class DutiesOpen(NotNow):
    """Something is still to be done before this is closed: duties of a project, or projects of a round."""

    def __init__(self, *, duties: tuple[str, ...]) -> None:
        super().__init__(duties=", ".join(duties))


class MoneyOutstanding(NotNow):
    """A round is not closed while committed money is neither paid nor released."""

    def __init__(self, *, outstanding: str) -> None:
        super().__init__(outstanding=outstanding)


# ── 422: something is missing ────────────────────────────────────────────────────────────────────────────────────────


class NotEnough(Refused):
    group = "NotEnough"


class FundExhausted(NotEnough):
    def __init__(self, *, fund: str, asked: str, available: str) -> None:
        super().__init__(fund=fund, asked=asked, available=available)


class PurposeMismatch(NotEnough):
    """Restricted money: the fund's purposes do not include this one."""

    def __init__(self, *, fund: str, purpose: str, purposes: tuple[str, ...]) -> None:
        super().__init__(fund=fund, purpose=purpose, purposes=", ".join(purposes))


class CurrencyMismatch(NotEnough):
    def __init__(self, *, field: str, currency: str, expected: str) -> None:
        super().__init__(field=field, currency=currency, expected=expected)


class AboveLimit(NotEnough):
    def __init__(self, *, field: str, value: str, limit: str) -> None:
        super().__init__(field=field, value=value, limit=limit)


class BelowLeast(NotEnough):
    """`value` is less than the rules ask for at least."""

    def __init__(self, *, field: str, value: int, least: int) -> None:
        super().__init__(field=field, value=value, least=least)


class RubricMismatch(NotEnough):
    """The scores do not answer the rubric: `field` names the criterion, `rule` what it must be."""

    def __init__(self, *, field: str, rule: str) -> None:
        super().__init__(field=field, rule=rule)


class ReasonMissing(NotEnough):
    def __init__(self, *, field: str) -> None:
        super().__init__(field=field)


class NotAnswered(NotEnough):
    """A list must be answered in full: what is missing or not asked for."""

    def __init__(self, *, field: str, missing: tuple[str, ...] = (), unknown: tuple[str, ...] = ()) -> None:
        super().__init__(field=field, missing=", ".join(missing), unknown=", ".join(unknown))


class PanelTooSmall(NotEnough):
    def __init__(self, *, size: int, needed: int) -> None:
        super().__init__(size=size, needed=needed)


class AnswerRefused(NotEnough):
    """An answer breaks the rule of its field of the form; `zh` and `en` are what people call the field."""

    def __init__(self, *, field: str, zh: str, en: str, rule: str) -> None:
        super().__init__(field=field, zh=zh, en=en, rule=rule)


class CostForbidden(NotEnough):
    """A budget line that the programme would pay is on its negative list; `zh` and `en` are what people call the cost."""

    def __init__(self, *, field: str, cost: str, zh: str, en: str) -> None:
        super().__init__(field=field, cost=cost, zh=zh, en=en)


class NotEligible(NotEnough):
    """The applicant does not meet a rule of the call."""

    def __init__(self, *, field: str, rule: str) -> None:
        super().__init__(field=field, rule=rule)


class ReferenceUsed(NotEnough):
    """A bank reference proves one payment only."""

    def __init__(self, *, reference: str) -> None:
        super().__init__(reference=reference)


class PayeeMismatch(NotEnough):
    """Another payee than who was paid before, or agreed to since."""

    def __init__(self, *, payee: str, agreed: str) -> None:
        super().__init__(payee=payee, agreed=agreed)


class DocumentUsed(NotEnough):
    """A document proves one thing only: it is filed for another tranche, or another purpose, already."""

    def __init__(self, *, sha256: str, tranche: str) -> None:
        super().__init__(sha256=sha256, tranche=tranche)


class DrawNotProven(NotEnough):
    """What was revealed does not bear out what was published: `field` is the seed, or the order drawn."""

    def __init__(self, *, field: str, rule: str) -> None:
        super().__init__(field=field, rule=rule)


class AssignmentImpossible(NotEnough):
    """No assignment of reviewers meets the wish: `rule` cannot be met, nor can `others` more."""

    def __init__(self, *, rule: str, others: int) -> None:
        super().__init__(rule=rule, others=others)
