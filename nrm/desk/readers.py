"""Who has seen a case: everybody who read it, revealed the identity or looked for its code, for the team that leads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise

from nrm.access.actor import NOBODY, Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.roles import Role
from nrm.accounts.selectors import names_of, names_of_organisations
from nrm.audit.codes import Code, Outcome, label_of
from nrm.audit.models import Event
from nrm.cases.models import Case
from nrm.cases.selectors import case_for
from nrm.desk.selectors import needed_to_see
from nrm.desk.timeline import unseen_documents
from nrm.vault.blind_index import query_digest

#: Acts by which somebody learns what stands in one case.
READING = (
    Code.CASE_READ,
    Code.HISTORY_READ,
    Code.READERS_READ,
    Code.IDENTITY_REVEALED,
    Code.SCREENING_READ,
    Code.REFERRAL_READ,
    Code.CONSENT_READ,
    Code.PLACEMENT_READ,
    Code.SUPPORT_READ,
    Code.EPISODE_READ,
    Code.PLAN_READ,
    Code.CONFERENCE_READ,
    Code.CONFERENCE_PRINTED,
    Code.TASK_READ,
    Code.DOCUMENT_READ,
    Code.AUDIT_READ,
)
#: What a reader's own work tells of where the person lives or is treated.
NEEDED_FOR_ROLE = {Role.SHELTER_WORKER: Permission.SEE_PLACEMENT, Role.CLINICIAN: Permission.SEE_SUPPORT}
PAGE = 25


@dataclass(frozen=True, slots=True)
class Reading:
    """One act. `name` and `organisation` are empty for a reader who is not named to whoever asks."""

    at: datetime
    what: str | Promise
    name: str = ""
    organisation: str = ""
    role: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Readers:
    case: Case
    lines: list[Reading]
    #: Where the next, older page begins; None on the last.
    older_than: int | None


def readers_of(actor: Actor, code: str, *, before: int | None = None) -> Readers:
    """`NotVisible` to strangers, `NotPermitted` to all but the lead. Newest first, in a constant number of queries."""
    case, standing = case_for(actor, code, Permission.SEE_READERS)
    wanted = Q(case_code=case.code, action__in=READING)
    by_code = Q(action=Code.SEARCHED_BY_CODE, data__digest=query_digest((case.code,)))
    events = Event.objects.filter(wanted | by_code, outcome=Outcome.DONE, user_id__isnull=False)
    events = events.exclude(user_id=NOBODY).exclude(unseen_documents(standing)).order_by("-sequence")
    if before is not None:
        events = events.filter(sequence__lt=before)
    found = list(events[: PAGE + 1])
    shown = found[:PAGE]
    return Readers(case, told_to(standing, case, shown), shown[-1].sequence if len(found) > PAGE else None)


def told_to(standing: Standing, case: Case, events: list[Event]) -> list[Reading]:
    """The same rule as for who is involved: somebody who shelters or treats the person is named only to who may see
    where they do."""
    needed = _needed_for_organisations(case)
    names = names_of({event.user_id for event in events if event.user_id})
    organisations = names_of_organisations({event.organisation_id for event in events if event.organisation_id})
    return [
        Reading(
            at=event.at,
            what=label_of(event.action),
            name=names.get(event.user_id or NOBODY, ""),
            organisation=organisations.get(event.organisation_id or NOBODY, ""),
            role=Role(event.role).label if event.role in Role.values else "",
        )
        if all(standing.may(permission) for permission in _needed_for(event, needed))
        else Reading(at=event.at, what=Code.CASE_READ.label)
        for event in events
    ]


def _needed_for(event: Event, of_organisations: dict[UUID, set[Permission]]) -> set[Permission]:
    needed = of_organisations.get(event.organisation_id or NOBODY, set())
    return needed | {permission for role, permission in NEEDED_FOR_ROLE.items() if role == event.role}


def _needed_for_organisations(case: Case) -> dict[UUID, set[Permission]]:
    """What one has to be allowed to see to be told each organisation that takes part, or took part, in the case."""
    needed: defaultdict[UUID, set[Permission]] = defaultdict(set)
    for row in case.participations.all():
        if (permission := needed_to_see(row)) is not None:
            needed[row.organisation_id].add(permission)
    return needed
