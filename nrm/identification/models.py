"""Indicator sets and the screenings made with them."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from nrm.cases.models import Case, CaseChild
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.decision import DecisionState
from workflows.screening import Conclusion, ScreeningState
from workflows.status import LegalBasis, Status


def first_plan() -> dict[str, dict[str, list[str]]]:
    """What the first published set asked for: one list, and the general signs."""
    return {"lists": {"labour": ["LAB"]}, "families": {}}


class IndicatorSet(models.Model):
    """A published version of the indicators. Never changed once a screening used it; a new version is a new row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    valid_from = models.DateField()
    #: Empty for the set that every country shares, else the country whose own set it is.
    country = models.CharField(max_length=2, blank=True, default="")
    #: What is asked for what: `lists` (suspicion -> lists of the dimension rule), `families` (suspicion, circumstance,
    #: "child" or "man" -> families).
    plan = models.JSONField(default=first_plan)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="indicator_set_version_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class Use(models.TextChoices):
    SIGN = "sign", _("Sign")
    REMINDER = "reminder", _("Advice to whoever screens")


class Indicator(models.Model):
    """One sign to look for. `strengths` maps a group (A_LAB, …) to strong, medium or weak; families without strengths
    never enter the dimension rule."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    indicator_set = models.ForeignKey(IndicatorSet, on_delete=models.PROTECT, related_name="indicators")
    code = models.CharField(max_length=10)
    family = models.CharField(max_length=40)
    dimension = models.CharField(max_length=60, blank=True)
    label = models.TextField()
    strengths = models.JSONField(default=dict)
    confidence = models.JSONField(default=dict)
    sources = ArrayField(models.CharField(max_length=40), default=list)
    #: Whether it belongs to the short list that is asked first.
    is_short = models.BooleanField(default=True)
    use = models.CharField(max_length=10, choices=Use, default=Use.SIGN)
    #: Labels of a national set by language; those of the common set are in the catalogues.
    labels = models.JSONField(default=dict)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ("position",)
        constraints = [models.UniqueConstraint(fields=["indicator_set", "code"], name="indicator_once_in_a_set")]

    def __str__(self) -> str:
        return self.code

    @property
    def words(self) -> str:
        """The label in the reader's language: the set's own, else from the catalogues, else as the set gives it."""
        own: str | None = self.labels.get(get_language() or "")
        return own or gettext(self.label)


class Suspected(models.TextChoices):
    """The forms of exploitation that may be behind it; they decide what is asked beside the general signs."""

    SEXUAL = "sexual", _("Sexual exploitation")
    LABOUR = "labour", _("Labour exploitation")
    SERVITUDE = "servitude", _("Servitude in a household")
    BEGGING = "begging", _("Forced begging")
    CRIMINALITY = "criminality", _("Forced to commit offences")
    ORGANS = "organs", _("Removal of organs")
    MARRIAGE = "marriage", _("Forced marriage")
    ADOPTION = "adoption", _("Illegal adoption or surrogacy")
    OTHER = "other", _("Something else, or not clear yet")


class Circumstance(models.TextChoices):
    """What the person's situation is, as far as it decides which signs to look for. Nothing says who the person is."""

    ON_THE_MOVE = "on_the_move", _("On the move: migrant, refugee or asylum seeker")
    ONLINE = "online", _("Recruited online")
    EXCLUDED = "excluded", _("Without papers, or kept out of school and services")
    OUTING = "outing", _("Pressure over sexual orientation or gender")


class Present(models.TextChoices):
    """Who else is there while the person talks."""

    NOBODY = "nobody", _("Nobody else")
    COMPANION = "companion", _("Somebody who came with the person")
    RELATIVE = "relative", _("A relative")
    EMPLOYER = "employer", _("An employer or somebody from the place")
    INTERPRETER = "interpreter", _("An interpreter")
    PROFESSIONAL = "professional", _("Another professional")


class InterviewerPreference(models.TextChoices):
    NOT_ASKED = "", pgettext_lazy("interviewer", "Not asked")
    WOMAN = "woman", pgettext_lazy("interviewer", "A woman")
    MAN = "man", pgettext_lazy("interviewer", "A man")
    EITHER = "either", pgettext_lazy("interviewer", "It does not matter")


class Incomplete(models.TextChoices):
    """Why a screening stays incomplete. Absence of signs is not evidence of absence."""

    NO_INTERPRETER = "no_interpreter", _("No interpreter")
    NO_PRIVACY = "no_privacy", _("No place to talk alone")
    NO_TIME = "no_time", _("No time, or the person was moved on")
    UNFIT = "unfit", _("The person was ill, exhausted or under the influence")
    DECLINED = "declined", _("The person did not want to talk")


