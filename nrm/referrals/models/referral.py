"""A referral from one organisation to another."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nrm.access.permissions import Permission
from nrm.accounts.models import Organisation
from nrm.cases.models import Basis, Case, CaseChild, DataCategory, SharingBasis
from nrm.directory.models import Listing
from nrm.directory.services import Service
from nrm.lib.history import History
from nrm.lib.spoken_languages import SpokenLanguage
from nrm.referrals.models.choices import (
    Channel,
    DeclineReason,
    LanguageHelp,
    Meeting,
    Preferred,
    ReferralOutcome,
    Urgency,
)
from nrm.vault.fields import SealedField
from workflows.effects import Party
from workflows.referral import OPEN_REFERRALS, WAITING_FOR_ANSWER, ReferralState

#: What the receiver has on its hands; a question it asked waits for the other side.
RUNNING = (ReferralState.MORE_INFO, ReferralState.ACCEPTED, ReferralState.IN_SERVICE)
#: Over, one way or another.
ENDED = (ReferralState.DECLINED, ReferralState.COMPLETED, ReferralState.WITHDRAWN, ReferralState.EXPIRED)


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
