"""B4 政府购买服务, Beilun, paid by the piece as in C15: 7 large events at 4,000, 7 small at 2,000, 7 cases at 300, 7 groups at 1,000."""

from collections.abc import Iterator

from domain.fund import Fund
from tests.programmes.cast import OFFICER, Entry, Row, Wish, director_of, yuan
from tests.programmes.closing_answers import sha
from tests.programmes.player import FUND, ROUND, Player, rules_of
from tests.stage import Stage

ENTRIES = (Entry("community-service", "org-a", "community", yuan(51_100), percent=85),)
SIZES = {"large-events": 220, "small-events": 30, "cases": 6, "groups": 8}


def pieces(large: int, held_on: str) -> list[dict[str, object]]:
    """Seven of each, and so many large events."""
    return [
        {
            "id": f"{kind}-{n}",
            "indicator": kind,
            "title": kind,
            "held_on": held_on,
            "size": size,
            "evidence_sha256": sha(f"{kind}-{n}"),
        }
        for kind, size in SIZES.items()
        for n in range(large if kind == "large-events" else 7)
    ]


async def test_what_was_accepted_is_paid_by_the_piece_and_not_more(stage: Stage) -> None:
    def report(row: Row) -> Iterator[Wish]:
        """First the services, then the report that ends the delivery."""
        held_on = stage.store.now().date().isoformat()
        if not player.project(row["project"]).services:
            yield director_of("org-a"), "FileServices", {"project": row["project"], "services": pieces(6, held_on)}
        else:
            yield from player.on_report(row)

    def services(row: Row) -> Iterator[Wish]:
        filed = [id_ for id_, each in player.project(row["project"]).services.items() if each.status == "filed"]
        findings = [{"service": id_, "accepted": True} for id_ in filed]
        yield OFFICER, "CheckServices", {"project": row["project"], "findings": findings}

    special = {"report": report, "services": services}
    player = Player(stage, rules_of("beilun-services"), ENTRIES, budget=yuan(60_000), special=special)
    await player.play()
    assert player.project("community-service").outcome == "closed"
    fund = stage.store.load(Fund, FUND)
    assert fund.disbursed[ROUND] == 4_710_000, "51,100 yuan less the large event that was not held"
    assert fund.unallocated == 1_290_000
