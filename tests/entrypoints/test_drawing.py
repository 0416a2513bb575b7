"""The drawing of a programme, held against its rules: every stage, exit, report and tranche is in it, in order and in both languages."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Literal

import pytest
from pydantic import Field

from domain.rules import Rules
from domain.rules.terms import Named, StageRule
from entrypoints.drawing_mermaid import mermaid
from entrypoints.drawing_programme import process, waited_for
from entrypoints.drawing_stages import STAGES, stage_box
from entrypoints.drawing_svg import WIDTH, broken, svg
from entrypoints.drawing_words import Speaker
from entrypoints.wording import LANGUAGES, Lang, called
from tests.controls import FILE, RULES, contest, rules_with, tranches_of
from tests.domain.selecting import with_approval
from tests.domain.test_award_rules import CONTEST, GRADES
from tests.domain.test_eligibility import checks
from tests.domain.test_tally import DONATED
from tests.entrypoints.conftest import Line

BOTH = pytest.mark.parametrize("lang", LANGUAGES)
SHORT = {"agreement": None, "reports": (), "evaluation": None}
PRIZE = contest(**SHORT, tranches=[{**RULES.tranches[0].model_dump(), "share_percent": 100, "gate": None}])
APPROVED = with_approval(
    days={"result_within_working_days": 3},
    selection=GRADES | {"quotas": [{"field": "youth", "at_most": 1}], "reserve_at_most": 2, "awards_at_most": 5},
    notice={
        "working_days": None,
        "days": 7,
        "shows_experts": True,
        "answer_within_days": 3,
        "again_after_change": True,
    },
)
MEDALS = rules_with(selection=CONTEST | {"per_field_at_most": 4, "reserve_at_most": 2, "reserve_days": 30})
PROGRAMMES = pytest.mark.parametrize(
    "rules",
    [RULES, contest(), PRIZE, APPROVED, MEDALS],
    ids=["fenghua", "contest", "prizes", "approved", "medals"],
)
SVG = "{http://www.w3.org/2000/svg}"


def texts(drawing: str) -> str:
    """All that can be read in an SVG, in its order, without its line breaks."""
    return "".join(node.text or "" for node in ET.fromstring(drawing).iter(f"{SVG}text")).replace(" ", "")


def words_of(rules: Rules, lang: Lang) -> list[str]:
    """What must be found in any drawing of these rules."""
    named: list[Named] = [*rules.fields, *rules.tallies, *rules.tranches, *rules.reports]
    named += rules.evaluation.grades if rules.evaluation else ()
    named += [line for stage in rules.stages for line in getattr(getattr(stage, "rubric", None), "lines", ())]
    named += [each for stage in rules.stages for each in getattr(stage, "criteria", ())]
    said = [getattr(each.words, lang) for each in named]
    said += [getattr(stage.words, lang) for stage in rules.stages if stage.words]
    outcomes = {"withdrawn", "closed", "not_selected", "revoked"}
    outcomes |= {"not_signed"} if rules.agreement else set()
    outcomes |= {"terminated"} if rules.reports else set()
    kinds = {stage.kind for stage in rules.stages}
    outcomes |= {"ineligible"} if "eligibility" in kinds else set()
    outcomes |= {"review_failed", "review_lapsed"} if "review" in kinds else set()
    outcomes |= {"objection_upheld"} if "notice" in kinds else set()
    return [*said, *(called("outcome", outcome).in_(lang) for outcome in outcomes)]


@BOTH
@PROGRAMMES
def test_every_stage_report_tranche_and_outcome_is_drawn(rules: Rules, lang: Lang) -> None:
    drawn = process(rules, lang)
    picture, text = texts(svg(drawn)), mermaid(drawn)
    for words in words_of(rules, lang):
        assert words.replace(" ", "") in picture, words
        assert words in text, words


def _after(rules: Rules) -> Iterator[str]:
    parts = {"agreement": rules.agreement, "delivery": rules.reports, "evaluation": rules.evaluation}
    return (part for part, there in parts.items() if there)


@PROGRAMMES
def test_the_stages_stand_in_their_order_between_the_call_and_the_closing(rules: Rules) -> None:
    order = ["call", *(f"stage-{stage.id}" for stage in rules.stages), *_after(rules), "closing"]
    drawn = process(rules, "zh")
    assert [box.id for box in drawn.boxes] == order
    groups = [group.get("id") for group in ET.fromstring(svg(drawn)).iter(f"{SVG}g")]
    assert groups == [*order, *(f"tranche-{tranche.id}" for tranche in rules.tranches)]
    steps = re.findall(r"^    (s-[\w-]+) -->\|.*\| (s-[\w-]+)$", mermaid(drawn), re.MULTILINE)
    assert steps == [(f"s-{here}", f"s-{there}") for here, there in pairwise(order)]


@BOTH
def test_numbers_in_the_drawing_are_those_of_the_rules(lang: Lang) -> None:
    odd = rules_with(
        review={"panel_size": 17, "quorum": 11, "pass_mark": 53, "within_days": 41, "extension_days": 19},
        notice={"working_days": 23},
        agreement={"sign_within_days": 29},
        roadshow={"quorum": 13},
        eligibility={"decide_within_working_days": 37},
    )
    boxes = {box.id: " ".join((*box.facts, box.onward)) for box in process(odd, lang).boxes}
    for box, numbers in {
        "stage-review": (17, 11, 53, 41, 19),
        "stage-notice": (23,),
        "agreement": (29,),
        "stage-roadshow": (13,),
        "stage-eligibility": (37,),
    }.items():
        assert set(map(str, numbers)) <= set(re.findall(r"\d+", boxes[box])), box


@BOTH
def test_the_call_says_who_may_apply_and_what_is_asked_for(lang: Lang) -> None:
    words = {"zh": "材料费", "en": "materials"}
    rules = rules_with(
        call={
            "least_grade": "3A",
            "registered_years_at_least": 2,
            "registered_years_at_most": 9,
            "places": ["beilun"],
            "one_at_a_time": {"counts": "running", "programmes": ["jiangbei"], "leaders": True},
            "budget": {
                "categories": [{"id": "a", "words": words, "at_most_percent": 41, "at_most": "CNY 77.00"}],
                "forbidden": [{"id": "cars", "words": {"zh": "购车", "en": "cars"}}],
                "grant_at_most_percent": 63,
            },
            "form": [{"kind": "text", "id": "vision", "words": {"zh": "愿景", "en": "Vision"}}],
        }
    )
    call, plain = process(rules, lang).boxes[0], process(RULES, lang).boxes[0]
    said = " ".join(call.facts)
    wanted = {"zh": ("材料费", "购车", "愿景", "两个项目"), "en": ("materials", "cars", "Vision", "leads two")}[lang]
    for word in (*wanted, "3A", " 2 ", " 9 ", "beilun", "jiangbei", "41%", "77.00", "63%"):
        assert word in said, word
    assert len(plain.facts) == 2


@BOTH
def test_a_check_says_by_whom_it_is_made_and_that_it_may_be_returned_once(lang: Lang) -> None:
    boxes = {box.id: box for box in process(checks(), lang).boxes}
    verifier = called("role", "verifier").in_(lang)
    facts = [" ".join(boxes[f"stage-{id_}"].facts) for id_ in ("intake", "financial", "re-check")]
    assert [verifier in said for said in facts] == [False, True, False]
    assert [said.count("5") for said in facts] == [2, 2, 1]
    assert [exit_.outcome for exit_ in boxes["stage-intake"].exits] == ["ineligible", "not_completed"]
    assert [exit_.outcome for exit_ in boxes["stage-re-check"].exits] == ["ineligible"]


@BOTH
def test_a_check_says_from_when_its_days_are_counted(lang: Lang) -> None:
    word = {"zh": ("征集截止后", "收到申请后", "到达后"), "en": ("the call's end", "its receipt", "coming here")}[lang]
    for counted_from, intake in ((None, word[0]), ("call-end", word[0]), ("receipt", word[1])):
        boxes = {box.id: box for box in process(checks(intake={"counted_from": counted_from}), lang).boxes}
        for id_, said in (("intake", intake), ("financial", word[2])):
            facts = " ".join(boxes[f"stage-{id_}"].facts)
            assert [each for each in word if each in facts] == [said]


@BOTH
def test_a_roadshow_says_its_slots_and_a_ranking_its_tallies_its_ties_and_its_claims(lang: Lang) -> None:
    """Of a programme that has them; of one that does not, nothing of it."""
    changed = rules_with(
        roadshow={"slots": {"minutes": 17, "drawn": True}, "mean": "trimmed"},
        selection={
            "ties": ["smaller-ask", "earlier-application", "draw"],
            "claims": {"purpose": "sponsored"},
        },
    )
    shares = {"shares": [{"stage": "roadshow", "percent": 60}, {"tally": "donations", "percent": 40}]}
    stages = [stage.model_dump() | (shares if stage.id == "selection" else {}) for stage in changed.stages]
    content = Rules.model_validate(changed.model_dump() | {"stages": stages, "tallies": [DONATED]})
    wanted: dict[str, dict[str, tuple[str, ...]]] = {
        "stage-roadshow": {"zh": ("17", "抽签", "去掉"), "en": ("17", "drawn by lot", "without one highest")},
        "stage-selection": {
            "zh": ("定向捐款 40%", "金额较少", "申请较早", "抽签", "认领"),
            "en": ("donations 40%", "smaller ask", "earlier application", "a draw", "sponsor"),
        },
    }
    with_them = {box.id: " ".join(box.facts) for box in process(content, lang).boxes}
    without = {box.id: " ".join(box.facts) for box in process(RULES, lang).boxes}
    for box, words in wanted.items():
        for word in words[lang]:
            assert word in with_them[box], word
            assert word not in without[box], word


@BOTH
def test_each_tranche_says_its_share_and_its_gate_and_stands_by_what_opens_it(lang: Lang) -> None:
    payments = process(RULES, lang).payments
    assert [payment.after for payment in payments] == ["agreement", "delivery", "evaluation"]
    assert [re.findall(r"\d+%", payment.share) for payment in payments] == [["50%"], ["30%"], ["20%"]]
    assert getattr(RULES.reports[0].words, lang) in payments[1].gate


def test_gates_in_combination_and_fixed_amounts_are_said_in_words() -> None:
    invoice = {"kind": "document", "document": "invoice"}
    working = {"kind": "date", "working_days_after_agreement": 5}
    report = {"kind": "report", "report": "mid-term"}
    rules = tranches_of(
        {"kind": "all", "of": [report, {"kind": "any", "of": [invoice, working]}]},
        {"kind": "date", "days_after_agreement": 30},
    )
    content = rules.model_dump(mode="json")
    content["tranches"][0] |= {"share_percent": None, "amount": "CNY 5000.00"}
    content["tranches"][1]["share_percent"] = 100
    first, second = process(Rules.model_validate(content), "en").payments
    assert first.gate == "Waits for: Mid-term report accepted and (Tranche filed or 5 working days after the agreement)"
    assert (first.share, first.after) == ("CNY 5,000.00", "delivery")
    assert (second.share, second.after) == ("100% of the rest", "agreement")
    assert second.gate == "Waits for: 30 days after the agreement"
    (said, _) = process(rules, "zh").payments
    assert said.gate == "条件：中期报告通过且（已提交款或协议签订后第 5 个工作日）"


class TastingRules(StageRule):
    """A kind of stage nobody has drawn yet."""

    kind: Literal["tasting"] = "tasting"
    portions: int = Field(default=3)


def test_a_prize_that_waits_for_nothing_stands_beside_the_closing() -> None:
    (prize,) = process(PRIZE, "en").payments
    assert (prize.after, prize.gate) == ("closing", "Waits for: the award granted")


@BOTH
def test_a_kind_without_words_of_its_own_is_drawn_by_its_id_and_words(lang: Lang) -> None:
    speaker = Speaker(RULES, lang)
    plain = stage_box(speaker, TastingRules(id="soup"))
    assert (plain.id, plain.facts, plain.exits) == ("stage-soup", (), ())
    assert "soup" in plain.title
    named = stage_box(speaker, TastingRules.model_validate({"id": "soup", "words": {"zh": "品尝", "en": "Tasting"}}))
    assert named.title == {"zh": "品尝", "en": "Tasting"}[lang]

    class Gate:
        kind = "payment"

    assert waited_for(speaker, Gate()) == called("waits", "payment").in_(lang)


def test_every_kind_of_stage_there_is_has_lines_of_its_own() -> None:
    for rules in (RULES, contest()):
        for stage in rules.stages:
            assert type(stage) in STAGES
            assert stage_box(Speaker(rules, "en"), stage).facts


@BOTH
@PROGRAMMES
def test_nothing_is_written_outside_the_page_nor_into_another_column(rules: Rules, lang: Lang) -> None:
    root = ET.fromstring(svg(process(rules, lang)))
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    boxes = [{key: float(box.attrib[key]) for key in ("x", "y", "width", "height")} for box in root.iter(f"{SVG}rect")]
    for box in boxes:
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width == WIDTH
        assert 0 <= box["y"] <= box["y"] + box["height"] <= height
    stages = [box for box, node in zip(boxes, root.iter(f"{SVG}rect"), strict=True) if node.get("class") == "box"]
    for above, below in pairwise(stages):
        assert above["y"] + above["height"] < below["y"]


@BOTH
def test_a_drawing_needs_nothing_from_outside_and_runs_nothing(lang: Lang) -> None:
    drawing = svg(process(RULES, lang))
    assert not re.search(r"<script|<foreignObject|<image|@import|href=|src=|\son\w+=", drawing)
    assert drawing.count("http") == 1, "only the name of the format"
    assert f'lang="{lang}"' in drawing


def test_names_that_look_like_markup_are_only_words() -> None:
    nasty = {"zh": '坏"<b>&]', "en": 'Bad "<b>&]'}
    drawn = process(RULES.model_copy(update={"name": type(RULES.name)(**nasty)}), "en")
    assert ET.fromstring(svg(drawn)).findtext(f"{SVG}title") == nasty["en"]
    assert "Bad #quot;#lt;b#gt;&]" in mermaid(drawn)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 60, ["one two", "three"]),
        ("评分完成，签约以后", 65, ["评分完成，", "签约以后"]),
        ("grade A ≥ 85 points", 70, ["grade", "A ≥ 85", "points"]),
        ("", 50, [""]),
        ("Extraordinarily", 20, ["Extraordinarily"]),
    ],
)
def test_lines_are_broken_where_they_may_be(text: str, width: int, lines: list[str]) -> None:
    assert broken(text, width, 13) == lines


def test_canopy_programme_draw_prints_either_form_in_either_language(canopy: Line) -> None:
    said: dict[Any, str] = {}
    for form in ("mermaid", "svg"):
        for lang in LANGUAGES:
            answer = canopy("programme", "draw", str(FILE), "--format", form, "--lang", lang)
            assert (answer.code, answer.err) == (0, "")
            said[form, lang] = answer.out
    assert said["mermaid", "zh"] == mermaid(process(Rules.model_validate(RULES.model_dump()), "zh"))
    assert "公示" in said["svg", "zh"]
    assert "Public notice" in said["svg", "en"]


def test_a_file_that_is_not_sound_is_not_drawn(canopy: Line, tmp_path: Any) -> None:
    file = tmp_path / "broken.toml"
    file.write_text(FILE.read_text().replace("quorum = 2", "quorum = 9"), encoding="utf-8")
    answer = canopy("programme", "draw", str(file))
    assert (answer.code, answer.out) == (1, "")
    assert "quorum" in answer.err
