"""Completion 补正: an application is returned once in each check for what it lacks, and comes back or lapses (C7).

An application of 10 March, returned the same day, is waited for until the end of the 17th; its reminder is on the 16th.
"""

from datetime import timedelta

import pytest

from domain.commands import parse
from domain.completion import (
    ApplicationCompleted,
    CompleteApplication,
    CompletionLapsed,
    CompletionReminded,
    LapseCompletion,
    RemindCompletion,
    ReturnedForCompletion,
    ReturnForCompletion,
)
from domain.deadlines import Deadline, next_of
from domain.eligibility import EligibilityDecided, OpenEligibility
from domain.errors import (
    AboveLimit,
    ConflictOfInterest,
    Malformed,
    NotAnswered,
    NotDue,
    ReturnRefused,
    RoleMissing,
    StageNotOpen,
)
from domain.extension import DeadlineExtended
from domain.form import Answer
from domain.indicator import IndicatorPlan
from domain.kernel import STORY
from domain.progress import Missing
from domain.rules import Rules
from tests.controls import PROJECT, also, apply_with, chen, extend, gao, he, lin, on, yuan
from tests.domain.test_eligibility import C7, Before, answer, check, checks
from tests.situations import a_programme, an_application
from tests.world import given, put

LACKS = (Missing(item="answers.charter", reason="The charter itself is missing."),)
RETURN = ReturnForCompletion(project=PROJECT, stage="intake", missing=LACKS)
RETURNED: Before = (*C7, put(RETURN, by=lin))
COMPLETE = CompleteApplication(project=PROJECT, note="The charter is here.", answers=(answer("Article 1."),))
DUE, REMIND_AT = on("03-18", "00:00"), on("03-17", "00:00")


def test_an_application_is_returned_with_what_it_lacks_and_a_new_deadline() -> None:
    after = (
        given(*C7)
        .when(RETURN, by=lin)
        .then_once(ReturnedForCompletion(stage="intake", missing=LACKS, remind_at=REMIND_AT, due=DUE))
    )
    assert next_of(after.project()) == Deadline(REMIND_AT, RemindCompletion(project=PROJECT))
    after.when(check("intake"), by=lin).refused(StageNotOpen, stage="eligibility", now="return for completion")


def test_what_is_missing_is_said_by_who_makes_the_check() -> None:
    given(*C7).when(RETURN, by=gao).refused(RoleMissing, roles="officer")
    given(*C7).when(RETURN, by=chen).refused(RoleMissing)
    given(*C7).when(RETURN, by=also(lin, "applicant", "qinghe")).refused(ConflictOfInterest)
    with pytest.raises(Malformed) as caught:
        parse("ReturnForCompletion", RETURN.model_dump(mode="json") | {"missing": []})
    assert caught.value.fields["field"] == "missing"


def test_it_is_returned_once_in_each_check_and_only_where_the_rules_say_so() -> None:
    more = RETURN.model_copy(update={"missing": (Missing(item="budget", reason="No total."),)})
    once = "it was returned once before"
    given(*RETURNED).when(more, by=lin).refused(ReturnRefused, stage="intake", rule=once)
    given(*RETURNED, put(COMPLETE, by=chen)).when(RETURN, by=lin).refused(ReturnRefused, rule=once)
    later = RETURN.model_copy(update={"stage": "financial"})
    completed = (*RETURNED, put(COMPLETE, by=chen), put(check("intake"), by=lin))
    given(*completed, put(OpenEligibility(project=PROJECT), by=STORY)).when(later, by=gao).then(ReturnedForCompletion)
    plain = RETURN.model_copy(update={"stage": None})
    given(an_application()).when(plain, by=lin).refused(
        ReturnRefused, stage="eligibility", rule="the programme gives no return for completion"
    )


def test_what_comes_back_is_put_in_its_place_and_the_check_has_its_days_again() -> None:
    after = (
        given(*RETURNED)
        .when(COMPLETE, by=chen, at=on("03-12"))
        .then_once(
            ApplicationCompleted(
                stage="intake",
                completed_by="chen",
                note="The charter is here.",
                answers=(answer("Article 1."),),
                due=on("03-20", "00:00"),
            )
        )
    )
    project = after.project()
    assert (project.answers, project.plan) == ((answer("Article 1."),), apply_with().plan)
    assert (project.completion, project.eligibility_due) == (None, on("03-20", "00:00"))
    after.when(check("intake"), by=lin).then(EligibilityDecided)


