"""Services a person can be referred to (process facts, section 10; CETS 197 Art. 12)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Service(TextChoices):
    ACCOMMODATION = "accommodation", _("Accommodation")
    FOOD_CLOTHING = "food_clothing", _("Food and clothing")
    EMERGENCY_HEALTH = "emergency_health", _("Emergency health care")
    HEALTH = "health", _("Health care")
    MHPSS = "mhpss", _("Psychosocial support")
    INTERPRETATION = "interpretation", _("Interpretation")
    LEGAL = "legal", _("Legal counselling")
    REPRESENTATION = "representation", _("Legal representation")
    DOCUMENTS = "documents", _("Documents")
    RESIDENCE = "residence", _("Residence procedure")
    CHILD_CARE = "child_care", _("Child care")
    EDUCATION = "education", _("Education")
    TRAINING = "training", _("Vocational training")
    EMPLOYMENT = "employment", _("Employment")
    FINANCIAL = "financial", _("Financial help")
    FAMILY_MEDIATION = "family_mediation", _("Family mediation")
    FAMILY_TRACING = "family_tracing", _("Family tracing")
    TRANSPORT = "transport", _("Transport")
    SECURITY = "security", _("Security")
    COMPENSATION = "compensation", _("Compensation claim")
    MENTORING = "mentoring", _("Mentoring")
    RETURN = "return", _("Return")
    REINTEGRATION_GRANT = "reintegration_grant", _("Reintegration grant")
    OTHER = "other", pgettext_lazy("service", "Another service")
    INVESTIGATION = "investigation", _("Report to police or prosecution")
