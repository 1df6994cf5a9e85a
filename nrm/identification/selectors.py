"""Reading screenings and what they speak for. The ways to a screening."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.refusals import NotVisible
from nrm.cases.models import AgeGroup, Case
from nrm.cases.selectors import require, standing_in
from nrm.cases.steps import step_links
from nrm.identification.models import Answer, AnswerValue, Indicator, IndicatorSet, Screening, Suspected
from nrm.identification.scoring import Explanation, Finding, Outcome, Sign, explain
from nrm.identification.sections import HINTS, Section, section_of
from nrm.identification.status import status_block, status_links
from nrm.vault.fields import opened
from workflows.screening import ScreeningFlow

#: What a result is read from.
READING = ("indicator_set__indicators", "answers")
#: The set that screenings are made with; its newest version.
SET = "common"
FINDINGS = {AnswerValue.OBSERVED: Finding.PRESENT, AnswerValue.REPORTED: Finding.PRESENT}
FINDINGS |= {AnswerValue.NOT_PRESENT: Finding.ABSENT, AnswerValue.UNKNOWN: Finding.UNKNOWN}


def newest_set() -> IndicatorSet:
    return IndicatorSet.objects.filter(code=SET).latest("number")


def screening_for(
    actor: Actor, pk: UUID, permission: Permission = Permission.SEE_SCREENING
) -> tuple[Screening, Standing]:
    """A screening of a case whose screenings the actor may see. `NotVisible` to strangers, `NotPermitted` to others."""
    screening = Screening.objects.select_related("case__person", "indicator_set").filter(pk=pk).first()
    if screening is None:
        raise NotVisible
    standing = standing_in(actor, screening.case)
    require(standing, permission)
    return screening, standing


def for_child(case: Case) -> bool:
    """While the age is unknown or disputed the rule for children applies (CETS 197 Art. 10(3))."""
    return case.age_group != AgeGroup.ADULT


def groups_of(screening: Screening) -> tuple[str, ...]:
    """Which lists of the set are asked, by what is suspected and by age."""
    if screening.suspected != Suspected.LABOUR:
        return ()
    return ("C_LAB",) if for_child(screening.case) else ("A_LAB",)


def asked(screening: Screening) -> list[Indicator]:
    """The indicators of the screening, in their order: the general signs, then the lists that apply."""
    groups = groups_of(screening)
    return [
        indicator
        for indicator in screening.indicator_set.indicators.all()
        if not indicator.dimension or any(group in indicator.strengths for group in groups)
    ]


def answers_by_code(screening: Screening) -> dict[str, Answer]:
    return {answer.indicator.code: answer for answer in screening.answers.select_related("indicator")}


def explanation_now(screening: Screening, *, intent_recorded: bool = False) -> Explanation:
    """What the answers given so far speak for. What nobody answered is unknown."""
    answers = answers_by_code(screening)
    signs = [
        Sign(
            code=indicator.code,
            finding=FINDINGS[AnswerValue(answers[indicator.code].value)]
            if indicator.code in answers
            else Finding.UNKNOWN,
            dimension=indicator.dimension,
            strengths=indicator.strengths,
            confidence=indicator.confidence,
        )
        for indicator in asked(screening)
    ]
    return explain(
        signs,
        groups=groups_of(screening),
        for_child=for_child(screening.case),
        intent_recorded=intent_recorded,
    )


# The questions


@dataclass(frozen=True, slots=True)
class Question:
    """One indicator and the answer given so far, its note opened."""

    code: str
    label: str
    version: int = 0
    value: str = ""
    basis: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SectionLink:
    key: str
    label: str | Promise
    url: str
    answered: int
    total: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One section of a screening with its questions, and the way through all sections."""

    section: Section
    hint: str | Promise
    questions: list[Question]
    sections: list[SectionLink]
    next_url: str
    complete_url: str

    @property
    def is_last(self) -> bool:
        return self.next_url == self.complete_url


def questionnaire(screening: Screening, key: str) -> Questionnaire:
    """The section `key` of a draft; a key that is none of its sections is a missing page. Three queries."""
    by_section: dict[Section, list[Indicator]] = {}
    for indicator in asked(screening):
        by_section.setdefault(section_of(indicator.dimension), []).append(indicator)
    order = list(by_section)
    if key not in order:
        raise NotVisible
    section = Section(key)
    answers = answers_by_code(screening)
    following = order[order.index(section) + 1 :]
    return Questionnaire(
        section=section,
        hint=HINTS[section],
        questions=[_question(screening, one, answers.get(one.code)) for one in by_section[section]],
        sections=[_section_link(screening, one, by_section[one], answers, is_current=one is section) for one in order],
        next_url=section_url(screening, following[0]) if following else step_url(screening, "complete"),
        complete_url=step_url(screening, "complete"),
    )


def screening_url(screening: Screening) -> str:
    return reverse("identification:screening", args=[screening.pk])


def section_url(screening: Screening, section: str) -> str:
    return f"{screening_url(screening)}?section={section}"


def step_url(screening: Screening, transition: str) -> str:
    return reverse("identification:screening_step", args=[screening.pk, transition])


def _question(screening: Screening, indicator: Indicator, answer: Answer | None) -> Question:
    label = gettext(indicator.label)
    if answer is None:
        return Question(indicator.code, label)
    note = opened(screening.case.person, answer, "note")
    return Question(indicator.code, label, answer.version, answer.value, answer.basis, note)


def _section_link(
    screening: Screening, section: Section, indicators: list[Indicator], answers: dict[str, Answer], *, is_current: bool
) -> SectionLink:
    answered = sum(indicator.code in answers for indicator in indicators)
    return SectionLink(section, section.label, section_url(screening, section), answered, len(indicators), is_current)


# The result


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


# The block of the case page


@dataclass(frozen=True, slots=True)
class ScreeningLine:
    """One screening in a list."""

    screening: Screening
    url: str


def screening_lines(case: Case) -> list[ScreeningLine]:
    return [ScreeningLine(one, screening_url(one)) for one in case.screenings.all()]


def block_for(case: Case, standing: Standing, actor: Actor) -> dict[str, Any] | None:
    """Status and screenings for the case page; a part is None where it is not shared, and all when neither is."""
    may_see_screenings = standing.may(Permission.SEE_SCREENING)
    status = status_block(case, standing)
    if status is None and not may_see_screenings:
        return None
    return {
        "status": status,
        "status_links": status_links(case, standing),
        "screenings": screening_lines(case) if may_see_screenings else None,
        "new_screening_url": (
            reverse("identification:begin_screening", args=[case.code])
            if standing.may(Permission.WRITE_SCREENING)
            else ""
        ),
    }


def screening_links(screening: Screening, standing: Standing) -> list[Any]:
    return step_links(ScreeningFlow, screening, standing, "identification:screening_step", screening.pk)


def decision_file(case: Case, standing: Standing) -> dict[str, Any]:
    """What the identifying body sees of a case, with a constant number of queries."""
    screenings = case.screenings.completed().select_related("indicator_set").prefetch_related(*READING)
    return {
        "case": case,
        "status": status_block(case, standing),
        "links": status_links(case, standing),
        "results": [result_of(screening) for screening in screenings],
        "may_see_risk_level": standing.may(Permission.SEE_RISK_LEVEL),
    }
