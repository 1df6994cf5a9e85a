"""What people do to identify: record what they saw, propose and sign decisions."""

from nrm.identification.actions.decisions import (
    propose_decision,
    record_court_view,
    sign_decision,
    take_back,
    take_decision_step,
)
from nrm.identification.actions.screening import (
    answer_indicator,
    begin_screening,
    change_focus,
    complete_screening,
    open_case,
    record_reading,
    record_refused_answer,
    take_screening_step,
)

__all__ = [
    "answer_indicator",
    "begin_screening",
    "change_focus",
    "complete_screening",
    "open_case",
    "propose_decision",
    "record_court_view",
    "record_reading",
    "record_refused_answer",
    "sign_decision",
    "take_back",
    "take_decision_step",
    "take_screening_step",
]
