"""Nothing that can happen or be refused is without words, in Chinese and in English."""

import ast
import inspect
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

import domain.commands
import entrypoints.refusals
from domain.agreement import GrantAward, Side
from domain.errors import (
    AboveLimit,
    ConflictOfInterest,
    FundExhausted,
    Malformed,
    NotAnswered,
    NotDue,
    Refusal,
    RoleMissing,
    StageNotOpen,
    TrancheNotReady,
)
from domain.kernel import AGGREGATES, COMMANDS, EVENTS, Role
from domain.progress import ReportStatus
from domain.project import Stage
from domain.round import RoundStage
from domain.rules.conflict import AffiliationKind
from domain.tranche_chain import TrancheStatus
from entrypoints import wording
from entrypoints.cli_demo import TOTALS
from entrypoints.cli_rows import COLUMNS
from entrypoints.doing import offered
from entrypoints.wording import Said, Who
from projections.assignments import SeatStatus
from projections.duty import Kind
from tests.entrypoints.samples import sample

assert domain.commands.TOPICS, "every topic is imported"
assert entrypoints.refusals


def leaves(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for cls in of.__subclasses__():
        yield from leaves(cls)
        if not cls.__subclasses__():
            yield cls


SAMPLES: dict[str, Any] = {
    "str": "word",
    "int": 3,
    "datetime": datetime(2018, 3, 5, 1, tzinfo=UTC),
    "datetime | None": None,
    "int | None": None,
    "tuple[str, ...]": ("a", "b"),
}


def refused(cls: type[Refusal]) -> Refusal:
    parameters = inspect.signature(cls).parameters.values()
    return cls(**{p.name: SAMPLES[p.annotation] for p in parameters if p.kind is not p.VAR_KEYWORD})


def is_said(said: Said) -> None:
    assert all(said), said
    assert not {"{", "}"} & set(said.zh + said.en), said
    assert "None" not in said.zh + said.en, said
    assert any("一" <= char <= "鿿" for char in said.zh), said
    assert not any("一" <= char <= "鿿" for char in said.en), said


@pytest.mark.parametrize("cls", sorted(set(leaves()), key=str))
def test_every_refusal_says_why_and_what_next(cls: type[Refusal]) -> None:
    is_said(wording.refusal(refused(cls)))


@pytest.mark.parametrize("name", sorted(EVENTS))
@pytest.mark.parametrize("full", [True, False])
def test_every_event_is_a_sentence(name: str, *, full: bool) -> None:
    payload = sample(EVENTS[name].model_json_schema(mode="serialization"), full=full)
    is_said(wording.event(name, payload, Who("wang", "li")))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_a_title(name: str) -> None:
    is_said(wording.command_title(name))


def test_no_words_are_left_over() -> None:
    assert wording.command_names() == list(offered())
    assert set(wording._file("commands")["stories"]) == set(COMMANDS) - set(offered())
    assert set(wording._file("events")) == {cls.__name__ for cls in EVENTS.values()}
    assert set(wording._file("refusals")) == {cls.__name__ for cls in leaves()}


@pytest.mark.parametrize(
    ("what", "keys"),
    [
        ("role", get_args(Role)),
        ("stage", (*get_args(Stage), *get_args(RoundStage))),
        ("status", (*get_args(TrancheStatus), *get_args(ReportStatus), *get_args(SeatStatus))),
        ("side", get_args(Side)),
        ("affiliation", get_args(AffiliationKind)),
        ("kind", AGGREGATES),
        ("duty", get_args(Kind)),
    ],
)
def test_everything_has_a_name(what: str, keys: tuple[str, ...]) -> None:
    for key in keys:
        is_said(wording.called(what, key))


def spoken_rules() -> Iterator[str]:
    """Every text we give as a rule, a reason or a place in time: literals of the raising lines, blanks filled."""
    spoken = {"rule", "stage", "now", "waits_for", "reason", "deadline", "kind"}
    for path in (path for folder in ("domain", "projections", "entrypoints") for path in Path(folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call):
                continue
            call = node.exc
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            given = [k.value for k in call.keywords if k.arg in spoken]
            for value in call.args if name == "ValueError" else given:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield value.value
                if isinstance(value, ast.JoinedStr):
                    yield "".join(str(p.value) if isinstance(p, ast.Constant) else "100" for p in value.values)


def test_every_rule_and_reason_is_said_in_chinese() -> None:
    sections = ("stage", "waits", "reason", "deadline", "kind")
    unsaid = []
    for text in sorted(set(spoken_rules())):
        said = [wording.called(section, text) for section in sections]
        if not any(zh != text for zh, _ in said):
            unsaid.append(text)
    assert not unsaid


def test_every_column_that_people_are_shown_has_a_head() -> None:
    replay = ("project", "title", "organisation", "round", "stage", "award", "amount_fen", "tranche", "status")
    status = ("process", "state", "since", "pid", "restarts", "behind")
    for column in {column for columns in COLUMNS.values() for column in columns} | {*replay, *status, *TOTALS}:
        is_said(wording.called("column", column))


def test_refusals_read_well() -> None:
    people = {"wang": "王敏"}

    def zh(refusal: Refusal) -> str:
        return wording.refusal(refusal, people).zh

    def en(refusal: Refusal) -> str:
        return wording.refusal(refusal, people).en

    assert zh(RoleMissing(person="wang", roles=("verifier", "approver"), command="RefuseTranche")) == (
        "王敏 没有“退回拨款申请”所需的角色（审核、审批）。请系统管理员授予角色，或请有该角色的人办理。"
    )
    assert en(StageNotOpen(stage="review", now="roadshow")).startswith(
        "This can be done in the stage “review”; now it is “roadshow”."
    )
    assert zh(FundExhausted(fund="f", asked="CNY 50,000.00", available="CNY 10.50")).startswith(
        "资金池 f 余额不足：需要 50,000.00 元，可用 10.50 元。"
    )
    assert "2018-03-06 00:00" in zh(NotDue(deadline="review", due=datetime(2018, 3, 5, 16, tzinfo=UTC)))
    assert "报告 mid-term" in zh(TrancheNotReady(tranche="second", status="planned", waits_for="report mid-term"))
    both = "report mid-term and (document invoice or date 2026-05-28)"
    assert "报告 mid-term且（票据 invoice或2026-05-28 起）" in zh(
        TrancheNotReady(tranche="second", status="planned", waits_for=both)
    )
    assert "the report mid-term and (the document invoice or the day 2026-05-28)" in en(
        TrancheNotReady(tranche="second", status="planned", waits_for=both)
    )
    assert "代表 sunshine" in zh(ConflictOfInterest(person="wang", reason="acts for sunshine"))
    assert "预算合计 CNY 9.00" in zh(AboveLimit(field="ask", value="CNY 10.00", limit="the budget's total, CNY 9.00"))
    assert zh(NotAnswered(field="scores", missing=("need",))) == "scores 须逐项填写；缺少：need。请补正后再提交。"
    assert zh(Malformed(field="role", rule="Input should be 'a', 'b' or 'c'")) == (
        "字段 role 不合要求：只能是 'a', 'b' 或 'c'。请改正后再提交。"
    )
    assert zh(Malformed(field="ask", rule="Field required")) == "字段 ask 不合要求：必填。请改正后再提交。"


def test_events_read_well() -> None:
    payload = {
        "reviewer": "wang",
        "scores": [{"criterion": "need", "points": 8}, {"criterion": "design", "points": 7}],
        "comment": "很好\n\x1b[31m{who}",
    }
    said = wording.event("ReviewSubmitted.v2", payload, Who("wang"), {"wang": "王敏"})
    assert said.zh == "王敏 提交了评审，评分 need 8、design 7，意见：很好 [31m{who}"
    assert said.en == "王敏 submitted a review with the scores need 8, design 7, saying: 很好 [31m{who}"
    assert wording.event("CallOpened.v1", {}, Who("story")).en == "The workflow opened the call"
    assert wording.event("CallOpened.v1", {}, Who("wang", "li"), {"li": "李"}).zh == "wang（代 李） 开始征集"
    assert wording.event("Unheard.v7", {}, Who("wang")).zh == "Unheard.v7"


def test_an_award_held_up_says_why_and_which_project_stands_in_the_way() -> None:
    told = {"command": "GrantAward", "refusal": "DoubleFunding", "because_of": "second"}
    said = wording.event("AwardHeldUp.v1", told, Who("story"))
    assert "不得重复资助，因项目 second" in said.zh
    assert "nothing is funded twice, because of project second" in said.en
    alone = wording.event("AwardHeldUp.v1", told | {"refusal": "FundExhausted", "because_of": None}, Who("story"))
    assert "（资金池余额不足）" in alone.zh
    assert "(the fund has not enough)" in alone.en
    for code in re.findall(r"[A-Z]\w+", (GrantAward.__doc__ or "").partition("Raises ")[2]):
        is_said(wording.called("refusal", code))
        assert wording.called("refusal", code).en != code


@pytest.mark.parametrize(
    ("asked", "lang"),
    [
        (None, "zh"),
        ("en-GB,en;q=0.9", "en"),
        ("zh_CN.UTF-8", "zh"),
        ("de, en;q=0.5", "en"),
        ("C.UTF-8", "zh"),
        ("en_US.UTF-8", "en"),
    ],
)
def test_the_language_is_the_first_we_speak(asked: str | None, lang: str) -> None:
    assert wording.language(asked) == lang
