"""Result 结果: every project takes over its place once, or hears why there is none."""

import pytest

from domain.errors import StageNotOpen
from domain.kernel import STORY
from domain.result import ProjectNotSelected, ProjectSelected, RecordSelection
from domain.round import Entry
from tests.controls import PROJECT, lin, yuan
from tests.domain.test_selection import entry, publish, scores_of
from tests.situations import a_presented_project, a_ranked_round, collected_scores
from tests.world import Given, given, put


def published(*entries: Entry) -> Given:
    return given(a_presented_project(), a_presented_project("other"), scores_of(*entries), put(publish(), by=lin))


def test_a_published_award_is_taken_over_once() -> None:
    record = RecordSelection(project=PROJECT)
    after = (
        published(entry(PROJECT, 9_000))
        .when(record, by=STORY)
        .then_once(ProjectSelected(rank=1, total=9_000, award=yuan(20_000)))
    )
    assert after.project().stage == "notice"


@pytest.mark.parametrize(
    ("entries", "rank", "total", "reason"),
    [
        ([entry(PROJECT, 5_000)], 1, 5_000, "below_least_score"),
        ([entry(PROJECT, None)], None, None, "not_scored"),
        ([entry("other", 9_000)], None, None, "not_scored"),
    ],
)
def test_who_is_not_selected_hears_why(entries: list[Entry], rank: int | None, total: int | None, reason: str) -> None:
    after = (
        published(*entries)
        .when(RecordSelection(project=PROJECT), by=STORY)
        .then_once(ProjectNotSelected(stage="selection", rank=rank, total=total, reason=reason))
    )
    assert (after.project().stage, after.project().outcome) == ("ended", "not_selected")


def test_nothing_is_taken_over_before_the_ranking_is_published() -> None:
    given(collected_scores()).when(RecordSelection(project=PROJECT), by=STORY).refused(
        StageNotOpen, stage="notice", now="selection"
    )
    given(a_ranked_round()).when(RecordSelection(project="never-seen"), by=STORY).nothing_new()
