"""What a screening speaks for, explained. Pure: no database, no request, and no number that anybody is shown.

The rule for one dimension is published (ILO and European Commission, operational indicators, WCMS_105023 p. 3, read
in a secondary source). How dimensions are combined follows the elements of the definition (Palermo Protocol Art. 3,
CETS 197 Art. 4): an adult needs exploitation and a means, a child only exploitation. While the age is unknown the
rule for children applies. Where several lists apply (labour and sexual exploitation are both suspected), a dimension
positive in either counts. There is no published rule for the removal of organs, forced marriage or illegal adoption:
what is suspected beside the lists keeps the result open, and the words say that judgement counts (`Coverage`).

Not every strength could be read in a source. A result, and each dimension of it, that rests on a reconstructed one is
marked provisional.

The result suggests, it never decides and never closes anything. `gives_grounds` is the low threshold of reasonable
grounds: the presumption is suggested, or a single strong indicator was seen or told. A written professional judgement
is enough too; it is a step of its own (`status.presume_on_judgement`) and needs no result at all.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

#: The dimension of the purpose; the other five are means.
EXPLOITATION = "exploitative_conditions"
DIMENSIONS = (
    "deceptive_recruitment",
    "coercive_recruitment",
    "recruitment_by_abuse_of_vulnerability",
    EXPLOITATION,
    "coercion_at_destination",
    "abuse_of_vulnerability_at_destination",
)
#: The family of the signs that belong to no form of exploitation.
GENERAL_FAMILY = "general"
#: How many open questions are put before the professional at once.
ASK_AT_ONCE = 6


class Strength(StrEnum):
    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


class Finding(StrEnum):
    """What is known of one sign. Nobody asked is the same as not known."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNDETERMINED = "undetermined"


