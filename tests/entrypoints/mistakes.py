"""Mistakes in a programme's file, each with what is said of it; tried by `test_bad_programmes.py`."""

from __future__ import annotations

from typing import NamedTuple

from tests.controls import FILE

TEXT = FILE.read_text(encoding="utf-8")


class Mistake(NamedTuple):
    """One change of the example's file, and what is said of it: how the line begins, the field, the rule."""

    old: str
    new: str
    line: str
    field: str
    zh: str
    en: str


NOTICE = "working_days = 5\n\n[agreement]"
AGAIN = """working_days = 5

[[stages]]
kind = "eligibility"
id = "again"
decide_within_working_days = 5
criteria = [{ id = "x", words = { zh = "x", en = "x" } }]

[agreement]"""
FORM = """[[call.form]]
kind = "date"
id = "begins"
words = { zh = "开始", en = "Begins" }
earliest = 2026-05-02
latest = 2026-05-01

[[stages]]
kind = "eligibility\""""
ASK, QUORUM, WORDS = 'ask_at_most = "CNY 30000.00"', "quorum = 2\npass_mark", 'words = { zh = "路演", en = "Roadshow" }'
SHARE = '{ stage = "review", percent = 40 }'
ZONE = 'time_zone = "Asia/Shanghai"'
GATE = 'gate = { kind = "report", report = "mid-term" }'
AMOUNT = ("金额写作“CNY 50000.00”", "an amount looks like “CNY 50000.00”")
WHOLE = ("应为整数", "it must be a whole number")
ID = (
    "编号只能用小写字母、数字和连字符，最多 63 个字符",
    "an id has lower-case letters, digits and hyphens only, at most 63 characters",
)
CONTROL = ("不得含有控制字符", "it must not have control characters")

