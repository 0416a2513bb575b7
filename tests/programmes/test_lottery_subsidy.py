"""B3 福彩公益金资助. Published: 2,390,000 yuan; the split over projects is made up."""

from domain.fund import Fund
from tests.programmes.cast import Entry, yuan
from tests.programmes.player import FUND, Player, rules_of
from tests.stage import Stage

FIELDS = ("elderly", "disabled", "orphans", "relief")
ENTRIES = (
    *(Entry(f"p-{n}", f"org-{n}", FIELDS[n % 4], yuan(200_000), percent=90 - n) for n in range(11)),
    Entry("p-11", "org-11", "relief", yuan(190_000), percent=75),
    Entry("p-12", "org-12", "elderly", yuan(300_000), percent=70),
    Entry("p-13", "org-13", "elderly", yuan(50_000), percent=40),
)


async def test_the_published_sum_is_paid_to_the_fen_and_nothing_is_left(stage: Stage) -> None:
    player = Player(stage, rules_of("lottery-subsidy"), ENTRIES, budget=yuan(2_390_000))
    await player.play()
    fund = stage.store.load(Fund, FUND)
    assert (sum(fund.disbursed.values()), fund.unallocated) == (239_000_000, 0)
    outcomes = [project.outcome for project in player.projects().values()]
    assert outcomes == [*["closed"] * 12, "not_selected", "review_failed"]
