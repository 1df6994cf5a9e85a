"""What an organisation is, in the words of the field."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrganisationKind(TextChoices):
    """The task an organisation has in the mechanism."""

    POLICE = "police", _("Police")
    LABOUR_INSPECTION = "labour_inspection", _("Labour inspection")
    SOCIAL_WORK_CENTRE = "social_work_centre", _("Centre for social work")
    NGO = "ngo", _("Non-governmental organisation")
    SHELTER = "shelter", pgettext_lazy("organisation", "Shelter")
    HEALTH_SERVICE = "health_service", _("Health service")
    IDENTIFYING_BODY = "identifying_body", _("Identifying body")
    PROSECUTION = "prosecution", _("Prosecution")
    COORDINATION_OFFICE = "coordination_office", _("Office of the national coordinator")
    OVERSIGHT_BODY = "oversight_body", _("Oversight body")
    SERVICE_OPERATOR = "service_operator", _("Operator of this service")


class Sector(TextChoices):
    """Whether an organisation is part of the state or of civil society."""

    BODY = "body", _("Public body")
    NGO = "ngo", _("Civil society")


#: Kinds that civil society runs; every other kind is a public body.
CIVIL_SOCIETY_KINDS = frozenset({OrganisationKind.NGO, OrganisationKind.SHELTER})


def sector_of(kind: str) -> Sector:
    return Sector.NGO if kind in CIVIL_SOCIETY_KINDS else Sector.BODY
