"""What people do about what waits for them: one method for each kind of duty, said as the commands that answer it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from domain.drawing import commitment_to
from domain.project import Project
from domain.rules import Rules
from domain.rules.application import EligibilityRules
from domain.rules.review import ReviewRules
from domain.rules.roadshow import RoadshowRules
from domain.rules.rubric import Rubric
from tests.programmes import cast
from tests.programmes.cast import Entry, Row, Wish, director_of
from tests.programmes.closing_answers import ClosingAnswers, sha

if TYPE_CHECKING:
    from domain.round import Round
    from tests.stage import Stage


def points(rubric: Rubric, percent: int, extras: Mapping[str, int] | None = None) -> list[dict[str, Any]]:
    """That part of every line's points, and the bonus points the rubric knows."""
    scores = [{"criterion": line.id, "points": line.max_points * percent // 100} for line in rubric.lines]
    known = {line.id for line in rubric.extras}
    return [*scores, *({"criterion": id_, "points": n} for id_, n in (extras or {}).items() if id_ in known)]


class Answers(ClosingAnswers):
    """The people of a round. A special programme's test answers some duties otherwise (`Player.special`)."""

    stage: Stage
    rules: Rules
    entry: dict[str, Entry]
    round_id: str
    judges: int
    sessions: dict[str, datetime]

    now: datetime
    """The moment of this turn: the clock is held while everybody acts."""
    seen: dict[str, Project] | None = None
    """During a turn, the projects looked at in it."""

    def project(self, id_: str) -> Project:
        """As it stands; during a turn, as it stood when it was first looked at."""
        if self.seen is None:
            return self.stage.store.load(Project, id_)
        if id_ not in self.seen:
            self.seen[id_] = self.stage.store.load(Project, id_)
        return self.seen[id_]

    def round(self) -> Round:
        raise NotImplementedError

    def on_eligibility(self, row: Row) -> Iterator[Wish]:
        project = self.project(row["project"])
        rules = self.rules.stage(EligibilityRules, project.step)
        findings = [{"criterion": each.id, "met": True} for each in rules.criteria]
        who = cast.CHECKS[row["role"]]
        yield who, "CheckEligibility", {"project": project.id, "stage": rules.id, "findings": findings}

    def on_panel(self, row: Row) -> Iterator[Wish]:
        project = self.project(row["project"])
        rules = self._next(project, ReviewRules)
        yield (
            cast.OFFICER,
            "AssignReviewers",
            {"project": project.id, "stage": rules.id, "reviewers": list(cast.REVIEWERS[: rules.panel_size])},
        )

    def on_review(self, row: Row) -> Iterator[Wish]:
        project = self.project(row["project"])
        rules = self.rules.stage(ReviewRules, project.step)
        entry = self.entry[project.id]
        scores = points(rules.rubric, entry.quality("review"), entry.extras)
        content = {"project": project.id, "stage": rules.id, "scores": scores, "comment": "已阅。"}
        yield row["person"], "SubmitReview", content

    def on_session(self, row: Row) -> Iterator[Wish]:
        now, round_ = self.now, self.round()
        begun = self.rules.place_of(round_.step)
        held = {session.stage for session in round_.sessions.values()}
        for rules in self.rules.each(RoadshowRules):
            if rules.id not in held and self.rules.place_of(rules.id) < begun:
                starts = now.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=10)
                self.sessions[rules.id] = starts
                content = {
                    "round": self.round_id,
                    "stage": rules.id,
                    "session": rules.id,
                    "starts_at": starts.isoformat(),
                    "place": "礼堂",
                    "judges": list(cast.JUDGES[: self.judges]),
                }
                if rules.slots is not None and rules.slots.drawn:
                    content["commitment"] = commitment_to(sha(rules.id))
                yield cast.OFFICER, "ScheduleRoadshow", content

    def on_invitation(self, row: Row) -> Iterator[Wish]:
        step = self.project(row["project"]).step
        if step in self.sessions:
            yield cast.OFFICER, "InviteToRoadshow", {"project": row["project"], "session": step}

    def on_roadshow(self, row: Row) -> Iterator[Wish]:
        project = self.project(row["project"])
        if self.now < (project.now.starts_at or cast.BEGIN):
            return
        rules = self.rules.stage(RoadshowRules, project.step)
        entry = self.entry[project.id]
        scores = points(rules.rubric, entry.quality("roadshow"), entry.extras)
        yield row["person"], "ScoreRoadshow", {"project": project.id, "stage": rules.id, "scores": scores}

    def on_draw(self, row: Row) -> Iterator[Wish]:
        if all(id_ in self.round().sessions[row["part"]].projects for id_ in self._heard(row["part"])):
            yield (
                cast.OFFICER,
                "DrawRunningOrder",
                {"round": self.round_id, "session": row["part"], "seed": sha(row["part"])},
            )

    def on_reviewer_draw(self, row: Row) -> Iterator[Wish]:
        draw = {"stage": row["part"], "seed": sha(row["part"]), "candidates": list(cast.REVIEWERS)}
        yield cast.OFFICER, "DrawReviewers", {"round": row["round"], **draw}

    def on_attendance(self, row: Row) -> Iterator[Wish]:
        present = list(self.round().sessions[row["part"]].judges)
        yield cast.OFFICER, "RecordAttendance", {"round": self.round_id, "session": row["part"], "present": present}

    def on_slot(self, row: Row) -> Iterator[Wish]:
        """Called on stage in the drawn order; its slot is closed once everybody there has scored."""
        project = self.project(row["project"])
        now = project.now
        if self.now < (now.starts_at or cast.BEGIN):
            return
        if not now.on_stage:
            yield cast.OFFICER, "OpenSlot", {"project": project.id}
        elif not now.panel.silent:
            yield cast.OFFICER, "CloseSlot", {"project": project.id}

    def _heard(self, session: str) -> list[str]:
        """Projects that are in the stage of this session."""
        return [id_ for id_ in self.entry if (p := self.project(id_)).stage == "roadshow" and p.step == session]

    def on_self_assessment(self, row: Row) -> Iterator[Wish]:
        director = director_of(self.entry[row["project"]].organisation)
        yield director, "SubmitSelfAssessment", {"project": row["project"], "narrative": "进展顺利。"}

    def on_mid_term(self, row: Row) -> Iterator[Wish]:
        assert self.rules.mid_term is not None
        entry = self.entry[row["project"]]
        content = {
            "project": entry.project,
            "scores": points(self.rules.mid_term.rubric, entry.percent),
            "opinion": "按计划实施。",
            "opinion_sha256": sha(f"opinion {entry.project}"),
        }
        yield cast.EVALUATOR, "AssessMidTerm", content

    def on_tally(self, row: Row) -> Iterator[Wish]:
        tally = row["part"]
        here = [id_ for id_ in self.entry if not self.project(id_).over]
        counts = [{"project": id_, "count": self.entry[id_].counts.get(tally, 0)} for id_ in here]
        evidence = sha(tally)
        content = {"round": self.round_id, "tally": tally, "counts": counts, "evidence_sha256": evidence}
        yield cast.OFFICER, "RecordTally", content

    def on_assessment(self, row: Row) -> Iterator[Wish]:
        yield cast.OFFICER, "CloseAssessment", {"round": row["round"]}

    def on_ranking(self, row: Row) -> Iterator[Wish]:
        yield cast.OFFICER, "PublishRanking", {"round": row["round"]}

    def on_vote(self, row: Row) -> Iterator[Wish]:
        """So many of the body vote for it as are needed."""
        project, _, step = row["part"].partition("/")
        approval = self.round().approvals[project]
        members = cast.body(approval.step.body, approval.step.members) if approval.step.body else (cast.APPROVER,)
        waiting = [who for who in members if who not in approval.of_step(step)]
        for who in waiting[: approval.step.needed]:
            yield who, "VoteOnAward", {"project": project, "step": step, "choice": "for"}

    def on_objection(self, row: Row) -> Iterator[Wish]:
        content = {"round": row["round"], "objection": row["part"], "upheld": False, "reason": "已核实，不成立。"}
        yield row["person"] or cast.SECOND_OFFICER, "AnswerObjection", content

    def on_reserve(self, row: Row) -> Iterator[Wish]:
        """Nobody gives an award back any more: once every agreement is concluded, the reserve is closed."""
        if not any(self.project(id_).stage == "agreement" for id_ in self.entry):
            yield cast.OFFICER, "CloseReserve", {"round": row["round"]}

    def on_grant(self, row: Row) -> Iterator[Wish]:
        yield cast.OFFICER, "ResumeAwards", {"round": row["round"]}

    def on_signature(self, row: Row) -> Iterator[Wish]:
        project = row["project"]
        document = sha(project)
        ours = row["role"] == "officer"
        who = cast.OFFICER if ours else director_of(self.entry[project].organisation)
        side = "bureau" if ours else "organisation"
        yield who, "SignAgreement", {"project": project, "side": side, "document_sha256": document}

    def on_report(self, row: Row) -> Iterator[Wish]:
        entry = self.entry[row["project"]]
        activities = [{"held_on": self._today().isoformat(), "title": "活动", "people_served": 60}]
        content = {"project": entry.project, "report": row["part"], "narrative": "如期。", "activities": activities}
        yield director_of(entry.organisation), "SubmitReport", content

    def on_acceptance(self, row: Row) -> Iterator[Wish]:
        yield cast.SECOND_OFFICER, "AcceptReport", {"project": row["project"], "report": row["part"]}

    def on_tranche(self, row: Row) -> Iterator[Wish]:
        entry = self.entry[row["project"]]
        payee = self.project(entry.project).payee or f"{entry.organisation} 基本户"
        content = {"project": entry.project, "tranche": row["part"], "payee": payee}
        yield director_of(entry.organisation), "RequestTranche", content

    def on_payee(self, row: Row) -> Iterator[Wish]:
        change = self.project(row["project"]).payee_change
        assert change is not None
        yield cast.OFFICER, "AnswerPayeeChange", {"project": row["project"], "payee": change.payee, "agreed": True}

    def on_verification(self, row: Row) -> Iterator[Wish]:
        yield cast.VERIFIER, "VerifyTranche", {"project": row["project"], "tranche": row["part"]}

    def on_approval(self, row: Row) -> Iterator[Wish]:
        yield cast.APPROVER, "ApproveTranche", {"project": row["project"], "tranche": row["part"]}

    def on_payment(self, row: Row) -> Iterator[Wish]:
        reference = f"bank-{row['project']}-{row['part']}"
        content = {"project": row["project"], "tranche": row["part"], "reference": reference}
        yield cast.PAYER, "RecordPayment", content | {"paid_on": self._today().isoformat()}

    def on_evaluation(self, row: Row) -> Iterator[Wish]:
        project = self.project(row["project"])
        assert self.rules.evaluation is not None
        content = {
            "project": project.id,
            "scores": points(self.rules.evaluation.rubric, self.entry[project.id].percent),
            "results": [
                {"id": aim.id, "actual": aim.target, "evidence": "台账"}
                for aim in project.aims
                if aim.id in project.read_aims
            ],
            "opinion": "按约完成。",
        }
        yield cast.EVALUATOR, "SubmitEvaluation", content

    def on_closing(self, row: Row) -> Iterator[Wish]:
        yield cast.OFFICER, "CloseRound", {"round": row["round"]}

    def _today(self) -> date:
        return self.rules.calendar.day_of(self.now)

    def _next(self, project: Project, kind: type[ReviewRules]) -> ReviewRules:
        here = self.rules.place_of(project.step)
        return next(rule for rule in self.rules.each(kind) if self.rules.place_of(rule.id) >= here)
