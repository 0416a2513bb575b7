"""What did each round come to? Asked by officers and funders. The same sums as `programme_totals`, distinct over one round."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from projections.programme_totals import READS, SUMS, TABLES, take
from projections.read_model import Filter, Question, ReadModel


class RoundTotals(TypedDict):
    programme: str
    round: str
    title_zh: str
    title_en: str
    opens_at: datetime
    rounds: int  # 1, so that the columns are those of a programme
    applications: int
    organisations: int
    projects: int
    fields: int
    disbursed_fen: int
    activities: int
    people_served: int


QUESTION = Question(
    f"""select programme, round, title_zh, title_en, opens_at, 1 as rounds, sums.*
    from rounds cross join lateral (select {SUMS} from projects where projects.round = rounds.round) as sums""",
    key={"programme": "text", "opens_at": "timestamptz", "round": "text"},
    filters={"programme": Filter("programme = %(programme)s"), "round": Filter("round = %(round)s")},
)

MODEL = ReadModel(name="round_totals", version=1, reads=READS, tables=TABLES, take=take, question=QUESTION)