class SafeToTalk(models.TextChoices):
    YES = "yes", pgettext_lazy("safe to talk", "Yes")
    NO = "no", pgettext_lazy("safe to talk", "No")
    UNKNOWN = "unknown", pgettext_lazy("safe to talk", "Not sure")


class ScreeningQuerySet(models.QuerySet["Screening"]):
    def completed(self) -> ScreeningQuerySet:
        return self.filter(state=ScreeningState.COMPLETED)

    def with_grounds(self) -> ScreeningQuerySet:
        """Completed, and the result speaks for presuming the status."""
        return self.completed().filter(gives_grounds=True)

    def by(self, user_id: UUID) -> ScreeningQuerySet:
        """Those the user began or answered in."""
        answered = Answer.objects.filter(screening=OuterRef("pk"), answered_by=user_id)
        return self.filter(Q(started_by=user_id) | Exists(answered))


class Screening(CaseChild):
    """What one professional saw and heard. Frozen once completed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="screenings")
    indicator_set = models.ForeignKey(IndicatorSet, on_delete=models.PROTECT, related_name="+")
    #: The first of what is suspected, and the others. Ask `suspicions()`.
    suspected = models.CharField(_("What is suspected"), max_length=20, choices=Suspected)
    also_suspected = ArrayField(models.CharField(max_length=20, choices=Suspected), default=list, blank=True)
    circumstances = ArrayField(models.CharField(max_length=20, choices=Circumstance), default=list, blank=True)
    present = ArrayField(models.CharField(max_length=20, choices=Present), default=list, blank=True)
    interviewer = models.CharField(
        _("Who should talk with the person?"), max_length=10, choices=InterviewerPreference, blank=True, default=""
    )
    safe_to_talk = models.CharField(_("Is the person safe to talk now?"), max_length=10, choices=SafeToTalk)
    started_by = models.UUIDField(editable=False)
    started_at = models.DateTimeField(auto_now_add=True)
    #: The explained result, in codes: per dimension its outcome, what speaks for it and what is unknown.
    result = models.JSONField(default=dict, editable=False)
    gives_grounds = models.BooleanField(default=False, editable=False)
    #: A professional recorded that exploitation was intended but had not begun (the person was stopped early).
    intent_recorded = models.BooleanField(default=False, editable=False)
    judgement = SealedField(null=True)
    conclusion = models.CharField(_("Conclusion"), max_length=20, choices=Conclusion, blank=True, default="")
    incomplete_because = ArrayField(models.CharField(max_length=20, choices=Incomplete), default=list, blank=True)
    state = models.CharField(max_length=12, choices=ScreeningState, default=ScreeningState.DRAFT)
    history = History()

    objects = ScreeningQuerySet.as_manager()

    class Meta:
        ordering = ("-started_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ScreeningState.values), name="screening_state_known"),
        ]

    @property
    def is_draft(self) -> bool:
        return self.state == ScreeningState.DRAFT

    def suspicions(self) -> list[str]:
        """Every form of exploitation that is suspected."""
        return [self.suspected, *self.also_suspected]

    def suspicion_labels(self) -> list[str]:
        return [str(Suspected(one).label) for one in self.suspicions()]

    def what_was_in_the_way(self) -> list[str]:
        return [str(Incomplete(one).label) for one in self.incomplete_because]

    # What the machine asks (workflows.screening.ScreeningSubject).

    def has_answers(self) -> bool:
        return self.answers.exists()

    def has_newer(self) -> bool:
        """A screening of the same case that was completed after this one began."""
        return type(self).objects.completed().filter(case=self.case_id, started_at__gt=self.started_at).exists()


class AnswerValue(models.TextChoices):
    OBSERVED = "observed", pgettext_lazy("answer", "Seen")
    REPORTED = "reported", pgettext_lazy("answer", "Told")
    NOT_PRESENT = "not_present", pgettext_lazy("answer", "Not present")
    UNKNOWN = "unknown", pgettext_lazy("answer", "Not known")


class EvidenceBasis(models.TextChoices):
    SEEN = "seen", pgettext_lazy("basis", "Seen by me")
    TOLD = "told", pgettext_lazy("basis", "Told by somebody")
    DOCUMENT = "document", pgettext_lazy("basis", "In a document")


class Answer(models.Model):
    """One answered indicator of a screening. `version` tells a colleague's answer from the one a page was made with."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="answers")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=12, choices=AnswerValue)
    basis = models.CharField(max_length=10, choices=EvidenceBasis, blank=True)
    note = SealedField(null=True)
    answered_by = models.UUIDField(editable=False)
    answered_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["screening", "indicator"], name="answer_once_an_indicator"),
            models.CheckConstraint(condition=Q(value__in=AnswerValue.values), name="answer_value_known"),
            models.CheckConstraint(condition=Q(basis__in=["", *EvidenceBasis.values]), name="answer_basis_known"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.value}"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def proposed(self) -> DecisionQuerySet:
        return self.filter(state=DecisionState.PROPOSED)

    def signed(self) -> DecisionQuerySet:
        """Complete, and the status has not followed yet; lasts no longer than the transaction that completes it."""
        return self.filter(state=DecisionState.SIGNED)

    def in_effect(self) -> DecisionQuerySet:
        return self.filter(state=DecisionState.EFFECTIVE)

    def taken_back(self) -> DecisionQuerySet:
        return self.filter(state=DecisionState.TAKEN_BACK)

    def to_be_signed_by(self, user_id: UUID) -> DecisionQuerySet:
        """Proposed, and neither signed by this person nor about a person they screened."""
        screened = Screening.objects.by(user_id).filter(case=OuterRef("case"))
        signed = Signature.objects.filter(decision=OuterRef("pk"), signed_by=user_id)
        return self.proposed().exclude(Exists(signed)).exclude(Exists(screened))


