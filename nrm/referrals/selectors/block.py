"""The referrals of a case, for its page."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.relations import Relation
from nrm.cases.models import Case
from nrm.referrals.models import Referral
from nrm.referrals.selectors.one import answers_due
from workflows.referral import ReferralState


def block_for(case: Case, standing: Standing, actor: Actor) -> dict[str, Any] | None:
    """The referrals of a case for its page: all for the lead, their own for the others, nothing for the rest. A
    former lead's own are those it sent."""
    is_lead, has_led = standing.may(Permission.SEE_REFERRALS), Relation.LED in standing.relations
    if not is_lead and not has_led and not standing.may(Permission.SEE_OWN_REFERRAL):
        return None
    rows = Referral.objects.filter(case=case).select_related("sender", "receiver")
    if not is_lead:
        ours = Q(receiver=actor.organisation_id) | (Q(sender=actor.organisation_id) if has_led else Q())
        rows = rows.filter(ours, sent_at__isnull=False)
    found = list(rows)
    due = answers_due(found)
    return {
        "case": case,
        "rows": [
            {
                "referral": row,
                "due_at": due.get(row.pk),
                "waits": _waits(row, actor, is_lead=is_lead),
                "other": _other(row, actor),
            }
            for row in found
        ],
        "may_prepare": standing.may(Permission.SEND_REFERRAL),
        "is_lead": is_lead,
    }


def _waits(referral: Referral, actor: Actor, *, is_lead: bool) -> bool:
    """Whether the next word is with the actor's organisation."""
    if referral.state == ReferralState.SENT:
        return referral.receiver_id == actor.organisation_id
    return is_lead and referral.state in {ReferralState.DRAFT, ReferralState.MORE_INFO}


def _other(referral: Referral, actor: Actor) -> str:
    """The organisation on the other side."""
    return referral.sender.name if referral.receiver_id == actor.organisation_id else referral.receiver.name
