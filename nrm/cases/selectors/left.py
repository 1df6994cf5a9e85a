"""What the recipients of a consent or of a legal basis opened while it was there, from the audit trail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext as _

from nrm.accounts.selectors import names_of_organisations
from nrm.audit.codes import Code, Outcome, label_of
from nrm.audit.models import Event
from nrm.cases.models import Consent, DocumentBlock, SharingBasis, reference

#: Acts by which something of a case comes before the eyes of a recipient, or leaves as a paper.
LEAVING = (
    Code.CASE_READ,
    Code.IDENTITY_REVEALED,
    Code.SCREENING_READ,
    Code.REFERRAL_READ,
    Code.DOCUMENT_READ,
    Code.DOCUMENT_MADE,
    Code.CONFERENCE_READ,
    Code.CONFERENCE_PRINTED,
)
#: What a clinician keeps was never shared by the lead, which does not learn of it.
CLINICAL = Q(action=Code.DOCUMENT_READ, data__block=DocumentBlock.CLINICAL) | Q(
    action=Code.DOCUMENT_MADE, data__block=DocumentBlock.CLINICAL
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
    ).exclude(CLINICAL)
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


def had_left(events: Iterable[Event]) -> dict[int, str]:
    """What `CONSENT_LEFT_BEFORE` events wrote down, by their sequence: which recipient had opened what how often. One
    query, none where there is no such event."""
    acts: dict[int, Mapping[str, Mapping[str, int]]] = {
        event.sequence: event.data["acts"] for event in events if event.action == Code.CONSENT_LEFT_BEFORE
    }
    if not acts:
        return {}
    names = names_of_organisations({UUID(recipient) for each in acts.values() for recipient in each})
    return {
        sequence: "\n".join(
            _("%(organisation)s: %(acts)s") % {"organisation": names.get(UUID(recipient), ""), "acts": _counted(counts)}
            for recipient, counts in each.items()
        )
        for sequence, each in acts.items()
    }


def _counted(counts: Mapping[str, int]) -> str:
    each = [f"{label_of(act)} ({count})" for act, count in sorted(counts.items())]
    return ", ".join(each) or _("Nothing was opened.")
