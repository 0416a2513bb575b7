"""C3 博爱100, Zhongshan 2013: bonus points beside the experts' hundred; a mid-term evaluation before the money goes on."""

from tests.programmes.cast import Entry, yuan
from tests.programmes.player import Player, rules_of
from tests.stage import Stage

ENTRIES = (
    Entry("matched", "org-a", "elderly", yuan(100_000), percent=80, extras={"matched-funds": 50}),
    Entry("special", "org-b", "migrants", yuan(100_000), percent=80, extras={"special-topic": 20}),
    Entry("plain", "org-c", "relief", yuan(100_000), percent=80),
)


async def test_bonus_points_rank_equal_projects_and_a_passed_mid_term_lets_the_money_go_on(stage: Stage) -> None:
    player = Player(stage, rules_of("boai-100"), ENTRIES, budget=yuan(200_000))
    await player.play()
    ranks = {id_: place.rank for id_, place in player.round().places.items()}
    assert ranks == {"matched": 1, "special": 2, "plain": 3}
    outcomes = {id_: project.outcome for id_, project in player.projects().items()}
    assert outcomes == {"matched": "closed", "special": "closed", "plain": "not_selected"}
    assert player.project("matched").mid_term_passed
