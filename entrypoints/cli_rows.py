"""What people are shown of a read model at the command line: which columns, and its codes in words. `--json` has everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from entrypoints.wording import Lang, Said, called, command_title

Row: TypeAlias = Mapping[str, Any]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "project_history": ("position", "recorded_at", "role", "event"),
    "reviewer_queue": ("person", "kind", "project", "title", "status", "due"),
    "assignments": ("person", "stage", "project", "status", "due", "assigned", "done", "silent", "recused"),
    "review_scores": ("project", "stage", "person", "raw", "tendency", "normalised", "outlier"),
    "duties": ("who", "kind", "part", "about", "due"),
    "deadlines": ("due", "about", "kind", "part", "late_roles"),
    "tranche_board": ("project", "tranche", "amount_fen", "status", "waits_for", "waits_role"),
    "payment_orders": ("project", "tranche", "order_number", "amount_fen", "paid_fen", "status", "payee", "funds"),
    "notice_board": ("round", "notice", "project", "award_fen", "ends_at", "objection", "status"),
    "fund_balance": ("fund", "round", "purpose", "received", "allocated", "committed", "disbursed", "available"),
    "organisation_projects": ("organisation", "project", "title", "stage", "award_fen", "disbursed_fen", "since"),
    "roadshow_board": (
        "starts_at",
        "session",
        "number",
        "project",
        "title",
        "status",
        "scored",
        "judges",
        "score",
        "rank",
    ),
    "round_funnel": ("round", "place", "stage", "came", "there", "ended", "asked_fen", "awarded_fen", "disbursed_fen"),
    "round_totals": (
        *("round", "applications", "organisations", "projects", "fields"),
        *("disbursed_fen", "activities", "people_served"),
    ),
}
"""Read model → its columns for people; one that is not here has all."""
MONEY = frozenset(
    (
        *("received", "allocated", "committed", "disbursed", "available", "outstanding"),
        *("released", "returned", "recovered", "raw", "tendency", "normalised"),
        *("amount_fen", "paid_fen", "disbursed_fen", "award", "ask_fen", "asked_fen", "award_fen", "awarded_fen"),
    )
)
"""Columns that hold minor units, or hundredths of a point."""
COUNTS = frozenset(
    (
        *("assigned", "done", "silent", "recused"),
        *("number", "scored", "judges", "rank"),
        *("came", "there", "ended", "rounds", "applications", "organisations", "projects", "fields"),
        *("activities", "people_served"),
    )
)


def columns_of(read_model: str, rows: Sequence[Row]) -> tuple[str, ...]:
    return COLUMNS.get(read_model) or tuple(rows[0] if rows else ())


def for_people(read_model: str, row: Row, lang: Lang) -> Row:
    """The row with what its columns need beside what the read model has."""
    more = _MORE.get(read_model)
    return {**row, **more(row, lang)} if more else row


def _of_duties(row: Row, lang: Lang) -> Row:
    """Who is the person where one is meant, the organisation where it applies, else whoever holds the role."""
    who = row["organisation"] if row["role"] == "applicant" else row["person"]
    what = called("duty", row["kind"])
    again = Said(f"再次{what.zh}", f"{what.en} again")
    return {
        "who": who or called("role", row["role"]).in_(lang),
        "kind": (again if row["again"] else what).in_(lang),
        "about": row["project"] or row["round"],
    }


def _of_deadlines(row: Row, lang: Lang) -> Row:
    return {
        "about": row["subject"].partition(":")[2],
        "kind": command_title(row["kind"]).in_(lang),
        "opens": row["kind"] == "OpenCall",
    }


def _of_a_fund(row: Row, lang: Lang) -> Row:
    if row["round"]:
        return {"received": None}  # it is the fund that receives
    return {"round": Said("整个资金池", "whole fund").in_(lang)}


def _of_a_project(row: Row, lang: Lang) -> Row:
    """Where it stands: its outcome when it is over."""
    stage = called("outcome", row["outcome"]).in_(lang) if row["outcome"] else _stage(row["step"], row["stage"], lang)
    return {"stage": stage}


def _of_the_board(row: Row, lang: Lang) -> Row:  # noqa: ARG001  like the others
    """Scores are in hundredths of a point."""
    score = row["score"]
    return {"score": None if score is None else f"{score // 100}.{score % 100:02}"}


def _stage(step: str, kind: str, lang: Lang) -> str:
    """The kind in words, and the stage's own id where it says more."""
    words = called("stage", kind).in_(lang)
    return words if step in {kind, ""} else f"{words} {step}"


_MORE: Mapping[str, Callable[[Row, Lang], Row]] = {
    "project_history": lambda row, lang: {"event": row[lang]},
    "reviewer_queue": lambda row, lang: {"kind": called("duty", row["kind"]).in_(lang)},
    "duties": _of_duties,
    "organisation_projects": _of_a_project,
    "roadshow_board": _of_the_board,
    "round_funnel": lambda row, lang: {"stage": _stage(row["stage"], row["kind"], lang)},
    "deadlines": _of_deadlines,
    "fund_balance": _of_a_fund,
}
