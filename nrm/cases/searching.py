"""Looking for a person among the cases of everybody, and what may be said of who was found.

A case is named only to who may open the identity in it. Of any other only the organisation that leads it is named,
to be asked: no code, no status, no number. A person without a case, and a case without a name, is never found.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import NotPermitted, TooOften
from nrm.access.relations import Relation
from nrm.access.rows import seen_by_the_service
from nrm.accounts.models import User
from nrm.audit import actions as audit
from nrm.audit.codes import Code, Outcome
from nrm.audit.models import Event
from nrm.cases.models import Case, Participation
from nrm.cases.models.participation import bars_of
from nrm.cases.selectors import cases_visible_to
from nrm.cases.selectors.merge import surviving, surviving_of_code
from nrm.lib.clock import now
from nrm.lib.codes import normalise_code
from nrm.lib.folding import fold_name
from nrm.vault.blind_index import query_digest
from nrm.vault.identity import Identity
from nrm.vault.likeness import document_numbers
from nrm.vault.selectors import may_be_sought, people_like

#: Searches for a person that one user may make within the time; writing identities counts, but is never held up.
MOST_SEARCHES, WITHIN = 30, timedelta(hours=1)
#: Cases and organisations shown for one search at most.
MOST_SHOWN = 10
COUNTED = (Code.SEARCHED_BY_PERSON, Code.SEARCHED_BEFORE_WRITING)


@dataclass(frozen=True, slots=True)
class Found:
    """Cases of the reader's own, the likeliest first, and the organisations to be asked, by name."""

    cases: tuple[Case, ...] = ()
    to_ask: tuple[str, ...] = ()
    #: There are more than are shown.
    is_cut: bool = False

    def __bool__(self) -> bool:
        return bool(self.cases or self.to_ask)


def case_with_code(typed: str, *, by: Actor) -> Case | None:
    """The case with this code if the actor may see it, or the one it goes on in. None alike, after the same work, for
    any other code."""
    code = normalise_code(typed) or ""
    found = cases_visible_to(by).filter(code=code).first()
    goes_on_in = surviving_of_code(code, by)
    data = {"digest": query_digest((code,)), "count": int(found is not None)}
    audit.record(Code.SEARCHED_BY_CODE, by=by, data=data)
    return goes_on_in or found


def search_people(sought: Identity, *, by: Actor) -> Found:
    """`NotPermitted`, `TooOften`; ValueError (`SearchTooNarrow`) when too little is given."""
    if not allows(by, Permission.SEARCH_PEOPLE):
        raise NotPermitted
    return _look(sought, Code.SEARCHED_BY_PERSON, by=by)


def look_before_writing(written: Identity, case: Case, *, by: Actor) -> Found | None:
    """Who else may be the person whose identity was just written. None when it could not be looked: too little is
    known of the person, or the actor has searched too often."""
    if not may_be_sought(written):
        return None
    try:
        return _look(written, Code.SEARCHED_BEFORE_WRITING, by=by, besides=case)
    except TooOften:
        data = {"digest": digest_of(written), "refusal": TooOften.code}
        audit.record(Code.SEARCHED_BEFORE_WRITING, by=by, case_code=case.code, outcome=Outcome.REFUSED, data=data)
        return None


@transaction.atomic
def _look(sought: Identity, code: Code, *, by: Actor, besides: Case | None = None) -> Found:
    """Locks the user's row, so that searches at the same time are counted one after the other."""
    _require_rest(by)
    with seen_by_the_service():  # Among the cases of everybody; what of them is told is decided in `_told_to`.
        people = people_like(sought, besides=besides.person if besides else None)
        found = _told_to(by, people, besides)
    data = {"digest": digest_of(sought), "count": len(people)}
    audit.append(code, by=by, case_code=besides.code if besides else "", data=data)
    return found


def _require_rest(by: Actor) -> None:
    User.objects.select_for_update(no_key=True).only("pk").get(pk=by.user_id)
    recent = Event.objects.filter(user_id=by.user_id, action__in=COUNTED, outcome=Outcome.DONE)
    if recent.filter(at__gt=now() - WITHIN).count() >= MOST_SEARCHES:
        raise TooOften


def digest_of(sought: Identity) -> str:
    names = (fold_name(sought.given_names), fold_name(sought.family_names))
    documents = sorted(f"{kind}:{number}" for kind, number in document_numbers(sought))
    return query_digest((*names, sought.birth.isoformat(), *documents))


def _told_to(by: Actor, people: Collection[UUID], besides: Case | None = None) -> Found:
    """What the actor is told of the cases of these people, in their order; the same queries whoever they are. Of a
    merged case they are led to the one it goes on in."""
    place = {person: number for number, person in enumerate(people)}
    cases = sorted(Case.objects.filter(person__in=people), key=lambda case: place[case.person_id])
    opened = set(
        cases_visible_to(by, Permission.REVEAL_IDENTITY).filter(person__in=people).values_list("pk", flat=True)
    )
    leads = _leads_of(cases, by)
    go_on = surviving(cases, by, Permission.REVEAL_IDENTITY)
    own = list(dict.fromkeys(go_on.get(case.pk, case) for case in cases if case.pk in opened))
    own = [case for case in own if case != besides]
    others = {case.pk for case in cases} - opened
    names = sorted({name for case_id, name in leads if case_id in others})
    return Found(tuple(own[:MOST_SHOWN]), tuple(names[:MOST_SHOWN]), max(len(own), len(names)) > MOST_SHOWN)


def _leads_of(cases: Collection[Case], by: Actor) -> list[tuple[UUID, str]]:
    """Nobody is sent to ask about a restricted case, nor about one that they are kept away from."""
    leading = Participation.objects.open().filter(case__in=cases, relation=Relation.LEADS, case__is_restricted=False)
    leading = leading.exclude(Exists(bars_of(by).filter(case=OuterRef("case"))))
    return list(leading.values_list("case_id", "organisation__name"))