LISTED = {  # what the programmes' makers get wrong
    "malformed TOML": Mistake(
        ASK,
        "ask_at_most = CNY 30000",
        "ask_at",
        "TOML",
        "TOML 语法错误（第 15 列）：Invalid value",
        "TOML syntax error at column 15: Invalid value",
    ),
    "an unknown field": Mistake(
        QUORUM,
        "quorum = 2\nqourum = 2\npass_mark",
        "qourum",
        "stages.review.qourum",
        "没有这个字段",
        "there is no such field",
    ),
    "a missing field": Mistake(
        "quorum = 2\npass_mark", "pass_mark", "[[stages]]", "stages.review.quorum", "必填", "it is missing"
    ),
    "weights that do not add up": Mistake(
        'weight_percent = 40 },\n    { id = "answers"',
        'weight_percent = 50 },\n    { id = "answers"',
        "[stages.rubric]",
        "stages.roadshow.rubric",
        "评分表权重合计 110%，应为 100%",
        "rubric weights add up to 110 percent, not 100",
    ),
    "shares of a ranking over 100 percent": Mistake(
        SHARE,
        SHARE.replace("40", "60"),
        "shares",
        "stages.selection.shares",
        "各阶段占比合计 120%，应为 100%",
        "shares add up to 120 percent, not 100",
    ),
    "shares of the tranches over 100 percent": Mistake(
        "share_percent = 50",
        "share_percent = 60",
        "[[tranches]]",
        "tranches",
        "拨款占比合计 110%，应为 100%",
        "tranche shares add up to 110 percent, not 100",
    ),
    "one share over 100 percent": Mistake(
        "share_percent = 50",
        "share_percent = 150",
        "share_percent",
        "tranches.first.share_percent",
        "不得大于 100",
        "it must be at most 100",
    ),
    "a gate on a report that does not exist": Mistake(
        GATE,
        GATE.replace("mid-term", "half-term"),
        "[[tranches]]",
        "tranches.second",
        "拨款 second 等待报告 half-term，但没有这份报告",
        "tranche second waits for report half-term, which does not exist",
    ),
    "a stage that cannot be reached": Mistake(
        NOTICE,
        AGAIN,
        "[[stages]]",
        "stages.again",
        "阶段 again 排在遴选之后，无法到达",
        "stage again comes after the selection and cannot be reached",
    ),
    "a ranking that reckons with itself": Mistake(
        SHARE,
        SHARE.replace("review", "selection"),
        "[[stages]]",
        "stages.selection",
        "阶段 selection 用到 selection 的得分，但此前没有这个评分阶段",
        "stage selection reckons with selection, which gives no score before it",
    ),
    "dates in the wrong order": Mistake(
        '[[stages]]\nkind = "eligibility"',
        FORM,
        "[[call.form]]",
        "call.form.begins",
        "申请表字段 begins 不可能既不小于 2026-05-02 又不大于 2026-05-01",
        "form: begins cannot be at least 2026-05-02 and at most 2026-05-01",
    ),
    "a reminder before there is anything to remind of": Mistake(
        "remind_before_days = 4",
        "remind_before_days = 40",
        "remind_before_days",
        "stages.review.remind_before_days",
        "提醒提前的天数（remind_before_days）必须少于评审天数（within_days）",
        "remind_before_days must be below within_days",
    ),
    "negative money": Mistake(
        ASK, 'ask_at_most = "CNY -30000.00"', "ask_at", "call.ask_at_most", "必须大于零", "it must be above zero"
    ),
    "another currency than the programme's": Mistake(
        ASK,
        'ask_at_most = "USD 30000.00"',
        "ask_at",
        "call.ask_at_most",
        "call.ask_at_most 的币种是 USD，资助计划的币种是 CNY",
        "call.ask_at_most is in USD, the programme in CNY",
    ),
    "an id named twice": Mistake(
        'id = "second"',
        'id = "first"',
        "[[tranches]]",
        "tranches.first",
        "tranches 中 first 重复",
        "tranches: first is named twice",
    ),
    "no such kind of stage": Mistake(
        'kind = "roadshow"',
        'kind = "opera"',
        "[[stages]]",
        "stages.roadshow",
        "'opera' 不在可选值中：'eligibility', 'review', 'roadshow', 'shortlist', 'selection', 'approval', 'notice'",
        "'opera' is none of 'eligibility', 'review', 'roadshow', 'shortlist', 'selection', 'approval', 'notice'",
    ),
}
NASTY = {  # what tries to be read as something else, or to break the reader
    "money that is a number": Mistake(ASK, "ask_at_most = 30000", "ask_at", "call.ask_at_most", *AMOUNT),
    "money that is a fraction": Mistake(ASK, "ask_at_most = 30000.5", "ask_at", "call.ask_at_most", *AMOUNT),
    "money with commas anywhere": Mistake(ASK, 'ask_at_most = "CNY 30,0,0.00"', "ask_at", "call.ask_at_most", *AMOUNT),
    "money in full-width digits": Mistake(ASK, 'ask_at_most = "CNY ３００"', "ask_at", "call.ask_at_most", *AMOUNT),
    "money that is infinite": Mistake(ASK, "ask_at_most = inf", "ask_at", "call.ask_at_most", *AMOUNT),
    "money that is nothing": Mistake(
        ASK, 'ask_at_most = "CNY 0.00"', "ask_at", "call.ask_at_most", "必须大于零", "it must be above zero"
    ),
    "more money than there is": Mistake(
        ASK,
        'ask_at_most = "CNY 900000000000.00"',
        "ask_at",
        "call.ask_at_most",
        "金额不得超过 100,000,000,000",
        "an amount may be 100,000,000,000 at most",
    ),
    "more money than a number holds": Mistake(
        ASK,
        'ask_at_most = "CNY 999999999999999999.00"',
        "ask_at",
        "call.ask_at_most",
        "必须小于 9007199254740992",
        "it must be less than 9007199254740992",
    ),
    "true for a number": Mistake(QUORUM, "quorum = true\npass_mark", "quorum", "stages.review.quorum", *WHOLE),
    "not a number": Mistake(QUORUM, "quorum = nan\npass_mark", "quorum", "stages.review.quorum", *WHOLE),
    "a fraction": Mistake(QUORUM, "quorum = 2.5\npass_mark", "quorum", "stages.review.quorum", *WHOLE),
    "a word for a number": Mistake(QUORUM, 'quorum = "two"\npass_mark', "quorum", "stages.review.quorum", *WHOLE),
    "a list for a number": Mistake(QUORUM, "quorum = []\npass_mark", "quorum", "stages.review.quorum", *WHOLE),
    "a number of thirty digits": Mistake(
        QUORUM,
        f"quorum = {10**30}\npass_mark",
        "quorum",
        "stages.review.quorum",
        "不得大于 100000",
        "it must be at most 100000",
    ),
    "below zero": Mistake(
        QUORUM, "quorum = -2\npass_mark", "quorum", "stages.review.quorum", "不得小于 1", "it must be at least 1"
    ),
    "days beyond all years": Mistake(
        "due_days = 75",
        "due_days = 999999999",
        "due_days",
        "reports.mid-term.due_days",
        "不得大于 3650",
        "it must be at most 3650",
    ),
    "an empty name": Mistake(
        WORDS, 'words = { zh = "", en = "x" }', "words", "stages.roadshow.words.zh", "不能为空", "it must not be empty"
    ),
    "a blank name": Mistake(
        WORDS,
        'words = { zh = " \u3000", en = "x" }',
        "words",
        "stages.roadshow.words.zh",
        "不能为空",
        "it must not be empty",
    ),
    "a name without its languages": Mistake(
        WORDS, 'words = "路演"', "words", "stages.roadshow.words", "应为一个对象", "it must be an object"
    ),
    "a name with the character 0": Mistake(
        WORDS, 'words = { zh = "路\\u0000演", en = "x" }', "words", "stages.roadshow.words.zh", *CONTROL
    ),
    "a name written backwards": Mistake(
        WORDS, 'words = { zh = "路\\u202E演", en = "x" }', "words", "stages.roadshow.words.zh", *CONTROL
    ),
    "an id in capitals": Mistake('id = "roadshow"', 'id = "Road Show"', "id =", "stages.Road Show.id", *ID),
    "an id with an invisible letter": Mistake(
        'id = "roadshow"', 'id = "road\\u200Bshow"', "id =", "stages.road\u200bshow.id", *ID
    ),
    "a currency in small letters": Mistake(
        'currency = "CNY"',
        'currency = "cny"',
        "currency",
        "currency",
        "币种是三个大写字母，例如 CNY",
        "a currency is three capital letters, like CNY",
    ),
    "a time zone of nowhere": Mistake(
        ZONE,
        'time_zone = "../../etc/passwd"',
        "time_zone",
        "calendar.time_zone",
        "../../etc/passwd 不是 IANA 时区",
        "../../etc/passwd is not a time zone of the IANA database",
    ),
    "a day that is not": Mistake(
        ZONE,
        f'{ZONE}\nholidays = ["2026-02-30"]',
        "holidays",
        "calendar.holidays.0",
        "应为日期，例如 2018-03-05",
        "it must be a day, like 2018-03-05",
    ),
    "the last day there is": Mistake(
        ZONE,
        f"{ZONE}\nholidays = [9999-12-31]",
        "holidays",
        "calendar.holidays.0",
        "须在 1900 年至 2199 年之间",
        "it must lie between the years 1900 and 2199",
    ),
    "a day for a list": Mistake(
        ZONE,
        f"{ZONE}\nholidays = 2026-05-01",
        "holidays",
        "calendar.holidays",
        "应为列表 [ … ]",
        "it must be a list [ … ]",
    ),
    "nobody may apply": Mistake(
        'organisation_types = ["association", "service-agency", "community"]',
        "organisation_types = []",
        "organisation_types",
        "call.organisation_types",
        "不能为空",
        "it must not be empty",
    ),
    "a gate of gates without a kind": Mistake(
        GATE,
        f"gate = {'{ all = [' * 60}{'] }' * 60}",
        "gate",
        "tranches.second.gate",
        "缺少 'kind'",
        "'kind' is missing",
    ),
    "another format": Mistake("format = 2", "format = 99", "format", "format", "只能是 2", "it must be 2"),
    "a bottomless list": Mistake(
        "format = 2", f"format = 2\nx = {'[' * 3000}{']' * 3000}", "#", "TOML", "嵌套过深", "it is nested too deeply"
    ),
}
