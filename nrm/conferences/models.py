"""Case conferences: when and how, who is invited, what was said point by point, what was decided."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.permissions import Permission
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.accounts.kinds import OrganisationKind
from nrm.accounts.models import Organisation
from nrm.cases.models import Case, CaseChild
from nrm.conferences.points import OF_CLINICIANS, Block, Topic, is_clinical
from nrm.lib.clock import now, today
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.attendance import TAKING_PART, AttendanceState
from workflows.conference import OPEN_CONFERENCES, ConferenceState
from workflows.effects import Party

#: Never in a conference, whatever they stand in to the case: the person’s help is not the place of an investigation.
NEVER_INVITED = (OrganisationKind.POLICE, OrganisationKind.LABOUR_INSPECTION, OrganisationKind.PROSECUTION)
#: Through what an organisation can be invited, the most widely known first.
INVITABLE = (
    Relation.DECIDES_STATUS,
    Relation.PROTECTS,
    Relation.ACCEPTED_REFERRAL,
    Relation.TREATS,
    Relation.SHELTERS,
)
ROLE_OF_RELATION = {
    Relation.DECIDES_STATUS: Role.IDENTIFYING_OFFICER,
    Relation.PROTECTS: Role.CASE_WORKER,
    Relation.SHELTERS: Role.SHELTER_WORKER,
}


class How(models.TextChoices):
    """Without an address: where it is, the organisations know or are told beside it, sealed."""

    OFFICE = "office", _("In the office of the organisation that leads the case")
    PHONE = "phone", _("By phone")
    VIDEO = "video", _("By video")


class PersonsPart(models.TextChoices):
    NOT_YET = "not_yet", pgettext_lazy("case conference", "Not asked yet")
    TAKES_PART = "takes_part", pgettext_lazy("case conference", "Was asked, and takes part")
    NOT_COMING = "not_coming", pgettext_lazy("case conference", "Was asked, and does not want to come")
    TOLD = "told", pgettext_lazy("case conference", "Was told of it")
    NOT_REACHED = "not_reached", pgettext_lazy("case conference", "Could not be reached")


class GuardiansPart(models.TextChoices):
    TAKES_PART = "takes_part", pgettext_lazy("guardian", "Takes part")
    TOLD = "told", pgettext_lazy("guardian", "Was told of it")
    NOT_SAFE = "not_safe", pgettext_lazy("guardian", "Not told: it would not be safe for the child")
    NONE = "none", pgettext_lazy("guardian", "There is no guardian yet")


class ConferenceQuerySet(models.QuerySet["Conference"]):
    def open(self) -> ConferenceQuerySet:
        return self.filter(state__in=OPEN_CONFERENCES)


class Conference(CaseChild):
    """One meeting about one case. Whoever leads the case runs it, whoever called it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="conferences")
    caller = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    called_by = models.UUIDField(editable=False)
    called_at = models.DateTimeField(auto_now_add=True)
    is_coordinators = models.BooleanField(default=False, editable=False)
    starts_at = models.DateTimeField(_("Starts"))
    minutes = models.PositiveSmallIntegerField(_("Minutes"), default=60)
    how = models.CharField(pgettext_lazy("case conference", "How"), max_length=10, choices=How)
    #: The room, the number or the link: for who takes part, and in no notice.
    details = SealedField(null=True)
    agenda = ArrayField(models.CharField(max_length=20, choices=Topic), verbose_name=_("Agenda"))
    persons_part = models.CharField(_("The person"), max_length=12, choices=PersonsPart, default=PersonsPart.NOT_YET)
    #: What the person wants said.
    wish = SealedField(null=True)
    guardians_part = models.CharField(_("The guardian"), max_length=12, choices=GuardiansPart, blank=True)
    childs_view = SealedField(null=True)
    state = models.CharField(max_length=12, choices=ConferenceState, default=ConferenceState.CALLED)
    history = History()

    objects = ConferenceQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ConferenceState.values), name="conference_state_known"),
            models.CheckConstraint(condition=Q(how__in=How.values), name="conference_how_known"),
            models.CheckConstraint(condition=Q(minutes__range=(5, 480)), name="conference_length_sensible"),
            models.CheckConstraint(
                condition=Q(agenda__contained_by=Topic.values) & ~Q(agenda=[]), name="conference_agenda_known"
            ),
            models.CheckConstraint(
                condition=Q(persons_part__in=PersonsPart.values), name="conference_persons_part_known"
            ),
            models.CheckConstraint(
                condition=Q(guardians_part__in=["", *GuardiansPart.values]), name="conference_guardians_part_known"
            ),
        ]

    @property
    def belongs_to(self) -> dict[Permission, Party]:  # type: ignore[override]  # it depends on who called it
        """What the coordinator called, the coordinator may move and cancel too; else only whoever leads now."""
        return {} if self.is_coordinators else {Permission.CALL_CONFERENCE: Party.LEAD}

    def recipients(self) -> Collection[UUID]:
        """Whoever has a part in it."""
        return list(self.attendances.filter(state__in=TAKING_PART).values_list("organisation", flat=True))

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    def due_at(self, kind: str) -> datetime:
        return self.ends_at

    def is_for_a_child(self) -> bool:
        return self.case.may_be_a_child()

    # What the machine asks (workflows.conference.ConferenceSubject).

    def has_come(self) -> bool:
        return timezone.localdate(self.starts_at) <= today()

    def has_asked_the_person(self) -> bool:
        return self.persons_part != PersonsPart.NOT_YET

    def has_heard_the_child(self) -> bool:
        return not self.is_for_a_child() or bool(self.guardians_part and self.childs_view)

    def has_every_point(self) -> bool:
        return not self.unwritten()

    def has_decisions_ahead(self) -> bool:
        return not self.decisions.standing().filter(due_on__lt=today()).exists()

    def unwritten(self) -> list[str]:
        """The points that whoever runs it has still to write."""
        done = set(self.written.first_ones().exclude(block__in=OF_CLINICIANS).values_list("topic", flat=True))
        return [topic for topic in self.agenda if topic not in done and not is_clinical(topic)]


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def taking_part(self) -> AttendanceQuerySet:
        return self.filter(state__in=TAKING_PART)

    def invited(self) -> AttendanceQuerySet:
        """But for those that are not invited any more."""
        return self.exclude(state=AttendanceState.WITHDRAWN)


