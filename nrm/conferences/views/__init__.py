"""The pages of case conferences."""

from nrm.conferences.views.calling import agenda, answer, call, invite, move, page, part, person, step
from nrm.conferences.views.writing import decide, decision, drop, minutes, point

__all__ = [
    "agenda",
    "answer",
    "call",
    "decide",
    "decision",
    "drop",
    "invite",
    "minutes",
    "move",
    "page",
    "part",
    "person",
    "point",
    "step",
]
