"""What a completed screening speaks for, in words. Who may read it was checked before."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nrm.identification.models import AnswerValue, Screening
from nrm.identification.scoring import Explanation, Outcome
from nrm.identification.sections import Section
from nrm.vault.fields import opened

#: What a result is read from.
READING = ("indicator_set__indicators", "answers")


@dataclass(frozen=True, slots=True)
class Signs:
    """Signs by name, under the heading of their section."""

    heading: str | Promise
    labels: list[str]


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
    speaks_for: list[Signs]
    unknown: list[Signs]
    ask_next: list[str]
    general: list[str]
    notes: list[Noted]
    judgement: str


def result_of(screening: Screening) -> Result:
    """What a completed screening speaks for, its sealed notes opened, for a reader whose permission was checked."""
    prefetch_related_objects([screening], *READING)
    explanation = Explanation.from_codes(screening.result)
    labels = {one.code: gettext(one.label) for one in screening.indicator_set.indicators.all()}
    headline, tone = _headline(explanation)
    return Result(
        screening=screening,
        explanation=explanation,
        headline=headline,
        tone=tone,
        speaks_for=_under_headings(explanation, "present", labels),
        unknown=_under_headings(explanation, "unknown", labels),
        ask_next=[labels[code] for code in explanation.ask_next],
        general=[labels[code] for code in explanation.general],
        notes=_noted(screening, labels),
        judgement=opened(screening.case.person, screening, "judgement"),
    )


def _headline(explanation: Explanation) -> tuple[Promise, str]:
    """The result in one sentence, and its colour."""
    if explanation.suggests_presumption:
        return _("What is recorded speaks for presuming the status."), "ok"
    if explanation.gives_grounds:
        return _("What is recorded gives grounds to act and to refer. The picture is not complete yet."), "ok"
    if explanation.outcome is Outcome.UNDETERMINED:
        return _("The picture is not complete: much is still unknown."), "wait"
    return _("The signs alone do not speak for presuming the status. Your judgement still can."), "wait"


def _under_headings(explanation: Explanation, which: str, labels: dict[str, str]) -> list[Signs]:
    return [
        Signs(Section(one.name).label, [labels[code] for code in codes])
        for one in explanation.dimensions
        if (codes := getattr(one, which))
    ]


def _noted(screening: Screening, labels: dict[str, str]) -> list[Noted]:
    """Answers with a note, in the order of the set."""
    indicators = {one.pk: one for one in screening.indicator_set.indicators.all()}
    answers = [answer for answer in screening.answers.all() if answer.note]
    answers.sort(key=lambda answer: indicators[answer.indicator_id].position)
    return [
        Noted(
            labels[indicators[answer.indicator_id].code],
            AnswerValue(answer.value).label,
            answer.get_basis_display(),
            opened(screening.case.person, answer, "note"),
        )
        for answer in answers
    ]
