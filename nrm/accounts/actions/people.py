"""Roles given and ended, accounts closed and opened, one's own password."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.access.roles import Role
from nrm.accounts.actions.leaving import hand_back, locked_roles
from nrm.accounts.actions.sessions import close_sessions, subject_of
from nrm.accounts.models import Membership, Organisation, User
from nrm.accounts.telling import tell_of_change
from nrm.audit.actions import HistoryDigest, append, history_digest
from nrm.audit.codes import Code
from nrm.lib.history import Recording, save_recorded

NOT_ONESELF = _("You cannot do this to your own account. Ask another administrator.")
HAS_THIS_ROLE = _("This person already has this role in this organisation.")
CLOSED_ORGANISATION = _("This organisation is not active.")
SUPERVISORS_ARE_CASE_WORKERS = _("Only a case worker can supervise the cases of the organisation.")


def locked_user(user_id: UUID) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotVisible
    return user


def add_membership(user_id: UUID, *, organisation_id: UUID, role: Role, by: Actor) -> tuple[Membership, HistoryDigest]:
    """Part of a greater act; the caller audits."""
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        raise NotVisible
    if not organisation.is_active:
        raise NotYet(CLOSED_ORGANISATION)
    if Membership.objects.filter(user=user_id, organisation=organisation, role=role, ended_at=None).exists():
        raise NotYet(HAS_THIS_ROLE)
    membership = Membership(user_id=user_id, organisation=organisation, role=role, started_at=timezone.now())
    row = save_recorded(membership, Recording(user_id=by.user_id))
    return membership, history_digest(row)


def start_membership(user_id: UUID, *, organisation_id: UUID, role: Role, by: Actor) -> Membership:
    with transaction.atomic():
        user = locked_user(user_id)
        if user.pk == by.user_id:
            raise NotPermitted(NOT_ONESELF)
        membership, row = add_membership(user.pk, organisation_id=organisation_id, role=role, by=by)
        append(
            Code.MEMBERSHIP_STARTED,
            by=by,
            subject=subject_of(user.pk),
            data={"membership": membership.pk, "role": role.value, "organisation": organisation_id},
            history=[row],
        )
    return membership


def end_membership(membership_id: UUID, *, user_id: UUID, by: Actor) -> None:
    """The role ends now: the person's next request no longer carries it."""
    with transaction.atomic():
        membership = Membership.objects.select_for_update().filter(pk=membership_id, user=user_id).first()
        if membership is None:
            raise NotVisible
        if membership.user_id == by.user_id:
            raise NotPermitted(NOT_ONESELF)
        if membership.ended_at is not None:
            raise MovedOn
        membership.ended_at = timezone.now()
        row = save_recorded(membership, Recording(user_id=by.user_id), only=["ended_at"])
        hand_back([membership], by=by)
        append(
            Code.MEMBERSHIP_ENDED,
            by=by,
            subject=subject_of(membership.user_id),
            data={"membership": membership.pk, "role": membership.role},
            history=[history_digest(row)],
        )


def set_supervision(membership_id: UUID, *, user_id: UUID, supervises: bool, by: Actor) -> None:
    """Whether a case worker sees every case of the organisation, whoever is in its team, from their next request on.
    `NotYet` for any other role, `MovedOn` when it is so already or the role has ended."""
    with transaction.atomic():
        membership = Membership.objects.select_for_update().filter(pk=membership_id, user=user_id).first()
        if membership is None:
            raise NotVisible
        if membership.user_id == by.user_id:
            raise NotPermitted(NOT_ONESELF)
        if membership.as_role is not Role.CASE_WORKER:
            raise NotYet(SUPERVISORS_ARE_CASE_WORKERS)
        if membership.ended_at is not None or membership.supervises is supervises:
            raise MovedOn
        membership.supervises = supervises
        row = save_recorded(membership, Recording(user_id=by.user_id), only=["supervises"])
        append(
            Code.MEMBERSHIP_SUPERVISES,
            by=by,
            subject=subject_of(membership.user_id),
            data={"membership": membership.pk, "supervises": supervises},
            history=[history_digest(row)],
        )


def deactivate(user_id: UUID, *, by: Actor) -> None:
    set_active(user_id, active=False, by=by)


def reactivate(user_id: UUID, *, by: Actor) -> None:
    set_active(user_id, active=True, by=by)


def set_active(user_id: UUID, *, active: bool, by: Actor) -> None:
    with transaction.atomic():
        user = locked_user(user_id)
        if user.pk == by.user_id:
            raise NotPermitted(NOT_ONESELF)
        if user.is_active is active:
            raise MovedOn
        user.is_active = active
        row = save_recorded(user, Recording(user_id=by.user_id), only=["is_active"])
        if not active:
            close_sessions(user.pk)
            hand_back(locked_roles(user.pk), by=by)
        append(
            Code.ACCOUNT_REACTIVATED if active else Code.ACCOUNT_DEACTIVATED,
            by=by,
            subject=subject_of(user.pk),
            history=[history_digest(row)],
        )


def change_password(user_id: UUID, *, password: str, spare: UUID, by: Actor | None) -> User:
    """A new password for oneself, after `prove`. All sessions end but the one in which it was changed."""
    with transaction.atomic():
        user = locked_user(user_id)
        user.set_password(password)
        user.password_set_at = timezone.now()
        row = save_recorded(user, Recording(user_id=user_id))
        close_sessions(user_id, spare=spare)
        tell_of_change(user_id)
        append(Code.PASSWORD_CHANGED, by=by, subject=subject_of(user_id), history=[history_digest(row)])
    return user
