"""C8 四川 15+N, 2023: 273 applications, 87, 47, 15 funded from 1,500,000 yuan, and N more claimed on stage by sponsors."""

from domain.fund import Fund
from tests.programmes.cast import Entry, yuan
from tests.programmes.player import FUND, Player, rules_of
from tests.stage import Stage

FIELDS = ("elderly", "children", "relief", "education", "environment")
ENTRIES = tuple(
    Entry(f"p-{n}", f"org-{n}", FIELDS[n % 5], yuan(100_000), percent=100 - 10 * (n // 40), on_stage=100 - n // 5)
    for n in range(273)
)


async def test_of_273_applications_87_then_47_go_on_and_15_are_funded(stage: Stage) -> None:
    player = Player(stage, rules_of("sichuan-15n"), ENTRIES, budget=yuan(1_500_000))
    await player.play()
    projects = player.projects().values()
    reached = [sum(p.assessment(step).score is not None for p in projects) for step in ("desk", "defence", "final")]
    assert reached == [273, 87, 47]
    assert sum(project.outcome == "closed" for project in projects) == 15
    assert sum(stage.store.load(Fund, FUND).disbursed.values()) == 150_000_000
