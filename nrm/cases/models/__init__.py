"""A case and what belongs to it directly: who takes part, consent, risk, notes."""

from nrm.cases.models.assessment import Note, RiskAssessment, RiskDomain
from nrm.cases.models.basis import SharingBasis
from nrm.cases.models.case import Case, CaseChild, Closure, RiskLevel, reference
from nrm.cases.models.child import (
    BestInterestAssessment,
    BestInterestFinding,
    BestInterestStep,
    Guardian,
    GuardianKind,
)
from nrm.cases.models.consent import Basis, Consent, DataCategory, GivenHow, Purpose
from nrm.cases.models.document import Copy, Document, DocumentBlock, DocumentContent, MediaType
from nrm.cases.models.emergency import EmergencyAccess, EmergencyReason
from nrm.cases.models.extension import ClockExtension, ExtensionAuthority
from nrm.cases.models.link import CaseLink, LinkReason
from nrm.cases.models.merge import CaseMerge
from nrm.cases.models.participation import Participation
from nrm.cases.models.remark import RemarkKind, TaskRemark
from nrm.cases.models.retention import Retention
from nrm.cases.models.team import BarReason, CaseBar, TeamMember, TeamPart
from nrm.cases.models.transfer import Transfer
from nrm.lib.persons import AgeGroup, Sex

__all__ = [
    "AgeGroup",
    "BarReason",
    "Basis",
    "BestInterestAssessment",
    "BestInterestFinding",
    "BestInterestStep",
    "Case",
    "CaseBar",
    "CaseChild",
    "CaseLink",
    "CaseMerge",
    "ClockExtension",
    "Closure",
    "Consent",
    "Copy",
    "DataCategory",
    "Document",
    "DocumentBlock",
    "DocumentContent",
    "EmergencyAccess",
    "EmergencyReason",
    "ExtensionAuthority",
    "GivenHow",
    "Guardian",
    "GuardianKind",
    "LinkReason",
    "MediaType",
    "Note",
    "Participation",
    "Purpose",
    "RemarkKind",
    "Retention",
    "RiskAssessment",
    "RiskDomain",
    "RiskLevel",
    "Sex",
    "SharingBasis",
    "TaskRemark",
    "TeamMember",
    "TeamPart",
    "Transfer",
    "reference",
]
