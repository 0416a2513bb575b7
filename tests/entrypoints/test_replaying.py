"""A replay shows also what concerned the project in its round: its place in the ranking, the notice, objections to it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.application import WithdrawApplication
from domain.kernel import STORY
from domain.notice import ConcludeNotice
from domain.round_extension import ExtendRoundDeadline
from tests.controls import PROJECT, ROUND, answer, chen, fang, gao, he, jin, lin, ma, objection, on, sun, xu, zhao
from tests.entrypoints.conftest import Line, Office
from tests.situations import a_presented_project, an_application, an_objection, an_open_notice
from tests.world import Situation, put, steps


def a_disputed_round() -> Any:
    return steps(a_disputed_round_before_its_end(), put(ConcludeNotice(round=ROUND), by=STORY, at=on("04-25")))


def a_disputed_round_before_its_end() -> Any:
    """Two projects are published; each award is objected to, one objection is upheld; a third project withdrew before."""
    gone = put(WithdrawApplication(project="gone", reason="no people"), by=chen, at=on("03-11"))
    return steps(
        Situation("gone", gone, an_application("gone")),
        a_presented_project(),
        a_presented_project("garden", percent=70, by=he),
        an_objection(),
        put(objection("objection-2", project="garden"), by=fang, at=on("04-21")),
        put(answer(upheld=False), by=lin, at=on("04-22")),
        put(answer(upheld=True, id_="objection-2"), by=xu, at=on("04-23")),
    )


def replayed(office: Office, project: str = PROJECT, who: Any = ma, **then: Any) -> list[dict[str, Any]]:
    answer = office.gets(who, f"/replay/{project}", **then)
    assert answer.status_code == 200, answer.text
    history: list[dict[str, Any]] = answer.json()["history"]
    return history


def of_the_round(history: list[dict[str, Any]]) -> list[str]:
    return [line["name"].partition(".")[0] for line in history if line["stream"] == f"round:{ROUND}"]


def test_a_replay_shows_the_rounds_events_that_concern_the_project_in_order(office: Office) -> None:
    office.told(a_disputed_round())
    history = replayed(office)
    assert of_the_round(history) == [
        "RankingPublished",
        "NoticeOpened",
        "ObjectionRaised",
        "ObjectionDismissed",
        "NoticeConcluded",
    ]
    assert [line["position"] for line in history] == sorted(line["position"] for line in history)
    assert {line["stream"] for line in history} == {f"project:{PROJECT}", f"round:{ROUND}"}
    said = {line["name"]: line["en"] for line in history}
    assert said["ObjectionRaised.v2"] == (
        "Fang objected to project reading-hour (objection-1): The same work is already paid for."
    )
    assert said["ObjectionDismissed.v1"].startswith("Lin dismissed the objection objection-1")


def test_an_objection_belongs_to_the_project_it_names_only(office: Office) -> None:
    office.told(a_disputed_round())
    history = replayed(office, "garden")
    assert "ObjectionUpheld" in of_the_round(history)
    assert "ObjectionDismissed" not in of_the_round(history)
    assert "objection-1" not in str([line["payload"] for line in history])


def test_of_the_ranking_only_the_projects_own_line_is_shown(office: Office) -> None:
    office.told(a_disputed_round())
    (ranking,) = (line for line in replayed(office) if line["name"] == "RankingPublished.v2")
    assert [place["project"] for place in ranking["payload"]["places"]] == [PROJECT]
    assert ranking["en"] == "Lin published the ranking: this project has rank 1, total score 86.00, award CNY 30,000.00"
    assert ranking["zh"] == "Lin 公布了排名：本项目第 1 名，总分 86.00，拟资助 30,000.00 元"


def test_a_line_without_an_award_says_why(office: Office) -> None:
    office.told(a_presented_project(), a_presented_project("poor", percent=0, by=he), an_open_notice())
    (ranking,) = (line for line in replayed(office, "poor") if line["name"] == "RankingPublished.v2")
    assert ranking["en"].endswith("this project has rank 2, total score 32.00, no award (below the least score)")


def test_more_days_for_the_notice_concern_whoever_is_in_it(office: Office) -> None:
    longer = ExtendRoundDeadline(round=ROUND, deadline="notice", until=date(2026, 4, 29), reason="The site was down.")
    office.told(a_disputed_round_before_its_end(), put(longer, by=lin, at=on("04-23")))
    assert of_the_round(replayed(office))[-1] == "RoundDeadlineExtended"
    assert replayed(office)[-1]["zh"] == "Lin 将公示截止由 2026-04-24 24:00 延至 2026-04-29 24:00：The site was down."
    assert of_the_round(replayed(office, "gone")) == []


def test_who_was_not_ranked_is_not_concerned_by_the_notice(office: Office) -> None:
    office.told(a_disputed_round())
    assert of_the_round(replayed(office, "gone")) == []


def test_a_replay_of_a_past_position_or_moment_knows_nothing_later_of_the_round_either(office: Office) -> None:
    office.told(a_disputed_round())
    history = replayed(office)
    raised = next(line for line in history if line["name"] == "ObjectionRaised.v2")
    until_then = [line for line in history if line["position"] <= raised["position"]]
    assert replayed(office, at=raised["position"]) == until_then
    assert replayed(office, as_of=raised["recorded_at"]) == until_then
    assert of_the_round(replayed(office, at=until_then[-2]["position"]))[-1] == "NoticeOpened"


@pytest.mark.parametrize("who", [lin, ma, jin, gao])
def test_who_reads_the_rounds_history_sees_it_in_the_replay(office: Office, who: Any) -> None:
    office.told(a_disputed_round())
    assert "ObjectionRaised" in of_the_round(replayed(office, who=who))
    assert {row["name"] for row in office.rows(who, "project_history", stream=f"round:{ROUND}")}


@pytest.mark.parametrize("who", [chen, zhao, sun])
def test_who_does_not_read_the_rounds_history_does_not_see_it_in_the_replay_either(office: Office, who: Any) -> None:
    office.told(a_disputed_round())
    history = replayed(office, who=who)
    assert history
    assert of_the_round(history) == []
    assert office.rows(who, "project_history", stream=f"round:{ROUND}") == []


def test_at_the_command_line_the_rounds_events_are_marked(canopy: Line, office: Office) -> None:
    office.told(a_disputed_round())
    for lang, mark in (("en", "[round] "), ("zh", "【批次】")):
        said = canopy("replay", PROJECT, "--lang", lang).out
        marked = [line for line in said.splitlines() if mark in line]
        assert len(marked) == 5
        assert "objection" in canopy("replay", PROJECT, "--json").out
    raised = next(
        line for line in canopy("replay", PROJECT, "--json").rows["history"] if line["name"] == "ObjectionRaised.v2"
    )
    before = canopy("replay", PROJECT, "--at", str(raised["position"] - 1)).out
    assert "objected" not in before
    assert "objected" not in canopy("replay", PROJECT, "--as-of", "2026-04-19").out
