"""C3 博爱100, Zhongshan 2013: bonus points beside the experts' hundred; a mid-term evaluation before the money goes on."""

from collections.abc import Iterator
from datetime import timedelta

from domain.fund import Fund
from domain.organisation import Organisation
from domain.payment_due import TrancheLate
from tests.programmes.cast import OFFICER, PAYER, Entry, Row, Wish, yuan
from tests.programmes.player import FUND, Player, rules_of
from tests.stage import Stage

ENTRIES = (
    Entry("matched", "org-a", "elderly", yuan(100_000), percent=80, extras={"matched-funds": 50}),
    Entry("special", "org-b", "migrants", yuan(100_000), percent=80, extras={"special-topic": 20}),
    Entry("plain", "org-c", "relief", yuan(100_000), percent=80),
)


async def test_bonus_points_rank_equal_projects_and_a_passed_mid_term_lets_the_money_go_on(stage: Stage) -> None:
    player = Player(stage, rules_of("boai-100"), ENTRIES, budget=yuan(200_000))
    await player.play()
    ranks = {id_: place.rank for id_, place in player.round().places.items()}
    assert ranks == {"matched": 1, "special": 2, "plain": 3}
    totals = {id_: place.total for id_, place in player.round().places.items()}
    assert totals == {"matched": 13_000, "special": 10_000, "plain": 8_000}, "of 100 points, with the whole bonus"
    outcomes = {id_: project.outcome for id_, project in player.projects().items()}
    assert outcomes == {"matched": "closed", "special": "closed", "plain": "not_selected"}
    assert player.project("matched").mid_term_passed


async def test_a_first_tranche_not_paid_within_15_working_days_is_on_record_and_paid_all_the_same(stage: Stage) -> None:
    def payment(row: Row) -> Iterator[Wish]:
        project = player.project(row["project"])
        if row["part"] != "first" or project.tranche("first").late:
            yield from player.on_payment(row)

    player = Player(stage, rules_of("boai-100"), ENTRIES[:1], budget=yuan(100_000), special={"payment": payment})
    await player.play()
    project = player.project("matched")
    told = [each for each in stage.store.recorded("project:matched") if isinstance(each.event, TrancheLate)]
    assert project.begun_on is not None
    begun = project.rules.calendar.start_of(project.begun_on)
    assert [each.recorded_at for each in told] == [project.rules.calendar.after_working_days(begun, 15)]
    assert project.tranche("first").paid == yuan(40_000)


async def test_a_failed_mid_term_stops_the_money_which_comes_back_and_bans_who_broke_the_agreement(
    stage: Stage,
) -> None:
    def poor(row: Row) -> Iterator[Wish]:
        for who, command, content in player.on_mid_term(row):
            scores = [{**score, "points": 30} for score in content["scores"]]
            yield who, command, {**content, "scores": scores}

    def terminate(row: Row) -> Iterator[Wish]:
        back = {"spent": "CNY 10000.00", "to_return": "CNY 30000.00"}
        due = (stage.store.now() + timedelta(days=60)).date().isoformat()
        instalments = [{"due_on": due, "amount": "CNY 30000.00"}]
        content = {"project": row["project"], "cause": "breach", "reason": "未按协议实施。", "instalments": instalments}
        yield OFFICER, "TerminateProject", {**content, **back}

    def repay(row: Row) -> Iterator[Wish]:
        if row["role"] == "payer":
            paid = {"amount": "CNY 30000.00", "paid_on": stage.store.now().date().isoformat(), "reference": "back-1"}
            yield PAYER, "RecordRepayment", {"project": row["project"], "instalment": row["part"], **paid}

    special = {"mid_term": poor, "second_chance": terminate, "repayment": repay}
    player = Player(stage, rules_of("boai-100"), ENTRIES[:1], budget=yuan(100_000), special=special)
    await player.play()
    project = player.project("matched")
    assert (project.mid_term_passed, project.outcome) == (False, "terminated")
    assert [tranche.paid.minor for tranche in project.tranches.values()] == [4_000_000, 0, 0]
    banned = stage.store.load(Organisation, "org-a").banned_until
    assert banned is not None
    assert banned.year == stage.store.now().year + 3
    fund = stage.store.load(Fund, FUND)
    assert fund.unallocated == 9_000_000, "100,000 less the 10,000 that was spent"
