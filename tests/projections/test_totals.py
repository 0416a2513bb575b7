"""What a programme and each of its rounds came to."""

from __future__ import annotations

from tests.projections.chronicle import chronicle, copies, record
from tests.projections.conftest import Reader
from tests.projections.lives import an_award_not_signed, the_whole_life
from tests.situations import a_concluded_agreement, an_application

PROGRAMME = "fenghua-micro"


def figures(row: dict[str, object]) -> list[object]:
    return [row[name] for name in FIGURES]


FIGURES = (
    *("rounds", "applications", "organisations", "projects", "fields"),
    *("disbursed_fen", "activities", "people_served"),
)


def test_a_whole_round_is_summed_from_what_happened(reader: Reader) -> None:
    reader.told(the_whole_life())
    assert figures(reader.one("programme_totals", programme=PROGRAMME)) == [1, 2, 1, 1, 1, 30_000_00, 4, 90]
    row = reader.one("round_totals", round="spring-2026")
    assert figures(row) == [1, 2, 1, 1, 1, 30_000_00, 4, 90]
    assert (row["programme"], row["title_zh"], row["title_en"]) == (PROGRAMME, "2026 年春季", "Spring 2026")


def test_a_project_counts_when_its_agreement_is_concluded(reader: Reader) -> None:
    assert figures(reader.told(a_concluded_agreement()).one("programme_totals")) == [1, 1, 1, 1, 1, 0, 0, 0]


def test_an_application_or_an_award_not_signed_is_no_project_yet(reader: Reader) -> None:
    assert figures(reader.told(an_application()).one("programme_totals")) == [1, 1, 0, 0, 0, 0, 0, 0]


def test_an_award_not_signed_is_an_application_only(reader: Reader) -> None:
    assert figures(reader.told(an_award_not_signed()).one("programme_totals")) == [1, 1, 0, 0, 0, 0, 0, 0]


def test_an_organisation_in_two_rounds_is_one_organisation_of_the_programme(reader: Reader) -> None:
    events = chronicle(the_whole_life())
    record(reader.owner_url, events)
    next_year = [e for e in copies(events, 2) if not e.stream.startswith(("person:", "programme:"))]
    # The same organisations apply again, with other projects in another round.
    same = [e._replace(raw=e.raw.replace(b'"organisation":"qinghe-2"', b'"organisation":"qinghe"')) for e in next_year]
    record(reader.owner_url, same)
    reader.views.catch_up_once(reader.store)
    assert figures(reader.one("programme_totals")) == [2, 4, 1, 2, 1, 60_000_00, 8, 180]
    assert [figures(row)[:4] for row in reader.rows("round_totals", programme=PROGRAMME)] == [[1, 2, 1, 1]] * 2
