"""J1 等级评定奖励, Jiangbei. Published: 10 organisations of 5A, 6 of 4A, 27 of 3A, 10,000 to 50,000 yuan each."""

from collections import Counter

from domain.fund import Fund
from tests.programmes.cast import Entry, yuan
from tests.programmes.player import FUND, Player, rules_of
from tests.stage import Stage

PERCENTS = (*[97] * 10, *[92] * 6, *[88] * 27, *[80] * 2)
"""What the assessors give: 45 organisations, two of which reach no grade that is awarded."""
ENTRIES = tuple(Entry(f"p-{n}", f"org-{n}", "grade", yuan(10_000), percent) for n, percent in enumerate(PERCENTS))


async def test_each_organisation_gets_what_its_grade_is_worth(stage: Stage) -> None:
    player = Player(stage, rules_of("jiangbei-grades"), ENTRIES, budget=yuan(950_000))
    await player.play()
    grades = Counter(place.prize for place in player.round().places.values())
    assert grades == {"5a": 10, "4a": 6, "3a": 27, None: 2}
    awards = {project.award for project in player.projects().values() if project.outcome == "closed"}
    assert awards == {yuan(50_000), yuan(30_000), yuan(10_000)}
    fund = stage.store.load(Fund, FUND)
    assert (sum(fund.disbursed.values()), fund.unallocated) == (95_000_000, 0)
