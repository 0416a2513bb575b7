"""Leading 项目负责人: whoever takes over a project is told, as its first leader was, and leads no other one that counts (C1)."""

from __future__ import annotations

from collections.abc import Mapping

from domain.call import check_leader, led_elsewhere
from domain.kernel import Aggregate
from domain.person import Person
from domain.project import Project


def led_by(project: Project, *leaders: Person) -> tuple[tuple[type[Aggregate], str], ...]:
    """The projects to look at before somebody else leads this one: those they lead already."""
    led = (id_ for leader in leaders if project.exists for id_ in led_elsewhere(project.rules, leader))
    return tuple((Project, id_) for id_ in dict.fromkeys(led) if id_ != project.id)


def must_be_free(project: Project, leaders: tuple[Person, ...], beside: Mapping[str, Aggregate]) -> None:
    """Whoever shall lead the project is known, and leads no other one that counts. Raises NotFound, AlreadyLeads."""
    for leader in leaders:
        check_leader(project.rules, leader, (each for each in beside.values() if isinstance(each, Project)))
