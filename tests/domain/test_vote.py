"""Vote 投票: residents vote, one ballot a person, replaceable until the vote closes; then the ballots are counted."""

from datetime import date

from domain.application import WithdrawApplication
from domain.deadlines import Deadline, of_round
from domain.errors import (
    AboveLimit,
    ConflictOfInterest,
    Malformed,
    NotAnswered,
    NotDue,
    NotFound,
    RoleMissing,
    StageNotOpen,
)
from domain.kernel import STORY, Actor
from domain.rules import Rules
from domain.selection import CloseAssessment, CollectScores, ScoresCollected
from domain.tally import TallyCount
from domain.vote import CastVote, CountVote, OpenVote, Poll, VoteCast, VoteCounted, VoteOpened
from tests.controls import PROJECT, ROUND, also, fang, he, lin, on, sun
from tests.domain.test_tally import ONLINE, OTHER, with_tallies
from tests.situations import a_planned_round, a_presented_project, a_programme, a_ranked_round
from tests.world import Situation, given, put, steps

BALLOT = {**ONLINE, "kind": "ballot", "choices_at_most": 2, "id": "residents"}
CLOSES = on("04-21", "00:00")
neighbour = Actor(id="neighbour", grants=frozenset({("resident", ROUND)}))


def residents_count() -> Rules:
    """80 percent the judges, 20 percent the residents' vote, counted here."""
    shares = [{"stage": "roadshow", "percent": 80}, {"tally": "residents", "percent": 20}]
    return with_tallies([BALLOT], {"shares": shares})


def open_vote(day: str = "04-20") -> OpenVote:
    return OpenVote(round=ROUND, tally="residents", closes_on=date.fromisoformat(f"2026-{day}"))


def cast(*projects: str) -> CastVote:
    return CastVote(round=ROUND, tally="residents", projects=projects or (PROJECT,))


COUNT = CountVote(round=ROUND, tally="residents")


def a_vote() -> Situation:
    """Opened on 15 April until the end of the 20th, for two projects."""
    both = steps(a_presented_project(), a_presented_project(OTHER, percent=80, by=he))
    return Situation("a vote", put(open_vote(), by=lin), steps(a_programme(residents_count()), both))


def a_counted_vote() -> Situation:
    ballots = steps(put(cast(PROJECT, OTHER), by=fang), put(cast(PROJECT), by=neighbour))
    return Situation("a counted vote", put(COUNT, by=STORY, at=CLOSES), steps(a_vote(), ballots))


# ── opening ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_officer_opens_the_vote_and_gives_it_more_days_while_it_is_open() -> None:
    before = given(a_programme(residents_count()), a_presented_project())
    opened = before.when(open_vote(), by=lin).then_once(VoteOpened(tally="residents", closes_at=CLOSES))
    assert list(of_round(opened.round())) == [Deadline(CLOSES, COUNT)]
    later = opened.when(open_vote("04-22"), by=lin).then_once(VoteOpened)
    assert later.round().votes == {"residents": on("04-23", "00:00")}
    later.when(open_vote(), by=lin).refused(Malformed, field="closes_on")
    before.when(open_vote("04-14"), by=lin).refused(Malformed, field="closes_on")


def test_only_a_tally_by_ballot_is_voted_on_and_only_while_a_ranking_with_it_is_to_come() -> None:
    vote = given(a_vote())
    vote.when(OpenVote(round=ROUND, tally="applause", closes_on=date(2026, 4, 20)), by=lin).refused(NotFound)
    recorded = with_tallies([{**ONLINE, "id": "residents"}], residents_count().model_dump()["stages"][3])
    given(a_programme(recorded), a_presented_project()).when(open_vote(), by=lin).refused(Malformed, field="tally")
    given(a_programme(residents_count()), a_planned_round()).when(open_vote(), by=lin).refused(StageNotOpen)
    given(a_counted_vote(), a_ranked_round()).when(open_vote("04-30"), by=lin).refused(StageNotOpen, now="notice")


