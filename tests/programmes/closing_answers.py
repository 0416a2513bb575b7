"""What people do before a project is closed: the account, money left over, the audit, the publication, the archive."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from tests.programmes import cast
from tests.programmes.cast import Entry, Row, Wish, director_of

if TYPE_CHECKING:
    from domain.project import Project
    from domain.rules import Rules


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class ClosingAnswers:
    """The closing duties, in their order. A project spends what it was paid, less what its entry says is left over."""

    rules: Rules
    entry: dict[str, Entry]

    def project(self, id_: str) -> Project:
        raise NotImplementedError

    def _today(self) -> date:
        raise NotImplementedError

    def on_final_account(self, row: Row) -> Iterator[Wish]:
        project, entry = self.project(row["project"]), self.entry[row["project"]]
        paid = sum(tranche.paid.minor for tranche in project.tranches.values())
        spent = cast.yuan(paid // 100 - entry.left_over)
        content = {"project": project.id, "spent": str(spent), "account_sha256": sha(f"account {project.id}")}
        yield director_of(entry.organisation), "FileFinalAccount", content

    def on_unspent(self, row: Row) -> Iterator[Wish]:
        if row["role"] == "trustee":
            back = {
                "amount": str(cast.yuan(self.entry[row["project"]].left_over)),
                "reference": f"back-{row['project']}",
            }
            today = self._today().isoformat()
            yield cast.TRUSTEE, "RecordUnspentReturned", {"project": row["project"], "received_on": today, **back}

    def on_audit_report(self, row: Row) -> Iterator[Wish]:
        report = {"auditor": "某会计师事务所", "report_sha256": sha(f"audit {row['project']}")}
        yield cast.AUDITOR, "FileAuditReport", {"project": row["project"], **report}

    def on_publication(self, row: Row) -> Iterator[Wish]:
        published = {"published_on": self._today().isoformat(), "place": "民政局网站", "marked": True}
        evidence = {"evidence_sha256": sha(f"page {row['project']}")}
        yield cast.OFFICER, "RecordPublication", {"project": row["project"], **published, **evidence}

    def on_archive(self, row: Row) -> Iterator[Wish]:
        assert self.rules.closing is not None
        files = [
            {"retention": kind.id, "title": kind.words.zh, "sha256": sha(f"{kind.id} {row['project']}")}
            for kind in self.rules.closing.retention
        ]
        yield cast.OFFICER, "ArchiveProject", {"project": row["project"], "files": files}
