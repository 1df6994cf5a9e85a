"""Write notices with the act, deliver them after it. A mail says that there is news and on which case, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from nrm.accounts.models import Membership, User
from nrm.lib.clock import now
from nrm.notices.kinds import NoticeKind
from nrm.notices.models import Notice

#: After this many failures, about four days, the notice is dropped; the task in the inbox stays.
ATTEMPTS = 20
LONGEST_WAIT = timedelta(hours=6)
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
) -> list[Notice]:
    """One notice for a user, or for each person who works in an organisation: in one role, when it is named, or just
    the `recipients`.

    Written in the caller's transaction, so nobody is told of what was rolled back. `except_user_id` did it themselves.
    """
    if (organisation_id is None) == (user_id is None):
        raise ValueError("A notice is for an organisation or for a user.")
    if organisation_id is None:
        recipients = [user_id] if user_id else []
    elif recipients is None:
        recipients = _people_of(organisation_id, role)
    at = now()
    return Notice.objects.bulk_create(
        Notice(
            kind=NoticeKind(kind),
            case_code=case_code,
            recipient_id=recipient,
            organisation_id=organisation_id,
            created_at=at,
            next_try_at=at,
        )
        for recipient in recipients
        if recipient != except_user_id
    )


def queue_of_account(user_id: UUID) -> list[Notice]:
    """To whoever the account belongs: the way they sign in was changed, perhaps not by them."""
    return queue(NoticeKind.ACCOUNT_CHANGED, user_id=user_id)


def deliver_due(limit: int = 50) -> int:
    """Delivers what waits, each in a transaction of its own, so one failure holds up nothing; how many were sent."""
    sent = 0
    for _turn in range(limit):
        outcome = deliver_next()
        if outcome is None:
            break
        sent += outcome
    return sent


def deliver_next() -> bool | None:
    """Delivers one notice. Locks its row until it is marked; another worker passes over it. None when nothing waits."""
    with transaction.atomic():
        at = now()
        notice = (
            Notice.objects.waiting()
            .filter(next_try_at__lte=at)
            .order_by("next_try_at", "id")
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient")
            .first()
        )
        if notice is None:
            return None
        _deliver(notice, at)
        notice.save(update_fields=["attempts", "next_try_at", "sent_at", "dropped_at", "last_error_code"])
        return notice.sent_at is not None


def _deliver(notice: Notice, at: datetime) -> None:
    if not _still_belongs(notice) or not _may_still_be_told(notice):
        notice.dropped_at, notice.last_error_code = at, "recipient_left"
        return
    notice.attempts += 1
    try:
        _mail(notice).send()
    except OSError as error:  # what sockets and smtplib raise; anything else is a fault of ours and must be seen
        notice.last_error_code = type(error).__name__
        notice.next_try_at = at + min(timedelta(minutes=2**notice.attempts), LONGEST_WAIT)
        notice.dropped_at = at if notice.attempts >= ATTEMPTS else None
    else:
        notice.sent_at, notice.last_error_code = at, ""


def _mail(notice: Notice) -> EmailMessage:
    """In the recipient's language. Whoever reads over a shoulder sees that there is work, and a meaningless code."""
    recipient = notice.recipient
    names = {"code": notice.case_code, "link": f"{settings.NRM_BASE_URL.rstrip('/')}/"}
    with translation.override(recipient.language):
        if notice.case_code:
            text = _("There is news on %(code)s. Sign in to read it: %(link)s")
        else:
            text = _("The way you sign in was changed. If that was not you, tell an administrator at once: %(link)s")
        return EmailMessage(subject=_("News for you"), body=f"{text % names}\n", to=[recipient.email])


def _people_of(organisation_id: UUID, role: str) -> list[UUID]:
    members = Membership.objects.filter(organisation_id=organisation_id, ended_at=None, user__is_active=True)
    if role:
        members = members.filter(role=role)
    return list(members.order_by("user_id").values_list("user_id", flat=True).distinct())


def ask_before_telling(answer: Question) -> None:
    """Cases lie above this room: `answer` says of a user, an organisation and a case code whether the user may still be
    told. Called once, when the service starts."""
    _questions.append(answer)


def _may_still_be_told(notice: Notice) -> bool:
    asked = notice.recipient_id, notice.organisation_id, notice.case_code
    return not notice.case_code or all(answer(*asked) for answer in _questions)


def _still_belongs(notice: Notice) -> bool:
    """Whether the recipient may still be told: an active account, and a membership where the notice went."""
    recipient: User = notice.recipient
    if not recipient.is_active or notice.kind == NoticeKind.ACCOUNT_CHANGED:
        return recipient.is_active
    memberships = Membership.objects.filter(user=recipient, ended_at=None, organisation__is_active=True)
    if notice.organisation_id is not None:
        memberships = memberships.filter(organisation=notice.organisation_id)
    return memberships.exists()
