"""What waits for whom? Asked by officers, organisations, evaluators, and by whoever verifies, approves and pays: the inbox.

The kinds, by role:

    officer    panel (too few sit on it), replacement (of silent reviewers), session (of the roadshow), invitation,
               draw (of a session's running order), attendance (of its judges), slot (a project's, to be opened and closed),
               tally (to be recorded, or its vote opened), commitment (to a draw of ties), assessment (to be closed), ranking,
               objection, signature, acceptance (of a report), contribution (to be verified),
               payee (a change to be answered), services (to be checked), closing (of the round),
               publication (of how money was used), archive,
               second_chance (or termination, of who failed the mid-term evaluation), resumption (of who is suspended),
               withdrawal (asked for by the organisation), repayment (overdue),
               recusal (asked for by an applicant), reserve (to be closed), reviewer_draw (to be revealed),
               grant (of an award the story could not: its cause is removed and the awards resumed, or it is revoked)
    applicant  completion (of a returned application), signature, report, document (to be filed for a tranche),
               tranche (to be requested); `again` where it was sent back; self_assessment, response,
               repayment (of an instalment), final-account, audit-report
    reviewer   review              judge     roadshow    (each with the person)
    trustee    sponsorship (money of a sponsor, to be booked), refund (of it, when the project ended), unspent (to be booked)
    funder     pledge (money to be paid in, by whoever claimed the project; with the person)
    verifier   verification        approver  approval    payer  order, payment, repayment
    evaluator  evaluation, mid_term
    approver   vote (on an award, in a step of its approval; with the person where the step names them)
    officer, verifier or evaluator  eligibility, as the programme says; `again` after a completion
    officer or evaluator  visit    officer or mentor  follow_up (each with the person)    officer and approver  change

An assessment can be closed when no project of the round is under assessment any more, a round when none of its money is
promised and unpaid: until then these two wait for others, and are not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from operator import itemgetter
from typing import Any, TypedDict

from domain.gate import missing
from domain.panel import ReviewerReplaced
from domain.payment_split import split_of
from domain.project import PAYING, Project
from domain.review import ReviewersAssigned, ReviewExtended
from domain.round import Round
from domain.rules.application import EligibilityRules
from domain.rules.review import ReviewRules
from domain.tranche import TrancheRefused
from domain.tranche_chain import Tranche
from projections import award_duties, panel_duties, roadshow_duties
from projections.closing_duties import is_settled
from projections.duty import Kind, duty
from projections.read_model import Filter, Question, ReadModel, Row, Story, all_of, moment, rewrite, since
from projections.shares import Share, shares
from projections.underway import of_underway


class Duty(TypedDict):
    """`part` is the tranche, report, visit, objection, session or tally it is about; `person` is who is meant, if one is."""

    subject: str  # the stream: project:… or round:…
    kind: Kind
    part: str
    again: bool
    role: str
    person: str | None
    organisation: str | None
    project: str | None
    title: str | None
    round: str
    programme: str
    funds: Sequence[str]  # behind the award, or the round
    shares: Sequence[Share]  # of an order or a payment: which fund pays how much
    since: datetime
    due: datetime | None


TABLES = """
    create table duties (
        subject      text        not null,
        kind         text        not null,
        part         text        not null,
        again        boolean     not null,
        role         text        not null,
        person       text,
        organisation text,
        project      text,
        title        text,
        round        text        not null,
        programme    text        not null,
        funds        text[]      not null,
        shares       jsonb       not null,
        since        timestamptz not null,
        due          timestamptz
    );
    create unique index on duties (subject, kind, part, role, person) nulls not distinct;
    create index on duties (role, round);
    create index on duties (round);
    create index on duties (person) where person is not null;
    create index on duties (organisation);

    -- What a round's last duties wait for: one row for each project.
    create table progress (
        subject     text primary key,
        round       text not null,
        assessed_at timestamptz,
        settled_at  timestamptz
    );
    create index on progress (round);
