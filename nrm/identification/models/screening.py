"""Screenings: what one professional saw and heard."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.cases.models import Case, CaseChild
from nrm.identification.models.sets import Indicator, IndicatorSet
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.screening import Conclusion, ScreeningState


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
        """Those the user began, answered in, changed or completed; also where a colleague answered otherwise later."""
        answered = Answer.history.filter(screening_id=OuterRef("pk"), history_user_id=user_id)
        written = Screening.history.filter(id=OuterRef("pk"), history_user_id=user_id)
        return self.filter(Q(started_by=user_id) | Exists(answered) | Exists(written))


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
