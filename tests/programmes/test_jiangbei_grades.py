"""J1 等级评定奖励, Jiangbei. Published: 10 organisations of 5A, 6 of 4A, 27 of 3A, 10,000 to 50,000 yuan each."""

from collections import Counter

import pytest

from domain.errors import NotEligible
from domain.fund import Fund
from tests.programmes.cast import OFFICER, Entry, yuan
from tests.programmes.player import FUND, Player, rules_of
from tests.stage import Stage

GRADES = (*["5A"] * 10, *["4A"] * 6, *["3A"] * 27)
ENTRIES = tuple(Entry(f"p-{n}", f"org-{n}", "grade", yuan(10_000)) for n in range(len(GRADES)))
TOO_LOW = Entry("p-low", "org-low", "grade", yuan(10_000))
EXPIRED = Entry("p-old", "org-old", "grade", yuan(10_000))


async def test_each_organisation_gets_what_the_grade_it_has_is_worth(stage: Stage) -> None:
    player = Player(stage, rules_of("jiangbei-grades"), (*ENTRIES, TOO_LOW, EXPIRED), budget=yuan(950_000))
    await player.set_up()
    grades = [(e.organisation, grade, "2029-12-31") for e, grade in zip(ENTRIES, GRADES, strict=True)]
    grades += [("org-low", "2A", "2029-12-31"), ("org-old", "5A", "2025-12-31")]
    await player.all(
        (OFFICER, "RecordGrade", {"organisation": id_, "grade": grade, "valid_until": until})
        for id_, grade, until in grades
    )
    for entry in (TOO_LOW, EXPIRED):
        who, command, content = player.application(entry)
        with pytest.raises(NotEligible):
            await player.say(who, command, **content)
    del player.entry["p-low"], player.entry["p-old"]
    await player.all(map(player.application, ENTRIES))
    await player.go_on()
    assert Counter(place.prize for place in player.round().places.values()) == {"5a": 10, "4a": 6, "3a": 27}
    awards = Counter(project.award for project in player.projects().values() if project.outcome == "closed")
    assert awards == {yuan(50_000): 10, yuan(30_000): 6, yuan(10_000): 27}
    fund = stage.store.load(Fund, FUND)
    assert (sum(fund.disbursed.values()), fund.unallocated) == (95_000_000, 0)
