"""A case and what belongs to it directly: who takes part, consent, risk, notes."""

from nrm.cases.models.assessment import Note, RiskAssessment, RiskDomain
from nrm.cases.models.case import AgeGroup, Case, CaseChild, Closure, RiskLevel, Sex, reference
from nrm.cases.models.child import (
    BestInterestAssessment,
    BestInterestFinding,
    BestInterestStep,
    Guardian,
    GuardianKind,
)
from nrm.cases.models.consent import Basis, Consent, DataCategory, GivenHow, Purpose
from nrm.cases.models.emergency import EmergencyAccess, EmergencyReason
from nrm.cases.models.extension import ClockExtension, ExtensionAuthority
from nrm.cases.models.link import CaseLink, LinkReason
from nrm.cases.models.participation import Participation

__all__ = [
    "AgeGroup",
    "Basis",
    "BestInterestAssessment",
    "BestInterestFinding",
    "BestInterestStep",
    "Case",
    "CaseChild",
    "CaseLink",
    "ClockExtension",
    "Closure",
    "Consent",
    "DataCategory",
    "EmergencyAccess",
    "EmergencyReason",
    "ExtensionAuthority",
    "GivenHow",
    "Guardian",
    "GuardianKind",
    "LinkReason",
    "Note",
    "Participation",
    "Purpose",
    "RiskAssessment",
    "RiskDomain",
    "RiskLevel",
    "Sex",
    "reference",
]
