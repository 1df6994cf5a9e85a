"""Accepting the code of conduct."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from nrm.access.actor import Actor
from nrm.access.refusals import MovedOn
from nrm.accounts import conduct
from nrm.accounts.actions.people import locked_user
from nrm.accounts.actions.sessions import subject_of
from nrm.accounts.models import PledgeAcceptance
from nrm.audit.actions import append, history_digest
from nrm.audit.codes import Code
from nrm.lib.history import Recording, save_recorded


def accept_pledge(*, version: str, by: Actor) -> UUID:
    """`MovedOn` when the text changed while it was read. Accepting twice is accepting once."""
    if version != conduct.CURRENT.version:
        raise MovedOn
    with transaction.atomic():
        user = locked_user(by.user_id)
        if (before := PledgeAcceptance.objects.filter(user=user, version=version).first()) is not None:
            return before.pk
        acceptance = PledgeAcceptance(user=user, version=version, accepted_at=timezone.now())
        row = save_recorded(acceptance, Recording(user_id=by.user_id))
        append(
            Code.PLEDGE_ACCEPTED,
            by=by,
            subject=subject_of(user.pk),
            data={"version": version},
            history=[history_digest(row)],
        )
    return acceptance.pk
