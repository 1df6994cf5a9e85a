"""Where the work of a task is done: the one page it leads to, as far as the reader may open it."""

from __future__ import annotations

from django.urls import reverse

from nrm.access.permissions import Permission as P  # noqa: N817  one letter keeps the tables tables
from nrm.access.policy import Standing
from nrm.cases.models import Case
from nrm.tasks.kinds import TaskKind
from nrm.tasks.models import Task

#: The page that a kind is about, by the case's code, and what opens it.
BY_KIND: dict[str, tuple[str, P]] = {
    TaskKind.ASSESS_RISK: ("cases:assess_risk", P.ASSESS_RISK),
    TaskKind.WRITE_IDENTITY: ("cases:write_identity", P.WRITE_IDENTITY),
    TaskKind.GUARDIAN_NEEDED: ("cases:record_guardian", P.RECORD_GUARDIAN),
    TaskKind.BEST_INTEREST_ASSESSMENT: ("cases:assess_best_interests", P.ASSESS_BEST_INTERESTS),
    TaskKind.CONSENT_EXPIRED: ("cases:record_consent", P.RECORD_CONSENT),
    TaskKind.BASIS_EXPIRED: ("cases:sharing", P.RECORD_CONSENT),
    TaskKind.TELL_PERSON: ("cases:sharing", P.RECORD_CONSENT),
    TaskKind.FOLLOW_UP: ("reintegration:follow_up", P.WRITE_PLAN),
    TaskKind.SIGN_DECISION: ("identification:decision", P.DECIDE_STATUS),
    TaskKind.DECIDE_STATUS: ("identification:decision", P.DECIDE_STATUS),
    TaskKind.REVIEW_STATUS: ("identification:decision", P.DECIDE_STATUS),
    TaskKind.ASSIGN_CASE: ("cases:hand_over", P.MANAGE_TEAM),
    TaskKind.DECIDE_KEEPING: ("cases:record_age", P.RECORD_AGE),
}
#: The page of the record that a task is about, by its id, and what opens it.
BY_RECORD: dict[str, tuple[str, frozenset[P]]] = {
    "identification.screening": ("identification:screening", frozenset({P.SEE_SCREENING, P.WRITE_SCREENING})),
    "referrals.referral": ("referrals:page", frozenset({P.SEE_REFERRALS, P.SEE_OWN_REFERRAL})),
    "placements.placement": ("placements:page", frozenset({P.SEE_PLACEMENT, P.ANSWER_PLACEMENT})),
    "support.episode": ("support:episode", frozenset({P.PROVIDE_SUPPORT})),
    "reintegration.plan": ("reintegration:plan", frozenset({P.SEE_PLAN})),
    "cases.emergencyaccess": ("cases:review_emergency", frozenset({P.REVIEW_EMERGENCY})),
    "conferences.conference": ("conferences:page", frozenset({P.SEE_CONFERENCE})),
    "conferences.attendance": ("conferences:part", frozenset({P.SEE_CONFERENCE})),
    "directory.listing": ("directory:listing", frozenset()),
}


def where_it_is_done(task: Task, case: Case | None, standing: Standing | None) -> str:
    """The address, the case page where there is no nearer one; empty for who is shown neither."""
    if task.kind == TaskKind.STOP_USING:
        return reverse("desk:stop_using", args=[task.pk])
    label, _colon, pk = task.subject.partition(":")
    name, needed = BY_RECORD.get(label, ("", frozenset()))
    if case is None or standing is None:
        return reverse(name, args=[pk]) if name and not task.case_code else ""
    if task.kind in BY_KIND:
        name, permission = BY_KIND[task.kind]
        if standing.may(permission):
            return reverse(name, args=[case.code])
    elif name and any(standing.may(one) for one in needed):
        return reverse(name, args=[pk])
    return reverse("desk:case_page", args=[case.code])
