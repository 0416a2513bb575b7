"""C8 四川 15+N, 2023: 273 applications, 87, 47, 15 funded from 1,500,000 yuan, and N more claimed on stage (three here; made up)."""

from collections.abc import Iterator

from domain.fund import Fund
from domain.gate import waits_for
from tests.programmes.cast import FUNDER, OFFICER, TRUSTEE, Entry, Row, Wish, yuan
from tests.programmes.player import FUND, ROUND, Player, rules_of
from tests.stage import Stage

FIELDS = ("elderly", "children", "relief", "education", "environment")
ENTRIES = tuple(
    Entry(f"p-{n}", f"org-{n}", FIELDS[n % 5], yuan(100_000), percent=100 - 10 * (n // 40), on_stage=100 - n // 5)
    for n in range(273)
)
CLAIMED = ("p-20", "p-21", "p-22")


async def test_of_273_applications_87_then_47_go_on_15_are_funded_and_sponsors_take_on_more(stage: Stage) -> None:
    def assessment(_: Row) -> Iterator[Wish]:
        """Before the last ranking, sponsors say on stage which projects they take on."""
        open_ = [id_ for id_ in CLAIMED if player.round().step == "selection" and id_ not in player.round().claims]
        for id_ in open_:
            claim = {"sponsor": f"公司 {id_}", "amount": "CNY 80000.00", "pledge": "当场认领"}
            yield FUNDER, "ClaimProject", {"round": ROUND, "project": id_, **claim}
        if not open_:
            yield OFFICER, "CloseAssessment", {"round": ROUND}

    def sponsorship(row: Row) -> Iterator[Wish]:
        """60 percent before the award, for the first tranche; the rest once the last one waits for nothing else."""
        project = player.project(row["project"])
        part = {"notice": "48000.00", "settlement": "32000.00"}.get(project.stage)
        reference = f"{project.id} {project.stage}"
        if part is not None and reference not in project.sponsored:
            waited.add(waits_for(project, project.tranches["final"], stage.store.now()) if project.tranches else "")
            gift = {"amount": f"CNY {part}", "received_on": "2026-06-01", "reference": reference}
            yield TRUSTEE, "ReceiveSponsorship", {"project": project.id, **gift}

    waited: set[str] = set()
    special = {"assessment": assessment, "sponsorship": sponsorship}
    player = Player(stage, rules_of("sichuan-15n"), ENTRIES, budget=yuan(1_500_000), special=special, judges=5)
    await player.play()
    projects = player.projects()
    steps = ("desk", "defence", "final")
    reached = [sum(p.assessment(step).score is not None for p in projects.values()) for step in steps]
    assert reached == [273, 87, 47]
    assert sum(project.outcome == "closed" for project in projects.values()) == 15 + len(CLAIMED)
    assert all(projects[id_].award == yuan(80_000) for id_ in CLAIMED)
    assert waited == {"", "funding CNY 32,000.00"}
    assert sum(stage.store.load(Fund, FUND).disbursed.values()) == 150_000_000 + 24_000_000
