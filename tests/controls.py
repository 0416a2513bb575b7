"""Named example values: one small round of Fenghua's programme, spring 2026. The situations made of them are in situations.py.

2 March    programme published, fund filled, round announced        9-20 March  call
23 March   formal check, reviewing opens                            25 March    reviews
15 April   roadshow                                                 17 April    ranking, notice until the 24th
25 April   award    28 April  agreement    July, September  reports    15 September  evaluation
"""

from __future__ import annotations

import hashlib
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from domain.agreement import Side, SignAgreement
from domain.application import SubmitApplication
from domain.budget import BudgetLine
from domain.calendar import Calendar
from domain.contribution import RecordContribution
from domain.delivery import Activity, SubmitReport
from domain.eligibility import Finding
from domain.evaluation import IndicatorResult, SubmitEvaluation
from domain.extendable import ProjectDeadline
from domain.extension import ExtendProjectDeadline
from domain.indicator import IndicatorPlan
from domain.kernel import Actor, Money, Role, Words
from domain.objection import AnswerObjection, RaiseObjection
from domain.programme import PublishProgramme
from domain.receipt import ReceiveFunds
from domain.roadshow import ScheduleRoadshow
from domain.round_extension import ExtendRoundDeadline, RoundDeadline
from domain.round_opening import OpenRound
from domain.rules import Rules
from domain.rules.application import EligibilityRules
from domain.rules.review import ReviewRules
from domain.rules.roadshow import RoadshowRules
from domain.rules.rubric import Rubric, Score
from domain.rules.terms import StageRule
from domain.tranche import RecordPayment

# ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────────

PROGRAMME, ROUND, FUND, PROJECT, ORGANISATION = "fenghua-micro", "spring-2026", "welfare-2026", "reading-hour", "qinghe"

CALENDAR_2026 = Calendar(
    holidays=(date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 4), date(2026, 5, 5)), make_up_days=(date(2026, 5, 9),)
)
FILE = Path(__file__).parent.parent / "programmes" / "fenghua-micro.toml"
RULES = Rules.model_validate(tomllib.loads(FILE.read_text())).model_copy(update={"calendar": CALENDAR_2026})


_S = TypeVar("_S", bound=StageRule)


def rules_with(**sections: dict[str, Any]) -> Rules:
    """The example's rules, with these fields of these stages or sections changed: for instance review={"quorum": 3}."""
    content = RULES.model_dump()
    stages = {stage["id"]: stage for stage in content["stages"]}
    for section, fields in sections.items():
        (stages[section] if section in stages else content[section]).update(fields)
    return Rules.model_validate(content)


def meant(kind: type[_S]) -> _S:
    """The example's one stage of this kind."""
    return RULES.meant(kind, None)


def contest(**changes: Any) -> Rules:
    """A contest: a preliminary review, a shortlist of one, a final on stage; no formal check, no public notice."""
    content = RULES.model_dump()
    _, review, roadshow, selection, _ = content["stages"]
    stages = [
        review | {"id": "preliminary"},
        {
            "kind": "shortlist",
            "id": "finalists",
            "shares": [{"stage": "preliminary", "percent": 100}],
            "least_score": 50,
            "at_most": 1,
        },
        roadshow | {"id": "final"},
        selection
        | {"shares": [{"stage": "preliminary", "percent": 20}, {"stage": "final", "percent": 80}], "ties": []},
    ]
    return Rules.model_validate(content | {"stages": stages} | changes)


def prizes(**changes: Any) -> Rules:
    """The example without agreement, reports and evaluation: one tranche, to be asked for as soon as it is awarded."""
    content = RULES.model_dump()
    for absent in ("agreement", "reports", "evaluation"):
        content.pop(absent)
    whole = {"id": "prize", "words": {"zh": "奖金", "en": "Prize"}, "share_percent": 100}
    return Rules.model_validate(content | {"tranches": [whole]} | changes)


