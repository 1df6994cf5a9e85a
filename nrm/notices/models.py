"""The outbox: one row for each person to be told, written with the act, delivered after it; how each person wants
their mail; which addresses give mail back; and the links of calendars."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.accounts.models import Membership, Organisation
from nrm.lib.history import History
from nrm.notices.kinds import NoticeKind


class NoticeQuerySet(models.QuerySet["Notice"]):
    def waiting(self) -> NoticeQuerySet:
        return self.filter(sent_at=None, dropped_at=None)


class Notice(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40, choices=NoticeKind.choices)
    #: Empty for what concerns no case.
    case_code = models.CharField(max_length=40, blank=True)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    #: The organisation through which the recipient is told; who has left it by then is not told.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    #: What is told once for a recipient, such as one reminder of one time limit; empty for what may be told again.
    once = models.CharField(max_length=120, blank=True, default="", db_default="")
    #: Leaves at once, whatever the recipient prefers.
    is_urgent = models.BooleanField(default=False, db_default=False)
    #: Waits for its digest, or for the end of quiet hours, and leaves in one mail with what waits beside it.
    is_gathered = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    #: The mail it goes into: stays the same however often it is tried. Empty until the first time.
    letter = models.UUIDField(null=True)
    sent_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    #: When the mail came back.
    bounced_at = models.DateTimeField(null=True)
    #: The kind of error of the last attempt, or why it was dropped; never its text.
    last_error_code = models.CharField(max_length=80, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_known"),
            models.CheckConstraint(condition=Q(sent_at=None) | Q(dropped_at=None), name="notice_sent_or_dropped"),
            models.UniqueConstraint(fields=["recipient", "once"], condition=~Q(once=""), name="notice_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"], condition=Q(sent_at=None, dropped_at=None), name="notice_waiting"
            ),
            models.Index(fields=["letter"], condition=Q(letter__isnull=False), name="notice_by_letter"),
            models.Index(fields=["once"], condition=~Q(once=""), name="notice_by_once"),
        ]


class Rhythm(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DIGEST = "digest", _("Once a day, together")


class MailPreference(models.Model):
    """When somebody wants their mail. Who has no row gets it at once, outside of the usual quiet hours."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rhythm = models.CharField(max_length=10, choices=Rhythm, default=Rhythm.AT_ONCE)
    #: The time of day of the digest, on the recipient's wall clock.
    digest_at = models.TimeField()
    on_days_off = models.BooleanField(default=False)
    #: No mail from then until then; none of both: at any hour.
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    #: A name of the time zone database; empty for the country's.
    time_zone = models.CharField(max_length=40, blank=True)
    history = History()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(rhythm__in=Rhythm.values), name="mail_rhythm_known"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="mail_quiet_from_and_until",
            ),
        ]


class BounceReason(models.TextChoices):
    REFUSED = "refused", pgettext_lazy("mail", "Refused by the other side")
    CAME_BACK = "came_back", pgettext_lazy("mail", "Came back")


class BouncingAddress(models.Model):
    """Mail to this address comes back: nothing more goes there until somebody says that it works again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    #: Who has another address by now is not concerned.
    email = models.EmailField(max_length=254)
    reason = models.CharField(max_length=12, choices=BounceReason)
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(lifted_at=None), name="one_bouncing_address"),
            models.CheckConstraint(condition=Q(reason__in=BounceReason.values), name="bounce_reason_known"),
        ]


class CalendarLink(models.Model):
    """The secret address of somebody's calendar in one of their roles. Only a digest of its token is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    token_digest = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    #: When it was last fetched, and how often since when, for the limit.
    fetched_at = models.DateTimeField(null=True)
    counted_since = models.DateTimeField(null=True)
    count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership"], condition=Q(ended_at=None), name="one_calendar_a_role"),
        ]
