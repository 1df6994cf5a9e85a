"""One-time links: an administrator starts an account or a new password, only the person chooses the password."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.refusals import NotVisible, NotYet
from nrm.access.roles import Role
from nrm.accounts.actions.people import add_membership, locked_user
from nrm.accounts.actions.sessions import close_sessions, subject_of
from nrm.accounts.models import Invitation, InvitationPurpose, User
from nrm.accounts.selectors import digest_of, is_open
from nrm.accounts.telling import tell_of_change
from nrm.accounts.throttling import normal_email
from nrm.audit.actions import append, history_digest
from nrm.audit.codes import Code
from nrm.lib.history import Recording, save_recorded

#: 256 random bits, so that a plain hash of them is as safe as a slow one.
TOKEN_BYTES = 32
VALID_FOR = timedelta(hours=72)

ALREADY_KNOWN = _("A person with this e-mail address already has an account. Give the new role on their page.")
INACTIVE = _("This account is not active. Activate it first.")


@dataclass(frozen=True)
class IssuedLink:
    """The token leaves the service here, once; only its digest is kept."""

    user_id: UUID
    token: str


def invite_person(
    *, email: str, display_name: str, language: str, organisation_id: UUID, role: Role, by: Actor
) -> IssuedLink:
    """A new account with one role, without a password, and the link to choose one."""
    with transaction.atomic():
        if User.objects.filter(email=normal_email(email)).exists():
            raise NotYet(ALREADY_KNOWN)
        user = User(email=normal_email(email), display_name=display_name, language=language)
        user.set_unusable_password()
        account = save_recorded(user, Recording(user_id=by.user_id))
        membership, membership_row = add_membership(user.pk, organisation_id=organisation_id, role=role, by=by)
        token = issue(user, purpose=InvitationPurpose.WELCOME, by=by)
        append(
            Code.PERSON_INVITED,
            by=by,
            subject=subject_of(user.pk),
            data={"membership": membership.pk, "role": role.value, "organisation": organisation_id},
            history=[history_digest(account), membership_row],
        )
    return IssuedLink(user.pk, token)


def reissue_link(user_id: UUID, *, by: Actor) -> IssuedLink:
    """Another link in place of the last: to a first password, or to a new one. The second factor stays as it is."""
    with transaction.atomic():
        user = locked_user(user_id)
        if not user.is_active:
            raise NotYet(INACTIVE)
        purpose = InvitationPurpose.NEW_PASSWORD if user.password_set_at else InvitationPurpose.WELCOME
        token = issue(user, purpose=purpose, by=by)
        append(Code.PERSON_INVITED, by=by, subject=subject_of(user_id), data={"purpose": purpose.value})
    return IssuedLink(user_id, token)


def issue(user: User, *, purpose: InvitationPurpose, by: Actor) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = timezone.now()
    Invitation.objects.filter(user=user, used_at=None, withdrawn_at=None).update(withdrawn_at=now)
    Invitation.objects.create(
        user=user,
        purpose=purpose,
        token_digest=digest_of(token),
        invited_by_id=None if by.is_the_service else by.user_id,
        expires_at=now + VALID_FOR,
    )
    return token


def accept_invitation(invitation_id: UUID, *, password: str, language: str) -> None:
    """Set the password once; the person's row is the lock.

    Signs nobody in and leaves the second factor alone; every session of the person ends.
    """
    with transaction.atomic():
        invitation = Invitation.objects.filter(pk=invitation_id).first()
        if invitation is None:
            raise NotVisible
        user = locked_user(invitation.user_id)
        invitation.refresh_from_db()
        if not user.is_active or not is_open(invitation):
            raise NotVisible
        invitation.used_at = user.password_set_at = timezone.now()
        invitation.save(update_fields=["used_at"])
        user.set_password(password)
        user.language = language
        row = save_recorded(user, Recording(user_id=user.pk))
        close_sessions(user.pk)
        tell_of_change(user.pk)
        is_welcome = invitation.purpose == InvitationPurpose.WELCOME
        append(
            Code.INVITATION_ACCEPTED if is_welcome else Code.PASSWORD_CHANGED,
            by=None,
            subject=subject_of(user.pk),
            history=[history_digest(row)],
        )