def tranches_of(*gates: Any, **changes: Any) -> Rules:
    """The example with a plan of tranches t1, t2, … of equal shares behind these gates, and two documents to ask for."""
    word = {"zh": "款", "en": "Tranche"}
    share = 100 // len(gates)
    plan = [{"id": f"t{n}", "words": word, "share_percent": share, "gate": gate} for n, gate in enumerate(gates, 1)]
    plan[-1]["share_percent"] = 100 - share * (len(gates) - 1)
    documents = [{"id": id_, "words": word} for id_ in ("invoice", "receipt")]
    return Rules.model_validate(RULES.model_dump() | {"tranches": plan, "documents": documents} | changes)


def yuan(amount: int) -> Money:
    return Money(minor=amount * 100)


def on(day: str, hour: str = "09:00") -> datetime:
    """A moment in Fenghua in 2026: "03-25" is 25 March, nine o'clock."""
    return datetime.fromisoformat(f"2026-{day}T{hour}:00+08:00")


def points(rubric: Rubric, percent: int) -> tuple[Score, ...]:
    """Scores that weigh to so many percent."""
    return tuple(Score(criterion=line.id, points=line.max_points * percent // 100) for line in rubric.lines)


assert RULES.evaluation is not None
EVALUATION = RULES.evaluation
REVIEW, ROADSHOW, ELIGIBILITY = meant(ReviewRules), meant(RoadshowRules), meant(EligibilityRules)
GOOD, POOR = points(REVIEW.rubric, 80), points(REVIEW.rubric, 40)
SHOWN = points(ROADSHOW.rubric, 90)
DELIVERED, FAILED = points(EVALUATION.rubric, 90), points(EVALUATION.rubric, 50)
DOCUMENT = "a" * 64

APP_PASSWORD = "of the tests"
"""Of the role by which programs use a test's database; roles belong to the whole server, so all tests have this one."""
EVERYBODY: list[Actor] = []


def person(id_: str, role: Role, scope: str = "*") -> Actor:
    actor = Actor(id=id_, grants=frozenset({(role, scope)}))
    EVERYBODY.append(actor)
    return actor


shen = person("shen", "steward")
lin, xu = person("lin", "officer", PROGRAMME), person("xu", "officer", PROGRAMME)
tang = person("tang", "trustee", FUND)
chen, he = person("chen", "applicant", ORGANISATION), person("he", "applicant", "xingguang")
li, wang, zhao, qian = (person(id_, "reviewer", PROGRAMME) for id_ in ("li", "wang", "zhao", "qian"))
sun, zhou, wu = (person(id_, "judge", ROUND) for id_ in ("sun", "zhou", "wu"))
gao, luo, song = person("gao", "verifier"), person("luo", "approver"), person("song", "payer", FUND)
yao, fang, ma, jin = (
    person("yao", "evaluator"),
    person("fang", "resident"),
    person("ma", "auditor"),
    person("jin", "funder"),
)
stranger = Actor(id="stranger")


def also(actor: Actor, role: Role, scope: str = "*") -> Actor:
    """The same person with one more role."""
    return Actor(id=actor.id, grants=actor.grants | {(role, scope)})


# ── commands with everything filled in ───────────────────────────────────────────────────────────────────────────────


def publish(rules: Rules = RULES) -> PublishProgramme:
    return PublishProgramme(programme=rules.id, rules=rules)


def receive(amount: Money, reference: str = "gift-1") -> ReceiveFunds:
    return ReceiveFunds(
        fund=FUND, amount=amount, source="福彩公益金", received_on=date(2026, 3, 2), reference=reference
    )


def open_round(**changes: Any) -> OpenRound:
    content = {
        "round": ROUND,
        "programme": PROGRAMME,
        "title": Words(zh="2026 年春季", en="Spring 2026"),
        "fund": FUND,
        "budget": yuan(60_000),
        "opens_on": date(2026, 3, 9),
        "closes_on": date(2026, 3, 20),
    }
    return OpenRound.model_validate(content | changes)


def apply_with(project: str = PROJECT, **changes: Any) -> SubmitApplication:
    ask = changes.get("ask", yuan(30_000))
    content = {
        "project": project,
        "round": ROUND,
        "organisation": ORGANISATION,
        "title": "Reading hour 阅读时光",
        "field": "children",
        "plan": "Twenty afternoons of reading together.",
        "ask": ask,
        "budget": (BudgetLine(item="books", amount=ask),),
        "indicators": (
            IndicatorPlan(id="readers", name="children reading weekly", unit="children", baseline=10, target=60),
        ),
    }
    return SubmitApplication.model_validate(content | changes)


def findings(**not_met: str) -> tuple[Finding, ...]:
    """Every criterion met, except these, with their reasons."""
    return tuple(
        Finding(criterion=c.id, met=c.id not in not_met, reason=not_met.get(c.id, "")) for c in ELIGIBILITY.criteria
    )


def contribute(id_: str = "gift", project: str = PROJECT, **changes: Any) -> RecordContribution:
    content = {
        "project": project,
        "contribution": id_,
        "kind": "matched",
        "amount": None if "hours" in changes else yuan(5_000),
        "source": "A company of the town",
        "evidence_sha256": hashlib.sha256(id_.encode()).hexdigest(),
        "received_on": date(2026, 3, 2),
    }
    return RecordContribution.model_validate(content | changes)


def report(id_: str = "mid-term", project: str = PROJECT) -> SubmitReport:
    activities = (
        Activity(held_on=date(2026, 6, 1), title="First afternoon", people_served=20),
        Activity(held_on=date(2026, 6, 8), title="Second afternoon", people_served=25),
    )
    return SubmitReport(project=project, report=id_, narrative="As planned.", activities=activities)


def evaluate(scores: tuple[Score, ...] = DELIVERED, project: str = PROJECT) -> SubmitEvaluation:
    results = (IndicatorResult(id="readers", actual=64, evidence="attendance lists"),)
    return SubmitEvaluation(project=project, scores=scores, results=results, opinion="Well done.")


def sign(side: Side, document: str = DOCUMENT, project: str = PROJECT) -> SignAgreement:
    return SignAgreement(project=project, side=side, document_sha256=document)


def extend(
    deadline: ProjectDeadline, until: str, report: str | None = None, *, part: str | None = None
) -> ExtendProjectDeadline:
    """Until that day of 2026, like "05-20"."""
    day = date.fromisoformat(f"2026-{until}")
    return ExtendProjectDeadline(
        project=PROJECT, deadline=deadline, report=report, part=part, until=day, reason="Floods."
    )


def extend_round(deadline: RoundDeadline, until: str, part: str | None = None) -> ExtendRoundDeadline:
    day = date.fromisoformat(f"2026-{until}")
    return ExtendRoundDeadline(round=ROUND, deadline=deadline, part=part, until=day, reason="The website was down.")


def pay(tranche: str = "first", reference: str = "bank-1", project: str = PROJECT) -> RecordPayment:
    return RecordPayment(project=project, tranche=tranche, paid_on=date(2026, 4, 30), reference=reference)


def schedule(
    session: str = "afternoon", at: datetime | None = None, judges: tuple[str, ...] = ("sun", "zhou", "wu")
) -> ScheduleRoadshow:
    return ScheduleRoadshow(
        round=ROUND, session=session, starts_at=at or on("04-15", "14:00"), place="Room 1", judges=judges
    )


def objection(id_: str = "objection-1", project: str = PROJECT) -> RaiseObjection:
    return RaiseObjection(round=ROUND, objection=id_, project=project, ground="The same work is already paid for.")


def answer(*, upheld: bool, id_: str = "objection-1") -> AnswerObjection:
    return AnswerObjection(round=ROUND, objection=id_, upheld=upheld, reason="Looked into.")