def test_a_vote_that_was_counted_is_not_opened_again() -> None:
    given(a_counted_vote()).when(open_vote("04-30"), by=lin).refused(StageNotOpen, now="counted")


# ── voting ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_resident_has_one_ballot_and_may_change_it_until_the_vote_closes() -> None:
    first = given(a_vote()).when(cast(OTHER), by=fang).then_once(VoteCast(voter="fang", projects=(OTHER,)))
    changed = first.when(cast(PROJECT, OTHER), by=fang).then_once(VoteCast)
    assert changed.world.get(Poll, f"{ROUND}.residents").ballots == {"fang": (PROJECT, OTHER)}
    changed.when(cast(OTHER), by=fang, at=CLOSES).refused(StageNotOpen, stage="open vote", now="no vote is open")
    given(a_counted_vote()).when(cast(OTHER), by=neighbour).refused(StageNotOpen, stage="open vote", now="counted")
    given(a_counted_vote()).when(cast(PROJECT), by=neighbour).nothing_new()


def test_only_residents_of_the_round_vote() -> None:
    elsewhere = Actor(id="elsewhere", grants=frozenset({("resident", "autumn-2026")}))
    for who in (sun, elsewhere):
        given(a_vote()).when(cast(), by=who).refused(RoleMissing)


def test_a_ballot_names_so_many_projects_of_the_round_each_once() -> None:
    vote = given(a_vote(), a_presented_project("third"))
    vote.when(cast(PROJECT, OTHER, "third"), by=fang).refused(AboveLimit, field="projects", value="3", limit="2")
    vote.when(cast(PROJECT, PROJECT), by=fang).refused(Malformed, field="projects")
    vote.when(cast("elsewhere"), by=fang).refused(NotFound, kind="project", id="elsewhere")
    gone = given(a_vote(), put(WithdrawApplication(project=OTHER, reason="x"), by=he))
    gone.when(cast(OTHER), by=fang).refused(StageNotOpen, now="ended")


def test_nobody_votes_for_a_project_of_their_own_organisation() -> None:
    partial = also(fang, "applicant", "xingguang")
    given(a_vote()).when(cast(PROJECT, OTHER), by=partial).refused(ConflictOfInterest, reason="acts for xingguang")
    given(a_vote()).when(cast(PROJECT), by=partial).then(VoteCast)


# ── counting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_ballots_are_counted_when_the_last_day_is_over() -> None:
    two = given(a_vote(), put(cast(PROJECT, OTHER), by=fang), put(cast(PROJECT), by=neighbour))
    two.when(COUNT, by=STORY, at=on("04-20", "23:59")).refused(NotDue, deadline="vote", due=CLOSES)
    counts = (TallyCount(project=OTHER, count=1), TallyCount(project=PROJECT, count=2))
    after = two.when(COUNT, by=STORY, at=CLOSES).then_once(VoteCounted(tally="residents", ballots=2, counts=counts))
    assert (after.round().votes, list(of_round(after.round()))) == ({}, [])


def test_the_ranking_waits_for_the_count_and_reckons_with_it() -> None:
    given(a_vote()).when(CloseAssessment(round=ROUND), by=lin).refused(NotAnswered, missing="residents")
    closed = given(a_counted_vote(), put(CloseAssessment(round=ROUND), by=lin))
    collected = closed.when(CollectScores(round=ROUND, projects=(PROJECT, OTHER)), by=STORY).then(ScoresCollected)
    totals = {id_: entry.total for id_, entry in collected.round().entries.items()}
    assert totals == {PROJECT: 9_200, OTHER: 7_400}  # 80 % of 90.00 and of 80.00; 20 % of 100.00 and of 50.00


def test_a_vote_nobody_took_part_in_gives_nobody_points() -> None:
    after = given(a_vote()).when(COUNT, by=STORY, at=CLOSES).then(VoteCounted(tally="residents", ballots=0, counts=()))
    assert after.round().tallies == {"residents": {}}