class Outcome(models.TextChoices):
    """What can be decided; each is the step of the status that follows."""

    IDENTIFY = "identify", _("Confirm the status")
    NOT_IDENTIFY = "not_identify", _("Do not confirm the status")
    WITHDRAW = "withdraw", _("Withdraw the status")
    UPHOLD = "uphold", _("Uphold the decision after a review")


class Decision(CaseChild):
    """A decision of the identifying body about the status, with the signatures its country asks for."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("Decision"), max_length=14, choices=Outcome)
    basis = models.CharField(_("Legal basis"), max_length=30, choices=LegalBasis)
    reasons = SealedField()
    #: The law and article the decision names, as typed.
    provision = SealedField(null=True)
    #: In which capacities it has to be signed: what the country's profile said when it was proposed.
    needs = ArrayField(models.CharField(max_length=30), editable=False)
    proposed_by = models.UUIDField(editable=False)
    proposed_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=12, choices=DecisionState, default=DecisionState.PROPOSED)
    history = History()

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("-proposed_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DecisionState.values), name="decision_state_known"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state=DecisionState.PROPOSED), name="decision_proposed_once_a_case"
            ),
        ]

    # What the machine asks (workflows.decision.DecisionSubject).

    def has_every_signature(self) -> bool:
        return set(self.needs) <= set(self.signatures.values_list("capacity", flat=True))

    def has_taken_effect(self) -> bool:
        """The status of the case says what was decided."""
        return self.case.status in STATUS_AFTER[self.outcome]

    def was_screened_by(self, user_id: UUID) -> bool:
        return self.case.was_screened_by(user_id)


#: Where each outcome leads.
STATUS_AFTER: dict[str, tuple[str, ...]] = {
    Outcome.IDENTIFY: (Status.IDENTIFIED,),
    Outcome.NOT_IDENTIFY: (Status.NOT_IDENTIFIED,),
    Outcome.WITHDRAW: (Status.WITHDRAWN,),
    Outcome.UPHOLD: (Status.NOT_IDENTIFIED,),
}


class Signature(models.Model):
    """One member of the body signed in one capacity. Nobody signs a decision twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="signatures")
    capacity = models.CharField(_("In which capacity"), max_length=30)
    signed_by = models.UUIDField(editable=False)
    signed_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("signed_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["decision", "signed_by"], name="signature_once_a_person"),
            models.UniqueConstraint(fields=["decision", "capacity"], name="signature_once_a_capacity"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class CourtAuthority(models.TextChoices):
    PROSECUTION = "prosecution", _("Prosecution")
    COURT = "court", _("Court")


class CourtOpinion(models.TextChoices):
    """How a prosecutor or a court sees it. It never changes the protection status."""

    TRAFFICKING = "trafficking", _("Sees the offence of trafficking")
    OTHER_OFFENCE = "other_offence", _("Sees another offence")
    NO_OFFENCE = "no_offence", _("Sees no offence")
    PENDING = "pending", _("Not decided yet")


class CourtView(models.Model):
    """What a prosecutor or a court said, kept apart from the status. Written once; a later view never changes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="court_views")
    authority = models.CharField(_("Who said it"), max_length=12, choices=CourtAuthority)
    opinion = models.CharField(_("How they see it"), max_length=14, choices=CourtOpinion)
    dated_on = models.DateField(_("Dated"))
    note = SealedField(null=True)
    recorded_by = models.UUIDField(editable=False)
    recorded_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("-dated_on", "-recorded_at", "id")

    def __str__(self) -> str:
        return str(self.id)
