"""Referrals between organisations."""

from __future__ import annotations

import uuid
from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.permissions import Permission
from nrm.accounts.models import Organisation
from nrm.cases.models import Basis, Case, CaseChild, DataCategory, SharingBasis
from nrm.directory.models import Listing
from nrm.directory.services import Service
from nrm.lib.history import History
from nrm.lib.spoken_languages import SpokenLanguage
from nrm.vault.fields import SealedField
from workflows.effects import Party
from workflows.referral import OPEN_REFERRALS, WAITING_FOR_ANSWER, ReferralState

#: What the receiver has on its hands; a question it asked waits for the other side.
RUNNING = (ReferralState.MORE_INFO, ReferralState.ACCEPTED, ReferralState.IN_SERVICE)
#: Over, one way or another.
ENDED = (ReferralState.DECLINED, ReferralState.COMPLETED, ReferralState.WITHDRAWN, ReferralState.EXPIRED)


class Urgency(models.TextChoices):
    ROUTINE = "routine", pgettext_lazy("urgency", "Within days")
    URGENT = "urgent", pgettext_lazy("urgency", "Today")
    IMMEDIATE = "immediate", pgettext_lazy("urgency", "At once")


class DeclineReason(models.TextChoices):
    """About capacity or mandate, never about the person."""

    NO_CAPACITY = "no_capacity", _("No capacity now")
    OUTSIDE_MANDATE = "outside_mandate", _("Outside our mandate")
    WRONG_REGION = "wrong_region", _("Outside our region")
    CONFLICT_OF_INTEREST = "conflict_of_interest", _("Conflict of interest")
    OTHER = "other", pgettext_lazy("decline reason", "Another reason")


class ReferralOutcome(models.TextChoices):
    PROVIDED = "provided", _("Service provided")
    PARTLY_PROVIDED = "partly_provided", _("Service provided in part")
    PERSON_DECLINED = "person_declined", _("The person did not take up the service")
    REFERRED_ON = "referred_on", _("Referred onward")


class Channel(models.TextChoices):
    """How the referral reaches an organisation: in the service, or outside of it where nobody there has an account."""

    INSIDE = "inside", pgettext_lazy("referral", "In this service")
    LINK = "link", pgettext_lazy("referral", "By a link, with a code told by phone")
    LETTER = "letter", pgettext_lazy("referral", "By letter")


class LanguageHelp(models.TextChoices):
    """Who helps the person and the service to understand each other."""

    INTERPRETER = "interpreter", _("Interpreter")
    MEDIATOR = "mediator", _("Cultural mediator")


class Meeting(models.TextChoices):
    """How the interpreter or mediator takes part."""

    ON_SITE = "on_site", pgettext_lazy("interpreter", "On site")
    PHONE = "phone", pgettext_lazy("interpreter", "By telephone")
    VIDEO = "video", pgettext_lazy("interpreter", "By video")


class Preferred(models.TextChoices):
    """Only where the person wants it."""

    WOMAN = "woman", pgettext_lazy("interpreter", "A woman")
    MAN = "man", pgettext_lazy("interpreter", "A man")


class ReferralQuerySet(models.QuerySet["Referral"]):
    def open(self) -> ReferralQuerySet:
        return self.filter(state__in=OPEN_REFERRALS)

    def running_at(self, organisation_id: UUID) -> ReferralQuerySet:
        """Accepted by this organisation and not yet completed."""
        return self.filter(receiver=organisation_id, state__in=[ReferralState.ACCEPTED, ReferralState.IN_SERVICE])

    def waiting_for_answer(self) -> ReferralQuerySet:
        return self.filter(state__in=WAITING_FOR_ANSWER)


