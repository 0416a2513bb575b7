"""F3 微公益, Fenghua: one small round through every stage the programme has."""

from domain.fund import Fund
from tests.programmes.cast import Entry, yuan
from tests.programmes.player import FUND, ROUND, Player, rules_of
from tests.stage import Stage

ENTRIES = (
    Entry("reading-hour", "qinghe", "children", yuan(30_000), percent=90),
    Entry("warm-meals", "xingguang", "elderly", yuan(20_000), percent=80),
    Entry("too-weak", "lanhai", "youth", yuan(20_000), percent=40),
    Entry("too-late", "heping", "youth", yuan(20_000), percent=70),
)


async def test_the_best_are_funded_and_paid_within_the_budget(stage: Stage) -> None:
    player = Player(stage, rules_of("fenghua-micro"), ENTRIES, budget=yuan(60_000))
    await player.play()
    outcomes = {id_: (project.stage, project.outcome) for id_, project in player.projects().items()}
    assert outcomes == {
        "reading-hour": ("closed", "closed"),
        "warm-meals": ("closed", "closed"),
        "too-weak": ("ended", "review_failed"),
        "too-late": ("ended", "not_selected"),
    }
    fund = stage.store.load(Fund, FUND)
    assert (fund.disbursed[ROUND], fund.unallocated) == (5_000_000, 1_000_000)
    assert player.round().stage == "closed"
