"""Reading screenings: the ways to one, its questions, and what the case page shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.refusals import NotVisible
from nrm.cases.models import AgeGroup, Case
from nrm.cases.selectors import require, standing_in
from nrm.cases.steps import step_links
from nrm.identification.models import Answer, AnswerValue, Indicator, IndicatorSet, Screening, Suspected
from nrm.identification.results import READING, result_of
from nrm.identification.scoring import Explanation, Finding, Sign, explain
from nrm.identification.sections import HINTS, Section, section_of
from nrm.identification.status import status_block, status_links
from nrm.vault.fields import opened
from workflows.screening import ScreeningFlow

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