"""

QUESTION = Question(
    """select subject, kind, part, again, role, person, organisation, project, title, round, programme, funds, shares,
        greatest(since, others.done_at) as since, due
    from duties
    left join lateral (
        select count(*) filter (where done_at is null) as left, max(done_at) as done_at
        from (
            select case kind when 'assessment' then assessed_at else settled_at end as done_at
            from progress where progress.round = duties.round
        ) as each
    ) as others on kind in ('assessment', 'closing')
    where coalesce(others.left, 0) = 0""",
    key={
        "coalesce(due, '9999-12-31')": "timestamptz",
        "subject": "text",
        "kind": "text",
        "part": "text",
        "role": "text",
        "coalesce(person, '')": "text",
    },
    filters={
        "role": Filter("role = %(role)s"),
        "person": Filter("person = %(person)s"),
        "organisation": Filter("organisation = %(organisation)s"),
        "project": Filter("project = %(project)s"),
        "round": Filter("round = %(round)s"),
        "programme": Filter("programme = %(programme)s"),
        "fund": Filter("%(fund)s = any(funds)"),
        "kind": Filter("kind = %(kind)s"),
        "due_before": Filter("due <= %(due_before)s", moment),
    },
)


_SAME = itemgetter("kind", "part", "again", "role", "person")


def tell(story: Story, before: Sequence[Row]) -> Sequence[Row]:
    state, now = story.state, list[dict[str, Any]]()
    shared = {"subject": story.stream, "programme": state.programme, "funds": state.funds, "shares": []}
    if isinstance(state, Project):
        shared |= {"project": state.id, "title": story.opening.title, "organisation": state.organisation}
        now += of_assessment(state)
        now += of_underway(state)
        now += of_tranches(story, before)
        now += replacing(story, before)
        parts = chain(roadshow_duties.of_project(state), award_duties.of_project(state))
    else:
        parts = chain(panel_duties.of_round(state), roadshow_duties.of_round(state), award_duties.of_round(state))
    now += (duty(kind, role, part, **more) for kind, role, part, more in parts)
    shared["round"] = state.id if isinstance(state, Round) else state.round
    return since(story, (shared | each for each in now), before, _SAME)


def of_assessment(project: Project) -> Iterator[dict[str, Any]]:
    stage, now = project.stage, project.now
    if stage == "eligibility":
        yield check_or_completion(project)
    review = next_review(project)
    if review is not None:
        assessment = project.assessment(review.id)
        if len(assessment.panel.sitting) < max(review.panel_size, assessment.wanted):
            yield duty("panel", "officer", due=assessment.due)
    yield from of_recusals(project)
    if stage == "review":
        for person in now.panel.silent:
            yield duty("review", "reviewer", person=person, due=now.due)


def of_recusals(project: Project) -> Iterator[dict[str, Any]]:
    if project.stage in {"eligibility", "review", "roadshow"}:
        for person, recusal in project.recusals.items():
            if recusal.status == "asked":
                yield duty("recusal", "officer", person, due=recusal.due)


def check_or_completion(project: Project) -> dict[str, Any]:
    """Either whoever makes the check is waited for, or the applicant it was returned to."""
    if project.completion is not None:
        return duty("completion", "applicant", project.step, due=project.completion.due)
    role = project.rules.stage(EligibilityRules, project.step).role
    return duty("eligibility", role, again=project.step in project.completions, due=project.eligibility_due)


def next_review(project: Project) -> ReviewRules | None:
    """The review the project is in, or the one right after its formal check: the panel is wanted before it begins."""
    if project.stage not in {"eligibility", "review"}:
        return None
    place = project.rules.place_of(project.step) + (project.stage == "eligibility")
    rule = project.rules.stages[place]
    return rule if isinstance(rule, ReviewRules) else None


_STEPS: dict[str, tuple[Kind, str]] = {
    "planned": ("tranche", "applicant"),
    "requested": ("verification", "verifier"),
    "verified": ("approval", "approver"),
    "approved": ("payment", "payer"),
    "ordered": ("payment", "payer"),
}


def next_step(project: Project, tranche: Tranche) -> tuple[Kind, str] | None:
    """Who does what next; where there are payment orders, one is written before the payment."""
    if tranche.status == "approved" and project.rules.paying.orders:
        return "order", "payer"
    return _STEPS.get(tranche.status)


def of_tranches(story: Story, before: Sequence[Row]) -> Iterator[dict[str, Any]]:
    project, event = story.state, story.last.event
    sent_back = {row["part"] for row in before if row["kind"] == "tranche" and row["again"]}
    if isinstance(event, TrancheRefused):
        sent_back.add(event.tranche)
    change = project.payee_change
    if project.stage in PAYING and change and not change.answer:
        yield duty("payee", "officer")
    for tranche in project.tranches.values():
        step = next_step(project, tranche)
        if project.stage not in PAYING or step is None:
            continue
        awaited = missing(project, tranche, story.last.recorded.recorded_at).each
        if awaited and all(each.what.startswith("document ") for each in awaited):
            yield duty("document", "applicant", tranche.id)
        shut_again = not project.suspended and tranche.status in {"requested", "verified"}  # then it can be sent back
        if not awaited or shut_again:
            again = tranche.status == "planned" and tranche.id in sent_back
            paid: dict[str, Any] = {"shares": shares(split_of(project, tranche.left))} if step[1] == "payer" else {}
            yield duty(*step, tranche.id, again=again, **paid)


def replacing(story: Story, before: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """From a review's extension until others are assigned, or everybody has scored."""
    project, event = story.state, story.last.event
    asked = any(row["kind"] == "replacement" for row in before) and not isinstance(
        event, ReviewersAssigned | ReviewerReplaced
    )
    if project.stage == "review" and project.now.panel.silent and (asked or isinstance(event, ReviewExtended)):
        yield duty("replacement", "officer", due=project.now.due)


def progress(story: Story, before: Sequence[Row]) -> Sequence[Row]:
    """Since when a project is assessed, and since when nothing is promised to it and unpaid."""
    project = story.state
    if not isinstance(project, Project):
        return ()
    at = story.last.recorded.recorded_at
    was = before[0] if before else {"assessed_at": None, "settled_at": None}
    assessed = project.stage not in {"eligibility", "review", "roadshow"}
    row = {
        "subject": story.stream,
        "round": project.round,
        "assessed_at": (was["assessed_at"] or at) if assessed else None,
        "settled_at": (was["settled_at"] or at) if is_settled(project) else None,
    }
    return (row,)


MODEL: ReadModel = ReadModel(
    name="duties",
    version=5,
    reads=all_of(Project, Round),
    tables=TABLES,
    take=rewrite("duties", "progress"),
    question=QUESTION,
    tells={"duties": tell, "progress": progress},
)
