"""B3 福彩公益金资助. Published: 2,390,000 yuan; the split over projects is made up."""

from collections.abc import Iterator

from domain.archive import ProjectArchived, UsePublished
from domain.fund import Fund
from tests.programmes.cast import Entry, Row, Wish, yuan
from tests.programmes.player import FUND, Player, rules_of
from tests.stage import Stage

FIELDS = ("elderly", "disabled", "orphans", "relief")
ENTRIES = (
    *(Entry(f"p-{n}", f"org-{n}", FIELDS[n % 4], yuan(200_000), percent=90 - n) for n in range(11)),
    Entry("p-11", "org-11", "relief", yuan(190_000), percent=75),
    Entry("p-12", "org-12", "elderly", yuan(300_000), percent=70),
    Entry("p-13", "org-13", "elderly", yuan(50_000), percent=40),
)

ACCOUNT = ("ClosingDutyReminded", "ClosingDutyOverdue", "FinalAccountFiled", "UnspentReturned", "ProjectArchived")


async def test_the_published_sum_is_paid_to_the_fen_and_accounted_for(stage: Stage) -> None:
    player = Player(stage, rules_of("lottery-subsidy"), ENTRIES, budget=yuan(2_390_000))
    await player.play()
    fund = stage.store.load(Fund, FUND)
    assert (sum(fund.disbursed.values()), fund.unallocated) == (239_000_000, 0)
    outcomes = [project.outcome for project in player.projects().values()]
    assert outcomes == [*["closed"] * 12, "not_selected", "review_failed"]
    told = [each.event for each in stage.store.recorded("project:p-0")]
    (published,) = (event for event in told if isinstance(event, UsePublished))
    assert published.marked, "with 中国福利彩票公益金资助"
    (archived,) = (event for event in told if isinstance(event, ProjectArchived))
    closed_in = stage.store.now().year
    kept = {each.retention: each.until.isoformat() for each in archived.keep_until}
    assert kept == {"procurement": f"{closed_in + 15}-12-31", "vouchers": f"{closed_in + 30}-12-31"}


async def test_what_is_left_over_goes_back_and_silence_about_it_is_on_record(stage: Stage) -> None:
    def final_account(row: Row) -> Iterator[Wish]:
        """The organisation waits until an officer is called."""
        if any(duty["kind"] == "final-account" and duty["role"] == "officer" for duty in player.inbox):
            yield from player.on_final_account(row)

    entry = Entry("p-0", "org-0", "elderly", yuan(200_000), percent=90, left_over=12_000)
    special = {"final-account": final_account}
    player = Player(stage, rules_of("lottery-subsidy"), (entry,), budget=yuan(200_000), special=special)
    await player.play()
    assert player.project("p-0").outcome == "closed"
    names = [each.name.partition(".")[0] for each in stage.store.recorded("project:p-0")]
    assert tuple(name for name in names if name in ACCOUNT) == ACCOUNT
    fund = stage.store.load(Fund, FUND)
    assert (sum(fund.disbursed.values()), fund.unallocated) == (18_800_000, 1_200_000)
