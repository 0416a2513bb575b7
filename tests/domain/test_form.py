"""The form 申请表: every field knows what answers it, and a refusal names the field and its rule in both languages."""

import re
from typing import Any

import pytest

from domain.application import ApplicationSubmitted
from domain.commands import parse
from domain.errors import AnswerRefused, Malformed, NotAnswered
from domain.form import Answer, check_answers
from domain.organisation import ApplicationEntered
from domain.project import Project
from domain.rules.call import CallRules
from entrypoints import wording
from tests.controls import PROJECT, apply_with, chen, on, rules_with
from tests.situations import a_programme, an_open_round
from tests.world import given

HASH = "c" * 64


def asks(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "id": kind, "words": {"zh": f"字段 {kind}", "en": f"field {kind}"}} | more


def form(*fields: dict[str, Any]) -> CallRules:
    return rules_with(call={"form": list(fields)}).call


def file(name: str = "charter.pdf", media_type: str = "application/pdf", size: int = 1_000) -> dict[str, Any]:
    return {"sha256": HASH, "file_name": name, "media_type": media_type, "bytes": size}


OPTIONS = [{"id": id_, "words": {"zh": id_ + " 项", "en": id_}} for id_ in ("town", "village", "district")]
PAPERS = asks("attachment", media_types=["application/pdf", "image/jpeg"], at_most_bytes=5_000, at_most_files=2)
TEXT = asks("text", at_least_characters=3, at_most_characters=10)
NUMBER = asks("number", at_least=1, at_most=9)
MONEY = asks("money", at_least="CNY 1.00", at_most="CNY 100.00")
DATE = asks("date", earliest="2026-01-01", latest="2026-12-31")
CHOICE = asks("choice", options=OPTIONS, at_most_options=2)
YES = asks("yes-no", must_be_yes=True)


def answer(field: str, value: Any) -> Answer:
    return Answer.model_validate({"field": field, "value": value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (TEXT, "three"),
        (TEXT, "阅读时光阅读时光阅读"),
        (NUMBER, 1),
        (NUMBER, 9),
        (MONEY, "CNY 1.00"),
        (MONEY, {"currency": "CNY", "minor": 10_000}),
        (DATE, "2026-01-01"),
        (DATE, "2026-12-31"),
        (CHOICE, "town"),
        (CHOICE, ["town", "district"]),
        (YES, True),
        (asks("yes-no"), False),
        (PAPERS, [file()]),
        (PAPERS, [file(size=5_000), file("photo.jpg", "image/jpeg")]),
    ],
)
def test_an_answer_is_what_its_field_asks_for(field: dict[str, Any], value: Any) -> None:
    check_answers(form(field).form, (answer(field["id"], value),), "CNY")


@pytest.mark.parametrize(
    ("field", "value", "rule", "zh"),
    [
        (TEXT, 7, "must be text", "应为文字"),
        (TEXT, "ab ", "must have at least 3 characters", "至少 3 个字"),
        (TEXT, "a" * 11, "must have at most 10 characters", "最多 10 个字"),
        (NUMBER, "7", "must be a whole number", "应为整数"),
        (NUMBER, True, "must be a whole number", "应为整数"),
        (NUMBER, 0, "must be at least 1", "不得小于 1"),
        (NUMBER, 10, "must be at most 9", "不得大于 9"),
        (MONEY, "a lot", 'must be an amount, like "CNY 50000.00"', "应为金额，写作“CNY 50000.00”"),
        (MONEY, "EUR 5.00", 'must be an amount, like "CNY 50000.00"', "应为金额，写作“CNY 50000.00”"),
        (MONEY, "CNY 0.99", "must be at least CNY 1.00", "不得小于 CNY 1.00"),
        (MONEY, "CNY 100.01", "must be at most CNY 100.00", "不得大于 CNY 100.00"),
        (asks("money"), "CNY -1.00", "must not be below zero", "不得小于 0"),
        (DATE, "tomorrow", "must be a day, like 2026-03-02", "应为日期，例如 2026-03-02"),
        (DATE, 2026, "must be a day, like 2026-03-02", "应为日期，例如 2026-03-02"),
        (DATE, "2025-12-31", "must be at least 2026-01-01", "不得小于 2026-01-01"),
        (DATE, "2027-01-01", "must be at most 2026-12-31", "不得大于 2026-12-31"),
        (CHOICE, "city", "must be one of town, village, district", "应为以下之一：town, village, district"),
        (CHOICE, ["town", "town"], "must be one of town, village, district", "应为以下之一：town, village, district"),
        (CHOICE, ["town", "village", "district"], "must name at most 2 options", "最多选 2 项"),
        (YES, "yes", "must be yes or no (true or false)", "应为是或否（true 或 false）"),
        (YES, False, "must be yes (true)", "须为“是”（true）"),
        (PAPERS, "charter.pdf", "must be a list of files", "应为文件列表"),
        (PAPERS, [file()] * 3, "must name at most 2 files", "最多 2 个文件"),
        (
            PAPERS,
            [file(media_type="text/html")],
            "must be files of the types application/pdf, image/jpeg",
            "文件类型须为以下之一：application/pdf, image/jpeg",
        ),
        (PAPERS, [file(size=5_001)], "must be files of at most 5000 bytes", "每个文件最多 5000 字节"),
    ],
)
def test_an_answer_that_breaks_its_rule_names_field_and_rule_in_both_languages(
    field: dict[str, Any], value: Any, rule: str, zh: str
) -> None:
    id_ = field["id"]
    with pytest.raises(AnswerRefused) as caught:
        check_answers(form(field).form, (answer(id_, value),), "CNY")
    assert caught.value.fields == {"field": f"answers.{id_}", "zh": f"字段 {id_}", "en": f"field {id_}", "rule": rule}
    said = wording.refusal(caught.value)
    assert said.zh == f"“字段 {id_}”（answers.{id_}）不合要求：{zh}。请改正后再提交。"
    assert said.en.startswith(f"The answer to “field {id_}” (answers.{id_}) is not right: ")
    assert not re.search("[一-鿿]", said.en)


