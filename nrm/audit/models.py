"""The event chain, its head, and the signed checkpoints. Append-only: the database refuses the rest (0002_guards)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from nrm.audit.codes import Outcome


class Event(models.Model):
    """One thing somebody did, saw or was refused. `hash` covers every other column and so the event before it."""

    #: Own counter without gaps (a database identity skips numbers when a transaction is rolled back).
    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    user_id = models.UUIDField(null=True)
    membership_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField(null=True)
    role = models.TextField(default="")
    action = models.TextField()
    outcome = models.TextField(choices=Outcome)
    case_code = models.TextField(default="")
    #: What was acted on, as "app_label.model:pk".
    subject = models.TextField(default="")
    data = models.JSONField(default=dict)
    #: The history rows this event brought about: [table, history id, digest].
    history = models.JSONField(default=list)
    previous = models.BinaryField(max_length=32, unique=True)
    hash = models.BinaryField(max_length=32, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(outcome__in=Outcome.values), name="audit_event_outcome_known"),
            models.CheckConstraint(condition=models.Q(sequence__gte=1), name="audit_event_sequence_from_one"),
        ]
        indexes = [
            models.Index(fields=["case_code", "-sequence"], name="audit_event_by_case"),
            models.Index(fields=["user_id", "-sequence"], name="audit_event_by_user"),
            models.Index(fields=["action"], name="audit_event_by_action", opclasses=["text_pattern_ops"]),
            models.Index(fields=["at"], name="audit_event_by_time"),
        ]


class Head(models.Model):
    """The end of the chain: one row, locked by every append, so that the chain cannot fork."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_head_is_one_row")]


class Checkpoint(models.Model):
    """A signed statement of how long the chain was and how it ended; copies are held outside."""

    sequence = models.BigIntegerField(primary_key=True)
    hash = models.BinaryField(max_length=32)
    at = models.DateTimeField(db_default=Now())
    signature = models.BinaryField(max_length=64)
    #: The Ed25519 public key in hexadecimal.
    key = models.TextField()
