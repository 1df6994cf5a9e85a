"""Reading accounts. Everything a view shows of people, organisations and sessions comes from here."""

from __future__ import annotations

from uuid import UUID

from nrm.accounts.models import Membership, SessionRecord, TotpDevice


def session_record(record_id: str | None, *, user_id: UUID) -> SessionRecord | None:
    """The record of a signed-in browser with its membership and organisation, in one query."""
    if record_id is None:
        return None
    return SessionRecord.objects.select_related("membership__organisation").filter(pk=record_id, user=user_id).first()


def has_second_factor(user_id: UUID) -> bool:
    return TotpDevice.objects.filter(user=user_id, confirmed=True).exists()


def memberships_of(user_id: UUID) -> list[Membership]:
    """Active memberships in active organisations, oldest first."""
    return list(
        Membership.objects.select_related("organisation").filter(
            user=user_id, ended_at=None, organisation__is_active=True
        )
    )
