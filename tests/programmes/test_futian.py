"""C7 福田专项资金: intake, financial review, experts, re-check, leaders, a public notice that names the experts, agreement, payment."""

from domain.archive import AuditReportFiled
from domain.eligibility import EligibilityDecided
from domain.notice import NoticeOpened
from tests.programmes import cast
from tests.programmes.cast import Entry, yuan
from tests.programmes.player import ROUND, Player, rules_of
from tests.stage import Stage

ENTRIES = (
    Entry("square", "org-a", "community", yuan(200_000), percent=90),
    Entry("theatre", "org-b", "culture", yuan(150_000), percent=80),
)


async def test_each_check_is_made_by_another_party_and_the_notice_names_the_experts(stage: Stage) -> None:
    player = Player(stage, rules_of("futian"), ENTRIES, budget=yuan(350_000))
    await player.play()
    told = [(each.event, each.actor) for each in stage.store.recorded("project:square")]
    checks = [(event.stage, actor) for event, actor in told if isinstance(event, EligibilityDecided)]
    assert checks == [("intake", cast.OFFICER), ("financial-review", cast.FINANCE), ("re-check", cast.RECHECKER)]
    (opened,) = (e.event for e in stage.store.recorded(f"round:{ROUND}") if isinstance(e.event, NoticeOpened))
    assert set(opened.experts) == set(cast.REVIEWERS[:5])
    (audited,) = (event for event, _ in told if isinstance(event, AuditReportFiled))
    evaluated_by = player.project("square").evaluated_by
    assert (audited.filed_by, evaluated_by) == (cast.AUDITOR, cast.EVALUATOR), "a third party each"
    assert [project.outcome for project in player.projects().values()] == ["closed", "closed"]
