"""Every question Canopy answers, on one screen. One file each; `projections.views` asks them and keeps them up to date."""

from projections import (
    assignments,
    deadlines,
    duties,
    fund_balance,
    notice_board,
    organisation_projects,
    payment_orders,
    programme_totals,
    project_history,
    review_scores,
    reviewer_queue,
    roadshow_board,
    round_funnel,
    round_totals,
    tranche_board,
)
from projections.read_model import ReadModel

READ_MODELS: tuple[ReadModel, ...] = (
    project_history.MODEL,  # what happened, who did it, when: auditors
    reviewer_queue.MODEL,  # what do I have to review: reviewers, judges
    assignments.MODEL,  # who reviews what, and what everybody has taken on: officers
    review_scores.MODEL,  # what everybody scored, raw and beside it normalised: officers, auditors
    duties.MODEL,  # what waits for whom: everybody's inbox
    deadlines.MODEL,  # which deadlines are open, who is late: officers, the waker
    tranche_board.MODEL,  # where is every tranche, what does it wait for: funders
    payment_orders.MODEL,  # which payment orders are open, paid, came back, from whose money: payers, trustees
    fund_balance.MODEL,  # where does a fund's money stand: trustees, funders
    programme_totals.MODEL,  # what did a programme come to: funders, the public
    notice_board.MODEL,  # what notices show, how objections stand: everybody
    organisation_projects.MODEL,  # an organisation's projects and what came of them: organisations, officers
    roadshow_board.MODEL,  # how does a roadshow go, who is on stage: everybody
    round_funnel.MODEL,  # how many came to each stage, with the money: officers, funders
    round_totals.MODEL,  # what did each round come to: officers, funders
)
