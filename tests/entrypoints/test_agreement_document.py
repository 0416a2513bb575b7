"""The agreement as PDF: what it says, that the same agreement is the same bytes, and that its hash is what is signed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from domain.consent import ApproveChange
from domain.errors import StageNotOpen
from entrypoints import agreement_document
from entrypoints.agreement_document import Agreement, NoChineseFont, document, part
from entrypoints.capital_numerals import in_capitals
from entrypoints.wording import LANGUAGES, Lang
from tests.controls import PROJECT, chen, lin, luo, on, prizes, sign, tranches_of, yao
from tests.domain.purchasing import a_delivered_purchase, accepted_services, judged
from tests.ending import OTHER_LINES, changeable, request_change
from tests.entrypoints.conftest import Line, Office
from tests.situations import a_granted_award, a_programme, an_application
from tests.world import Given, given, put


class Events:
    """What the document asks of an event store, from a world."""

    def __init__(self, told: Given) -> None:
        self.world = told.world

    def load(self, kind: Any, id_: str) -> Any:
        return self.world.get(kind, id_)

    def recorded(self, stream: str) -> list[Any]:
        class Recorded:
            def __init__(self, event: Any) -> None:
                self.event = event

        return [Recorded(event) for where, event in self.world.events if where == stream]


def agreed(*situations: Any) -> Agreement:
    return agreement_document.on_record(Events(given(*situations)), PROJECT)  # type: ignore[arg-type]


def text_of(agreement: Agreement, lang: Lang) -> str:
    said = part(agreement, lang)
    lines = [said["title"], said["subtitle"]]
    for section in said["sections"]:
        lines += [section["title"], *section["lines"], *section["notes"]]
        lines += [" ".join(row) for row in section["rows"]]
    return "\n".join(lines)


def test_it_names_both_sides_the_award_and_every_tranche_with_its_condition() -> None:
    chinese, english = (text_of(agreed(a_granted_award()), lang) for lang in LANGUAGES)
    assert "人民币叁万元整" in chinese
    assert "首款 15,000.00 元 协议签订" in chinese
    assert "统一社会信用代码 52330213MJ8931234A" in chinese
    assert "Mid-term tranche CNY 9,000.00 Mid-term report accepted" in english
    assert "children reading weekly children 10 60" in english
    assert "Both sides sign within 15 days of the award" in english


def test_conditions_and_approvals_are_those_of_the_programme() -> None:
    gate = {"kind": "all", "of": [{"kind": "agreement"}, {"kind": "document", "document": "invoice"}]}
    rules = tranches_of(gate, payments={"approvals": [{"above": "CNY 10000.00", "approvers": 3}]})
    said = text_of(agreed(a_programme(rules), a_granted_award()), "en")
    assert "the agreement concluded and Tranche filed" in said
    assert "A tranche above CNY 10,000.00 is approved by 3 different people." in said


def test_without_reports_and_evaluation_it_says_nothing_of_them() -> None:
    rules = tranches_of({"kind": "agreement"}, reports=(), evaluation=None)
    said = text_of(agreed(a_programme(rules), a_granted_award()), "en")
    assert "The reports" not in said
    assert "The evaluation" not in said


def test_what_was_signed_is_printed_again_as_it_was_signed() -> None:
    """A change of the budget or a tranche that was cut does not alter the document whose hash both sides quoted."""
    change = request_change(budget=OTHER_LINES)
    approved = ApproveChange(project=PROJECT, change=change.change)
    signed = (changeable(), put(change, by=chen), put(approved, by=lin), put(approved, by=luo))
    assert part(agreed(changeable()), "en") == part(agreed(*signed), "en")
    cut = a_delivered_purchase({"groups": 7}, accepted_services({"groups": 7}))
    evaluated = (cut, put(judged(), by=yao, at=on("09-15")))
    assert part(agreed(cut), "en") == part(agreed(*evaluated), "en")


def test_what_happens_at_an_end_before_its_time_is_said_although_there_are_no_reports() -> None:
    rules = tranches_of({"kind": "agreement"}, reports=(), termination={"ban_years": 3})
    said = text_of(agreed(a_programme(rules), a_granted_award()), "en")
    assert "3 years" in said
    assert "The reports" not in said


def test_there_is_none_before_the_award_nor_where_the_programme_has_none() -> None:
    with pytest.raises(StageNotOpen):
        agreed(an_application())
    with pytest.raises(StageNotOpen):
        agreed(a_programme(prizes()), a_granted_award())


typst = pytest.importorskip("typst")
FONTS = typst.Fonts(include_system_fonts=False, font_paths=[*agreement_document.our_fonts()])
HAS_CHINESE = any(family in agreement_document.CHINESE_FONTS for family in FONTS.families())


@pytest.mark.skipif(not HAS_CHINESE, reason="installed without what requirements.lock names")
@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_the_same_agreement_is_the_same_bytes(language: agreement_document.Language) -> None:
    first, second = (document(agreed(a_granted_award()), language) for _ in range(2))
    assert first.pdf.startswith(b"%PDF-")
    assert hashlib.sha256(first.pdf).hexdigest() == hashlib.sha256(second.pdf).hexdigest()


@pytest.mark.skipif(not HAS_CHINESE, reason="installed without what requirements.lock names")
def test_it_is_set_in_the_font_that_is_installed_with_us_whatever_the_machine_has() -> None:
    written = document(agreed(a_granted_award()), "zh")
    assert written.font == "Noto Serif SC"
    assert b"NotoSerifSC" in written.pdf


def test_a_folder_with_no_chinese_font_is_not_made_up_for_by_the_system(tmp_path: Path) -> None:
    with pytest.raises(NoChineseFont):
        document(agreed(a_granted_award()), "zh", [tmp_path])


@pytest.mark.skipif(not HAS_CHINESE, reason="installed without what requirements.lock names")
def test_another_agreement_is_another_document() -> None:
    other = a_programme(tranches_of({"kind": "agreement"}))
    assert document(agreed(a_granted_award()), "zh").pdf != document(agreed(other, a_granted_award()), "zh").pdf


@pytest.mark.skipif(not HAS_CHINESE, reason="installed without what requirements.lock names")
def test_the_command_line_prints_the_hash_that_both_sides_sign(canopy: Line, office: Office, tmp_path: Path) -> None:
    office.told(a_granted_award())
    file = tmp_path / "agreement.pdf"
    said = canopy("agreement", PROJECT, "--out", str(file), "--in", "both")
    assert (said.code, said.out) == (0, hashlib.sha256(file.read_bytes()).hexdigest() + "\n")
    signed = office.does(chen, sign("organisation", said.out.strip()))
    assert signed.status_code == 201, signed.text


def test_the_command_line_writes_nothing_without_an_award(canopy: Line, office: Office, tmp_path: Path) -> None:
    office.told(an_application())
    file = tmp_path / "agreement.pdf"
    assert canopy("agreement", PROJECT, "--out", str(file), "--in", "zh").code == 1
    assert not file.exists()


def test_the_command_line_writes_nothing_without_a_chinese_font(
    canopy: Line, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.told(a_granted_award())
    monkeypatch.setattr(agreement_document, "CHINESE_FONTS", ())
    file = tmp_path / "agreement.pdf"
    refused = canopy("agreement", PROJECT, "--out", str(file), "--in", "zh")
    assert (refused.code, "--fonts DIR" in refused.err, file.exists()) == (1, True, False)


def test_without_a_chinese_font_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agreement_document, "CHINESE_FONTS", ("A Font Nobody Has",))
    with pytest.raises(NoChineseFont):
        document(agreed(a_granted_award()), "en")


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (105, "壹元零伍分"),
        (1_680_32, "壹仟陆佰捌拾元叁角贰分"),
        (3_000_000, "叁万元整"),
        (10_000_00, "壹万元整"),
        (10_500_00, "壹万零伍佰元整"),
        (107_000_53, "壹拾万柒仟元伍角叁分"),
        (1_000_010_00, "壹佰万零壹拾元整"),
        (100_000_001_00, "壹亿零壹元整"),
        (123_456_789_10, "壹亿贰仟叁佰肆拾伍万陆仟柒佰捌拾玖元壹角整"),
    ],
)
def test_amounts_in_capital_numerals(fen: int, said: str) -> None:
    assert in_capitals(fen) == said
