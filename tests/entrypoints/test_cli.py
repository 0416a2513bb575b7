"""The command line: it starts at once, says one clear line when something is wrong, and ends with the right exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from entrypoints import cli_reading
from tests.entrypoints.conftest import Line, Office
from workers.state_folder import StateFolder

SLOW = ("pydantic", "temporalio", "fastapi", "psycopg", "eventsourcing", "domain.kernel")


# ── starting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("arguments", [["--help"], ["do", "--help"], ["programme", "--help"], ["--nonsense"]])
def test_it_starts_without_loading_what_is_slow(arguments: list[str]) -> None:
    code = f"import sys; from entrypoints.cli import run; run({arguments}); print(sorted({SLOW} & sys.modules.keys()))"
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code.replace(str(SLOW), str(set(SLOW)))], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["do", "Nonsense"],
        ["do", "OpenCall"],
        ["do", "RegisterPerson"],
        ["ask"],
        ["ask", "duties", "--filter", "nonsense"],
        ["ask", "duties", "--after", "soon"],
        ["ask", "duties", "--lang", "fr"],
        ["replay", "p", "--as-of", "yesterday"],
        ["token", "li", "--days", "0"],
        ["programme", "check", "/nowhere.toml"],
    ],
)
def test_what_cannot_be_understood_ends_with_2(canopy: Line, arguments: list[str]) -> None:
    said = canopy(*arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Usage: ")


def test_ctrl_c_says_so(canopy: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli_reading, "_filters", interrupted)
    said = canopy("ask", "duties")
    assert (said.code, said.err.strip()) == (130, "已中断 interrupted")


def test_our_own_bugs_are_one_line_too(canopy: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("oh\nno")

    monkeypatch.setattr(cli_reading, "_filters", broken)
    said = canopy("ask", "duties")
    assert said.code == 1
    assert said.err.startswith("ZeroDivisionError: oh no (")
    assert said.err.count("\n") == 1


def test_a_server_that_is_away_is_said_at_once(canopy: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANOPY_DATABASE_URL", "postgresql://canopy_app@127.0.0.1:9/canopy")
    for arguments in (["ask", "duties"], ["token", "li"], ["rebuild", "duties"]):
        begun = time.monotonic()
        said = canopy(*arguments)
        assert said.code == 1
        assert said.err.startswith("the database cannot be reached, see `canopy status`")
        assert said.err.count("\n") == 1
        assert time.monotonic() - begun < 5


def test_an_installation_that_was_never_started_says_how_to(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    canopy = Line(capsys, tmp_path / "new")
    said = canopy("ask", "duties")
    assert said.code == 1
    assert "canopy up" in said.err
    said = canopy("status")
    assert (said.code, said.out.splitlines()[0]) == (0, "never started")
    assert canopy("status", "--json").rows["phase"] == "new"
    assert canopy("down").code == 0
    assert not (tmp_path / "new").exists()


# ── doing ────────────────────────────────────────────────────────────────────────────────────────────────────────────

REGISTER = ("do", "RegisterPerson", "--as", "steward", "--json")
NEW_ONE = json.dumps({"person": "new-one", "name": "新人"}, ensure_ascii=False)


def test_a_command_is_carried_out_and_told(canopy: Line, office: Office) -> None:
    said = canopy(*REGISTER, NEW_ONE)
    assert (said.code, said.err) == (0, "")
    assert said.out == "3  person:new-one  Steward 系统管理 registered 新人\n"
    assert canopy("--lang", "zh", *REGISTER, NEW_ONE).out == "没有新的变化（位置 3）\n"
    assert office.desk.store.head() == 3


def test_the_same_key_gives_the_first_answer(canopy: Line) -> None:
    first = canopy(*REGISTER, NEW_ONE, "--key", "k")
    again = canopy(*REGISTER, NEW_ONE, "--key", "k", "--lang", "zh")
    assert first.code == again.code == 0
    assert again.out.splitlines() == ["没有新的变化（位置 3）", "3  person:new-one  Steward 系统管理 登记了 新人"]
    other = canopy(*REGISTER, NEW_ONE.replace("新人", "别人"), "--key", "k")
    assert (other.code, other.err.count("\n")) == (1, 1)


def test_fields_may_come_from_a_file_or_from_standard_input(
    canopy: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "new.json"
    file.write_text(NEW_ONE, encoding="utf-8")
    assert canopy(*REGISTER, f"@{file}").code == 0
    with file.open(encoding="utf-8") as opened:
        monkeypatch.setattr("sys.stdin", opened)
        assert canopy(*REGISTER, "-").out == "nothing new (position 3)\n"
    said = canopy(*REGISTER, "@/nowhere.json")
    assert (said.code, said.err) == (1, "No such file or directory: /nowhere.json\n")


@pytest.mark.parametrize(
    ("who", "content", "zh"),
    [
        ("steward", "{}", "字段 person 不合要求：必填。请改正后再提交。"),
        ("nobody", NEW_ONE, "找不到人员 nobody。请核对编号。"),
        ("story", NEW_ONE, "找不到人员 story。请核对编号。"),
    ],
)
def test_a_refusal_is_one_line_and_exit_code_1(canopy: Line, who: str, content: str, zh: str) -> None:
    said = canopy("do", "RegisterPerson", "--as", who, "--json", content, "--lang", "zh")
    assert (said.code, said.out, said.err) == (1, "", f"{zh}\n")


def test_a_token_opens_the_api(canopy: Line, monkeypatch: pytest.MonkeyPatch, office: Office) -> None:
    monkeypatch.setenv("CANOPY_TOKEN_KEY", office.desk.token_key.decode())
    said = canopy("token", "steward", "--days", "1")
    headers = {"Authorization": f"Bearer {said.out.strip()}"}
    office.caught_up()
    assert office.client.get("/ask/programme_totals", headers=headers).status_code == 200
    said = canopy("token", "nobody")
    assert (said.code, said.out, said.err) == (1, "", "There is no person nobody. Check the id.\n")


# ── starting over ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("arguments", [["demo", "--fresh"], ["down", "--erase"]])
def test_nothing_asks_a_question_where_nobody_can_answer(tmp_path: Path, arguments: list[str]) -> None:
    kept = StateFolder(tmp_path / "s")
    kept.create()
    password = kept.postgres_password()
    done = subprocess.run(
        [sys.executable, "-m", "entrypoints.cli", *arguments, "--state", str(kept.path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "--yes" in done.stderr
    assert kept.postgres_password() == password


def test_an_outside_database_is_never_deleted(canopy: Line) -> None:
    said = canopy("demo", "--fresh")
    assert said.code == 1
    assert "embedded database only" in said.err


def test_erasing_leaves_what_is_not_ours(canopy: Line, tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "a letter").write_text("mine")
    assert canopy("down", "--erase", "--yes").err.splitlines()[0].startswith(f"left {folder}")
    StateFolder(folder).create()
    StateFolder(folder).postgres_password()
    said = canopy("down", "--erase", "--yes", "--lang", "zh")
    assert said.code == 0
    assert f"已删除 {folder}" in said.err
    assert [path.name for path in folder.iterdir()] == ["a letter"]


def test_the_demonstration_declines_a_database_with_other_events_before_it_starts_anything(
    canopy: Line, tmp_path: Path
) -> None:
    canopy(*REGISTER, NEW_ONE)
    said = canopy("demo")
    assert (said.code, said.out) == (1, "")
    assert said.err == "the database has other data: the demonstration wants an empty one of its own\n"
    assert not (tmp_path / "state" / "stack.json").exists()


# ── the whole stack ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_up_status_do_ask_down(tmp_path: Path) -> None:
    """On a real stack of its own, as processes of their own."""
    state = tmp_path / "a state folder"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CANOPY_", "TEMPORAL_"))}

    def canopy(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "entrypoints.cli", *arguments, "--state", str(state), "--lang", "en"],
            capture_output=True,
            text=True,
            check=check,
            env=environment,
        )

    try:
        told = canopy("up").stdout
        assert "API docs: http://127.0.0.1:" in told
        assert "/namespaces/canopy/workflows\n" in told
        assert canopy("up").stderr == "it runs already\n"
        told = canopy("do", "RegisterPerson", "--as", "steward", "--json", NEW_ONE).stdout
        assert told.startswith("3  person:new-one")
        assert json.loads(canopy("ask", "programme_totals", "--after", "3", "--json").stdout) == []
        found = json.loads(canopy("status", "--json").stdout)
        assert found["running"]
        assert found["head"] == 3
        assert found["clock"] is None
        processes = {process["process"]: process for process in found["processes"]}
        assert set(processes) == {"supervisor", "postgres", "temporal", "stories", "views", "waker", "web"}
        assert {process["state"] for process in processes.values()} == {"running"}
        assert processes["views"]["behind"] == 0
        assert canopy("reconcile").stderr.startswith("0 stories")
        declined = f"{state} has other data: choose another --state, or start over with --fresh"
        assert canopy("demo", check=False).stderr.splitlines() == [declined], "at once, as it can know"
        canopy("down")
        assert canopy("demo", check=False).stderr.splitlines()[-1] == declined
        assert not json.loads(canopy("status", "--json").stdout)["running"], "as it was before"
    finally:
        canopy("down")
    assert json.loads(canopy("status", "--json").stdout)["phase"] == "stopped"
    canopy("down", "--erase", "--yes")
    assert json.loads(canopy("status", "--json").stdout)["phase"] == "new"
    assert not state.exists()
