"""What waits for whom before a project is closed, until when, and whom it is escalated to."""

from __future__ import annotations

from typing import Any

from domain.kernel import STORY
from tests.controls import PROJECT, chen, lin, on, tang
from tests.domain.closing import a_settled_one, account, audit, publication, returned
from tests.domain.closing_in_days import LATE_PUBLICATION, TELL, begun, overdue, remind
from tests.projections.conftest import Reader
from tests.world import put


def waiting(reader: Reader) -> list[tuple[Any, ...]]:
    rows = reader.rows("duties", project=PROJECT)
    return sorted((row["kind"], row["role"], row["due"], row["again"]) for row in rows)


def test_what_can_be_done_waits_with_its_last_day_and_without_one_where_the_rules_give_none(reader: Reader) -> None:
    assert waiting(reader.told(begun())) == [
        ("audit-report", "applicant", on("12-02", "00:00"), False),
        ("final-account", "applicant", on("11-02", "00:00"), False),
        ("publication", "officer", on("10-31", "00:00"), False),
    ]


def test_before_the_days_begin_it_waits_without_one(reader: Reader) -> None:
    assert {due for _, _, due, _ in waiting(reader.told(a_settled_one()))} == {None}


def test_what_is_left_over_waits_for_the_trustee_and_at_last_the_files_for_the_officer(reader: Reader) -> None:
    reader.told(begun(), put(account(29_000), by=chen), put(TELL, by=STORY))
    assert ("unspent", "trustee", on("10-18", "00:00"), False) in waiting(reader)


def test_the_archive_waits_last(reader: Reader) -> None:
    rest = (put(account(29_000), by=chen), put(returned(1_000), by=tang), put(audit(), by=chen))
    reader.told(begun(), *rest, put(publication(), by=lin), put(TELL, by=STORY))
    assert waiting(reader) == [("archive", "officer", on("10-13", "00:00"), False)]


def test_what_is_late_concerns_the_officer_as_well(reader: Reader) -> None:
    late = (
        put(remind("final-account"), by=STORY, at=on("10-28")),
        put(overdue("final-account"), by=STORY, at=on("11-09")),
    )
    found = waiting(reader.told(begun(), *late))
    assert [each for each in found if each[0] == "final-account"] == [
        ("final-account", "applicant", on("11-02", "00:00"), True),
        ("final-account", "officer", on("11-02", "00:00"), True),
    ]


def test_the_deadlines_say_who_is_late_with_which_duty(reader: Reader) -> None:
    reader.told(*LATE_PUBLICATION[:2])
    rows = reader.rows("deadlines", subject=f"project:{PROJECT}")
    assert [(row["kind"], row["part"], row["late_roles"]) for row in rows] == [
        ("RemindClosingDuty", "final-account", ["applicant"]),
        ("RecordOverdueClosingDuty", "publication", ["officer"]),
        ("RecordOverdueClosingDuty", "final-account", ["applicant"]),
        ("RemindClosingDuty", "audit-report", ["applicant"]),
        ("RecordOverdueClosingDuty", "audit-report", ["applicant"]),
    ]
