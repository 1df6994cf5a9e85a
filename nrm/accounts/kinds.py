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


#: Bodies of the mechanism itself: every case that comes to them opens to them, so only an administrator adds one.
OF_THE_MECHANISM = frozenset(
    {
        OrganisationKind.IDENTIFYING_BODY,
        OrganisationKind.COORDINATION_OFFICE,
        OrganisationKind.OVERSIGHT_BODY,
        OrganisationKind.SERVICE_OPERATOR,
    }
)
