"""Reading screenings: the ways to one, its questions, and what the case page shows of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, prefetch_related_objects
from django.urls import reverse
from django.utils.functional import Promise

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.refusals import NotVisible
from nrm.cases.models import AgeGroup, Case, Sex
from nrm.cases.selectors import require, standing_in
from nrm.cases.steps import step_links
from nrm.countries import profile
from nrm.identification.models import Answer, AnswerValue, Indicator, IndicatorSet, Screening, Use
from nrm.identification.scoring import GENERAL_FAMILY, Coverage, Explanation, Finding, Sign, explain
from nrm.identification.sections import HINTS, Section, section_of
from nrm.identification.selectors.status import status_block, status_links
from nrm.lib import clock
from nrm.vault.fields import opened
from workflows.screening import ScreeningFlow

FINDINGS = {AnswerValue.OBSERVED: Finding.PRESENT, AnswerValue.REPORTED: Finding.PRESENT}
FINDINGS |= {AnswerValue.NOT_PRESENT: Finding.ABSENT, AnswerValue.UNKNOWN: Finding.UNKNOWN}


def newest_set() -> IndicatorSet:
    """The newest version that applies today: of the country's own set where it has one, else of the common one, and on
    a day before all of them the first."""
    valid = IndicatorSet.objects.filter(valid_from__lte=clock.today()).order_by("valid_from", "number")
    own = valid.filter(country=profile.current().country).last()
    common = IndicatorSet.objects.filter(country="").order_by("valid_from", "number")
    return own or common.filter(valid_from__lte=clock.today()).last() or common.earliest("valid_from", "number")


def set_lines() -> list[str]:
    """Every set in the database in a line, for who runs the service."""
    newest = newest_set()
    found = IndicatorSet.objects.annotate(size=Count("indicators")).order_by("code", "number")
    return [
        f"{one}\t{one.country or 'all'}\tfrom {one.valid_from}\t{one.size} indicators" + "\tin use" * (one == newest)
        for one in found
    ]


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


# What is asked


def groups_of(screening: Screening) -> tuple[str, ...]:
    """The groups whose lists apply, by what is suspected and by age: A_LAB, A_SEX, C_LAB, C_SEX, or none."""
    lists = {one for suspicion in screening.suspicions() for one in _lists(screening).get(suspicion, ())}
    return _of_age(screening, lists)


def coverage_of(screening: Screening) -> Coverage:
    """Whether there is a list for everything that is suspected, for some of it, or for nothing."""
    covered = {bool(_lists(screening).get(suspicion)) for suspicion in screening.suspicions()}
    return Coverage.PART if len(covered) == 2 else Coverage.WHOLE if covered == {True} else Coverage.NONE


def _lists(screening: Screening) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = screening.indicator_set.plan["lists"]
    return lists


def _of_age(screening: Screening, lists: Iterable[str]) -> tuple[str, ...]:
    age = "C" if for_child(screening.case) else "A"
    return tuple(f"{age}_{one}" for one in sorted(lists))


def families_of(screening: Screening) -> list[str]:
    """The families that fit: by the forms that are suspected, then by circumstances, age and sex."""
    situations = [*screening.suspicions(), *screening.circumstances]
    situations += ["child"] if for_child(screening.case) else []
    situations += ["man"] if screening.case.sex == Sex.MAN else []
    families = screening.indicator_set.plan["families"]
    return list(dict.fromkeys(family for situation in situations for family in families.get(situation, ())))


def asked(screening: Screening, answers: dict[str, Answer] | None = None) -> list[Indicator]:
    """The signs of the screening in their order: the short list, the families that fit, the dimensions of the lists
    that apply, the other general signs. What was answered stays, though the focus may have changed since."""
    answered = answers_by_code(screening) if answers is None else answers
    groups, families = groups_of(screening), families_of(screening)
    order = list(dict.fromkeys([Section.GENERAL, *map(Section, families), *Section]))
    signs = [
        indicator
        for indicator in screening.indicator_set.indicators.all()
        if indicator.use == Use.SIGN
        and (
            indicator.family in (GENERAL_FAMILY, *families)
            or any(group in indicator.strengths for group in groups)
            or indicator.code in answered
        )
    ]
    return sorted(signs, key=lambda indicator: order.index(section_of(indicator)))


def answers_by_code(screening: Screening) -> dict[str, Answer]:
    return {answer.indicator.code: answer for answer in screening.answers.select_related("indicator")}


def explanation_now(screening: Screening, *, intent_recorded: bool = False) -> Explanation:
    """What the answers given so far speak for. What nobody answered is unknown."""
    answers = answers_by_code(screening)
    signs = [_sign(indicator, answers.get(indicator.code)) for indicator in asked(screening, answers)]
    return explain(
        signs,
        groups=groups_of(screening) or _of_age(screening, _every_list(screening)),
        for_child=for_child(screening.case),
        intent_recorded=intent_recorded,
        coverage=coverage_of(screening),
    )


def _every_list(screening: Screening) -> set[str]:
    """Where no list applies, signs of a list that were answered before the focus changed still count, by any."""
    return {one for several in _lists(screening).values() for one in several}


def _sign(indicator: Indicator, answer: Answer | None) -> Sign:
    return Sign(
        code=indicator.code,
        finding=FINDINGS[AnswerValue(answer.value)] if answer else Finding.UNKNOWN,
        dimension=indicator.dimension,
        strengths=indicator.strengths,
        confidence=indicator.confidence,
        family=indicator.family,
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
    #: What to keep in mind here; nobody answers it.
    advice: list[str]
    questions: list[Question]
    sections: list[SectionLink]
    next_url: str
    complete_url: str

    @property
    def is_last(self) -> bool:
        return self.next_url == self.complete_url


def questionnaire(screening: Screening, key: str) -> Questionnaire:
    """The section `key` of a draft; a key that is none of its sections is a missing page. Two queries."""
    prefetch_related_objects([screening.indicator_set], "indicators")
    answers = answers_by_code(screening)
    by_section: dict[Section, list[Indicator]] = {}
    for indicator in asked(screening, answers):
        by_section.setdefault(section_of(indicator), []).append(indicator)
    order = list(by_section)
    if key not in order:
        raise NotVisible
    section = Section(key)
    following = order[order.index(section) + 1 :]
    return Questionnaire(
        section=section,
        hint=HINTS[section],
        advice=_advice(screening, section),
        questions=[_question(screening, one, answers.get(one.code)) for one in by_section[section]],
        sections=[_section_link(screening, one, by_section[one], answers, is_current=one is section) for one in order],
        next_url=section_url(screening, following[0]) if following else step_url(screening, "complete"),
        complete_url=step_url(screening, "complete"),
    )


def questions_named(screening: Screening, codes: set[str]) -> list[Question]:
    """Signs of the set by code, asked or no longer asked: a page that was made before the focus changed can still
    save what was typed on it."""
    answers = answers_by_code(screening)
    signs = [one for one in screening.indicator_set.indicators.all() if one.use == Use.SIGN and one.code in codes]
    return [_question(screening, one, answers.get(one.code)) for one in signs]


def _advice(screening: Screening, section: Section) -> list[str]:
    every = screening.indicator_set.indicators.all()
    return [one.words for one in every if one.use == Use.REMINDER and one.family == section]


def screening_url(screening: Screening) -> str:
    return reverse("identification:screening", args=[screening.pk])


def section_url(screening: Screening, section: str) -> str:
    return f"{screening_url(screening)}?section={section}"


def step_url(screening: Screening, transition: str) -> str:
    return reverse("identification:screening_step", args=[screening.pk, transition])


def _question(screening: Screening, indicator: Indicator, answer: Answer | None) -> Question:
    if answer is None:
        return Question(indicator.code, indicator.words)
    note = opened(screening.case.person, answer, "note")
    return Question(indicator.code, indicator.words, answer.version, answer.value, answer.basis, note)


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
