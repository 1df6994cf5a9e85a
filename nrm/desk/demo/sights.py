"""What is seen of a person: what is suspected, in what circumstances, which signs were found, what is concluded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nrm.identification.models import AnswerValue, Circumstance, EvidenceBasis, Incomplete, Suspected
from workflows.screening import Conclusion

SEEN, TOLD = (AnswerValue.OBSERVED, EvidenceBasis.SEEN), (AnswerValue.REPORTED, EvidenceBasis.TOLD)
WRITTEN = (AnswerValue.OBSERVED, EvidenceBasis.DOCUMENT)
NOT_SO, UNKNOWN = (AnswerValue.NOT_PRESENT, ""), (AnswerValue.UNKNOWN, "")


@dataclass(frozen=True, slots=True)
class Sight:
    """`signs` says of each indicator what was found and on what basis."""

    suspicions: tuple[str, ...]
    signs: Mapping[str, tuple[str, str]]
    circumstances: tuple[str, ...] = ()
    conclusion: str = Conclusion.EXPLOITATION
    incomplete: tuple[str, ...] = ()
    #: Which of the texts is the professional judgement.
    judgement: str = "judgement"


WORKSHOP = Sight(
    (Suspected.LABOUR,),
    {"GN01": TOLD, "LB06": WRITTEN, "DR01": TOLD, "DR02": TOLD, "EX01": TOLD, "EX02": SEEN, "CD01": SEEN,
     "CD07": UNKNOWN},
    judgement="judgement_work",
)  # fmt: skip
VENUE = Sight(
    (Suspected.SEXUAL,),
    {"GN03": SEEN, "SX09": TOLD, "EX04": TOLD, "EX07": TOLD, "EX08": TOLD, "CD02": TOLD, "CD08": TOLD, "CD10": UNKNOWN},
)
BOTH = Sight(
    (Suspected.SEXUAL, Suspected.LABOUR),
    {"GN17": SEEN, "LB08": TOLD, "ON11": TOLD, "EX01": TOLD, "EX04": TOLD, "CD07": TOLD, "VD01": UNKNOWN},
    (Circumstance.ONLINE,),
)
HOUSEHOLD = Sight(
    (Suspected.SERVITUDE,),
    {"GN02": TOLD, "DS03": SEEN, "DS07": TOLD, "EX01": TOLD, "EX04": TOLD, "CD01": TOLD, "CD15": TOLD},
    judgement="judgement_work",
)
ONLINE_ROOM = Sight(
    (Suspected.CRIMINALITY,),
    {"GN18": SEEN, "FC09": TOLD, "ON01": TOLD, "DR01": TOLD, "DR08": TOLD, "CD03": TOLD, "CD10": UNKNOWN},
    (Circumstance.ONLINE, Circumstance.ON_THE_MOVE),
)
WEDDING = Sight(
    (Suspected.MARRIAGE,),
    {"GN05": SEEN, "FM01": TOLD, "FM04": TOLD, "FM08": TOLD, "FM02": UNKNOWN},
)
STREET = Sight(
    (Suspected.BEGGING,),
    {"FB06": TOLD, "FB08": SEEN, "UC02": SEEN, "UC04": TOLD, "RO02": TOLD, "EX01": SEEN, "EX04": TOLD},
    (Circumstance.EXCLUDED,),
)
ERRANDS = Sight(
    (Suspected.CRIMINALITY,),
    {"GN17": SEEN, "FC05": SEEN, "UC21": SEEN, "EX03": TOLD, "EX09": TOLD, "CD03": TOLD, "VD01": UNKNOWN},
)
UNCLEAR = Sight(
    (Suspected.OTHER,),
    {"GN01": TOLD, "GN05": SEEN, "GN17": TOLD, "GN16": NOT_SO},
    conclusion=Conclusion.UNCLEAR,
    incomplete=(Incomplete.NO_INTERPRETER, Incomplete.NO_TIME),
)
FAINT = Sight(
    (Suspected.LABOUR,),
    {"GN02": SEEN, "DR01": NOT_SO, "EX01": NOT_SO, "EX09": TOLD, "CD01": UNKNOWN},
    conclusion=Conclusion.UNCLEAR,
    incomplete=(Incomplete.NO_PRIVACY,),
)
SMUGGLED = Sight(
    (Suspected.OTHER,),
    {"GN15": SEEN, "GN26": SEEN, "PM02": TOLD, "PM03": NOT_SO, "PM05": UNKNOWN},
    (Circumstance.ON_THE_MOVE,),
    conclusion=Conclusion.SMUGGLING,
    judgement="other_help",
)
STRANDED = replace(
    SMUGGLED,
    signs={"GN09": SEEN, "GN15": SEEN, "PM05": NOT_SO, "PM07": TOLD},
    conclusion=Conclusion.VULNERABLE,
    incomplete=(Incomplete.UNFIT,),
)
#: A long talk, broken off in the middle.
HALFWAY = replace(
    BOTH,
    signs={"GN01": TOLD, "GN02": TOLD, "GN03": SEEN, "GN05": SEEN, "GN06": UNKNOWN, "GN07": NOT_SO, "GN12": TOLD,
           "GN14": SEEN, "GN16": NOT_SO, "GN17": SEEN, "GN18": UNKNOWN, "SX09": TOLD, "SX10": SEEN},
)  # fmt: skip

#: What a story that says nothing is drawn from.
OF_ADULTS = (WORKSHOP, WORKSHOP, WORKSHOP, VENUE, VENUE, BOTH, HOUSEHOLD, ONLINE_ROOM)
OF_CHILDREN = (STREET, STREET, ERRANDS, WEDDING)
