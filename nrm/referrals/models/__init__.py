"""Referrals between organisations."""

from nrm.referrals.models.beside import (
    QUESTIONS,
    Feedback,
    Gap,
    Message,
    MessageKind,
    Opinion,
    question,
)
from nrm.referrals.models.choices import (
    Channel,
    DeclineReason,
    LanguageHelp,
    Meeting,
    Preferred,
    ReferralOutcome,
    Urgency,
)
from nrm.referrals.models.referral import (
    ENDED,
    RUNNING,
    Referral,
    ReferralQuerySet,
)
from nrm.referrals.outside.models import OutsideLink, ToldAnswer, WrongCode

__all__ = [
    "ENDED",
    "QUESTIONS",
    "RUNNING",
    "Channel",
    "DeclineReason",
    "Feedback",
    "Gap",
    "LanguageHelp",
    "Meeting",
    "Message",
    "MessageKind",
    "Opinion",
    "OutsideLink",
    "Preferred",
    "Referral",
    "ReferralOutcome",
    "ReferralQuerySet",
    "ToldAnswer",
    "Urgency",
    "WrongCode",
    "question",
]
