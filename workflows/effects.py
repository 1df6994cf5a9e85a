"""What a transition sets going, declared on it: frozen facts that name kinds and parties and touch no database."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Party(TextChoices):
    """Who stands on the other side of an effect; the service finds the organisation behind it."""

    LEAD = "lead", _("Lead organisation")
    REPORTER = "reporter", _("Organisation that reported the case")
    IDENTIFYING_BODY = "identifying_body", _("Identifying body")
    COORDINATOR = "coordinator", _("National coordinator")
    SENDER = "sender", _("Referring organisation")
    RECEIVER = "receiver", _("Receiving organisation")
    SERVING = "serving", _("Receiving organisation, unless it only interprets")
    SHELTER = "shelter", pgettext_lazy("accommodation", "Shelter")
    PROVIDER = "provider", _("Service provider")
    RESPONSIBLE = "responsible", _("Organisation that acts on the alert")
    CHILD_PROTECTION = "child_protection", _("Child-protection authority")
    RECIPIENT = "recipient", _("Organisations with which it was shared")
    EMERGENCY_USER = "emergency_user", _("Person who uses emergency access")
    TEAM_MEMBER = "team_member", _("Member of the case team")
    INVITED = "invited", _("Invited organisation")


@dataclass(frozen=True, slots=True)
class Grant:
    """Opens a participation: the party comes to stand in `relation` to the case.

    A `personal` one is for the `user` of the record alone, and by itself over at the `ends_at` of the record.
    """

    relation: str
    to: Party
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Revoke:
    """Closes the participation that this record opened for the party; with `whoever_opened`, all of that relation;
    with `unless_named`, not that of the authority which the case names: it stays so whoever leads."""

    relation: str
    of: Party
    whoever_opened: bool = False
    unless_named: bool = False


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Puts a task before the party; `within` names the time limit of the profile, `or_within` those that stand
    in its place for some records (the first that counts for the record is taken), `days` is the fallback;
    `working_days` counts without weekends and public holidays; or it is due when its record says."""

    kind: str
    to: Party
    within: str = ""
    or_within: tuple[str, ...] = ()
    days: int | None = None
    working_days: int | None = None
    as_the_record_says: bool = False


@dataclass(frozen=True, slots=True)
class CloseTasks:
    """Closes the open tasks of these kinds that this record opened."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassTasks:
    """Hands the case's open tasks of one party to another, untaken."""

    of: Party
    to: Party


@dataclass(frozen=True, slots=True)
class StartClock:
    """Starts a time limit. The country's profile says which steps do; no machine names one."""

    key: str


@dataclass(frozen=True, slots=True)
class StopClock:
    """Stops a running time limit, where the profile says so."""

    key: str


@dataclass(frozen=True, slots=True)
class Notify:
    """Tells the party, with the case code and nothing else."""

    kind: str
    to: Party


Effect = Grant | Revoke | OpenTask | CloseTasks | PassTasks | StartClock | StopClock | Notify
