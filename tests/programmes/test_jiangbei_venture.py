"""J2 公益创投大赛, Jiangbei. Published: 2 years, more than 5,700,000 yuan, 125 organisations, 120+ projects; the split is made up."""

from domain.fund import Fund
from tests.programmes.cast import Entry, yuan
from tests.programmes.player import Player, rules_of
from tests.stage import Stage

POOLED = {"lottery": 60, "charity": 40}
"""Money of two sides behind every round, in percent."""
FIELDS = ("elderly", "children", "disabled", "health", "neighbourhood", "community")


def entries(year: int, first: int, number: int, ask: int, weak: int = 0) -> tuple[Entry, ...]:
    """So many organisations, one project each; the last ones do not convince the experts."""
    return tuple(
        Entry(
            project=f"p{year}-{n}",
            organisation=f"org-{n}",
            field=FIELDS[n % len(FIELDS)],
            ask=yuan(ask),
            percent=50 if n >= first + number - weak else 70 + n % 3 * 10,
        )
        for n in range(first, first + number)
    )


async def test_two_years_fund_what_was_published(stage: Stage) -> None:
    rules = rules_of("jiangbei-venture")
    years = (entries(2026, 0, 60, 46_000), entries(2027, 60, 65, 48_000, weak=3))
    funded = [60, 62]
    for number, (these, count) in enumerate(zip(years, funded, strict=True), start=1):
        budget = yuan(count * these[0].ask.minor // 100)
        await Player(stage, rules, these, budget, round_id=f"year-{number}", funds=POOLED).play()
    lottery, charity = (stage.store.load(Fund, fund) for fund in POOLED)
    paid = sum(lottery.disbursed.values()) + sum(charity.disbursed.values())
    (totals,) = stage.views.everything("programme_totals", {}, after=stage.store.head())
    assert (paid, lottery.unallocated, charity.unallocated) == (573_600_000, 0, 0)
    assert sum(lottery.disbursed.values()) == 344_160_000, "each fund gives its share of every award"
    assert paid > 570_000_000
    assert (totals["projects"], totals["organisations"], totals["rounds"]) == (122, 122, 2)
    assert len({entry.organisation for these in years for entry in these}) == 125