def test_what_comes_back_fits_the_call_as_a_whole() -> None:
    returned = given(*RETURNED)
    small = apply_with(ask=yuan(29_999)).budget
    for changes, refusal, field in (
        ({"budget": small}, AboveLimit, "ask"),
        ({"answers": (Answer(field="charm", value="much"),)}, NotAnswered, "answers"),
    ):
        returned.when(COMPLETE.model_copy(update=changes), by=chen).refused(refusal, field=field)
    plan = COMPLETE.model_copy(update={"plan": "Thirty afternoons.", "answers": None})
    after = returned.when(plan, by=chen).then(ApplicationCompleted).project()
    assert (after.plan, after.answers) == ("Thirty afternoons.", (answer("see file"),))


def test_only_the_applicant_completes_and_only_what_was_returned() -> None:
    given(*RETURNED).when(COMPLETE, by=he).refused(RoleMissing)
    given(*RETURNED).when(COMPLETE, by=lin).refused(RoleMissing)
    given(*C7).when(COMPLETE, by=chen).refused(StageNotOpen, stage="return for completion", now="eligibility")


def test_the_same_words_complete_the_application_for_a_second_check_too() -> None:
    done = CompleteApplication(project=PROJECT, note="Done.")
    again = RETURN.model_copy(update={"stage": "financial"})
    first = (*RETURNED, put(done, by=chen), put(check("intake"), by=lin))
    second = given(*first, put(OpenEligibility(project=PROJECT), by=STORY), put(again, by=gao))
    after = second.when(done, by=chen).then_once(ApplicationCompleted)
    assert after.project().completion is None


def test_which_check_is_answered_can_be_said() -> None:
    returned, done = given(*RETURNED), COMPLETE.model_copy(update={"stage": "intake"})
    returned.when(done.model_copy(update={"stage": "financial"}), by=chen).refused(
        StageNotOpen, stage="financial", now="intake"
    )
    again = put(RETURN.model_copy(update={"stage": "financial"}), by=gao)
    opened = put(OpenEligibility(project=PROJECT), by=STORY)
    second = given(*RETURNED, put(done, by=chen), put(check("intake"), by=lin), opened, again)
    second.when(done, by=chen).nothing_new()  # a late repetition of the first
    assert second.project().completion is not None


def test_what_is_promised_anew_is_promised_as_in_an_application() -> None:
    content = checks().model_dump()
    fixed = {"id": "trees", "words": {"zh": "植树", "en": "Trees"}, "unit": {"zh": "棵", "en": "trees"}}
    content["indicators"] = [fixed | {"target": 10, "kind": "count"}]
    rules = Rules.model_validate(content)
    returned = given(a_programme(rules), *RETURNED[1:])
    own = IndicatorPlan(id="trees", name="Trees of ours", unit="trees", baseline=0, target=99)
    returned.when(COMPLETE.model_copy(update={"indicators": (own,)}), by=chen).refused(
        Malformed, field="indicators.trees", rule="must not be one of the programme's own"
    )


def test_a_reminder_comes_before_the_deadline() -> None:
    returned, remind = given(*RETURNED), RemindCompletion(project=PROJECT)
    returned.when(remind, by=STORY, at=REMIND_AT - timedelta(seconds=1)).refused(NotDue, deadline="completion-reminder")
    after = returned.when(remind, by=STORY, at=REMIND_AT).then_once(CompletionReminded(stage="intake"))
    assert next_of(after.project()) == Deadline(DUE, LapseCompletion(project=PROJECT))
    given(*RETURNED, put(COMPLETE, by=chen)).when(remind, by=STORY, at=REMIND_AT).nothing_new()


def test_what_does_not_come_in_time_lapses() -> None:
    returned, lapse = given(*RETURNED), LapseCompletion(project=PROJECT)
    returned.when(lapse, by=STORY, at=DUE - timedelta(seconds=1)).refused(NotDue, deadline="completion")
    returned.when(COMPLETE, by=chen, at=DUE - timedelta(seconds=1)).then(ApplicationCompleted)
    returned.when(COMPLETE, by=chen, at=DUE).refused(StageNotOpen, now="the days for completion are over")
    after = returned.when(lapse, by=STORY, at=DUE).then_once(CompletionLapsed(stage="intake", due=DUE))
    assert (after.project().stage, after.project().outcome) == ("ended", "not_completed")
    given(*RETURNED, put(COMPLETE, by=chen)).when(lapse, by=STORY, at=DUE).nothing_new()


def test_an_officer_gives_more_time_to_complete_and_the_reminder_moves_too() -> None:
    reminded = put(RemindCompletion(project=PROJECT), by=STORY, at=REMIND_AT)
    after = given(*RETURNED, reminded).when(extend("completion", "03-25"), by=lin).then_once(DeadlineExtended)
    assert next_of(after.project()) == Deadline(on("03-25", "00:00"), RemindCompletion(project=PROJECT))
    after.when(COMPLETE, by=chen, at=on("03-25", "23:00")).then(ApplicationCompleted)
    given(*C7).when(extend("completion", "03-25"), by=lin).refused(StageNotOpen, now="no deadline yet")