class Coverage(StrEnum):
    """For how much of what is suspected there is a published rule."""

    WHOLE = "whole"
    PART = "part"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Sign:
    """One indicator and what was found; `strengths` per group, empty for signs outside the rule."""

    code: str
    finding: Finding
    dimension: str = ""
    strengths: Mapping[str, str] | None = None
    confidence: Mapping[str, str] | None = None
    family: str = GENERAL_FAMILY


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension explained: its outcome, the signs that are present, and those nobody knows of yet."""

    name: str
    outcome: Outcome
    present: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """What speaks for presuming the status, what is unknown, and what to ask next. All in codes."""

    for_child: bool
    dimensions: tuple[Dimension, ...] = ()
    #: The signs without a dimension that are present, of every family, and those nobody knows of yet.
    general: tuple[str, ...] = ()
    general_unknown: tuple[str, ...] = ()
    strong: tuple[str, ...] = ()
    ask_next: tuple[str, ...] = ()
    intent_recorded: bool = False
    is_provisional: bool = False
    outcome: Outcome = Outcome.NEGATIVE
    coverage: Coverage = Coverage.WHOLE

    @property
    def suggests_presumption(self) -> bool:
        return self.outcome is Outcome.POSITIVE

    @property
    def gives_grounds(self) -> bool:
        """Enough for reasonable grounds: the presumption is suggested, or one strong sign is present."""
        return self.suggests_presumption or bool(self.strong)

    def as_codes(self) -> dict[str, Any]:
        """As it is kept with the screening: plain JSON values, the same before they are stored as after."""
        codes: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return codes

    @classmethod
    def from_codes(cls, codes: Mapping[str, Any]) -> Explanation:
        """What was kept, also by an older version that did not know every word yet."""
        named = {name: tuple(codes.get(name, ())) for name in ("general", "general_unknown", "strong", "ask_next")}
        return cls(
            for_child=codes["for_child"],
            dimensions=tuple(_dimension_from(given) for given in codes["dimensions"]),
            intent_recorded=codes["intent_recorded"],
            is_provisional=codes["is_provisional"],
            outcome=Outcome(codes["outcome"]),
            coverage=Coverage(codes.get("coverage", Coverage.WHOLE if codes["dimensions"] else Coverage.NONE)),
            **named,
        )


def _dimension_from(given: Mapping[str, Any]) -> Dimension:
    return Dimension(
        name=given["name"],
        outcome=Outcome(given["outcome"]),
        present=tuple(given["present"]),
        unknown=tuple(given["unknown"]),
        is_provisional=given.get("is_provisional", False),
    )


def is_positive(strong: int, medium: int, weak: int) -> bool:
    """The published rule for one dimension. Weak signs alone never suffice."""
    return strong >= 2 or (strong >= 1 and medium + weak >= 1) or medium >= 3 or (medium >= 2 and weak >= 1)


def explain(
    signs: Sequence[Sign],
    *,
    groups: Iterable[str],
    for_child: bool,
    intent_recorded: bool = False,
    coverage: Coverage = Coverage.WHOLE,
) -> Explanation:
    """Explain the signs by the lists of `groups` (A_LAB, C_LAB, …); a dimension positive in any list is positive."""
    groups = tuple(groups)
    rated = [sign for sign in signs if sign.dimension]
    dimensions = tuple(_explain_dimension(name, rated, groups, coverage) for name in DIMENSIONS if _has(name, rated))
    outcome = combine({one.name: one.outcome for one in dimensions}, for_child=for_child, intent=intent_recorded)
    outcome = _kept_open(outcome, coverage)
    wanted = _wanted(dimensions, outcome, for_child=for_child, intent=intent_recorded)
    beside = [sign for sign in signs if not sign.dimension]
    return Explanation(
        for_child=for_child,
        dimensions=dimensions,
        general=_codes(beside, Finding.PRESENT),
        general_unknown=_codes(beside, Finding.UNKNOWN),
        strong=tuple(sign.code for sign in rated if _is_present_and_strong(sign, groups)),
        ask_next=_ask_next(signs, wanted, groups, outcome, coverage),
        intent_recorded=intent_recorded,
        is_provisional=any(one.is_provisional for one in dimensions),
        outcome=outcome,
        coverage=coverage,
    )


def combine(outcomes: Mapping[str, Outcome], *, for_child: bool, intent: bool = False) -> Outcome:
    """Purpose, and for an adult a means. Recorded intent stands for exploitation that had not begun. A dimension nobody
    asked about is undetermined."""
    purpose = Outcome.POSITIVE if intent else outcomes.get(EXPLOITATION, Outcome.UNDETERMINED)
    if for_child:
        return purpose
    means = [outcome for name, outcome in outcomes.items() if name != EXPLOITATION] or [Outcome.UNDETERMINED]
    return _worst(purpose, _best(means))


def _best(outcomes: Iterable[Outcome]) -> Outcome:
    found = set(outcomes)
    ranked = (Outcome.POSITIVE, Outcome.UNDETERMINED)
    return next((outcome for outcome in ranked if outcome in found), Outcome.NEGATIVE)


def _worst(*outcomes: Outcome) -> Outcome:
    ranked = (Outcome.NEGATIVE, Outcome.UNDETERMINED)
    return next((outcome for outcome in ranked if outcome in outcomes), Outcome.POSITIVE)


def _kept_open(outcome: Outcome, coverage: Coverage) -> Outcome:
    """No list can rule out what it does not speak of."""
    return Outcome.UNDETERMINED if outcome is Outcome.NEGATIVE and coverage is not Coverage.WHOLE else outcome


def _codes(signs: Iterable[Sign], finding: Finding) -> tuple[str, ...]:
    return tuple(sign.code for sign in signs if sign.finding is finding)


def _has(name: str, rated: Sequence[Sign]) -> bool:
    return any(sign.dimension == name for sign in rated)


def _explain_dimension(name: str, rated: Sequence[Sign], groups: tuple[str, ...], coverage: Coverage) -> Dimension:
    """Where no list applies a dimension is positive or open: not everything of it was asked."""
    signs = [sign for sign in rated if sign.dimension == name]
    outcome = _best(_outcome(signs, group) for group in groups)
    return Dimension(
        name=name,
        outcome=_kept_open(outcome, coverage) if coverage is Coverage.NONE else outcome,
        present=_codes(signs, Finding.PRESENT),
        unknown=_codes(signs, Finding.UNKNOWN),
        is_provisional=any(_is_reconstructed(sign, groups) for sign in signs if sign.finding is not Finding.ABSENT),
    )


def _outcome(signs: Sequence[Sign], group: str) -> Outcome:
    """Positive by what is present; undetermined when what is unknown could still make it so."""
    if _meets(signs, group, {Finding.PRESENT}):
        return Outcome.POSITIVE
    if _meets(signs, group, {Finding.PRESENT, Finding.UNKNOWN}):
        return Outcome.UNDETERMINED
    return Outcome.NEGATIVE


def _meets(signs: Sequence[Sign], group: str, counted: set[Finding]) -> bool:
    tally = Counter(_strength(sign, group) for sign in signs if sign.finding in counted)
    return is_positive(tally[Strength.STRONG], tally[Strength.MEDIUM], tally[Strength.WEAK])


def _strength(sign: Sign, group: str) -> str | None:
    return (sign.strengths or {}).get(group)


def _is_present_and_strong(sign: Sign, groups: tuple[str, ...]) -> bool:
    return sign.finding is Finding.PRESENT and any(_strength(sign, group) == Strength.STRONG for group in groups)


def _is_reconstructed(sign: Sign, groups: tuple[str, ...]) -> bool:
    return any((sign.confidence or {}).get(group) == "reconstructed" for group in groups)


def _wanted(dimensions: Sequence[Dimension], outcome: Outcome, *, for_child: bool, intent: bool) -> set[str]:
    """The dimensions that could still complete the picture; none once it is complete."""
    if outcome is not Outcome.UNDETERMINED:
        return set()
    has_means = any(one.outcome is Outcome.POSITIVE for one in dimensions if one.name != EXPLOITATION)
    return {
        one.name
        for one in dimensions
        if one.outcome is Outcome.UNDETERMINED
        and (not intent if one.name == EXPLOITATION else not for_child and not has_means)
    }


def _ask_next(
    signs: Sequence[Sign], wanted: set[str], groups: tuple[str, ...], outcome: Outcome, coverage: Coverage
) -> tuple[str, ...]:
    """The unknown signs that could still complete the picture, the most telling first. Where a list does not reach,
    the signs of the families that fit, then the general ones."""
    unknown = [sign for sign in signs if sign.finding is Finding.UNKNOWN]
    by_list = sorted((sign for sign in unknown if sign.dimension in wanted), key=lambda sign: _rank(sign, groups))
    if coverage is Coverage.WHOLE or outcome is not Outcome.UNDETERMINED:
        return tuple(sign.code for sign in by_list)[:ASK_AT_ONCE]
    beside = (sign for sign in unknown if not sign.dimension)
    by_family = sorted(beside, key=lambda sign: sign.family == GENERAL_FAMILY)
    return tuple(sign.code for sign in by_list[: ASK_AT_ONCE // 2] + by_family)[:ASK_AT_ONCE]


def _rank(sign: Sign, groups: tuple[str, ...]) -> tuple[bool, int]:
    """Exploitation before means, strong before weak."""
    order = list(Strength)
    found = [order.index(Strength(one)) for group in groups if (one := _strength(sign, group))]
    return sign.dimension != EXPLOITATION, min(found, default=len(order))
