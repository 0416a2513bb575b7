"""What was stored once is readable for ever, and written today in the same bytes."""

import json
from pathlib import Path

import pytest
import rfc8785

from domain.kernel import EVENTS, canonical
from domain.person import RoleEnded
from domain.stored_form import event_from, payload_of
from tests.domain.golden_events import FOLDER, examples

EXAMPLES = examples()
FILES = sorted(FOLDER.glob("*.json"))


def test_every_event_written_today_has_its_golden_file() -> None:
    assert set(EVENTS) <= {file.stem for file in FILES}, "missing: run python -m tests.domain.golden_events"


def test_the_lives_of_the_tests_see_every_event() -> None:
    assert set(EXAMPLES) == set(EVENTS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_golden_file_is_read_and_written_again_in_the_same_bytes(file: Path) -> None:
    event = event_from(file.stem, file.read_bytes())
    if file.stem in EVENTS:
        assert payload_of(event) == file.read_bytes()
    else:
        assert event.stored_name() in EVENTS, "an earlier version is read as today's"


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_the_canonical_form_is_that_of_rfc_8785(name: str) -> None:
    payload = payload_of(EXAMPLES[name])
    assert payload == rfc8785.dumps(json.loads(payload)) == canonical(json.loads(payload))


def test_a_name_nobody_knows_is_an_error_not_a_guess() -> None:
    for name in ("Nothing.v1", "CallOpened.v0", "CallOpened.v99"):
        with pytest.raises(KeyError):
            event_from(name, b"{}")


def test_an_earlier_version_is_read_as_todays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RoleEnded, "EARLIER", {0: lambda payload: payload | {"reason": "not recorded"}})
    assert event_from("RoleEnded.v0", b'{"role":"judge","scope":"*"}') == RoleEnded(
        role="judge", scope="*", reason="not recorded"
    )