class Attendance(CaseChild):
    """One organisation’s part in a conference. It says itself who comes, or leaves that to its queue."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attendances")
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="attendances")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    #: In what it stood to the case when it was invited: who may know of that, may know that it was invited.
    relation = models.CharField(max_length=20, choices=Relation)
    people = ArrayField(models.UUIDField(), default=list, blank=True, verbose_name=_("Who comes"))
    invited_by = models.UUIDField(editable=False)
    invited_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=12, choices=AttendanceState, default=AttendanceState.INVITED)
    history = History()

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        ordering = ("invited_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=AttendanceState.values), name="attendance_state_known"),
            models.CheckConstraint(condition=Q(relation__in=INVITABLE), name="attendance_of_who_takes_part"),
            models.UniqueConstraint(
                fields=["conference", "organisation"],
                condition=~Q(state=AttendanceState.WITHDRAWN),
                name="attendance_once_an_organisation",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "conference"], name="attendance_by_organisation")]

    @property
    def belongs_to(self) -> dict[Permission, Party]:  # type: ignore[override]  # it depends on who called it
        return {**self.conference.belongs_to, Permission.ANSWER_CONFERENCE: Party.INVITED}

    def parties(self) -> dict[Party, UUID]:
        return {Party.INVITED: self.organisation_id}

    def recipients(self) -> Collection[UUID]:
        return [self.organisation_id]

    def roles(self) -> dict[Party, Role]:
        role = ROLE_OF_RELATION.get(Relation(self.relation))
        return {Party.INVITED: role} if role else {}

    def due_at(self, kind: str) -> datetime:
        """Within two days, and a day before the conference where there is still time for that."""
        day_before = self.conference.starts_at - timedelta(days=1)
        if day_before <= now():
            return max(self.conference.starts_at, now())
        return min(now() + timedelta(days=2), day_before)

    # What the machine asks (workflows.attendance.AttendanceSubject).

    def is_before_the_conference(self) -> bool:
        return self.conference.state == ConferenceState.CALLED

    def may_be_invited(self) -> bool:
        if self.organisation.kind in NEVER_INVITED or not self.organisation.is_active:
            return False
        rows = self.case.participations.open().filter(organisation=self.organisation_id, user=None)
        return self.relation in INVITABLE and rows.filter(relation=self.relation).exists()


class MinuteQuerySet(models.QuerySet["Minute"]):
    def first_ones(self) -> MinuteQuerySet:
        return self.filter(is_addition=False)


class Minute(models.Model):
    """What was said on one point. While minutes are written it can change; once they are agreed, only be added to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="written")
    topic = models.CharField(max_length=20, choices=Topic)
    block = models.CharField(max_length=12, choices=Block)
    was_discussed = models.BooleanField(default=True)
    body = SealedField(null=True)
    is_addition = models.BooleanField(default=False, editable=False)
    written_by = models.UUIDField(editable=False)
    written_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = History()

    objects = MinuteQuerySet.as_manager()

    class Meta:
        ordering = ("written_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="minute_topic_known"),
            models.CheckConstraint(condition=Q(block__in=Block.values), name="minute_block_known"),
            models.CheckConstraint(
                condition=Q(body__isnull=False) | Q(was_discussed=False, is_addition=False),
                name="minute_says_something",
            ),
            models.UniqueConstraint(
                fields=["conference", "topic"], condition=Q(is_addition=False), name="minute_once_a_point"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def case(self) -> Case:
        return self.conference.case

    def parties(self) -> dict[Party, UUID]:
        return {}


class ConferenceDecisionQuerySet(models.QuerySet["Decision"]):
    def standing(self) -> ConferenceDecisionQuerySet:
        return self.filter(is_dropped=False)


class Decision(models.Model):
    """What somebody does until when. Once the minutes are agreed it is a task of that organisation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="decisions")
    topic = models.CharField(_("Point of the agenda"), max_length=20, choices=Topic)
    sentence = SealedField()
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(_("Until"))
    is_dropped = models.BooleanField(default=False, editable=False)
    written_by = models.UUIDField(editable=False)
    written_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = History()

    objects = ConferenceDecisionQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "written_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(topic__in=[topic for topic in Topic.values if not is_clinical(topic)]),
                name="conference_decision_topic_known",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def case(self) -> Case:
        return self.conference.case

    def parties(self) -> dict[Party, UUID]:
        return {}
