"""An organisation's projects, and what came of each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.project import Project
from projections import organisation_projects
from tests.controls import ORGANISATION, PROJECT, on, pay, song, yuan
from tests.domain.test_sources import BUREAU, CHARITY, a_pooled_round
from tests.projections.conftest import Reader
from tests.projections.lives import LIVES, Life, the_whole_life
from tests.situations import an_approved_tranche
from tests.world import put


def test_each_project_is_shown_with_its_stage_and_its_money(reader: Reader) -> None:
    reader.told(the_whole_life())
    ours = reader.one("organisation_projects", organisation=ORGANISATION)
    assert (ours["project"], ours["stage"], ours["outcome"], ours["grade"]) == (PROJECT, "closed", "closed", "a")
    assert (ours["ask_fen"], ours["award_fen"], ours["disbursed_fen"]) == (3_000_000, 3_000_000, 3_000_000)
    assert ours["applied_at"] == on("03-10")
    theirs = reader.one("organisation_projects", organisation="xingguang")
    assert (theirs["outcome"], theirs["award_fen"], theirs["disbursed_fen"]) == ("not_selected", None, 0)


def test_what_is_paid_in_part_is_paid_and_every_fund_behind_the_award_is_shown(reader: Reader) -> None:
    part = pay().model_copy(update={"amount": yuan(4_000)})
    reader.told(a_pooled_round(), an_approved_tranche(), put(part, by=song))
    row = reader.one("organisation_projects", fund=CHARITY)
    assert (row["disbursed_fen"], row["funds"]) == (4_000_00, [BUREAU, CHARITY])


def test_since_is_when_the_project_came_to_its_stage(reader: Reader) -> None:
    seen: list[tuple[str, str]] = []
    for recorded in reader.step_by_step([organisation_projects.MODEL], the_whole_life()):
        for row in reader.rows("organisation_projects", project=PROJECT):
            project: Project = reader.states[f"project:{PROJECT}"]
            assert (row["stage"], row["step"]) == (project.stage, project.step)
            if not seen or seen[-1] != (row["stage"], row["step"]):
                assert row["since"] == recorded.recorded_at
                seen.append((row["stage"], row["step"]))
    assert [stage for stage, _ in seen][:3] == ["eligibility", "review", "roadshow"]


@pytest.mark.parametrize("life", LIVES)
def test_every_life_ends_with_one_row_for_each_project_as_the_domain_has_it(
    reader: Reader, life: Callable[[], Life]
) -> None:
    reader.told(life())
    for row in reader.rows("organisation_projects"):
        project = reader.store.load(Project, row["project"])
        assert (row["stage"], row["outcome"]) == (project.stage, project.outcome)
