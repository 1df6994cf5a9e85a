"""What people do when they record what they saw: open a case, answer, complete, replace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotVisible, Refusal
from nrm.audit import actions as audit
from nrm.audit.codes import Code, Outcome
from nrm.cases import actions as cases
from nrm.cases import lifecycle
from nrm.cases.models import Case, reference
from nrm.cases.selectors import require, standing_in
from nrm.identification.models import Answer, Indicator, Screening, Use
from nrm.identification.selectors.screening import explanation_now, newest_set
from nrm.lib import clock
from nrm.vault.fields import opened, sealed
from workflows.screening import OTHER_HELP, Conclusion, ScreeningFlow, ScreeningState

#: The transitions that freeze a screening.
COMPLETIONS = ("complete", "complete_for_other_help")


@lifecycle.act()
def open_case(
    *,
    by: Actor,
    lead_organisation_id: UUID,
    age_group: str,
    sex: str,
    suspicions: Sequence[str],
    safe_to_talk: str,
    spoken_language: str = "",
    needs_interpreter: bool = False,
    region: str = "",
    child_protection_id: UUID | None = None,
    circumstances: Sequence[str] = (),
    present: Sequence[str] = (),
    interviewer: str = "",
) -> Screening:
    """Open a case and begin its first screening, both or neither. Whoever may be a child is protected at once."""
    case = cases.open_case(
        by=by,
        lead_organisation_id=lead_organisation_id,
        age_group=age_group,
        sex=sex,
        spoken_language=spoken_language,
        needs_interpreter=needs_interpreter,
        region=region,
        child_protection_id=child_protection_id,
    )
    return begin_screening(
        case,
        by=by,
        suspicions=suspicions,
        safe_to_talk=safe_to_talk,
        circumstances=circumstances,
        present=present,
        interviewer=interviewer,
    )


def begin_screening(
    case: Case,
    *,
    by: Actor,
    suspicions: Sequence[str],
    safe_to_talk: str,
    circumstances: Sequence[str] = (),
    present: Sequence[str] = (),
    interviewer: str = "",
) -> Screening:
    """A draft that asks what fits the suspicions, at least one, and the circumstances."""
    first, *others = suspicions
    screening = Screening(
        case=case,
        indicator_set=newest_set(),
        suspected=first,
        also_suspected=others,
        circumstances=list(circumstances),
        present=list(present),
        interviewer=interviewer,
        safe_to_talk=safe_to_talk,
        started_by=by.user_id,
    )
    return lifecycle.begin(ScreeningFlow, screening, by=by)


@lifecycle.act()
def change_focus(
    screening: Screening,
    *,
    by: Actor,
    expected_version: int,
    suspicions: Sequence[str],
    circumstances: Sequence[str] = (),
) -> Screening:
    """Ask for other signs from now on. Answers that were given stay, also those that are no longer asked for."""
    draft = _locked_draft(screening, by=by)
    first, *others = suspicions
    return lifecycle.amend(
        draft,
        by=by,
        permission=Permission.WRITE_SCREENING,
        code=Code.SCREENING_CHANGED,
        expected_version=expected_version,
        suspected=first,
        also_suspected=others,
        circumstances=list(circumstances),
    )


@lifecycle.act()
def answer_indicator(
    screening: Screening,
    indicator_code: str,
    *,
    by: Actor,
    expected_version: int,
    value: str,
    basis: str = "",
    note: str = "",
) -> Answer:
    """Answer an indicator of a draft, or change the answer. `expected_version` is 0 where there was no answer yet.

    Locks the case first, so that nobody completes the screening meanwhile. The same answer again writes nothing,
    whatever its version: the button of the page may overtake the saving of its last answer. Nor does an answer that
    stood on the page and was left as it was while a colleague changed it.
    `MovedOn` when a colleague answered otherwise or completed it since the page was made.
    """
    draft = _locked_draft(screening, by=by)
    answer = draft.answers.filter(indicator__code=indicator_code).first()
    if answer:
        answer.screening = draft
        if _says(answer, answer, value, basis, note) or _was_left(answer, expected_version, by, value, basis, note):
            return answer
    if (answer.version if answer else 0) != expected_version:
        raise MovedOn
    if answer is None:
        return _first_answer(draft, indicator_code, by=by, value=value, basis=basis, note=note)
    return lifecycle.amend(
        answer,
        by=by,
        permission=Permission.WRITE_SCREENING,
        code=Code.SCREENING_ANSWERED,
        expected_version=expected_version,
        data={"indicator": indicator_code},
        value=value,
        basis=basis,
        note=sealed(draft.case.person, answer, "note", note),
        answered_by=by.user_id,
        answered_at=clock.now(),
    )


def _says(answer: Answer, row: Any, *typed: str) -> bool:
    """Whether the answer, or a former value of it, is what was typed."""
    return (row.value, row.basis, opened(answer.screening.case.person, row, "note")) == typed


def _was_left(answer: Answer, version: int, by: Actor, *typed: str) -> bool:
    """Whether the page showed what was typed, and all that came since is of colleagues."""
    rows = list(answer.history.filter(version__gte=version).order_by("version"))
    if not rows or rows[0].version != version or not _says(answer, rows[0], *typed):
        return False
    return all(row.answered_by != by.user_id for row in rows[1:])


def _locked_draft(screening: Screening, *, by: Actor) -> Screening:
    case = lifecycle.lock_case(screening.case_id)
    require(standing_in(by, case), Permission.WRITE_SCREENING)
    draft = Screening.objects.select_for_update(of=("self",)).get(pk=screening.pk)
    draft.case = case
    if draft.state != ScreeningState.DRAFT:
        raise MovedOn(_("This screening was completed meanwhile. Its answers no longer change."))
    return draft


def _first_answer(draft: Screening, indicator_code: str, *, by: Actor, value: str, basis: str, note: str) -> Answer:
    signs = Indicator.objects.filter(indicator_set=draft.indicator_set_id, use=Use.SIGN)
    indicator = signs.filter(code=indicator_code).first()
    if indicator is None:
        raise NotVisible
    answer = Answer(screening=draft, indicator=indicator, value=value, basis=basis, answered_by=by.user_id)
    answer.note = sealed(draft.case.person, answer, "note", note)
    return lifecycle.add(
        answer,
        by=by,
        permission=Permission.WRITE_SCREENING,
        code=Code.SCREENING_ANSWERED,
        data={"indicator": indicator_code},
    )


@lifecycle.act()
def complete_screening(
    screening: Screening,
    *,
    by: Actor,
    expected_version: int,
    conclusion: str = Conclusion.UNCLEAR,
    judgement: str = "",
    intent_recorded: bool = False,
    incomplete_because: Sequence[str] = (),
) -> Screening:
    """Freeze the answers and keep what they speak for, explained. Locks the case, so no answer slips in between.

    A conclusion that asks for other help sends the person on that way; none leaves the person without one.
    """
    case = screening.case = lifecycle.lock_case(screening.case_id)
    explanation = explanation_now(screening, intent_recorded=intent_recorded)
    return lifecycle.perform(
        ScreeningFlow,
        screening,
        "complete_for_other_help" if conclusion in OTHER_HELP else "complete",
        by=by,
        expected_version=expected_version,
        result=explanation.as_codes(),
        gives_grounds=explanation.gives_grounds,
        intent_recorded=intent_recorded,
        judgement=sealed(case.person, screening, "judgement", judgement),
        conclusion=conclusion,
        incomplete_because=list(incomplete_because),
    )


def take_screening_step(
    screening: Screening, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Screening:
    """Both ways of completing are one question to the professional: the conclusion decides which it is."""
    if transition in COMPLETIONS:
        return complete_screening(screening, by=by, expected_version=expected_version, **facts)
    return lifecycle.perform(
        ScreeningFlow, screening, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )


def record_reading(record: Case | Screening, code: Code, *, by: Actor) -> None:
    """Reading what was recorded about a person is an event."""
    audit.record(code, by=by, case_code=lifecycle.case_of(record).code, subject=reference(record))


def record_refused_answer(screening: Screening, indicator_code: str, refusal: Refusal, *, by: Actor) -> None:
    audit.record(
        Code.SCREENING_ANSWERED,
        by=by,
        case_code=screening.case.code,
        subject=reference(screening),
        outcome=Outcome.REFUSED,
        data={"refusal": refusal.code, "indicator": indicator_code},
    )
