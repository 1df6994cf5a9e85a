"""What had left before sharing ended, written down at that moment."""

from __future__ import annotations

from nrm.access.actor import Actor
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases.models import Consent, SharingBasis, reference
from nrm.cases.selectors.left import acts_by_recipient


def record_what_had_left(record: Consent | SharingBasis, *, by: Actor) -> None:
    """Says of each recipient how often it opened what, by code and number only. Nothing where nobody could have."""
    recipients = record.recipients()
    if not recipients:
        return
    acts = acts_by_recipient(record, recipients)
    audit.append(
        Code.CONSENT_LEFT_BEFORE,
        by=by,
        case_code=record.case.code,
        subject=reference(record),
        data={"acts": {str(recipient): acts.get(recipient, {}) for recipient in recipients}},
    )
