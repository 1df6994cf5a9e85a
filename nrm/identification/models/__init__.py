"""Indicator sets, the screenings made with them, and the decisions about the status."""

from nrm.identification.models.decision import (
    CourtAuthority,
    CourtOpinion,
    CourtView,
    Decision,
    Outcome,
    Signature,
)
from nrm.identification.models.screening import (
    Answer,
    AnswerValue,
    Circumstance,
    EvidenceBasis,
    Incomplete,
    InterviewerPreference,
    Present,
    SafeToTalk,
    Screening,
    Suspected,
)
from nrm.identification.models.sets import (
    Indicator,
    IndicatorSet,
    Use,
    first_plan,
)

__all__ = [
    "Answer",
    "AnswerValue",
    "Circumstance",
    "CourtAuthority",
    "CourtOpinion",
    "CourtView",
    "Decision",
    "EvidenceBasis",
    "Incomplete",
    "Indicator",
    "IndicatorSet",
    "InterviewerPreference",
    "Outcome",
    "Present",
    "SafeToTalk",
    "Screening",
    "Signature",
    "Suspected",
    "Use",
    "first_plan",
]
