"""The pages of referrals."""

from nrm.referrals.views.opinions import feedback, services
from nrm.referrals.views.preparing import change, choose, count_gap, interpreter, prepare
from nrm.referrals.views.reading import inbox, page, step

__all__ = ["change", "choose", "count_gap", "feedback", "inbox", "interpreter", "page", "prepare", "services", "step"]
