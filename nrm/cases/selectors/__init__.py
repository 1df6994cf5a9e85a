"""The only ways to a case, and what is read beside it."""

from nrm.cases.selectors.case import (
    CONDITION_OF_CATEGORY,
    case_for,
    cases_visible_to,
    codes_with_work_for,
    consent_for,
    covered,
    is_of_visible_case,
    knows_work_of,
    require,
    standing_in,
    standings_in,
)

__all__ = [
    "CONDITION_OF_CATEGORY",
    "case_for",
    "cases_visible_to",
    "codes_with_work_for",
    "consent_for",
    "covered",
    "is_of_visible_case",
    "knows_work_of",
    "require",
    "standing_in",
    "standings_in",
]
