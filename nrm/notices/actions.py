"""Write notices with the act; what people wish for their mail. Delivery comes after it, in `delivery`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.accounts.actions.sessions import subject_of
from nrm.accounts.models import Membership, User
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.lib.clock import now
from nrm.lib.history import Recording, save_recorded
from nrm.notices.kinds import URGENT, NoticeKind
from nrm.notices.models import BouncingAddress, MailPreference, Notice
from nrm.notices.moments import Leaving, leaving, usual, wishes_in
from nrm.notices.selectors import wishes_of

#: What was dropped or came back longer ago is not sent any more: the news are old, and wait in the inbox.
TRIED_AGAIN_WITHIN = timedelta(days=14)
#: What somebody may choose about their mail.
CHOICES = ("rhythm", "digest_at", "on_days_off", "quiet_from", "quiet_until", "time_zone")
Question = Callable[[UUID, UUID | None, str], bool]
_questions: list[Question] = []


def queue(
    kind: str,
    *,
    case_code: str = "",
    organisation_id: UUID | None = None,
    user_id: UUID | None = None,
    role: str = "",
    recipients: Collection[UUID] | None = None,
    except_user_id: UUID | None = None,
    is_urgent: bool = False,
    once: str = "",
) -> list[Notice]:
    """One notice for a user, or for each person who works in an organisation: in one role, when it is named, or just
    the `recipients`.

    Written in the caller's transaction, so nobody is told of what was rolled back. `except_user_id` did it themselves.
    With `once` nobody is told a second time, whoever else says it at this moment: the database refuses; the notices
    that were new are returned. `is_urgent` leaves at any hour, as some kinds always do.
    """
    if (organisation_id is None) == (user_id is None):
        raise ValueError("A notice is for an organisation or for a user.")
    if organisation_id is None:
        recipients = [user_id] if user_id else []
    elif recipients is None:
        recipients = _people_of(organisation_id, role)
    told = [recipient for recipient in recipients if recipient != except_user_id]
    is_urgent = is_urgent or NoticeKind(kind) in URGENT
    at = now()
    notices = [
        Notice(
            kind=NoticeKind(kind),
            case_code=case_code,
            recipient_id=recipient,
            organisation_id=organisation_id,
            once=once,
            is_urgent=is_urgent,
            created_at=at,
            next_try_at=leaves.at,
            is_gathered=leaves.is_gathered,
        )
        for recipient, leaves in _leaving(told, is_urgent=is_urgent)
    ]
    if not once:
        return Notice.objects.bulk_create(notices)
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return list(Notice.objects.filter(pk__in=[notice.pk for notice in notices]))


def _leaving(recipients: Collection[UUID], *, is_urgent: bool) -> list[tuple[UUID, Leaving]]:
    """When each of them is told. One query, and none for what is urgent."""
    at = now()
    wishes = {} if is_urgent or not recipients else wishes_of(recipients)
    return [(one, leaving(wishes.get(one) or usual(), at, is_urgent=is_urgent)) for one in recipients]


def queue_of_account(user_id: UUID) -> list[Notice]:
    """To whoever the account belongs: the way they sign in was changed, perhaps not by them."""
    return queue(NoticeKind.ACCOUNT_CHANGED, user_id=user_id)


def _people_of(organisation_id: UUID, role: str) -> list[UUID]:
    members = Membership.objects.filter(organisation_id=organisation_id, ended_at=None, user__is_active=True)
    if role:
        members = members.filter(role=role)
    return list(members.order_by("user_id").values_list("user_id", flat=True).distinct())


def ask_before_telling(answer: Question) -> None:
    """Cases lie above this room: `answer` says of a user, an organisation and a case code whether the user may still be
    told. Called once, when the service starts."""
    _questions.append(answer)


def may_still_be_told(notice: Notice) -> bool:
    asked = notice.recipient_id, notice.organisation_id, notice.case_code
    return not notice.case_code or all(answer(*asked) for answer in _questions)


# What people wish for their mail


def write_wishes(values: Mapping[str, Any], *, by: Actor) -> MailPreference:
    """Of oneself; `values` by the names in CHOICES. What waits for its first time leaves by them. Locks the user."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.user_id)
        preference = MailPreference.objects.filter(user=by.user_id).first() or MailPreference(user_id=by.user_id)
        for name in CHOICES:
            setattr(preference, name, values[name])
        row = save_recorded(preference, Recording(by.user_id))
        _put_in_order(preference)
        audit.append(
            Code.MAIL_WISHES_CHANGED, by=by, subject=subject_of(by.user_id), history=[audit.history_digest(row)]
        )
    return preference


def _put_in_order(preference: MailPreference) -> None:
    leaves = leaving(wishes_in(preference), now())
    untried = Notice.objects.waiting().filter(recipient=preference.user_id, attempts=0, is_urgent=False)
    untried.update(next_try_at=leaves.at, is_gathered=leaves.is_gathered)


def try_again(user_id: UUID, *, by: Actor) -> int:
    """The address works again, as its owner or an administrator says: what was dropped or came back within two weeks
    goes out anew, in one mail; what waits for another attempt goes out now. How many. Locks the user."""
    if by.user_id != user_id and not allows(by, Permission.ADMINISTER):
        raise NotPermitted
    with transaction.atomic():
        if User.objects.select_for_update(no_key=True).filter(pk=user_id).first() is None:
            raise NotVisible
        at = now()
        BouncingAddress.objects.filter(user=user_id, lifted_at=None).update(lifted_at=at)
        own = Notice.objects.filter(recipient=user_id, created_at__gte=at - TRIED_AGAIN_WITHIN)
        lost = own.filter(Q(dropped_at__isnull=False) | Q(bounced_at__isnull=False))
        again = lost.exclude(last_error_code="recipient_left").update(
            sent_at=None, dropped_at=None, bounced_at=None, letter=None, attempts=0, next_try_at=at, is_gathered=True
        )
        sooner = own.filter(sent_at=None, dropped_at=None, attempts__gt=0, next_try_at__gt=at)
        again += sooner.exclude(last_error_code="").update(next_try_at=at)
        audit.append(Code.MAIL_TRIED_AGAIN, by=by, subject=subject_of(user_id), data={"count": again})
    return again