class Referral(CaseChild):
    """A request from one organisation to another to serve the person."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    sender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("Receiving organisation")
    )
    service = models.CharField(_("Service"), max_length=30, choices=Service)
    #: What the receiver offers, as the directory had it; empty for those from before the directory.
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.CharField(_("How it is sent"), max_length=10, choices=Channel, default=Channel.INSIDE)
    #: The referral that was declined, expired or handed back, and whose request this one carries on.
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="onward")
    #: Whom the receiver suggested when it declined.
    suggested = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Who could help instead"),
    )
    urgency = models.CharField(_("Urgency"), max_length=12, choices=Urgency, default=Urgency.ROUTINE)
    basis = models.CharField(_("Sharing rests on"), max_length=20, choices=Basis, default=Basis.CONSENT)
    #: The record of that basis, where it is not consent; empty for those from before it was a record.
    legal_basis = models.ForeignKey(SharingBasis, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    categories = ArrayField(
        models.CharField(max_length=20, choices=DataCategory),
        default=list,
        blank=True,
        verbose_name=_("What is shared"),
    )
    #: What was asked of several organisations at once, and what carries it on, has this in common.
    need = models.UUIDField(null=True, editable=False)
    #: An interpreter or a cultural mediator: beside another service, or asked for by itself.
    language_help = models.CharField(
        _("Help with the language"), max_length=12, choices=LanguageHelp, blank=True, default=""
    )
    spoken = models.CharField(_("Language"), max_length=10, choices=SpokenLanguage, blank=True, default="")
    meeting = models.CharField(_("How"), max_length=10, choices=Meeting, blank=True, default="")
    needed_at = models.DateTimeField(_("When"), null=True, blank=True)
    needed_minutes = models.PositiveSmallIntegerField(_("How long, in minutes"), null=True, blank=True)
    preferred = models.CharField(
        _("If the person prefers a woman or a man"), max_length=10, choices=Preferred, blank=True, default=""
    )
    #: Shown to the receiver before acceptance: no identity in it.
    summary = SealedField(null=True)
    decline_reason = models.CharField(_("Reason"), max_length=30, choices=DeclineReason, blank=True)
    outcome = models.CharField(_("Outcome"), max_length=20, choices=ReferralOutcome, blank=True)
    prepared_by = models.UUIDField(editable=False)
    prepared_at = models.DateTimeField(auto_now_add=True)
    #: From here on it is in the receiver's inbox; a draft never was.
    sent_at = models.DateTimeField(_("Sent"), null=True, editable=False)
    state = models.CharField(max_length=12, choices=ReferralState, default=ReferralState.DRAFT)
    history = History()

    objects = ReferralQuerySet.as_manager()

    belongs_to: ClassVar[dict[Permission, Party]] = {
        Permission.SEND_REFERRAL: Party.LEAD,
        Permission.ANSWER_REFERRAL: Party.RECEIVER,
    }

    class Meta:
        ordering = ("-prepared_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReferralState.values), name="referral_state_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="referral_channel_known"),
            models.CheckConstraint(condition=~Q(previous=F("id")), name="referral_does_not_follow_itself"),
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="referral_goes_to_another_organisation"),
            models.CheckConstraint(
                condition=Q(state__in=[ReferralState.DRAFT, ReferralState.WITHDRAWN]) | Q(sent_at__isnull=False),
                name="referral_sent_at_some_time",
            ),
            models.CheckConstraint(condition=Q(urgency__in=Urgency.values), name="referral_urgency_known"),
            models.CheckConstraint(
                condition=Q(language_help="", spoken="") | Q(language_help__in=LanguageHelp.values, spoken__gt=""),
                name="referral_language_help_names_the_language",
            ),
            models.CheckConstraint(
                condition=Q(meeting__in=["", *Meeting.values], preferred__in=["", *Preferred.values]),
                name="referral_interpreter_known",
            ),
            models.CheckConstraint(
                condition=Q(needed_minutes=None) | Q(needed_minutes__gt=0), name="referral_takes_some_time"
            ),
        ]
        indexes = [
            models.Index(fields=["receiver", "-prepared_at", "-id"], name="referral_by_receiver"),
            models.Index(fields=["sender", "-prepared_at", "-id"], name="referral_by_sender"),
            models.Index(
                fields=["receiver", "-prepared_at", "-id"],
                condition=Q(state=ReferralState.SENT),
                name="referral_waiting_here",
            ),
            models.Index(
                fields=["receiver", "-prepared_at", "-id"], condition=Q(state__in=RUNNING), name="referral_running_here"
            ),
            models.Index(
                fields=["-prepared_at", "-id"], condition=Q(state=ReferralState.MORE_INFO), name="referral_asked_about"
            ),
            models.Index(
                fields=["receiver", "-prepared_at", "-id"], condition=Q(state__in=ENDED), name="referral_ended_here"
            ),
            models.Index(fields=["need"], condition=Q(need__isnull=False), name="referral_by_need"),
        ]

    def parties(self) -> dict[Party, UUID]:
        """Whoever interprets or mediates is told of nothing that happened: the case does not open to them."""
        both = {Party.SENDER: self.sender_id, Party.RECEIVER: self.receiver_id}
        return both if self.service == Service.INTERPRETATION else {**both, Party.SERVING: self.receiver_id}

    @property
    def is_urgent(self) -> bool:
        """Whoever is told of it is told at any hour."""
        return self.urgency == Urgency.IMMEDIATE

    def is_covered(self) -> bool:
        """Live consent for this recipient and these categories, or a legal basis in force. One that was sent before
        legal bases were records goes on as it was sent."""
        if self.basis != Basis.CONSENT and self.legal_basis_id is None:
            return self.sent_at is not None
        if self.basis != Basis.CONSENT:
            named = self.case.sharing_bases.covering(self.receiver_id, self.categories)
            return named.filter(pk=self.legal_basis_id).exists()
        return self.case.consents.covering(self.receiver_id, self.categories).exists()

    def receiver_accepts_referrals(self) -> bool:
        """Not where the directory stops referrals to the service that was chosen."""
        if self.listing_id is not None and not Listing.objects.taking_referrals().filter(pk=self.listing_id).exists():
            return False
        return self.receiver.is_active and self.receiver.accepts_referrals


class MessageKind(models.TextChoices):
    """What a message went with. The writer's side follows from it."""

    QUESTION = "ask", pgettext_lazy("message", "Question")
    ANSWER = "answer", pgettext_lazy("message", "Answer")
    DECLINED = "decline", pgettext_lazy("message", "Declined")
    WITHDRAWN = "withdraw", pgettext_lazy("message", "Withdrawn")
    COMPLETED = "complete", pgettext_lazy("message", "Completed")


