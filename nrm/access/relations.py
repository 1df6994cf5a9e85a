"""How a person or organisation stands to a case. A participation of the case carries exactly one of these."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Relation(TextChoices):
    REPORTED = "reported", _("Reported the case")
    LEADS = "leads", _("Leads the case")
    OFFERED_LEAD = "offered_lead", _("Was offered the lead")
    LED = "led", _("Led the case before")
    RECEIVED_REFERRAL = "received_referral", _("Has a referral to answer")
    ACCEPTED_REFERRAL = "accepted_referral", _("Accepted a referral")
    SHELTERS = "shelters", _("Shelters the person")
    TREATS = "treats", _("Provides a service")
    PROTECTS = "protects", _("Protects the child")
    BROKE_GLASS = "broke_glass", _("Uses emergency access")
    DECIDES_STATUS = "decides_status", _("Decides about the status")
