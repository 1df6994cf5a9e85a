"""Addresses whose mail comes back: nothing more is sent there until the person or an administrator says so."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from nrm.access.actor import THE_SERVICE
from nrm.accounts.actions.sessions import subject_of
from nrm.accounts.models import User
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.lib.clock import now
from nrm.notices.letters import letter_behind
from nrm.notices.models import BounceReason, BouncingAddress, Notice


def bounces(user: User) -> bool:
    return BouncingAddress.objects.filter(user=user, email=user.email, lifted_at=None).exists()


def warning_for(user_id: UUID) -> str:
    """What somebody is told when they sign in; nothing while their mail arrives."""
    user = User.objects.get(pk=user_id)
    if not bounces(user):
        return ""
    return _("Mails to you come back, so you get none. See to your mailbox, then say so under “Mail and calendar”.")


def mark_bouncing(user: User, reason: BounceReason) -> bool:
    """Inside the caller's transaction. False when it is known already. Locks the user."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    former = BouncingAddress.objects.filter(user=user, lifted_at=None)
    if former.filter(email=user.email).exists():
        return False
    at = now()
    former.update(lifted_at=at)
    BouncingAddress.objects.create(user=user, email=user.email, reason=reason, since=at)
    audit.append(
        Code.MAIL_CAME_BACK, by=THE_SERVICE, subject=subject_of(user.pk), data={"reason": BounceReason(reason).value}
    )
    return True


def came_back(token: str, *, is_of_address: bool) -> UUID | None:
    """A mail of ours came back: its notices say so, and its address gets no more. None for a token that is not ours or
    a mail that was not sent. To hear it twice changes nothing."""
    letter = letter_behind(token)
    if letter is None:
        return None
    with transaction.atomic():
        notices = list(Notice.objects.filter(letter=letter).exclude(sent_at=None).select_for_update(no_key=True))
        if not notices:
            return None
        news = Notice.objects.filter(letter=letter, bounced_at=None).exclude(sent_at=None).update(bounced_at=now())
        if news and is_of_address:
            mark_bouncing(notices[0].recipient, BounceReason.CAME_BACK)
    return letter
