"""A programme with every closing duty, and what is given to see to them."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.archive import (
    ArchivedFile,
    ArchiveProject,
    FileAuditReport,
    FileFinalAccount,
    RecordPublication,
    RecordUnspentReturned,
)
from domain.rules import Rules
from tests.controls import PROJECT, RULES, on, yuan
from tests.situations import a_programme, a_settled_project
from tests.world import Situation

CLOSING: dict[str, Any] = {
    "final_account_required": True,
    "audit_report_required": True,
    "publication_required": True,
    "marking": {"zh": "中国福利彩票公益金资助", "en": "Funded by the China Welfare Lottery"},
    "retention": [
        {
            "id": "procurement",
            "words": {"zh": "采购文件", "en": "Procurement files"},
            "retention_years": 15,
        },
        {"id": "vouchers", "words": {"zh": "会计凭证", "en": "Accounting vouchers"}, "retention_years": 30},
    ],
}


def with_duties(**changes: Any) -> Rules:
    return Rules.model_validate(RULES.model_dump() | {"closing": CLOSING | changes})


def a_settled_one(rules: Rules | None = None) -> Situation:
    """Evaluated and paid, 30,000 yuan in three tranches; it is 2 October."""
    before = a_programme(rules or with_duties())
    return Situation(
        "a settled one", lambda world: world.at(on("10-02")), lambda world: a_settled_project()(before(world))
    )


def account(spent: int) -> FileFinalAccount:
    return FileFinalAccount(project=PROJECT, spent=yuan(spent), account_sha256="a" * 64)


def returned(amount: int, reference: str = "bank-back") -> RecordUnspentReturned:
    return RecordUnspentReturned(
        project=PROJECT, amount=yuan(amount), received_on=date(2026, 10, 1), reference=reference
    )


def audit() -> FileAuditReport:
    return FileAuditReport(project=PROJECT, auditor="Yong Xin CPA", report_sha256="b" * 64)


def publication(**changes: Any) -> RecordPublication:
    content = {
        "project": PROJECT,
        "published_on": date(2026, 10, 1),
        "place": "The bureau's website",
        "marked": True,
        "evidence_sha256": "d" * 64,
    }
    return RecordPublication.model_validate(content | changes)


def archive(*classes: str) -> ArchiveProject:
    files = tuple(
        ArchivedFile(retention=each, title=f"All {each}", sha256="e" * 64)
        for each in classes or ("procurement", "vouchers")
    )
    return ArchiveProject(project=PROJECT, files=files)
