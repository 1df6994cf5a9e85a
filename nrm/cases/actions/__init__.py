"""What people do to a case beyond the stage rooms."""

from nrm.cases.actions.age import record_age
from nrm.cases.actions.case import add_note, assess_risk, open_case, take_case_step, take_status_step
from nrm.cases.actions.child import NOT_INDEPENDENT, assess_best_interests, record_guardian
from nrm.cases.actions.clocks import extend_clock, run_out_clocks
from nrm.cases.actions.consent import expire_consents, record_consent, take_consent_step
from nrm.cases.actions.documents import keep_made
from nrm.cases.actions.emergency import break_glass, end_emergency, expire_emergencies, review_emergency
from nrm.cases.actions.identity import require_named, reveal_identity, why_no_identity, write_identity
from nrm.cases.actions.link import NOT_TO_BE_LINKED, link_cases, link_to_code, unlink_cases
from nrm.cases.actions.track import choose_track

__all__ = [
    "NOT_INDEPENDENT",
    "NOT_TO_BE_LINKED",
    "add_note",
    "assess_best_interests",
    "assess_risk",
    "break_glass",
    "choose_track",
    "end_emergency",
    "expire_consents",
    "expire_emergencies",
    "extend_clock",
    "keep_made",
    "link_cases",
    "link_to_code",
    "open_case",
    "record_age",
    "record_consent",
    "record_guardian",
    "require_named",
    "reveal_identity",
    "review_emergency",
    "run_out_clocks",
    "take_case_step",
    "take_consent_step",
    "take_status_step",
    "unlink_cases",
    "why_no_identity",
    "write_identity",
]
