"""What the command line shows of read models, replays and programme files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from domain.eligibility import CheckEligibility
from tests.controls import FILE, PROGRAMME, PROJECT, findings, lin, on
from tests.entrypoints.conftest import Line, Office
from tests.projections.lives import the_whole_life
from tests.situations import (
    a_closed_project,
    a_concluded_agreement,
    a_settled_project,
    an_application,
    an_open_review,
    collected_scores,
)
from tests.world import Situation, put

# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def a_failed_application() -> Situation:
    check = CheckEligibility(project=PROJECT, findings=findings(budget="No receipts."))
    return Situation("not eligible", put(check, by=lin, at=on("03-23")), an_application())


MODELS = (
    *("project_history", "reviewer_queue", "duties", "deadlines", "tranche_board"),
    *("fund_balance", "programme_totals", "round_totals"),
)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_shown_fits_the_terminal(canopy: Line, office: Office, lang: str) -> None:
    office.told(a_concluded_agreement())
    for model in MODELS:
        said = canopy("ask", model, "--lang", lang)
        assert said.code == 0, said.err
        lines = said.out.splitlines()
        assert len(lines) > 1
        assert all(cell_len(line) <= 80 for line in lines), model
        assert not any(line.endswith(" ") for line in lines), model
        assert "…" not in said.out


def test_a_table_has_no_empty_column_and_says_the_offset_of_its_times_once(canopy: Line, office: Office) -> None:
    office.told(a_concluded_agreement())
    assert canopy("ask", "duties").out.splitlines() == [
        "who     kind             part      about         due +08:00",
        "qinghe  submit report    mid-term  reading-hour  2026-07-12 24:00",
        "qinghe  submit report    final     reading-hour  2026-09-25 24:00",
        "qinghe  request tranche  first     reading-hour",
    ]


def test_a_board_where_nothing_waits_has_no_column_for_it(canopy: Line, office: Office) -> None:
    office.told(a_settled_project())
    assert canopy("ask", "tranche_board", "--lang", "zh").out.splitlines()[0].split() == [
        "项目",
        "拨款",
        "金额",
        "状态",
    ]


def test_a_rounds_duty_names_the_round_and_a_persons_the_person(canopy: Line, office: Office) -> None:
    office.told(collected_scores())
    assert canopy("ask", "duties", "--lang", "zh").out.splitlines()[1].split() == ["经办", "公布排名", "spring-2026"]


def test_a_persons_duty_names_the_person(canopy: Line, office: Office) -> None:
    office.told(an_open_review())
    shown = canopy("ask", "duties", "--filter", "kind=review", "--lang", "zh").out
    assert [line.split() for line in shown.splitlines()] == [
        ["由谁", "事项", "对象", "截止", "+08:00"],
        *([who, "评审", PROJECT, "2026-04-06", "24:00"] for who in ("li", "wang", "zhao")),
    ]


def test_what_is_the_same_in_every_row_is_said_once_where_a_table_would_be_too_wide(
    canopy: Line, office: Office
) -> None:
    office.told(a_concluded_agreement())
    head, *table = canopy("ask", "fund_balance").out.splitlines()
    assert head == "fund welfare-2026"
    assert table[0].split() == ["round", "received", "allocated", "committed", "disbursed", "available"]
    assert table[1].split()[:3] == ["whole", "fund", "100,000.00"]
    assert table[2].split()[0] == "spring-2026"


def test_summer_and_winter_are_told_apart(canopy: Line, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.told(a_concluded_agreement())
    monkeypatch.setenv("CANOPY_TIME_ZONE", "Europe/Zurich")
    shown = canopy("ask", "project_history", "--filter", f"project={PROJECT}").out
    assert "2026-03-10 02:00 +01:00" in shown
    assert "2026-04-28 03:00 +02:00" in shown


def test_rows_as_json_are_plain(canopy: Line, office: Office) -> None:
    office.told(the_whole_life())
    (row,) = canopy("ask", "programme_totals", "--json").rows
    assert row == {
        "programme": PROGRAMME,
        "rounds": 1,
        "applications": 2,
        "organisations": 1,
        "projects": 1,
        "fields": 1,
        "disbursed_fen": row["disbursed_fen"],
        "activities": row["activities"],
        "people_served": row["people_served"],
    }
    history = canopy("ask", "project_history", "--filter", f"project={PROJECT}", "--json").rows
    assert [line["position"] for line in history] == sorted(line["position"] for line in history)
    assert all(line["zh"] and line["en"] for line in history)
    assert len(canopy("ask", "project_history", "--limit", "3", "--json").rows) == 3
    assert canopy("ask", "duties", "--json").rows == []
    assert canopy("ask", "duties").out == "(none)\n"


def test_money_and_times_are_readable(canopy: Line, office: Office) -> None:
    office.told(a_concluded_agreement())
    said = canopy("ask", "tranche_board", "--lang", "zh")
    assert said.out.splitlines()[0].split() == ["项目", "拨款", "金额", "状态", "等待", "由谁"]
    assert said.out.splitlines()[1].split() == [PROJECT, "first", "15,000.00", "待申请", "拨款申请", "社会组织"]
    assert "2026-07-12 24:00" in canopy("ask", "duties").out


@pytest.mark.parametrize(
    ("arguments", "en"),
    [
        (["nonsense"], "There is no read model nonsense. Check the id.\n"),
        (["duties", "--filter", "a=b"], "The field a is not right: it must be one of role, person"),
    ],
)
def test_what_cannot_be_asked_is_refused(canopy: Line, office: Office, arguments: list[str], en: str) -> None:
    office.caught_up()
    said = canopy("ask", *arguments)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(en)


def test_a_replay_shows_how_it_stood(canopy: Line, office: Office) -> None:
    office.told(a_concluded_agreement())
    now = canopy("replay", PROJECT)
    assert now.out.splitlines()[:6] == [
        "project       reading-hour",
        "title         Reading hour 阅读时光",
        "organisation  qinghe",
        "round         spring-2026",
        "stage         delivery",
        "award         30,000.00",
    ]
    assert "Chen applied for qinghe with" in now.out
    found = canopy("replay", PROJECT, "--json").rows
    assert found["state"]["stage"] == "delivery"
    opened = next(line for line in found["history"] if line["name"] == "ReviewOpened.v2")
    for arguments in (["--at", str(opened["position"])], ["--as-of", "2026-03-23"]):
        then = canopy("replay", PROJECT, "--json", *arguments).rows
        assert then["state"]["stage"] == "review"
        assert then["history"][-1]["name"] == "ReviewOpened.v2"
    assert canopy("replay", PROJECT, "--as-of", "2026-03-01").code == 1
    assert canopy("replay", "nonsense").err == "There is no project nonsense. Check the id.\n"


@pytest.mark.parametrize(
    ("life", "zh", "en"),
    [
        (a_closed_project(), "阶段      已结项", "stage         closed"),
        (a_failed_application(), "阶段      资格审查未通过", "stage         not eligible"),
    ],
)
def test_how_a_project_ended_is_said_once(canopy: Line, office: Office, life: Any, zh: str, en: str) -> None:
    office.told(life)
    assert zh in canopy("replay", PROJECT, "--lang", "zh").out.splitlines()
    assert en in canopy("replay", PROJECT).out.splitlines()


def test_a_read_model_is_rebuilt(canopy: Line, office: Office) -> None:
    office.told(a_concluded_agreement())
    before = canopy("ask", "tranche_board", "--json").rows
    said = canopy("rebuild", "tranche_board")
    assert (said.code, said.out) == (0, "")
    assert "tranche_board is rebuilt" in said.err
    assert canopy("ask", "tranche_board", "--json").rows == before
    assert canopy("rebuild", "nonsense").err.endswith("There is no read model nonsense. Check the id.\n")


# ── programmes ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text", ["", "# Canopy\n\nRuns programmes.\n", "[tool.ruff]\nformat = 2\n", 'id = "x"\n'], ids=repr
)
def test_a_file_that_is_no_programme_at_all_is_said_to_be_none_in_one_line(
    canopy: Line, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "other"
    file.write_text(text, encoding="utf-8")
    for arguments in (["check", str(file)], ["publish", str(file), "--as", "steward"]):
        said = canopy("programme", *arguments)
        assert (said.code, said.out) == (1, "")
        assert said.err == f"{file} is not a programme's file: such a file says `format = 2` at its top\n"
    assert canopy("programme", "check", str(file), "--lang", "zh").err == (
        f"{file} 不是资助计划文件：这种文件的开头写有 format = 2\n"
    )


def test_a_programme_whose_toml_is_broken_is_still_told_where(canopy: Line, tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text('format = 2\nid = "x\n', encoding="utf-8")
    said = canopy("programme", "check", str(file))
    assert said.err.splitlines()[0].startswith(f"{file}:2: TOML: ")


def test_a_programme_is_checked_and_published(canopy: Line, tmp_path: Path, office: Office) -> None:
    assert canopy("programme", "check", str(FILE)).out == f"{FILE} is fine\n"
    said = canopy("programme", "publish", str(FILE), "--as", "steward")
    assert (said.code, said.out) == (0, f"published {PROGRAMME} at 3\n")
    (published,) = office.desk.store.recorded(f"programme:{PROGRAMME}")
    assert "2018-02-24" in published.payload["rules"]["calendar"]["make_up_days"]
    assert "already" in canopy("programme", "publish", str(FILE), "--as", "steward").out
    bad = tmp_path / "bad.toml"
    bad.write_text(FILE.read_text(encoding="utf-8").replace("quorum = 2\npass", "quorum = 9\npass"), encoding="utf-8")
    line = 1 + bad.read_text(encoding="utf-8").splitlines().index("quorum = 9")
    for arguments in (["check", str(bad)], ["publish", str(bad), "--as", "steward"]):
        said = canopy("programme", *arguments)
        assert (said.code, said.out) == (1, "")
        assert said.err.splitlines() == [
            f"{bad}:{line}: stages.review.quorum: 评审小组 3 人，不可能有 9 份评审 | a quorum of 9 cannot come from a panel of 3",
            f"{bad} has 1 problem(s)",
        ]