class Message(models.Model):
    """What one side wrote to the other with a step of a referral. Written once; both sides read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=12, choices=MessageKind)
    body = SealedField()
    written_by = models.UUIDField(editable=False)
    written_at = models.DateTimeField(auto_now_add=True)
    history = History()

    belongs_to: ClassVar[dict[Permission, Party]] = Referral.belongs_to

    class Meta:
        ordering = ("written_at", "id")
        constraints = [models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="message_kind_known")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def case(self) -> Case:
        return self.referral.case

    def parties(self) -> dict[Party, UUID]:
        return self.referral.parties()


class Opinion(models.TextChoices):
    """An answer to one question about a service. Nobody has to give one."""

    YES = "yes", pgettext_lazy("opinion", "Yes")
    PARTLY = "partly", pgettext_lazy("opinion", "In part")
    NO = "no", pgettext_lazy("opinion", "No")


#: What a person can be asked about a service.
QUESTIONS = ("helped", "felt_safe", "respected", "would_return")


def question(name: str) -> str:
    return str(Feedback._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


class Feedback(models.Model):
    """What the person says about a service, if they want to. Written once; the provider never sees it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="feedback")
    helped = models.CharField(_("Did it help?"), max_length=6, choices=Opinion, blank=True)
    felt_safe = models.CharField(_("Did you feel safe there?"), max_length=6, choices=Opinion, blank=True)
    respected = models.CharField(_("Were you treated with respect?"), max_length=6, choices=Opinion, blank=True)
    would_return = models.CharField(_("Would you go there again?"), max_length=6, choices=Opinion, blank=True)
    words = SealedField(null=True)
    recorded_by = models.UUIDField(editable=False)
    recorded_at = models.DateTimeField(auto_now_add=True)
    history = History()

    belongs_to: ClassVar[dict[Permission, Party]] = Referral.belongs_to

    class Meta:
        ordering = ("recorded_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(**{f"{question}__in": ["", *Opinion.values] for question in QUESTIONS}),
                name="feedback_opinion_known",
            ),
        ]

    def __str__(self) -> str:
        return f"feedback {self.id}"

    @property
    def case(self) -> Case:
        return self.referral.case

    def parties(self) -> dict[Party, UUID]:
        return self.referral.parties()


from nrm.referrals.outside.models import OutsideLink, ToldAnswer, WrongCode  # noqa: E402, F401  # belong to this app


class Gap(models.Model):
    """A service that was looked for in a case and that nobody offers there. Counted once a case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="gaps")
    service = models.CharField(_("Service"), max_length=30, choices=Service)
    region = models.CharField(_("Region"), max_length=20, blank=True, default="")
    found_by = models.UUIDField(editable=False)
    found_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("-found_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(service__in=Service.values), name="gap_service_known"),
            models.UniqueConstraint(fields=["case", "service"], name="gap_counted_once"),
        ]

    def __str__(self) -> str:
        return f"gap {self.id}"
