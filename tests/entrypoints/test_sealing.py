"""At mid-term too, an evaluator scores without having seen what the others gave."""

from typing import Any

from tests.controls import PROJECT, chen, lin, yao
from tests.delivering import a_self_assessment, assess, mid_term_scores
from tests.entrypoints.conftest import Office
from tests.world import World, put


def seen(office: Office, who: Any) -> tuple[Any, Any, Any]:
    """The scores in the history, in a replay's history and in its state."""
    (row,) = office.rows(who, "project_history", project=PROJECT, name="MidTermAssessed")
    replay = office.gets(who, f"/replay/{PROJECT}").json()
    (line,) = [line for line in replay["history"] if line["name"] == "MidTermAssessed.v1"]
    assert ("opinion" in row["payload"]) is not row["sealed"]
    return row["payload"].get("scores"), line["payload"].get("scores"), replay["state"]["mid_term"]["scored"]["yao"]


def one_of(panel_size: int) -> Any:
    before = a_self_assessment(panel_size=panel_size)

    def play(world: World) -> World:
        return put(assess(80), by=yao)(before(world))

    return play


def test_mid_term_scores_are_sealed_until_the_panel_is_complete(office: Office) -> None:
    office.told(one_of(2))
    scores = [score.model_dump() for score in mid_term_scores(80)]
    assert seen(office, chen) == (None, None, None)
    for who in (yao, lin):
        assert seen(office, who) == (scores, scores, scores), who.id


def test_when_the_panel_is_complete_the_organisation_reads_them(office: Office) -> None:
    office.told(one_of(1))
    scores = [score.model_dump() for score in mid_term_scores(80)]
    assert seen(office, chen) == (scores, scores, scores)
