"""Organisations, people, what they do where, and the things that let them in."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.roles import ASSIGNABLE_ROLES, Role
from nrm.accounts.factors import BackupCode, Passkey, PasskeyChallenge, TotpDevice
from nrm.accounts.kinds import OrganisationKind
from nrm.lib.history import History

__all__ = [
    "ROLE_CHOICES",
    "BackupCode",
    "Invitation",
    "InvitationPurpose",
    "Membership",
    "Organisation",
    "Passkey",
    "PasskeyChallenge",
    "PledgeAcceptance",
    "ResetReason",
    "SecondFactorReset",
    "SessionRecord",
    "TotpDevice",
    "User",
    "UserManager",
]

ROLE_CHOICES = [(role.value, role.label) for role in ASSIGNABLE_ROLES]


class Organisation(models.Model):
    """A public body or civil society organisation that takes part in the mechanism."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(pgettext_lazy("organisation", "Name"), max_length=200, unique=True)
    kind = models.CharField(_("Kind"), max_length=30, choices=OrganisationKind.choices)
    country = models.CharField(_("Country"), max_length=2)
    municipality = models.CharField(_("Municipality"), max_length=100, blank=True)
    licence_number = models.CharField(_("Licence number"), max_length=60, blank=True)
    licence_valid_until = models.DateField(_("Licence valid until"), null=True, blank=True)
    accepts_referrals = models.BooleanField(_("Accepts referrals"), default=False)
    is_active = models.BooleanField(_("Active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("name", "id")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="organisation_has_a_name"),
            models.CheckConstraint(condition=Q(country__regex="^[a-z]{2}$"), name="organisation_country_code"),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):  # type: ignore[django-manager-missing]  # of a device: django-otp has no types
    """A person who works with the service. Carries no rights: those come from memberships."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("E-mail address"), max_length=254, unique=True)
    display_name = models.CharField(_("Name"), max_length=120)
    language = models.CharField(_("Language"), max_length=10, choices=settings.LANGUAGES, default="en")
    is_active = models.BooleanField(default=True)
    password_set_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_login = None  # sessions are the record of who came when
    history = History(excluded_fields=["password"])

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    objects = UserManager()

    class Meta:
        ordering = ("display_name", "id")
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case"),
            models.CheckConstraint(condition=Q(email__regex="^[^[:space:][:cntrl:]]+$"), name="user_email_is_one_word"),
            models.CheckConstraint(condition=~Q(display_name=""), name="user_has_a_name"),
        ]
        indexes = [models.Index("display_name", "id", name="user_by_name")]

    def __str__(self) -> str:
        return self.display_name


class Membership(models.Model):
    """What a person does in one organisation, from when to when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("Role"), max_length=30, choices=ROLE_CHOICES)
    #: Sees every case that the organisation leads, whoever is in its team.
    supervises = models.BooleanField(_("Supervises the cases of the organisation"), default=False)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    history = History()

    class Meta:
        ordering = ("started_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"], condition=Q(ended_at=None), name="membership_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in ASSIGNABLE_ROLES]), name="membership_role_assignable"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="membership_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}@{self.organisation_id}"

    @property
    def as_role(self) -> Role:
        return Role(self.role)


class InvitationPurpose(models.TextChoices):
    WELCOME = "welcome", _("Invitation")
    NEW_PASSWORD = "new_password", _("New password")


class Invitation(models.Model):
    """A one-time link to set a password. Only a digest of its token is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations")
    purpose = models.CharField(max_length=20, choices=InvitationPurpose.choices)
    token_digest = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at=None, withdrawn_at=None), name="invitation_one_open_link"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(withdrawn_at=None), name="invitation_used_or_withdrawn"
            ),
            models.CheckConstraint(condition=Q(purpose__in=InvitationPurpose.values), name="invitation_purpose_known"),
        ]


class ResetReason(models.TextChoices):
    LOST = "lost", _("The device is lost")
    STOLEN = "stolen", _("The device was stolen")
    BROKEN = "broken", _("The device is broken or replaced")
    LEAKED = "leaked", _("The codes may be known to somebody else")


class SecondFactorReset(models.Model):
    """Two administrators together remove the second factor of a third person. There is no other way."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="second_factor_resets")
    reason = models.CharField(_("Reason"), max_length=20, choices=ResetReason.choices)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("requested_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=~Q(requested_by=F("user"))
                & (Q(confirmed_by=None) | (~Q(confirmed_by=F("requested_by")) & ~Q(confirmed_by=F("user")))),
                name="reset_needs_two_others",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, withdrawn_at=None),
                name="reset_confirmed_by_and_at",
            ),
            models.CheckConstraint(condition=Q(reason__in=ResetReason.values), name="reset_reason_known"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(confirmed_at=None, withdrawn_at=None), name="reset_one_open"
            ),
        ]


class SessionRecord(models.Model):
    """One signed-in browser, from the verified second factor to its end. Holds no session key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sessions")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    browser = models.CharField(max_length=40)
    network = models.CharField(max_length=45)

    class Meta:
        ordering = ("-started_at", "id")
        indexes = [models.Index(fields=["user", "-started_at"], name="session_by_user")]


class PledgeAcceptance(models.Model):
    """Somebody promised what this version of the pledge says (`nrm.accounts.conduct`). Never taken back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pledges")
    version = models.CharField(max_length=10)
    accepted_at = models.DateTimeField()
    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "version"], name="pledge_accepted_once"),
            models.CheckConstraint(condition=~Q(version=""), name="pledge_has_a_version"),
        ]
