"""What people do to a case beyond the stage rooms."""

from nrm.cases.actions.age import record_age
from nrm.cases.actions.bars import keep_away, keep_away_address, lift_bar
from nrm.cases.actions.basis import expire_bases, missing_of_basis, record_basis, take_basis_step
from nrm.cases.actions.case import add_note, assess_risk, open_case, take_case_step, take_status_step
from nrm.cases.actions.child import NOT_INDEPENDENT, assess_best_interests, record_guardian
from nrm.cases.actions.clocks import extend_clock, run_out_clocks
from nrm.cases.actions.consent import expire_consents, missing_beside, record_consent, take_consent_step
from nrm.cases.actions.documents import (
    FileNotKept,
    add_document,
    keep_brought,
    keep_made,
    open_document,
    remove_document,
)
from nrm.cases.actions.emergency import break_glass, end_emergency, expire_emergencies, review_emergency
from nrm.cases.actions.escalation import escalate_tasks
from nrm.cases.actions.handing_over import hand_over_work
from nrm.cases.actions.identity import require_named, reveal_identity, why_no_identity, write_identity
from nrm.cases.actions.link import NOT_TO_BE_LINKED, link_cases, link_to_code, unlink_cases
from nrm.cases.actions.merge import merge_cases, undo_merge
from nrm.cases.actions.reminders import remind_of_limits, remind_of_tasks
from nrm.cases.actions.retention import look_at_retention, propose_erasure, take_retention_step
from nrm.cases.actions.team import (
    add_member,
    cover_absence,
    end_cover,
    expire_covers,
    hand_over,
    lift_restriction,
    restrict_case,
    take_on,
    take_team_step,
)
from nrm.cases.actions.track import choose_track
from nrm.cases.actions.transfer import answer_offer, offer_lead
from nrm.cases.actions.work import (
    comment_on_task,
    finish_task,
    give_task,
    hand_on_task,
    put_back_task,
    put_off_task,
    take_task,
)

__all__ = [
    "NOT_INDEPENDENT",
    "NOT_TO_BE_LINKED",
    "FileNotKept",
    "add_document",
    "add_member",
    "add_note",
    "answer_offer",
    "assess_best_interests",
    "assess_risk",
    "break_glass",
    "choose_track",
    "comment_on_task",
    "cover_absence",
    "end_cover",
    "end_emergency",
    "escalate_tasks",
    "expire_bases",
    "expire_consents",
    "expire_covers",
    "expire_emergencies",
    "extend_clock",
    "finish_task",
    "give_task",
    "hand_on_task",
    "hand_over",
    "hand_over_work",
    "keep_away",
    "keep_away_address",
    "keep_brought",
    "keep_made",
    "lift_bar",
    "lift_restriction",
    "link_cases",
    "link_to_code",
    "look_at_retention",
    "merge_cases",
    "missing_beside",
    "missing_of_basis",
    "offer_lead",
    "open_case",
    "open_document",
    "propose_erasure",
    "put_back_task",
    "put_off_task",
    "record_age",
    "record_basis",
    "record_consent",
    "record_guardian",
    "remind_of_limits",
    "remind_of_tasks",
    "remove_document",
    "require_named",
    "restrict_case",
    "reveal_identity",
    "review_emergency",
    "run_out_clocks",
    "take_basis_step",
    "take_case_step",
    "take_consent_step",
    "take_on",
    "take_retention_step",
    "take_status_step",
    "take_task",
    "take_team_step",
    "undo_merge",
    "unlink_cases",
    "why_no_identity",
    "write_identity",
]
