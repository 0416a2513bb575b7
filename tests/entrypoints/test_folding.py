"""Lines for a terminal, where Chinese and English stand side by side."""

from __future__ import annotations

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st
from rich.cells import cell_len

from entrypoints.folding import folded


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("short", 10, ["short"]),
        ("", 10, []),
        ("words stay whole here", 10, ["words stay", "whole here"]),
        (
            "李磊秀 代表 xiwu-volunteer 提交申请“西坞职业体验日”",
            24,
            ["李磊秀 代表", "xiwu-volunteer 提交申请", "“西坞职业体验日”"],
        ),
        ("评分很高，意见：已阅。", 8, ["评分很", "高，意", "见：已", "阅。"]),
        ("abcdefghijkl", 5, ["abcde", "fghij", "kl"]),
        ("1,230,000.00 元（公益）", 12, ["1,230,000.00", "元（公益）"]),
    ],
)
def test_words_stay_whole_and_chinese_breaks_where_no_mark_is_torn_off(text: str, width: int, lines: list[str]) -> None:
    assert folded(text, width).splitlines() == lines


@for_any(st.text(alphabet="ab 中文，。“”(x)1.5", max_size=60), st.integers(8, 30))
def test_nothing_is_lost_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = folded(text, width).splitlines()
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cell_len(line) <= width for line in lines)
