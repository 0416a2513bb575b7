"""F4 项目大赛, Ningbo 2020. Published: 125 entries, 18 finalists, of which 5 from Fenghua: 1 gold, 2 silver, 1 bronze, 1 merit."""

from collections import Counter

from tests.programmes.cast import Entry, yuan
from tests.programmes.player import Player, rules_of
from tests.stage import Stage

FENGHUA = {"p-1": "gold", "p-4": "silver", "p-7": "silver", "p-10": "bronze", "p-16": "merit"}
"""Entries of organisations from Fenghua that reached the final, and their prizes."""
STEPS = ("preliminary", "semi-final", "final")
FIELDS = ("elderly", "children", "disabled", "health", "environment", "neighbourhood")


def entries() -> tuple[Entry, ...]:
    """125 entries, each a little weaker than the one before: who wins is made up, how many is published."""
    return tuple(
        Entry(
            project=f"p-{n}",
            organisation=f"{'fenghua' if f'p-{n}' in FENGHUA else 'ningbo'}-{n}",
            field=FIELDS[n % len(FIELDS)],
            ask=yuan(20_000),
            percent=100 - 5 * (n // 9),
            on_stage=100 - 5 * n,
        )
        for n in range(125)
    )


async def test_of_125_entries_18_reach_the_final_and_the_prizes_are_those_published(stage: Stage) -> None:
    player = Player(stage, rules_of("ningbo-contest"), entries(), budget=yuan(200_000), judges=5)
    await player.play()
    projects = player.projects()
    reached = [sum(p.assessment(step).score is not None for p in projects.values()) for step in STEPS]
    assert reached == [125, 45, 18]
    finalists = [id_ for id_, project in projects.items() if project.assessment("final").score is not None]
    prizes = {id_: place.prize for id_, place in player.round().places.items() if place.prize}
    assert Counter(prizes.values()) == {"gold": 3, "silver": 5, "bronze": 6, "merit": 4}
    assert {id_: prize for id_, prize in prizes.items() if id_ in FENGHUA} == FENGHUA
    assert all(projects[id_].outcome == "closed" for id_ in finalists)
