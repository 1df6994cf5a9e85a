"""A case and what belongs to it directly: who takes part, consent, risk, notes."""

from nrm.cases.models.assessment import Note, RiskAssessment, RiskDomain
from nrm.cases.models.case import AgeGroup, Case, CaseChild, Closure, RiskLevel, Sex, reference
from nrm.cases.models.consent import Basis, Consent, DataCategory, GivenHow, Purpose
from nrm.cases.models.participation import Participation

__all__ = [
    "AgeGroup",
    "Basis",
    "Case",
    "CaseChild",
    "Closure",
    "Consent",
    "DataCategory",
    "GivenHow",
    "Note",
    "Participation",
    "Purpose",
    "RiskAssessment",
    "RiskDomain",
    "RiskLevel",
    "Sex",
    "reference",
]
