"""What waits for whom before a project is closed, and before its services count: a part of the inbox (duties)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.archive import open_duties
from domain.closing_due import open_dues
from domain.project import Project
from projections.duty import Kind, duty

CLOSING: dict[str, tuple[Kind, str]] = {
    "final-account": ("final-account", "applicant"),
    "unspent": ("unspent", "trustee"),
    "audit-report": ("audit-report", "applicant"),
    "publication": ("publication", "officer"),
    "archive": ("archive", "officer"),
}


def of_closing(project: Project) -> Iterator[dict[str, Any]]:
    """What is to be done before the project is closed, archived when the rest is done; an officer is called where it is late."""
    if project.stage != "settlement" or not project.paid_up:
        return
    found, dues = open_duties(project), open_dues(project)
    for each in found:
        if each != "archive" or found == ("archive",):
            (kind, role), days = CLOSING[each], dues.get(each)
            late = days is not None and days.overdue
            for who in (role, *(("officer",) if late and role != "officer" else ())):
                yield duty(kind, who, again=late, due=days.due if days else None)


def of_services(project: Project) -> Iterator[dict[str, Any]]:
    if project.stage in {"delivery", "evaluation"} and any(s.status == "filed" for s in project.services.values()):
        yield duty("services", "officer")


def is_settled(project: Project) -> bool:
    """Nothing keeps its round from being closed any more; with an award, it was granted, and closed where it has to be."""
    if project.over or project.award is None:
        return True
    to_be_closed = project.rules.closing is not None or bool(project.sponsor)
    return project.paid_up and project.stage != "notice" and not to_be_closed
