"""C13 长隆: who approves depends on the amount, and the board's vote counts all its members."""

from collections.abc import Iterable

from domain.application import ApplicationSubmitted
from domain.approval import ApprovalOpened, ApprovalOverdue
from domain.fund import Fund
from tests.programmes import cast
from tests.programmes.cast import Entry, yuan
from tests.programmes.player import FUND, ROUND, Player, rules_of
from tests.stage import Stage

ENTRIES = (
    Entry("small", "org-a", "education", yuan(50_000), percent=90),
    Entry("middle", "org-b", "relief", yuan(500_000), percent=80),
    Entry("large", "org-c", "health", yuan(10_000_000), percent=80),
    Entry("largest", "org-d", "environment", yuan(12_000_000), percent=70),
)


async def test_each_amount_is_approved_by_those_the_matrix_names(stage: Stage) -> None:
    player = Player(stage, rules_of("chimelong"), ENTRIES, budget=yuan(22_550_000))
    await player.play()
    for entry in ENTRIES:
        received = next(iter(stage.store.recorded(f"project:{entry.project}")))
        assert isinstance(received.event, ApplicationSubmitted)
        acknowledged_by = player.rules.calendar.after_working_days(received.recorded_at, 5)
        assert received.event.eligibility_due == acknowledged_by, "five working days from the receipt"
    approvals = player.round().approvals
    voters = {id_: {step: len(votes) for step, votes in each.votes.items()} for id_, each in approvals.items()}
    assert voters == {
        "small": {"secretary-general": 1},
        "middle": {"panel": 2, "chairman": 1},
        "large": {"board": 5},  # more than half of nine
        "largest": {"board": 6},  # two thirds of nine
    }
    assert [project.outcome for project in player.projects().values()] == ["closed"] * 4
    assert stage.store.load(Fund, FUND).disbursed[ROUND] == 2_255_000_000


async def test_a_result_that_takes_more_than_3_working_days_is_called_for(
    stage: Stage,
) -> None:
    def vote(row: cast.Row) -> Iterable[cast.Wish]:
        return player.on_vote(row) if row["due"] is not None and player.now >= row["due"] else ()

    player = Player(stage, rules_of("chimelong"), ENTRIES[:1], budget=yuan(50_000), special={"vote": vote})
    await player.play()
    calendar = player.rules.calendar
    told = [(each.recorded_at, each.event) for each in stage.store.recorded(f"round:{ROUND}")]
    (opened,) = (at for at, event in told if isinstance(event, ApprovalOpened))
    (called,) = (at for at, event in told if isinstance(event, ApprovalOverdue))
    assert called == calendar.after_working_days(opened, 3)
    assert player.project("small").outcome == "closed"


async def test_what_the_board_refuses_is_not_funded(stage: Stage) -> None:
    def against(row: cast.Row) -> list[cast.Wish]:
        project, _, step = row["part"].partition("/")
        vote = {"project": project, "step": step, "choice": "against", "reason": "不符合本会宗旨。"}
        return [(who, "VoteOnAward", vote) for who in cast.body("board", 9)[:5]]

    player = Player(stage, rules_of("chimelong"), ENTRIES[2:3], budget=yuan(10_000_000), special={"vote": against})
    await player.play()
    assert player.project("large").over
    assert player.project("large").outcome == "not_selected"
    assert stage.store.load(Fund, FUND).unallocated == 1_000_000_000, "the money is back in the fund"
