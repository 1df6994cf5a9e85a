"""The roles a membership can carry: what a person does in one organisation."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(TextChoices):
    """A user acts in one membership (role x organisation) at a time."""

    FIRST_RESPONDER = "first_responder", _("First responder")
    CASE_WORKER = "case_worker", _("Case worker")
    SHELTER_WORKER = "shelter_worker", _("Shelter worker")
    CLINICIAN = "clinician", _("Psychosocial practitioner")
    IDENTIFYING_OFFICER = "identifying_officer", _("Identifying officer")
    PROSECUTION_OFFICER = "prosecution_officer", _("Police or prosecution officer")
    COORDINATOR = "coordinator", _("National coordinator")
    AUDITOR = "auditor", pgettext_lazy("role", "Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")
    OUTSIDE_RECIPIENT = "outside_recipient", _("Organisation without an account")
    CLOCK = "clock", _("The service itself")


#: Roles a person can be given. `Role.CLOCK` acts when a time limit runs out and belongs to nobody;
#: `Role.OUTSIDE_RECIPIENT` answers one referral through a link, or by telephone to the lead (decision 0024).
ASSIGNABLE_ROLES = tuple(role for role in Role if role not in {Role.CLOCK, Role.OUTSIDE_RECIPIENT})
