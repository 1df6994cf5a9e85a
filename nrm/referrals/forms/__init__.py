"""What people fill in about a referral."""

from nrm.referrals.forms.choosing import NeedForm
from nrm.referrals.forms.feedback import FeedbackForm
from nrm.referrals.forms.preparing import InterpreterForm, RecipientsForm, ReferralForm
from nrm.referrals.forms.steps import STEP_FORMS, InboxForm

__all__ = ["STEP_FORMS", "FeedbackForm", "InboxForm", "InterpreterForm", "NeedForm", "RecipientsForm", "ReferralForm"]
