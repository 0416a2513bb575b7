"""C4 东莞首届公益创投: 60 shortlisted, 28 funded; 60 percent live panel, 20 percent donations, 20 percent online vote."""

from tests.programmes.cast import Entry, yuan
from tests.programmes.player import Player, rules_of
from tests.stage import Stage

FIELDS = ("elderly", "children", "migrants", "disabled", "environment")
ENTRIES = tuple(
    Entry(
        project=f"p-{n}",
        organisation=f"org-{n}",
        field=FIELDS[n % 5],
        ask=yuan(100_000),
        percent=90 if n < 60 else 60,
        on_stage=60 + 10 * (n % 4),
        counts={"donations": 1_000 * (n % 7), "online-vote": 10 * (63 - n)},
    )
    for n in range(64)
)


async def test_60_are_shortlisted_28_funded_and_each_side_weighs_what_was_announced(stage: Stage) -> None:
    player = Player(stage, rules_of("dongguan"), ENTRIES, budget=yuan(2_800_000), judges=5)
    await player.play()
    projects = player.projects()
    shortlisted = [id_ for id_, project in projects.items() if project.assessment("panel").score is not None]
    assert len(shortlisted) == 60
    assert sum(project.outcome == "closed" for project in projects.values()) == 28
    totals = {id_: place.total for id_, place in player.round().places.items() if place.total is not None}
    assert len(totals) == 60
    for entry in ENTRIES[:60]:
        assert abs(totals[entry.project] - announced(entry)) <= 1


def announced(entry: Entry) -> float:
    """The announced weights, reckoned here once more: in hundredths of a point."""
    panel, donations, votes = entry.on_stage or 0, entry.counts["donations"] / 6_000, entry.counts["online-vote"] / 630
    return panel * 60 + donations * 2_000 + votes * 2_000
