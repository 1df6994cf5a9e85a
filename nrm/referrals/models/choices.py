"""What can be chosen about a referral."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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
