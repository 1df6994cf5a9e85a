"""What somebody has to do, and the time limits that run. Cases are named by their code, never imported."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import DateTimeField, Q, Value
from django.db.models.functions import Coalesce

from nrm.accounts.models import Organisation
from nrm.countries.limits import ClockRule
from nrm.countries.terms import ClockName
from nrm.lib.clock import now
from nrm.tasks.kinds import FINISHED_BY_HAND, Escalation, TaskKind, TaskOutcome
from workflows.effects import Party

#: Where tasks without a time limit stand: after all that have one.
NO_LIMIT = datetime(9000, 1, 1, tzinfo=UTC)
FALLS_DUE = Coalesce("due_at", Value(NO_LIMIT, output_field=DateTimeField()))


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> TaskQuerySet:
        return self.filter(closed_at=None)


class Task(models.Model):
    """One thing to do in one organisation, open until it is done or no longer needed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40, choices=TaskKind.choices)
    #: Empty for work that belongs to no case.
    case_code = models.CharField(max_length=40, blank=True)
    #: The record it is about, as "app_label.model:pk".
    subject = models.CharField(max_length=200)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    #: Whom in the organisation it is for; empty for everybody there.
    role = models.CharField(max_length=30, blank=True)
    #: The one truth of who is on it, whether they took it themselves or were given it.
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    #: Who gave it to them; empty when they took it themselves.
    given_by = models.UUIDField(null=True)
    #: Put off until then. It stays open, counts as late when it is, and comes back by itself.
    snoozed_until = models.DateTimeField(null=True)
    #: Who was told that it is late.
    escalation = models.PositiveSmallIntegerField(choices=Escalation, default=Escalation.NOBODY, db_default=0)
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField()
    due_at = models.DateTimeField(null=True)
    #: The time limit of the country's profile that says when it is due, or that ran out; empty for most.
    time_limit = models.CharField(max_length=60, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    outcome = models.CharField(max_length=20, choices=TaskOutcome.choices, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=TaskKind.values), name="task_kind_known"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, outcome="")
                | Q(closed_at__isnull=False, closed_by__isnull=False, outcome__in=TaskOutcome.values),
                name="task_closed_by_whom_and_how",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject", "organisation"],
                condition=Q(closed_at=None) & ~Q(kind=TaskKind.AD_HOC),
                name="task_open_once",
            ),
            models.CheckConstraint(
                condition=Q(given_by=None) | Q(claimed_by__isnull=False), name="task_given_to_somebody"
            ),
            models.CheckConstraint(condition=Q(escalation__in=Escalation.values), name="task_escalation_known"),
        ]
        indexes = [
            models.Index("organisation", FALLS_DUE, "id", condition=Q(closed_at=None), name="task_inbox"),
            models.Index(fields=["claimed_by"], condition=Q(closed_at=None), name="task_of_somebody"),
            models.Index(fields=["due_at"], condition=Q(closed_at=None), name="task_due"),
            models.Index(fields=["case_code"], name="task_by_case"),
            models.Index(fields=["subject"], condition=Q(closed_at=None), name="task_open_by_subject"),
        ]

    @property
    def what_to_do(self) -> str:
        return str(TaskKind(self.kind).label)

    @property
    def what_ran_out(self) -> str:
        """The name of the time limit that a task is about."""
        is_about_one = self.kind == TaskKind.CLOCK_RAN_OUT and self.time_limit
        return str(ClockName(self.time_limit).label) if is_about_one else ""

    @property
    def is_finished_by_hand(self) -> bool:
        return self.kind in FINISHED_BY_HAND

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_at is not None and self.due_at < now()

    @property
    def is_put_off(self) -> bool:
        return self.is_open and self.snoozed_until is not None and self.snoozed_until > now()

    @property
    def who_was_told(self) -> str:
        """That it is late; empty while nobody was told."""
        return str(Escalation(self.escalation).label) if self.escalation else ""


class ClockQuerySet(models.QuerySet["Clock"]):
    def running(self) -> ClockQuerySet:
        return self.filter(stopped_at=None, ran_out_at=None)


class Clock(models.Model):
    """A time limit that runs for a record. It keeps the rule it was started under."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=60)
    case_code = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    #: What the country's profile said then, whole: `nrm.countries.limits.ClockRule.kept`.
    rule = models.JSONField()
    stopped_at = models.DateTimeField(null=True)
    ran_out_at = models.DateTimeField(null=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gte=models.F("started_at")), name="clock_due_after_start"),
            models.UniqueConstraint(
                fields=["key", "subject"], condition=Q(stopped_at=None, ran_out_at=None), name="clock_runs_once"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(stopped_at=None, ran_out_at=None), name="clock_due"),
            models.Index(fields=["case_code"], name="clock_by_case"),
        ]

    @property
    def name(self) -> str:
        return str(ClockName(self.key).label)

    @property
    def kept_rule(self) -> ClockRule:
        return ClockRule.from_kept(self.key, self.rule)

    @property
    def round(self) -> int:
        """Which of the lengths of a limit that comes again; 0 is the first."""
        return int(self.rule.get("round", 0))

    @property
    def subdivision(self) -> str:
        """Whose public holidays it counts."""
        return str(self.rule.get("subdivision", ""))

    @property
    def is_running(self) -> bool:
        return self.stopped_at is None and self.ran_out_at is None

    def parties(self) -> dict[Party, UUID]:
        """What effects ask of the record they are about: a time limit names nobody of its own."""
        return {}
