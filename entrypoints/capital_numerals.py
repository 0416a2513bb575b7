"""Amounts in capital numerals 大写金额, as Chinese agreements and cheques write them (支付结算办法, appendix 1)."""

from __future__ import annotations

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_GROUP = 10_000


def in_capitals(fen: int) -> str:
    """Yuan, jiao and fen in words: 3000000 is 叁万元整. For amounts from nothing to below 10^16 yuan."""
    yuan, rest = divmod(fen, 100)
    jiao, last = divmod(rest, 10)
    if not fen:
        return "零元整"
    said = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return said + "整"
    if jiao:
        said += f"{_DIGITS[jiao]}角"
    elif yuan:
        said += "零"
    return said + (f"{_DIGITS[last]}分" if last else "整")


def _whole(number: int) -> str:
    """Four digits at a time; one 零 for a gap, however wide, none at the end."""
    groups = []
    while number:
        number, group = divmod(number, _GROUP)
        groups.append(group)
    said, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(said)
            continue
        if said and (gap or group < _GROUP // 10):
            said += "零"
        said += _four(group) + _GROUPS[place]
        gap = False
    return said


def _four(group: int) -> str:
    said, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            said += ("零" if gap and said else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return said
