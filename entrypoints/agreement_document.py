"""The agreement as a document 协议文本: what both sides sign, as PDF, in Chinese, in English or both.

The same agreement gives the same bytes on every machine: our own font, and no date of printing. Its SHA-256 is what
`SignAgreement` wants.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypedDict

from domain.agreement import AgreementConcluded
from domain.application import ApplicationSubmitted
from domain.errors import StageNotOpen
from domain.event_store import EventStore
from domain.fund import Fund
from domain.kernel import Event, Money
from domain.organisation import Organisation, OrganisationRegistered
from domain.project import Project
from domain.round import Round
from domain.round_opening import RoundOpened
from entrypoints import drawing_delivery, drawing_outcome, drawing_programme, wording
from entrypoints.capital_numerals import in_capitals
from entrypoints.drawing_words import Speaker
from entrypoints.wording import LANGUAGES, Lang

Language = Literal["zh", "en", "both"]
TEMPLATE = Path(__file__).with_name("documents") / "agreement.typ"
CHINESE_FONTS = (
    *("Noto Serif SC", "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun", "AR PL UMing CN"),
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei"),
    *("WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback"),
)
"""Families that can set Chinese, the first one found is taken: the one that is installed with us, unless --fonts has another."""
OUR_FONT = "pylopdf_fonts_zh_cn"
"""The package that brings Noto Serif SC (SIL Open Font License)."""
LATIN_FONT = "Libertinus Serif"
"""Comes with typst."""


class NoChineseFont(Exception):
    """No font here can set Chinese."""


class Section(TypedDict):
    """A numbered part of the text: lines, a table, lines below it."""

    title: str
    lines: list[str]
    columns: list[dict[str, Any]]
    rows: list[list[str]]
    notes: list[str]


@dataclass(frozen=True)
class Agreement:
    """All that an agreement says, as it stands on record."""

    project: Project
    opening: ApplicationSubmitted
    round: RoundOpened
    organisation: OrganisationRegistered
    funds: tuple[Fund, ...]


class Document(NamedTuple):
    pdf: bytes
    font: str
    """The family its Chinese is set in."""


def on_record(store: EventStore, project_id: str) -> Agreement:
    """The agreement of a project with an award; what has changed since both sides signed is no part of it.

    Raises NotFound, StageNotOpen (no award yet, or no agreement in the programme).
    """
    project = store.load(Project, project_id)
    project.must_be("agreement", "delivery", "evaluation", "settlement", "closed")
    if project.rules.agreement is None:
        raise StageNotOpen(stage="agreement", now=project.stage)
    told = [recorded.event for recorded in store.recorded(Project.stream_of(project_id))]
    opening, project = told[0], as_signed(told, project_id)
    round_ = store.recorded(Round.stream_of(project.round))[0].event
    organisation = store.recorded(Organisation.stream_of(project.organisation))[0].event
    assert isinstance(opening, ApplicationSubmitted), "a project begins with its application"
    assert isinstance(round_, RoundOpened), "a round begins with its opening"
    assert isinstance(organisation, OrganisationRegistered), "an organisation begins with its registration"
    return Agreement(project, opening, round_, organisation, tuple(store.load(Fund, id_) for id_ in project.funds))


def as_signed(told: Iterable[Event], project_id: str) -> Project:
    """The project as it was when the agreement was concluded, or as it is while that is open."""
    project = Project(id=project_id)
    for event in told:
        project = event.apply(project)
        if isinstance(event, AgreementConcluded):
            break
    return project


def our_fonts() -> Iterator[Path]:
    """The folder of the font that is installed with us; none where somebody left it out."""
    found = importlib.util.find_spec(OUR_FONT)
    if found is not None and found.origin is not None:
        yield Path(found.origin).parent


def document(agreement: Agreement, language: Language, font_folders: Sequence[Path] = ()) -> Document:
    """The agreement as PDF, set in a Chinese font of these folders, else in ours. Raises NoChineseFont."""
    import typst  # forty megabytes, only here

    folders = [*font_folders] or [*our_fonts()]
    # The system's fonts would make another document of it on another machine.
    fonts = typst.Fonts(include_system_fonts=not folders, font_paths=folders)
    found = set(fonts.families())
    font = next((family for family in CHINESE_FONTS if family in found), None)
    if font is None:
        raise NoChineseFont
    parts = [part(agreement, lang) for lang in LANGUAGES if language in {lang, "both"}]
    content = {"title": parts[0]["title"], "fonts": [LATIN_FONT, font], "parts": parts}
    pdf = typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=fonts,
        format="pdf",
        sys_inputs={"content": json.dumps(content, ensure_ascii=False, sort_keys=True)},
        timestamp=int(agreement.round.opens_at.timestamp()),
    )
    assert isinstance(pdf, bytes), "one file, since nothing is written"
    return Document(pdf, font)


# ── what it says ─────────────────────────────────────────────────────────────────────────────────────────────────────


class _Writer:
    """Says the agreement's sentences in one language."""

    def __init__(self, agreement: Agreement, lang: Lang) -> None:
        self.speaker = Speaker(agreement.project.rules, lang)
        self.lang = lang

    def __call__(self, section: str, key: str, **fields: Any) -> str:
        return wording.written(section, key, fields).in_(self.lang)

    def money(self, amount: Money) -> str:
        return self("line", "money", amount=str(amount))

    def section(self, key: str, *lines: str) -> Section:
        return {"title": self("section", key), "lines": list(lines), "columns": [], "rows": [], "notes": []}

    def columns(self, *keys: str, wide: str, figures: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        return [{"title": self("column", key), "wide": key == wide, "figure": key in figures} for key in keys]


def part(agreement: Agreement, lang: Lang) -> dict[str, Any]:
    """The whole agreement in one language."""
    say, project = _Writer(agreement, lang), agreement.project
    programme, title = say.speaker.words(project.rules.name), agreement.round.title
    sides = {"bureau": programme, "organisation": agreement.organisation.name}
    return {
        "lang": lang,
        "title": say("title", "agreement"),
        "subtitle": say("title", "subtitle", programme=programme, round=say.speaker.words(title), project=project.id),
        "sections": list(_sections(agreement, say)),
        "signatures": [
            {"title": say("signature", side), "name": name, "below": say("signature", "below")}
            for side, name in sides.items()
        ],
    }


def _sections(agreement: Agreement, say: _Writer) -> Iterator[Section]:
    project, organisation = agreement.project, agreement.organisation
    assert project.rules.agreement is not None, "on_record looks for it"
    programme = say.speaker.words(project.rules.name)
    field = next((f for f in project.rules.fields if f.id == project.field), None)
    yield say.section(
        "parties",
        say("line", "bureau", programme=programme),
        say("line", "organisation", organisation=organisation.name, code=organisation.credit_code),
    )
    called = say.speaker.words(field.words) if field else project.field
    yield say.section(
        "project", say("line", "project", title=agreement.opening.title, field=called), say("line", "plan")
    )
    yield _award(agreement, say)
    yield _tranches(agreement, say)
    if project.budget:
        yield _budget(agreement, say)
    if project.indicators:
        yield _indicators(agreement, say)
    if project.rules.reports or project.rules.mid_term:
        yield say.section("delivery", *drawing_delivery.delivery(say.speaker).facts, say("line", "reports"))
    elif project.rules.termination:
        yield say.section("ending", *drawing_delivery.termination(say.speaker))
    if project.rules.evaluation:
        yield say.section("evaluation", *drawing_outcome.evaluation(say.speaker).facts)
    yield say.section(
        "general",
        say("line", "amended"),
        say("line", "stopped"),
        say("line", "sign-by", days=project.rules.agreement.sign_within_days),
        say("line", "same"),
    )


def _award(agreement: Agreement, say: _Writer) -> Section:
    award = agreement.project.award
    assert award is not None, "on_record looks at the stage"
    kind = "award-zh" if award.currency == "CNY" else "award"
    funds = "、".join(fund.name for fund in agreement.funds)
    return say.section(
        "award",
        say("line", kind, amount=str(award), capital=in_capitals(award.minor)),
        say("line", "fund", fund=funds, purpose=agreement.project.rules.purpose),
        say("line", "only"),
    )


def _tranches(agreement: Agreement, say: _Writer) -> Section:
    rules = agreement.project.rules
    names = {rule.id: say.speaker.words(rule.words) for rule in rules.tranches}
    section = say.section("tranches")
    section["columns"] = say.columns(
        "place", "name", "amount", "condition", wide="condition", figures=("place", "amount")
    )
    section["rows"] = [
        [str(n), names[each.id], say.money(each.amount), drawing_programme.waited_for(say.speaker, each.gate)]
        for n, each in enumerate(agreement.project.tranches.values(), 1)
    ]
    approvals = [say("line", "approvals", above=str(a.above), approvers=a.approvers) for a in rules.paying.approvals]
    section["notes"] = [say("line", "chain"), *approvals, say("line", "payee")]
    return section


def _budget(agreement: Agreement, say: _Writer) -> Section:
    section = say.section("budget")
    section["columns"] = say.columns("item", "amount", wide="item", figures=("amount",))
    section["rows"] = [[line.item, say.money(line.amount)] for line in agreement.project.budget]
    return section


def _indicators(agreement: Agreement, say: _Writer) -> Section:
    section = say.section("indicators")
    section["columns"] = say.columns(
        "indicator", "unit", "baseline", "target", wide="indicator", figures=("baseline", "target")
    )
    section["rows"] = [
        [each.name, each.unit, str(each.baseline), str(each.target)] for each in agreement.project.indicators
    ]
    return section
