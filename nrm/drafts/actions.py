"""Keeping what is typed, putting it away, going on with it. Why which of it is audited: decision 0023."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import ProgrammingError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.refusals import MovedOn, NotVisible, NotYet, Refusal, TooOften
from nrm.access.rows import seen_by, seen_by_the_service
from nrm.accounts.actions.sessions import actor_of
from nrm.accounts.models import Membership
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.drafts.contents import Contents, TooLong
from nrm.drafts.models import Draft
from nrm.drafts.slips import Slip
from nrm.lib.clock import now
from nrm.vault.fields import opened, sealed
from nrm.vault.sealing import new_data_key

KEPT_FOR = timedelta(days=14)
#: How long a form that was saved still answers to what its page sends late.
REMEMBERED_FOR = timedelta(hours=1)
#: How many forms one person may have begun in one role, and how fast.
MOST_BEGUN = 30
PAUSE = timedelta(milliseconds=500)
MOST_AT_ONCE, AT_ONCE = 4, timedelta(seconds=1)

TOO_LONG = _("This is longer than what can be kept for later. Nothing is lost on this page: shorten it or save it.")
TOO_MANY = _("You have begun 30 forms. Save one or throw one away, then this one is kept too.")
ELSEWHERE = _("You are writing this form in another window too. What you type here is not kept for later.")
SAVED = _("This form was saved or thrown away in the meantime.")


TOO_FAST = _("Not kept yet. It is tried again in a moment.")


def keep(slip: Slip, contents: Contents, *, by: Actor, is_asked_for: bool = False) -> Draft | None:
    """Writes what was typed over what the same page wrote before; None where nothing was typed yet.

    `MovedOn` where another page of the form writes it, unless it is asked for, and where it was saved meanwhile;
    `NotYet` when it is too long or too many are begun, `TooOften` when it comes too often. `NotVisible` to whom the
    database no longer shows the case. Locks the membership. No event: a draft is not the record.
    """
    try:
        with transaction.atomic():
            return _kept(slip, contents, by=by, is_asked_for=is_asked_for)
    except TooLong:
        raise NotYet(TOO_LONG) from None
    except ProgrammingError:
        # Row-level security: the case was closed to its author since the page was made.
        raise NotVisible from None


def _kept(slip: Slip, contents: Contents, *, by: Actor, is_asked_for: bool) -> Draft | None:
    at = now()
    if not Membership.objects.select_for_update(no_key=True).filter(pk=by.membership_id, ended_at=None).exists():
        raise NotVisible
    rows = list(Draft.objects.filter(membership=by.membership_id).defer("body"))
    draft = next((one for one in rows if (one.form, one.arguments) == (slip.form, slip.arguments)), None)
    if draft is None and contents.is_empty():
        return None
    if draft is None and sum(one.put_away_at is None for one in rows) >= MOST_BEGUN:
        raise NotYet(TOO_MANY)
    if draft is not None:
        _refuse_another_page(draft, slip, at, is_asked_for=is_asked_for)
    _refuse_haste(rows, draft, at, is_asked_for=is_asked_for)
    if slip.is_paged and draft is not None and draft.put_away_at is None and draft.sitting in slip.sittings:
        contents = contents.with_pages_before(contents_of(draft))
    made = draft or Draft(author_id=by.user_id, membership_id=by.membership_id)
    return _written(made, slip, contents.written(), at)


def _refuse_haste(rows: Iterable[Draft], draft: Draft | None, at: datetime, *, is_asked_for: bool) -> None:
    at_once = sum(one.saved_at > at - AT_ONCE for one in rows)
    is_again = draft is not None and draft.put_away_at is None and draft.saved_at > at - PAUSE
    if at_once >= MOST_AT_ONCE or (is_again and not is_asked_for):
        raise TooOften(TOO_FAST)


def _refuse_another_page(draft: Draft, slip: Slip, at: datetime, *, is_asked_for: bool) -> None:
    if draft.put_away_at is not None:
        if str(draft.sitting) == slip.sitting:
            raise MovedOn(SAVED)
    elif draft.sitting not in slip.sittings and draft.expires_at > at and not is_asked_for:
        raise MovedOn(ELSEWHERE)


def _written(draft: Draft, slip: Slip, text: str, at: datetime) -> Draft:
    if draft.put_away_at is not None or draft._state.adding:
        key = new_data_key(draft.id, draft.key_version)
        draft.wrapped_key, draft.key_id, draft.put_away_at = key.wrapped, key.key_id, None
    draft.form, draft.arguments = slip.form, slip.arguments
    draft.case_code, draft.follows_case = slip.case_code, slip.follows_case
    draft.sitting, draft.saved_at, draft.expires_at = UUID(slip.sitting), at, at + KEPT_FOR
    draft.body = sealed(draft, draft, "body", text)
    draft.save()
    return draft


def put_away(slip: Slip) -> None:
    """The form was saved: what its page had kept is gone, and what the page still sends is no draft any more.

    Part of the transaction that saves. What another page wrote stays. Whoever saved may no longer see the case.
    """
    at = now()
    gone = {"body": None, "wrapped_key": b"", "key_id": "", "put_away_at": at}
    with seen_by_the_service():
        place = Draft.objects.filter(membership=UUID(slip.membership), form=slip.form, arguments=slip.arguments)
        if place.filter(Q(sitting__in=slip.sittings) | Q(put_away_at__isnull=False)).update(
            **gone, sitting=UUID(slip.sitting), saved_at=at, expires_at=at + REMEMBERED_FOR
        ):
            return
        row = Draft(form=slip.form, arguments=slip.arguments, **gone)
        row.author_id, row.membership_id = UUID(slip.author), UUID(slip.membership)
        row.sitting, row.saved_at, row.expires_at = UUID(slip.sitting), at, at + REMEMBERED_FOR
        Draft.objects.bulk_create([row], ignore_conflicts=True)


def throw_away(draft: Draft) -> None:
    """The author wants none of it any more. What its page still sends is no draft either."""
    Draft.objects.filter(pk=draft.pk).update(
        body=None, wrapped_key=b"", key_id="", put_away_at=now(), expires_at=now() + REMEMBERED_FOR, saved_at=now()
    )


def go_on(draft: Draft, *, by: Actor) -> Contents:
    """Opens a draft for its author. A reading of what may be about a person, so the event is written first."""
    audit.record(
        Code.DRAFT_OPENED, by=by, case_code=draft.case_code, subject=subject_of(draft), data={"form": draft.form}
    )
    return contents_of(draft)


def rescue(slip: Slip, contents: Contents, *, by: Actor) -> Draft | None:
    """Keeps what was posted from a session that had run out. Whoever acts is not signed in any more, so there is an
    event. None where it cannot be kept: whoever comes back then finds what the page had kept before."""
    try:
        with seen_by(by):
            draft = keep(slip, contents, by=by, is_asked_for=True)
    except Refusal:
        return None
    if draft is not None:
        audit.record(
            Code.DRAFT_RESCUED, by=by, case_code=draft.case_code, subject=subject_of(draft), data={"form": draft.form}
        )
    return draft


def contents_of(draft: Draft) -> Contents:
    return Contents.read(opened(draft, draft, "body"))


def subject_of(draft: Draft) -> str:
    return f"drafts.draft:{draft.pk}"


# What ends without being saved


def forget(*, case_code: str, user_id: UUID | None = None) -> int:
    """Nothing is kept about this case any more, by anybody or one person. Part of the act that closes it to them."""
    rows = Draft.objects.filter(case_code=case_code)
    return (rows if user_id is None else rows.filter(author=user_id)).delete()[0]


def forget_unseen(case_code: str) -> int:
    """What is kept about a case by those who no longer see it. Part of the act that narrows who does."""
    return _delete_unseen(Draft.objects.filter(case_code=case_code))


def clear(at: datetime) -> int:
    """One round of the service: what is too old, whose author no longer works here, or no longer sees the case."""
    old = Draft.objects.filter(expires_at__lte=at)
    left = Draft.objects.filter(
        Q(membership__ended_at__isnull=False)
        | Q(membership__organisation__is_active=False)
        | Q(author__is_active=False)
    )
    count = sum(rows.filter(put_away_at=None).count() for rows in (old, left.exclude(pk__in=old)))
    Draft.objects.filter(pk__in=[*old.values_list("pk", flat=True), *left.values_list("pk", flat=True)]).delete()
    return count + _delete_unseen(Draft.objects.all())


def _delete_unseen(rows: QuerySet[Draft]) -> int:
    """Asks the database itself, in the name of each author, so that there is no second rule of who sees what."""
    unseen: list[UUID] = []
    following = rows.filter(follows_case=True)
    memberships = Membership.objects.filter(pk__in=following.values("membership"))
    for membership in memberships:
        own = list(following.filter(membership=membership).values_list("pk", flat=True))
        with seen_by(actor_of(membership)):
            shown = set(Draft.objects.filter(pk__in=own).values_list("pk", flat=True))
        unseen += [pk for pk in own if pk not in shown]
    return Draft.objects.filter(pk__in=unseen).delete()[0]