def test_what_is_required_is_answered_and_nothing_is_answered_twice_or_unasked() -> None:
    fields = form(TEXT | {"required": True}, NUMBER).form
    check_answers(fields, (answer("text", "three"),), "CNY")
    for given_, missing, unknown in (
        ((answer("number", 3),), "text", ""),
        ((answer("text", "three"), answer("charm", "much")), "", "charm"),
        ((answer("text", "three"), answer("text", "four")), "", "text"),
    ):
        with pytest.raises(NotAnswered) as caught:
            check_answers(fields, given_, "CNY")
        assert caught.value.fields == {"field": "answers", "missing": missing, "unknown": unknown}


def test_an_application_carries_its_answers() -> None:
    rules = rules_with(call={"form": [TEXT | {"required": True}, PAPERS]})
    called = given(a_programme(rules), an_open_round())
    answers = (answer("text", "three"), answer("attachment", [file()]))
    after = called.when(apply_with(answers=answers), by=chen, at=on("03-10")).then_once(
        ApplicationSubmitted, ApplicationEntered
    )
    assert after.world.get(Project, PROJECT).answers == answers
    called.when(apply_with(), by=chen, at=on("03-10")).refused(NotAnswered, field="answers", missing="text")


def test_a_programme_without_a_form_takes_no_answers() -> None:
    wish = apply_with(answers=(answer("text", "three"),))
    given(an_open_round()).when(wish, by=chen, at=on("03-10")).refused(NotAnswered, unknown="text")


@pytest.mark.parametrize("value", [1.5, "", [], [{"sha256": "x"}], None, {"currency": "CNY"}])
def test_an_answer_that_cannot_be_read_names_its_place(value: Any) -> None:
    content = apply_with().model_dump(mode="json") | {"answers": [{"field": "text", "value": value}]}
    with pytest.raises(Malformed) as caught:
        parse("SubmitApplication", content)
    assert caught.value.fields["field"].startswith("answers.0.value")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ([TEXT, TEXT], "form: text is named twice"),
        ([asks("poem")], "does not match any of the expected tags"),
        ([CHOICE | {"options": OPTIONS[:1]}], "at least 2 items"),
        ([CHOICE | {"options": [*OPTIONS, OPTIONS[0]]}], "options of choice: town is named twice"),
        ([PAPERS | {"media_types": []}], "at least 1 item"),
        ([PAPERS | {"media_types": ["pdf"]}], "pattern"),
        ([NUMBER | {"at_least": 10}], "form: number cannot be at least 10 and at most 9"),
        ([MONEY | {"at_least": "CNY 101.00"}], "form: money cannot be at least CNY 101.00 and at most CNY 100.00"),
        ([DATE | {"earliest": "2027-01-01"}], "form: date cannot be at least 2027-01-01 and at most 2026-12-31"),
        (
            [asks("money", at_most="EUR 1.00")],
            "call.form.money.at_most is in EUR, the programme in CNY",
        ),
    ],
)
def test_a_form_that_nobody_can_fill_in_is_not_a_form(fields: list[Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        form(*fields)


def test_a_call_for_the_young_and_the_old_at_once_is_for_nobody() -> None:
    with pytest.raises(ValueError, match="nobody is registered for at least 3 years and at most 2"):
        rules_with(call={"registered_years_at_least": 3, "registered_years_at_most": 2})
