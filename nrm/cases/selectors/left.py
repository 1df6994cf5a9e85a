"""What the recipients of a consent or of a legal basis opened while it was there, from the audit trail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.timezone import localdate, make_aware

from nrm.audit.codes import Code, Outcome
from nrm.audit.models import Event
from nrm.cases.models import Consent, SharingBasis, reference

#: Acts by which something of a case comes before the eyes of a recipient, or leaves as a paper.
LEAVING = (
    Code.CASE_READ,
    Code.IDENTITY_REVEALED,
    Code.SCREENING_READ,
    Code.REFERRAL_READ,
    Code.DOCUMENT_READ,
    Code.DOCUMENT_MADE,
)
#: Steps with which a consent or a legal basis is over.
OVER = ("consent.withdraw", "consent.expire", "basis.end", "basis.expire")


def since(record: Consent | SharingBasis) -> datetime:
    """From the beginning of the day on which it was given."""
    day = record.given_on if isinstance(record, Consent) else localdate(record.recorded_at)
    return make_aware(datetime.combine(day, time.min))


def left_before(record: Consent | SharingBasis, recipients: Iterable[UUID]) -> QuerySet[Event]:
    """Newest first. What was opened after it was over rests on something else."""
    events = Event.objects.filter(
        case_code=record.case.code,
        action__in=LEAVING,
        outcome=Outcome.DONE,
        organisation_id__in=list(recipients),
        at__gte=since(record),
    )
    over = Event.objects.filter(subject=reference(record), action__in=OVER, outcome=Outcome.DONE).first()
    if over is not None:
        events = events.filter(sequence__lt=over.sequence)
    return events.order_by("-sequence")


def acts_by_recipient(record: Consent | SharingBasis, recipients: Iterable[UUID]) -> Mapping[UUID, dict[str, int]]:
    """How often each recipient did what."""
    acts: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    counted = left_before(record, recipients).order_by("action").values_list("organisation_id", "action")
    for organisation_id, action, count in counted.annotate(Count("sequence")):
        acts[organisation_id][action] = count
    return acts
