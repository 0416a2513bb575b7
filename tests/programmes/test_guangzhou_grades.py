"""C14 等级评估, Guangzhou: 1,000 points; more than half of all the committee's members decide, by named vote."""

from domain.fund import Fund
from tests.programmes import cast
from tests.programmes.cast import Entry, yuan
from tests.programmes.player import FUND, Player, rules_of
from tests.stage import Stage

ENTRIES = (
    Entry("p-96", "org-a", "grade", yuan(10_000), percent=96),
    Entry("p-91", "org-b", "grade", yuan(10_000), percent=91),
    Entry("p-86", "org-c", "grade", yuan(10_000), percent=86),
    Entry("p-80", "org-d", "grade", yuan(10_000), percent=80),
)


async def test_grades_are_decided_by_named_vote_of_more_than_half_of_all_members(stage: Stage) -> None:
    player = Player(stage, rules_of("guangzhou-grades"), ENTRIES, budget=yuan(90_000))
    await player.play()
    round_ = player.round()
    assert {id_: place.prize for id_, place in round_.places.items()} == {
        "p-96": "5a",
        "p-91": "4a",
        "p-86": "3a",
        "p-80": None,
    }
    votes = round_.approvals["p-96"].of_step("vote")
    assert set(votes) == set(cast.body("committee", 5)[:3]), "three of five are more than half, each by name"
    assert sum(stage.store.load(Fund, FUND).disbursed.values()) == 9_000_000
