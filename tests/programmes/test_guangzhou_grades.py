"""C14 等级评估, Guangzhou: experts drawn by lot, recusal, 1,000 points, a named vote of more than half of all members, the register."""

from collections.abc import Iterator
from datetime import timedelta

from domain.drawing import commitment_to
from domain.fund import Fund
from domain.organisation import Organisation
from domain.reviewer_draw import PanelDrawn
from tests.programmes import cast
from tests.programmes.cast import OFFICER, Entry, Row, Wish, director_of, yuan
from tests.programmes.closing_answers import sha
from tests.programmes.player import FUND, ROUND, Player, rules_of
from tests.stage import Stage

ENTRIES = (
    Entry("p-96", "org-a", "grade", yuan(10_000), percent=96),
    Entry("p-91", "org-b", "grade", yuan(10_000), percent=91),
    Entry("p-86", "org-c", "grade", yuan(10_000), percent=86),
    Entry("p-80", "org-d", "grade", yuan(10_000), percent=80),
)
LEFT_LAST_YEAR, LEFT_LONG_AGO, KIN = "reviewer-1", "reviewer-2", "reviewer-3"
AFFILIATIONS = (
    ("org-a", LEFT_LAST_YEAR, "employee", "2025-01-31"),
    ("org-a", LEFT_LONG_AGO, "board", "2023-12-31"),
    ("org-a", KIN, "kin", None),
)
ASKED_TO_STEP_ASIDE = "reviewer-4"


async def begin(player: Player) -> None:
    """The register knows who belonged to whom, the experts are committed to, everybody applies, and one applicant asks."""
    await player.set_up()
    for organisation, person, kind, until in AFFILIATIONS:
        known = {"organisation": organisation, "person": person, "kind": kind, "since": "2020-01-01", "until": until}
        await player.say(OFFICER, "RecordAffiliation", **known)
    draw = {"stage": "assessment", "salt": "2025", "candidates": list(cast.REVIEWERS)}
    await player.say(OFFICER, "CommitToDraw", round=ROUND, commitment=commitment_to(sha("assessment")), **draw)
    await player.all(map(player.application, ENTRIES))
    wish = {"project": "p-91", "person": ASKED_TO_STEP_ASIDE, "ground": "曾与我单位有诉讼。"}
    await player.say(director_of("org-b"), "AskForRecusal", **wish)
    await player.go_on()


async def test_experts_are_drawn_and_step_aside_and_the_grade_goes_on_the_register(stage: Stage) -> None:
    def recusal(row: Row) -> Iterator[Wish]:
        decision = {"person": row["part"], "granted": True, "reason": "申请理由成立。"}
        yield OFFICER, "DecideRecusal", {"project": row["project"], **decision}

    special = {"recusal": recusal, "panel": lambda _: ()}
    player = Player(stage, rules_of("guangzhou-grades"), ENTRIES, budget=yuan(90_000), special=special)
    await begin(player)

    panels = {id_: set(project.assessment("assessment").panel.members) for id_, project in player.projects().items()}
    assert all(len(panel) == 3 for panel in panels.values())
    assert ASKED_TO_STEP_ASIDE not in panels["p-91"]
    told = (each.event for each in stage.store.recorded("project:p-96"))
    (drawn,) = (event for event in told if isinstance(event, PanelDrawn))
    assert drawn.passed_over == (LEFT_LAST_YEAR, KIN)
    assert LEFT_LONG_AGO in panels["p-96"]

    round_ = player.round()
    prizes = {id_: place.prize for id_, place in round_.places.items()}
    assert prizes == {"p-96": "5a", "p-91": "4a", "p-86": "3a", "p-80": None}
    votes = round_.approvals["p-96"].of_step("vote")
    assert set(votes) == set(cast.body("committee", 5)[:3]), "three of five are more than half, each by name"
    assert sum(stage.store.load(Fund, FUND).disbursed.values()) == 9_000_000

    found = {id_: stage.store.load(Organisation, id_) for id_ in ("org-a", "org-b", "org-c", "org-d")}
    assert {id_: each.grade for id_, each in found.items()} == {
        "org-a": "5A",
        "org-b": "4A",
        "org-c": "3A",
        "org-d": "",
    }
    begun = player.project("p-96").begun_on
    assert begun is not None
    until = found["org-a"].graded_until
    assert until is not None
    assert until + timedelta(days=1) == begun.replace(year=begun.year + 5), "five years, to the day"
