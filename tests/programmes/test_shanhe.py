"""C1 善荷计划: prizes in tranches of 20, 40 and 40 percent; nobody leads two projects; the payee may change."""

from collections import Counter
from collections.abc import Iterator

import pytest

from domain.errors import AlreadyLeads
from domain.fund import Fund
from tests.programmes.cast import Entry, Row, Wish, director_of, yuan
from tests.programmes.closing_answers import sha
from tests.programmes.player import FUND, Player, rules_of
from tests.stage import Stage

TEAM = "实施团队账户"
FIELDS = ("elderly", "children", "neighbourhood", "culture")
ENTRIES = tuple(
    Entry(f"p-{n}", f"org-{n}", FIELDS[n % 4], yuan(25_000), 90, on_stage=100 - n, content={"leader": f"leader-{n}"})
    for n in range(15)
)


async def test_the_prizes_are_those_announced_and_nobody_leads_two_projects(stage: Stage) -> None:
    player = Player(stage, rules_of("shanhe"), ENTRIES, budget=yuan(95_000))
    await player.set_up()
    await player.all(map(player.application, ENTRIES[:14]))
    again = Entry("p-14", "org-14", "culture", yuan(25_000), 90, content={"leader": "leader-1"})
    who, command, content = player.application(again)
    with pytest.raises(AlreadyLeads):
        await player.say(who, command, **content)
    await player.all(map(player.application, ENTRIES[14:]))
    await player.go_on()
    prizes = Counter(place.prize for place in player.round().places.values())
    assert prizes == {"first": 1, "second": 2, "third": 4, "merit": 8}
    first = player.project("p-0")
    assert [tranche.amount.minor for tranche in first.tranches.values()] == [500_000, 1_000_000, 1_000_000]
    assert sum(stage.store.load(Fund, FUND).disbursed.values()) == 9_500_000


async def test_the_later_tranches_go_to_the_team_that_implements_the_project(stage: Stage) -> None:
    def tranche(row: Row) -> Iterator[Wish]:
        """Once the first tranche is paid, the winner asks for the others to be paid to the team."""
        project = player.project(row["project"])
        if row["part"] == "award" or project.payee == TEAM:
            yield from player.on_tranche(row)
        elif project.payee_change is None and project.tranches["award"].status == "paid":
            change = {"payee": TEAM, "reason": "由实施团队执行。", "consent_sha256": sha("consent")}
            yield director_of("org-0"), "ChangePayee", {"project": project.id, **change}

    player = Player(stage, rules_of("shanhe"), ENTRIES[:1], budget=yuan(25_000), special={"tranche": tranche})
    await player.play()
    paid = [(t.payee, t.paid.minor) for t in player.project("p-0").tranches.values()]
    assert paid == [("org-0 基本户", 500_000), (TEAM, 1_000_000), (TEAM, 1_000_000)]
