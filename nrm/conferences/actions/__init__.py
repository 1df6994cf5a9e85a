"""What is done about case conferences."""

from nrm.conferences.actions.calling import (
    answer,
    call_conference,
    change_agenda,
    invite,
    move,
    record_persons_part,
    take_step,
)
from nrm.conferences.actions.writing import (
    add_to_point,
    change_decision,
    drop_decision,
    write_decision,
    write_point,
)

__all__ = [
    "add_to_point",
    "answer",
    "call_conference",
    "change_agenda",
    "change_decision",
    "drop_decision",
    "invite",
    "move",
    "record_persons_part",
    "take_step",
    "write_decision",
    "write_point",
]
