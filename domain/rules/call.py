"""Call 征集: who may apply, for how much and how often, and what they are asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from pydantic import Field, model_validator

from domain.kernel import Money, PositiveSum, Slug
from domain.rules.budget import BudgetRules
from domain.rules.form import FormField, MoneyField
from domain.rules.terms import Named, Rule, Several, Years, ids_differ

OrganisationGrade = Literal["1A", "2A", "3A", "4A", "5A"]
"""评估等级 of a social organisation (社会组织评估管理办法), from the lowest to the highest."""
GRADES: tuple[OrganisationGrade, ...] = get_args(OrganisationGrade)


class FieldOfWork(Named):
    """领域: elderly, children, …

    `purpose`: its projects may also be paid from money given for this purpose only (for lottery money 扶老, 助残, 救孤, 济困).
    """

    purpose: Slug | None = None


class OneAtATime(Rule):
    """不重复资助: who has a project that counts is refused (C10: no double funding; C1: nobody leads two projects).

    `counts` says which projects do: those applied for or funded and not over (`entered`), those with an award and not over
    (`running`), or also those over of which a tranche was paid (`funded`). They are looked for in this programme and in
    `programmes`; for an organisation in other rounds only, since `projects_per_organisation` rules its own round. With `leaders`
    each application names its leader, and the same is asked of them, in every round. It is asked when they apply, and once more
    when an award is granted: then only other awards that were granted count.
    """

    counts: Literal["entered", "running", "funded"]
    programmes: tuple[Slug, ...] = ()
    leaders: bool = False


class CallRules(Rule):
    """Who may apply, for how much and how often. An organisation under a ban may never.

    `least_grade` must still be valid on the day of the application; years are full years since registration.
    """

    organisation_types: tuple[Slug, ...] = Field(min_length=1)
    projects_per_organisation: Several
    ask_at_most: PositiveSum
    least_grade: OrganisationGrade | None = None
    registered_years_at_least: Years | None = None
    registered_years_at_most: Years | None = None
    places: tuple[Slug, ...] = ()
    one_at_a_time: OneAtATime | None = None
    budget: BudgetRules | None = None
    form: tuple[FormField, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> CallRules:
        ids_differ("form", (field.id for field in self.form))
        least, most = self.registered_years_at_least, self.registered_years_at_most
        if least is not None and most is not None and least > most:
            raise ValueError(f"nobody is registered for at least {least} years and at most {most}")
        return self

    def amounts(self) -> Iterator[tuple[str, Money]]:
        """Every amount these rules name, and where."""
        yield "call.ask_at_most", self.ask_at_most
        for category in self.budget.categories if self.budget else ():
            if category.at_most is not None:
                yield f"call.budget.categories.{category.id}.at_most", category.at_most
        for field in self.form:
            if isinstance(field, MoneyField):
                for name, amount in (("at_least", field.at_least), ("at_most", field.at_most)):
                    if amount is not None:
                        yield f"call.form.{field.id}.{name}", amount
