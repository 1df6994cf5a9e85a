"""What organisations offer, for whom, where and when: no case, no person."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.accounts.kinds import OrganisationKind
from nrm.accounts.models import Organisation
from nrm.countries import profile
from nrm.directory.services import Service
from nrm.lib.clock import today
from nrm.lib.history import History
from nrm.lib.persons import AgeGroup, Sex
from nrm.lib.spoken_languages import SpokenLanguage
from workflows.effects import Party
from workflows.listing import ListingState


class Nationality(models.TextChoices):
    ANY = "any", pgettext_lazy("who is served", "Everybody")
    NATIONALS = "nationals", pgettext_lazy("who is served", "Nationals of this country")
    FOREIGNERS = "foreigners", pgettext_lazy("who is served", "Foreigners")


class Quality(models.TextChoices):
    NOT_ASSESSED = "not_assessed", pgettext_lazy("quality", "Not assessed")
    MEETS = "meets", pgettext_lazy("quality", "Meets the standard")
    MEETS_IN_PART = "meets_in_part", pgettext_lazy("quality", "Meets the standard in part")
    UNDER_REVIEW = "under_review", pgettext_lazy("quality", "Under review")


class ListingQuerySet(models.QuerySet["Listing"]):
    def standing(self) -> ListingQuerySet:
        """All but those that are no longer offered."""
        return self.exclude(state=ListingState.WITHDRAWN)

    def taking_referrals(self) -> ListingQuerySet:
        licensed = Q(licence_valid_until=None) | Q(licence_valid_until__gte=today())
        open_to_them = {"organisation__is_active": True, "organisation__accepts_referrals": True}
        return self.filter(licensed, state=ListingState.LISTED, **open_to_them)


class Listing(models.Model):
    """One service of one organisation. An empty list of regions is the whole country."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="listings")
    service = models.CharField(_("Service"), max_length=30, choices=Service)
    #: What others call it where its own name could lead to it; see `is_protected`.
    code_name = models.CharField(_("Code name"), max_length=60, blank=True, default="")
    #: Who keeps it up to date for an organisation that works outside the service.
    kept_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    about = models.CharField(_("In a few words"), max_length=300, blank=True)
    sexes = ArrayField(models.CharField(max_length=10, choices=Sex), default=list, verbose_name=_("For whom"))
    age_groups = ArrayField(models.CharField(max_length=10, choices=AgeGroup), default=list, verbose_name=_("Age"))
    nationality = models.CharField(_("Nationality"), max_length=12, choices=Nationality, default=Nationality.ANY)
    with_children = models.BooleanField(_("Also with their children"), default=False)
    is_step_free = models.BooleanField(_("Step-free access"), default=False)
    languages = ArrayField(
        models.CharField(max_length=10, choices=SpokenLanguage), default=list, verbose_name=_("Languages spoken")
    )
    has_interpreters = models.BooleanField(_("Brings its own interpreters"), default=False)
    regions = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("Regions"))
    #: 1 is Monday, as ISO 8601 counts.
    open_days = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("Open on"))
    opens_at = models.TimeField(_("From"), null=True, blank=True)
    closes_at = models.TimeField(_("Until"), null=True, blank=True)
    is_round_the_clock = models.BooleanField(_("Day and night"), default=False)
    #: How many people at once; empty where nobody counts.
    capacity = models.PositiveSmallIntegerField(_("How many people at once"), null=True, blank=True)
    is_full = models.BooleanField(_("Full at the moment"), default=False)
    contact_phone = models.CharField(_("Telephone for professionals"), max_length=60, blank=True)
    contact_email = models.EmailField(_("E-mail for professionals"), max_length=254, blank=True)
    licence_number = models.CharField(_("Licence number"), max_length=60, blank=True)
    licence_valid_until = models.DateField(_("Licence valid until"), null=True, blank=True)
    quality = models.CharField(_("Quality"), max_length=14, choices=Quality, default=Quality.NOT_ASSESSED)
    #: When the organisation, or whoever approved it, last said that all this is true.
    confirmed_on = models.DateField(null=True, editable=False)
    #: Something that matters was changed since the coordinator approved it.
    changed_since_approval = models.BooleanField(default=False, editable=False)
    #: Why it was sent back, stopped or withdrawn, for those who keep and approve it. Never about a person.
    remark = models.CharField(_("Reason"), max_length=500, blank=True, default="")
    state = models.CharField(_("State"), max_length=12, choices=ListingState, default=ListingState.DRAFT)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = History()

    objects = ListingQuerySet.as_manager()

    class Meta:
        ordering = ("organisation__name", "service", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ListingState.values), name="listing_state_known"),
            models.CheckConstraint(condition=Q(service__in=Service.values), name="listing_service_known"),
            models.CheckConstraint(
                condition=Q(opens_at=None, closes_at=None) | Q(opens_at__isnull=False, closes_at__gt=F("opens_at")),
                name="listing_closes_after_it_opens",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "state"], name="listing_by_service"),
            GinIndex(fields=["regions"], name="listing_by_region"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.id}"

    @property
    def whom(self) -> list[str]:
        return [str(Sex(sex).label) for sex in self.sexes]

    @property
    def ages(self) -> list[str]:
        return [str(AgeGroup(group).label) for group in self.age_groups]

    @property
    def spoken(self) -> list[str]:
        return [str(SpokenLanguage(code).label) for code in self.languages]

    @property
    def where(self) -> list[str]:
        """The names of the regions; empty for the whole country."""
        found = [profile.current().region(code) for code in self.regions]
        return [region.name for region in found if region is not None]

    @property
    def days(self) -> list[str]:
        return [str(WEEKDAYS[day - 1]) for day in self.open_days]

    @property
    def keeper_id(self) -> UUID:
        """Who is asked whether it is still true."""
        return self.kept_by_id or self.organisation_id

    @property
    def is_protected(self) -> bool:
        """Where people live in safety: nothing that is shown of it may lead to the place."""
        return self.service == Service.ACCOMMODATION or self.organisation.kind == OrganisationKind.SHELTER

    @property
    def shown_as(self) -> str:
        """What everybody calls it."""
        if self.code_name:
            return self.code_name
        return str(OrganisationKind.SHELTER.label) if self.is_protected else self.organisation.name

    @property
    def is_stale(self) -> bool:
        """Nobody has said for long that it is still true."""
        doubtful_since = profile.current().directory.doubtful_since(today())
        return self.confirmed_on is not None and self.confirmed_on < doubtful_since

    @property
    def takes_referrals(self) -> bool:
        """As `taking_referrals`, of one at hand."""
        is_open_to_them = self.organisation.is_active and self.organisation.accepts_referrals
        return self.state == ListingState.LISTED and self.licence_is_valid() and is_open_to_them

    def parties(self) -> dict[Party, UUID]:
        return {Party.PROVIDER: self.keeper_id}

    def licence_is_valid(self) -> bool:
        return self.licence_valid_until is None or self.licence_valid_until >= today()

    def is_safely_named(self) -> bool:
        return bool(self.code_name) or not self.is_protected
