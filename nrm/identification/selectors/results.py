"""What a completed screening speaks for, in words. Who may read it was checked before."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.identification.models import AnswerValue, Incomplete, Indicator, Screening
from nrm.identification.scoring import Coverage, Explanation, Outcome
from nrm.identification.sections import Section
from nrm.vault.fields import opened

#: What a result is read from.
READING = ("indicator_set__indicators", "answers")


@dataclass(frozen=True, slots=True)
class Signs:
    """Signs by name, under the heading of their section."""

    heading: str | Promise
    labels: list[str]
    #: Whether what is under the heading rests on strengths that were not read in a source.
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """A sign with what somebody wrote to it."""

    label: str
    value: str | Promise
    basis: str | Promise
    note: str


@dataclass(frozen=True, slots=True)
class Result:
    """A completed screening as people read it. No number, no weight."""

    screening: Screening
    explanation: Explanation
    headline: str | Promise
    tone: str
    #: What there is no published rule for, in a sentence; empty where the rule covers all that is suspected.
    beyond_the_rule: str | Promise
    speaks_for: list[Signs]
    unknown: list[Signs]
    ask_next: list[str]
    notes: list[Noted]
    judgement: str
    incomplete_because: list[str | Promise]

    @property
    def is_provisional(self) -> bool:
        return self.explanation.is_provisional


def result_of(screening: Screening) -> Result:
    """What a completed screening speaks for, its sealed notes opened, for a reader whose permission was checked."""
    prefetch_related_objects([screening], *READING)
    explanation = Explanation.from_codes(screening.result)
    indicators = {one.code: one for one in screening.indicator_set.indicators.all()}
    headline, tone = _headline(explanation)
    return Result(
        screening=screening,
        explanation=explanation,
        headline=headline,
        tone=tone,
        beyond_the_rule=BEYOND_THE_RULE[explanation.coverage],
        speaks_for=[
            *_by_dimension(explanation, "present", indicators),
            *_by_family(explanation.general, indicators),
        ],
        unknown=[
            *_by_dimension(explanation, "unknown", indicators),
            *_by_family(explanation.general_unknown, indicators),
        ],
        ask_next=[indicators[code].words for code in explanation.ask_next],
        notes=_noted(screening),
        judgement=opened(screening.case.person, screening, "judgement"),
        incomplete_because=[Incomplete(reason).label for reason in screening.incomplete_because],
    )


BEYOND_THE_RULE: dict[Coverage, str | Promise] = {
    Coverage.WHOLE: "",
    Coverage.PART: _(
        "For a part of what is suspected there is no published rule. There, what you saw and your judgement count."
    ),
    Coverage.NONE: _(
        "For what is suspected there is no published rule. What you saw and your judgement count, and they are enough."
    ),
}


def _headline(explanation: Explanation) -> tuple[Promise, str]:
    """The result in one sentence, and its colour."""
    if explanation.suggests_presumption:
        return _("What is recorded speaks for presuming the status."), "ok"
    if explanation.gives_grounds:
        return _("What is recorded gives grounds to act and to refer. The picture is not complete yet."), "ok"
    if explanation.outcome is Outcome.UNDETERMINED:
        return _("The picture is not complete: much is still unknown."), "wait"
    return _("The signs alone do not speak for presuming the status. Your judgement still can."), "wait"


def _by_dimension(explanation: Explanation, which: str, indicators: dict[str, Indicator]) -> list[Signs]:
    return [
        Signs(Section(one.name).label, [indicators[code].words for code in codes], one.is_provisional)
        for one in explanation.dimensions
        if (codes := getattr(one, which))
    ]


def _by_family(codes: tuple[str, ...], indicators: dict[str, Indicator]) -> list[Signs]:
    """Signs outside the rule under the headings of their families, the general ones last."""
    found: dict[str, list[str]] = {}
    for code in codes:
        found.setdefault(indicators[code].family, []).append(indicators[code].words)
    order = [*list(Section)[1:], Section.GENERAL]
    return [Signs(family.label, found[family]) for family in order if family in found]


def _noted(screening: Screening) -> list[Noted]:
    """Answers with a note, in the order of the set."""
    indicators = {one.pk: one for one in screening.indicator_set.indicators.all()}
    answers = [answer for answer in screening.answers.all() if answer.note]
    answers.sort(key=lambda answer: indicators[answer.indicator_id].position)
    return [
        Noted(
            indicators[answer.indicator_id].words,
            AnswerValue(answer.value).label,
            answer.get_basis_display(),
            opened(screening.case.person, answer, "note"),
        )
        for answer in answers
    ]
