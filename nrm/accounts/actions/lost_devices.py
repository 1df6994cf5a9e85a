"""A lost device: one administrator asks, a second one confirms with a code, and the person sets up a new one."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.access.roles import Role
from nrm.accounts.actions.invitations import IssuedLink, issue
from nrm.accounts.actions.people import NOT_ONESELF, locked_user
from nrm.accounts.actions.second_factor import use_code
from nrm.accounts.actions.sessions import close_sessions, subject_of
from nrm.accounts.models import (
    BackupCode,
    InvitationPurpose,
    Membership,
    Passkey,
    ResetReason,
    SecondFactorReset,
    TotpDevice,
)
from nrm.accounts.telling import tell_of_change
from nrm.audit.actions import append, history_digest
from nrm.audit.codes import Code
from nrm.lib.history import Recording, save_recorded

ANOTHER_MUST_CONFIRM = _(
    "Another administrator must confirm this: not the one who asked, and not the person concerned."
)
A_THIRD_MUST_CONFIRM = _("One of you made the other an administrator. A third administrator has to confirm.")
ALREADY_ASKED = _("A request for this person is already waiting.")
NO_DEVICE = _("This person has no second factor to remove. It is set up at the next sign-in.")
WRONG_CODE = _("This code is not right. Wait for the next one and try again.")


def request_reset(user_id: UUID, *, reason: ResetReason, by: Actor) -> SecondFactorReset:
    with transaction.atomic():
        user = locked_user(user_id)
        if user.pk == by.user_id:
            raise NotPermitted(NOT_ONESELF)
        if not TotpDevice.objects.filter(user=user, confirmed=True).exists():
            raise NotYet(NO_DEVICE)
        if SecondFactorReset.objects.filter(user=user, confirmed_at=None, withdrawn_at=None).exists():
            raise NotYet(ALREADY_ASKED)
        reset = SecondFactorReset.objects.create(
            user=user, reason=reason, requested_by_id=by.user_id, requested_at=timezone.now()
        )
        append(
            Code.SECOND_FACTOR_RESET_REQUESTED,
            by=by,
            subject=subject_of(user.pk),
            data={"request": reset.pk, "reason": reason.value},
        )
    return reset


def confirm_reset(reset_id: UUID, *, code: str, by: Actor) -> IssuedLink:
    """Remove every second factor of the person and end their sessions. `code` is the confirmer's own.

    The password goes too: whoever knows it must not be able to set up a factor with it. The person gets a one-time
    link, so that the new factor has the same proof behind it as the first (ASVS 6.4.4).
    """
    reset = SecondFactorReset.objects.filter(pk=reset_id).first()
    if reset is None:
        raise NotVisible
    if by.user_id in {reset.requested_by_id, reset.user_id}:
        raise NotPermitted(ANOTHER_MUST_CONFIRM)
    if one_made_the_other(reset.requested_by_id, by.user_id):
        raise NotPermitted(A_THIRD_MUST_CONFIRM)
    if use_code(by.user_id, code, step="reset") is None:
        raise NotYet(WRONG_CODE)
    with transaction.atomic():
        user = locked_user(reset.user_id)
        reset = open_reset(reset_id)
        reset.confirmed_by_id, reset.confirmed_at = by.user_id, timezone.now()
        reset.save(update_fields=["confirmed_by", "confirmed_at"])
        TotpDevice.objects.filter(user=user).delete()
        BackupCode.objects.filter(user=user).delete()
        Passkey.objects.filter(user=user).delete()
        tell_of_change(user.pk)
        close_sessions(user.pk)
        user.set_unusable_password()
        row = save_recorded(user, Recording(user_id=by.user_id))
        token = issue(user, purpose=InvitationPurpose.NEW_PASSWORD, by=by)
        append(
            Code.SECOND_FACTOR_RESET_CONFIRMED,
            by=by,
            subject=subject_of(user.pk),
            data={"request": reset.pk},
            history=[history_digest(row)],
        )
    return IssuedLink(user.pk, token)


def one_made_the_other(first: UUID, second: UUID) -> bool:
    """Whether one of two administrators gave the other that role: then they do not count as two, or a single
    administrator could invite the second one needed to get into any account."""
    roles = Membership.history.filter(role=Role.ADMINISTRATOR, history_type="+")
    pairs = ((first, second), (second, first))
    return any(roles.filter(user_id=made, history_user_id=maker).exists() for made, maker in pairs)


def withdraw_reset(reset_id: UUID, *, by: Actor) -> None:
    with transaction.atomic():
        reset = open_reset(reset_id)
        reset.withdrawn_at = timezone.now()
        reset.save(update_fields=["withdrawn_at"])
        append(Code.SECOND_FACTOR_RESET_WITHDRAWN, by=by, subject=subject_of(reset.user_id), data={"request": reset.pk})


def open_reset(reset_id: UUID) -> SecondFactorReset:
    reset = SecondFactorReset.objects.select_for_update().filter(pk=reset_id).first()
    if reset is None:
        raise NotVisible
    if reset.confirmed_at is not None or reset.withdrawn_at is not None:
        raise MovedOn
    return reset
