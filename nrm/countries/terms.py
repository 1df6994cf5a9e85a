"""The words of the country profiles that readers see. The profiles name them by code, here they are translatable."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Country(TextChoices):
    """The six of the region."""

    AL = "al", _("Albania")
    BA = "ba", _("Bosnia and Herzegovina")
    XK = "xk", _("Kosovo*")
    ME = "me", _("Montenegro")
    MK = "mk", _("North Macedonia")
    RS = "rs", _("Serbia")


KOSOVO_FOOTNOTE = _(
    "* This designation is without prejudice to positions on status, and is in line with UNSCR 1244/1999 and the ICJ "
    "Opinion on the Kosovo declaration of independence."
)


class StatusTerm(TextChoices):
    """What a protection status is called in a country; several statuses may share a term."""

    POTENTIAL_VICTIM = "potential_victim", pgettext_lazy("status", "Potential victim")
    PRESUMED_VICTIM = "presumed_victim", pgettext_lazy("status", "Presumed victim")
    IDENTIFIED_VICTIM = "identified_victim", pgettext_lazy("status", "Formally identified victim")
    VICTIM = "victim", pgettext_lazy("status", "Victim")


class BodyTask(TextChoices):
    """What a national body does in the mechanism."""

    FIRST_CONTACT = "first_contact", _("First contact and first assessment")
    IDENTIFYING = "identifying", _("Formal identification")
    COORDINATOR = "coordinator", _("National coordination")
    SUPPORTING = "supporting", _("Support of the mechanism")
    RAPPORTEUR = "rapporteur", _("National rapporteur")
    GUARDIANSHIP = "guardianship", _("Guardianship and child protection")


class BodyForm(TextChoices):
    """How a national body is made up. Not the kind an organisation has in this service."""

    AUTHORITY = "authority", _("Authority")
    JOINT_INTERVIEW = "joint_interview", _("Two authorities in a joint interview")
    TEAM = "team", _("Team of several professions")
    CENTRE = "centre", _("Specialised centre")
    OFFICE = "office", _("Office")
    COMMISSION = "commission", _("Commission")
    OMBUDSMAN = "ombudsman", _("Ombudsman")


class Capacity(TextChoices):
    """In which capacity a member of the identifying body signs a decision."""

    TEAM_MEMBER = "team_member", _("Member of the body")
    COMPETENT_OFFICER = "competent_officer", _("Competent officer")
    POLICE_OFFICER = "police_officer", _("Police officer")
    INVESTIGATOR = "investigator", _("Investigator")
    VICTIMS_ADVOCATE = "victims_advocate", _("Victims’ advocate")
    SOCIAL_SERVICE = "social_service", _("Representative of the social service")
    SOCIAL_WORKER = "social_worker", _("Social worker")
    PSYCHOLOGIST = "psychologist", _("Psychologist")
    EDUCATOR = "educator", _("Educator")
    DOCTOR = "doctor", _("Doctor")
    NGO_REPRESENTATIVE = "ngo_representative", _("Representative of a non-governmental organisation")
    OFFICE_REPRESENTATIVE = "office_representative", _("Representative of the national office")


class Remedy(TextChoices):
    """What can be done against a decision about the status. A request for review can be recorded in any case."""

    NO_APPEAL = "no_appeal", _("No appeal")
    NOT_ESTABLISHED = "not_established", _("Not established yet")


class ShelterType(TextChoices):
    """The kinds of accommodation a country's mechanism has."""

    STATE_CENTRE = "state_centre", _("State reception centre")
    STATE_CHILD_SHELTER = "state_child_shelter", _("State shelter for children")
    SECURITY_FACILITY = "security_facility", _("State facility for high risk")
    NGO_SHELTER = "ngo_shelter", _("Shelter run by a non-governmental organisation")
    NGO_PROGRAMME = "ngo_programme", _("Housing programme of a non-governmental organisation")
    EMERGENCY_RECEPTION = "emergency_reception", _("Emergency reception")
    FOREIGNERS_CENTRE = "foreigners_centre", _("Reception centre for foreigners")
    DROP_IN_CENTRE = "drop_in_centre", _("Drop-in centre")


class ClockName(TextChoices):
    """Every time limit a profile can set."""

    REFLECTION = "reflection_days", _("Recovery and reflection period")
    FORMAL_ASSESSMENT = "formal_assessment_h", _("Formal assessment")
    REFERRAL_ANSWER = "referral_answer", _("Answer to a referral")
    REFERRAL_ANSWER_URGENT = "referral_answer_urgent", _("Answer to an urgent referral")
    REFERRAL_ANSWER_IMMEDIATE = "referral_answer_immediate", _("Answer to a referral that is needed at once")
    CHILD_GUARDIAN = "child_guardian_h", _("Guardian for a child")
    PLAN_DUE = "plan_due_days", _("First support plan")
    PLAN_REVIEW = "plan_review_days", _("Review of the plan")
    FOLLOW_UP = "followup_months", _("Follow-up contact")
    PERMIT_PRESUMED = "permit_days_presumed", _("Residence permit until the decision")
    PERMIT = "permit_months_initial", _("First residence permit")


class ClockUnit(TextChoices):
    HOURS = "hours", pgettext_lazy("unit", "hours")
    DAYS = "days", pgettext_lazy("unit", "days")
    MONTHS = "months", pgettext_lazy("unit", "months")


class DayKind(TextChoices):
    CALENDAR = "calendar", _("calendar days")
    WORKING = "working", _("working days")
