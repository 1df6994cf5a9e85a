"""How the person is helped, and what protects a child: two cards of the case page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.accounts.selectors import names_of
from nrm.cases.models import Case
from nrm.cases.steps import StepLink, track_links
from nrm.vault.fields import opened
from workflows.track import Track

#: What each track means for whoever works on the case.
MEANING: Mapping[str, Promise] = {
    Track.UNDECIDED: _("An adult decides about their name. Ask, and record the answer. Help does not wait for it."),
    Track.NAMED: _("The person agreed. Who they are is sealed, and every opening of it is recorded."),
    Track.NAMELESS: _("The case holds no name, and the help is the same. The person can agree to be named any time."),
    Track.CHILD: _("Help begins at once and does not wait for consent. In doubt, the person counts as a child."),
}
#: How many assessments are shown; all are kept.
ASSESSMENTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ReadGuardian:
    kind: str
    contact: str
    appointed_on: date


@dataclass(frozen=True, slots=True)
class ReadAssessment:
    step: str
    finding: str
    state: str
    childs_view: str
    reasons: str
    guardian_heard: bool
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Protection:
    """What protects a child, newest first."""

    authority: str
    guardians: list[ReadGuardian]
    assessments: list[ReadAssessment]
    may_record_guardian: bool
    may_assess: bool


@dataclass(frozen=True, slots=True)
class Helped:
    """The track of a case with its steps; `protection` is None where it is not shared."""

    track: str | Promise
    meaning: str | Promise
    steps: list[StepLink]
    is_child: bool
    protection: Protection | None


def helped(case: Case, standing: Standing) -> Helped:
    is_child = case.track == Track.CHILD
    return Helped(
        track=Track(case.track).label,
        meaning=MEANING[case.track],
        steps=track_links(case, standing),
        is_child=is_child,
        protection=_protection(case, standing) if is_child and standing.may(Permission.SEE_CHILD) else None,
    )


def _protection(case: Case, standing: Standing) -> Protection:
    assessments = list(case.best_interest_assessments.all()[:ASSESSMENTS_SHOWN])
    names = names_of({one.assessed_by for one in assessments})
    return Protection(
        authority=case.child_protection.name if case.child_protection else "",
        guardians=[
            ReadGuardian(one.get_kind_display(), opened(case.person, one, "contact"), one.appointed_on)
            for one in case.guardians.all()
        ],
        assessments=[
            ReadAssessment(
                step=one.get_step_display(),
                finding=one.get_finding_display(),
                state=one.finding,
                childs_view=opened(case.person, one, "childs_view"),
                reasons=opened(case.person, one, "reasons"),
                guardian_heard=one.guardian_heard,
                who=names.get(one.assessed_by, ""),
                at=one.assessed_at,
            )
            for one in assessments
        ],
        may_record_guardian=standing.may(Permission.RECORD_GUARDIAN),
        may_assess=standing.may(Permission.ASSESS_BEST_INTERESTS),
    )
