"""Blind review 盲审: until the review is over, its reviewers read neither whose application it is nor who wrote it.

Ids of the organisation and of the applicant are replaced wherever they stand alone, their names also within texts. What an
applicant writes about themselves in other words stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.event_store import EventStore
from domain.organisation import Organisation
from domain.person import Person
from domain.project import Project
from domain.rules.review import ReviewRules

NOBODY = "_applicant"
"""Stands for the person; no id of anybody's, and called in words/names.toml."""
UNNAMED = "***"


def is_blind(project: Project, reader: str) -> bool:
    """Whether the reader sits on a panel of the project that is to judge without knowing whose it is."""
    if not project.exists or project.over:
        return False
    reviews = (project.assessment(rule.id) for rule in project.rules.each(ReviewRules) if rule.blind)
    return any(reader in review.panel.members and not review.over for review in reviews)


class Blindfold:
    """What is hidden of one project."""

    def __init__(self, store: EventStore, project: Project) -> None:
        people, organisation = project.own_people, project.organisation
        self.ids = {organisation: UNNAMED, **dict.fromkeys(people, NOBODY)}
        names = {store.load(Organisation, organisation).name, *(store.load(Person, who).name for who in people)} - {""}
        self.names = sorted(names, key=len, reverse=True)

    def over(self, value: Any) -> Any:
        """The same JSON without what is hidden; a row's `key` stays, or nobody could go on from it."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {name: part if name == "key" else self.over(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.over(part) for part in value]
        return value

    def actor(self, id_: str, role: str) -> str:
        """Whoever acts for the applicant is not told apart, nor named in what they did."""
        if role != "applicant":
            return id_
        self.ids[id_] = NOBODY
        return NOBODY

    def _text(self, text: str) -> str:
        if text in self.ids:
            return self.ids[text]
        for name in self.names:
            text = text.replace(name, UNNAMED)
        return text
