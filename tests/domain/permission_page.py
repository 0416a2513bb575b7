"""docs/permissions.md: the cells that the tests try, one table for each group of commands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from domain.kernel import Aggregate, Command, Role
from entrypoints import wording
from tests.domain.permission_cells import PARTS, WISHES, Answer, Part, cells, permission_of, stage_of
from tests.domain.permissions import PERMISSIONS, SCOPES

HEAD = """\
# Who may do what 谁能做什么

<!-- Written by `python -m tests.domain.permissions`; the rights are in tests/domain/permissions.py. A test fails when this is stale. -->

Role × command × stage: what the domain answers to each command, in each stage of an example; for a project also in every state the
tests know in that stage. It is decided in the domain, whatever page, API or program a command comes from. A test tries every cell
against the domain (tests/domain/test_permission_cells.py).

A command passes when the person holds one of its roles, and holds it for one of the ids under *for*, or everywhere (`*`). **Every
role that is not named for a command is refused in every stage**: `RoleMissing` by `commands.admit`. On top of it the domain refuses
by person:

- Who acts for an organisation (holds `applicant` for it, or everywhere) gives no command in any other role on its projects, nor
  answers an objection to one or adjusts any award beside it: `ConflictOfInterest`. Neither does who leads a project, or applied
  with it, on that project. Stepping aside (`DeclareConflict`, or `VoteOnAward` with `recused`) is what they can do.
- Nobody takes two of the four steps of a tranche, signs for both sides, accepts the report they wrote, answers their own
  objection or one to a project they judged, or decides on a request that they step aside themselves.
- Nobody votes on an award whose ranking they published, or on a project they scored; nobody votes in two steps. The role approver
  may also be held for a body (the board) that a programme's approval names: then it lets pass in that body's steps.

The roles are those of a programme whose rules name no others: for a check (`CheckEligibility`, `ReturnForCompletion`) a programme
may name `verifier` or `evaluator` in the place of `officer`. `story` is a Temporal workflow acting on a deadline; no person holds
that role.

## How to read the tables

| cell | meaning |
|---|---|
| ✓ | it changes something |
| ○ | its stage, but here it is so already, or nothing is to be done |
| ○a | its stage, but in the example it is refused: something it needs is not there |
| a | refused; each letter is a refusal and the rule (a function of `domain/`) that gives it, below the table |
| · | nothing new: it is so already, or there is nothing to do |

*(new)* is before there is anything. What each refusal means is in the [glossary](glossary.md); what people are told is in
`entrypoints/words/refusals.toml`.

| for | the role is held for |
|---|---|
"""
TOPICS: Mapping[str, tuple[str, ...]] = {
    "Register 登记": ("person", "organisation", "register"),
    "Programmes 资助计划": ("programme",),
    "Calendar and deadlines 日历与期限": ("rescheduling", "extension", "round_extension"),
    "Funds 资金池": ("receipt",),
    "Call and application 征集与申请": ("round_opening", "application"),
    "Formal check 资格审查": ("eligibility", "completion"),
    "Assigning reviewers 分配评审": ("reviewer_draw", "assigning", "optimisation", "panel", "recusal"),
    "Reviewing 评审": ("review",),
    "Roadshow, votes and claims 路演、投票与认领": (
        "roadshow",
        "slot",
        "tally",
        "vote",
        "claim",
        "sponsorship",
        "ties",
    ),
    "Ranking and approval 排名与审批": ("selection", "result", "approval", "voting"),
    "Public notice and objections 公示与异议": ("notice", "objection"),
    "Awards, reserve and agreement 授予、候补与协议": ("agreement", "award", "reserve", "sponsorship", "refund"),
    "Reports and visits 报告与走访": (
        "delivery",
        "report_return",
        "report_default",
        "visit",
        "demanded_visit",
        "coaching",
    ),
    "Mid-term evaluation 中期评估": ("midterm", "midterm_review"),
    "Tranches and payment 拨款与付款": (
        "gate",
        "tranche",
        "payment",
        "payment_due",
        "payee",
        "service",
        "contribution",
    ),
    "Changes and suspension 变更与中止": ("change", "consent", "suspension", "termination", "clawback"),
    "Final evaluation and closing 终期评估与结项": ("evaluation", "archive", "closing", "closing_due"),
}
KINDS = {"person": "persons", "organisation": "organisations", "programme": "programmes", "fund": "funds"}


def page() -> str:
    scopes = "".join(f"| {scope} | {said.removeprefix('for ')} |\n" for scope, said in SCOPES.items())
    unused = sorted(set(get_args(Role)) - {role for p in PERMISSIONS.values() for role in p.roles})
    tail = f"\nRoles that give no command: {', '.join(unused) or 'none'}.\n"
    return HEAD + scopes + tail + "".join(table for part in PARTS for table in tables(part))


def tables(part: Part) -> Iterator[str]:
    """One for each topic that has commands on this kind of thing."""
    known = KINDS.get(part.kind.kind)
    yield f"\n## On {known or part.kind.kind + 's'} {wording.called('kind', part.kind.kind).zh}\n"
    for title, modules in TOPICS.items():
        lines = [line for line, wish in WISHES.items() if wish.part is part and topic(wish.command) in modules]
        if lines:
            yield f"\n### {title}\n\n" + "".join(table(part, lines))


def topic(command: Command) -> str:
    return type(command).__module__.removeprefix("domain.")


def table(part: Part, lines: list[str]) -> Iterator[str]:
    letters: dict[tuple[str, str], str] = {}
    columns = [column_title(part.kind, column) for column in part.stages]
    yield f"| command | roles | for | {' | '.join(columns)} |\n|---|---|---|{':-:|' * len(columns)}\n"
    for line in lines:
        command, answers = WISHES[line].command, cells(line)
        alike: dict[tuple[str, ...], list[str]] = {}
        for role in permission_of(command).roles:
            found = (cell(answers[role, column], command, column, letters) for column in part.stages)
            alike.setdefault((*found,), []).append(role)
        for shown, roles in alike.items():
            scope = permission_of(command).scope
            yield f"| {title_of(line)} | {', '.join(roles)} | {scope} | {' | '.join(shown)} |\n"
    yield "\n" if letters else ""
    for (refusal, rule), letter in letters.items():
        yield f"- **{letter}** `{refusal}` by `{rule}`\n"


def cell(found: Answer, command: Command, column: str, letters: dict[tuple[str, str], str]) -> str:
    if found.changes:
        return "✓"
    place = "○" if stage_of(column) in permission_of(command).stages else ""
    if not found.refusal:
        return place or "·"
    known = letters.setdefault((found.refusal, found.rule), _letter(len(letters)))
    return f"{place}{known}"


def _letter(number: int) -> str:
    """A to z, then aa, ab, …"""
    before, last = divmod(number, 26)
    return (_letter(before - 1) if before else "") + chr(ord("a") + last)


def column_title(kind: type[Aggregate], column: str) -> str:
    if not column:
        return "(new)"
    stage, _, example = column.partition(", ")
    said = wording.called("stage", stage)
    zh = f"<br>{said.zh}" if said.zh != stage and kind.kind in {"round", "project"} else ""
    return f"{stage}{zh}<br>({example})" if example else f"{stage}{zh}"


def title_of(line: str) -> str:
    """As it is written, which side or deadline it is about, and as people read it in Chinese."""
    name, _, about = line.partition(" ")
    return " ".join(filter(None, [f"`{name}`", about, wording.command_title(name).zh]))
