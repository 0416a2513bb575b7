"""B4 政府购买服务, Beilun, with the unit prices of C15."""

from domain.fund import Fund
from tests.programmes.cast import Entry, yuan
from tests.programmes.player import FUND, ROUND, Player, rules_of
from tests.stage import Stage

ENTRIES = (Entry("community-service", "org-a", "community", yuan(51_100), percent=85),)


async def test_the_contract_is_paid_up_to_its_sum(stage: Stage) -> None:
    player = Player(stage, rules_of("beilun-services"), ENTRIES, budget=yuan(60_000))
    await player.play()
    assert player.project("community-service").outcome == "closed"
    assert stage.store.load(Fund, FUND).disbursed[ROUND] == 5_110_000
