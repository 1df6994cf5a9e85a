"""Two cases of one person: linked and unlinked by who leads both. Nothing else is shared or moved by it."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.models import Case, CaseLink, reference
from nrm.cases.selectors import case_for, require, standing_in
from nrm.lib.clock import now
from nrm.lib.codes import normalise_code
from nrm.lib.history import Recording, save_recorded

#: Said of a code that does not exist, of a case that is not shared, and of one that somebody else leads.
NOT_TO_BE_LINKED = _("There is no other case with this code that your organisation leads.")


@lifecycle.act()
def link_cases(case: Case, other: Case, *, by: Actor, reason: str) -> CaseLink:
    """Locks both cases, always in one order. `NotVisible`, `NotPermitted` unless the actor leads both, `NotYet` when
    they are linked already or are one case."""
    if case.pk == other.pk:
        raise NotYet(NOT_TO_BE_LINKED)
    first, second = _both_locked(case.pk, other.pk, by)
    if CaseLink.objects.standing().filter(first=first, second=second).exists():
        raise NotYet(_("These two cases are linked already."))
    link = CaseLink(first=first, second=second, reason=reason, linked_by=by.user_id)
    row = save_recorded(link, Recording(by.user_id, transition=Code.CASE_LINKED))
    _tell_both(Code.CASE_LINKED, link, row, by)
    return link


def link_to_code(case: Case, code: str, *, by: Actor, reason: str) -> CaseLink:
    """Link to the case with a code as it was typed. Whatever is wrong with that one is answered alike, so that nobody
    learns here which codes exist."""
    try:
        other, _standing = case_for(by, normalise_code(code) or "", Permission.LINK_CASES)
        return link_cases(case, other, by=by, reason=reason)
    except (NotPermitted, NotVisible):
        raise NotYet(NOT_TO_BE_LINKED) from None


@lifecycle.act()
def unlink_cases(link_id: UUID, *, by: Actor) -> CaseLink:
    """Locks both cases. `NotVisible`, `NotPermitted` as above, `MovedOn` when the link was removed before."""
    found = CaseLink.objects.filter(pk=link_id).first()
    if found is None:
        raise NotVisible
    _both_locked(found.first_id, found.second_id, by)
    link = CaseLink.objects.select_related("first", "second").get(pk=link_id)
    if link.unlinked_at is not None:
        raise MovedOn
    link.unlinked_by, link.unlinked_at = by.user_id, now()
    link.version += 1
    recording = Recording(by.user_id, transition=Code.CASE_UNLINKED)
    row = save_recorded(link, recording, only=["unlinked_by", "unlinked_at", "version"])
    _tell_both(Code.CASE_UNLINKED, link, row, by)
    return link


def _both_locked(one: UUID, other: UUID, by: Actor) -> tuple[Case, Case]:
    """Both seen before either is refused for anything else: who leads one learns nothing of the other."""
    first, second = (lifecycle.lock_case(pk) for pk in sorted((one, other)))
    standings = [standing_in(by, case) for case in (first, second)]
    if not all(standing.may(Permission.SEE_CASE) for standing in standings):
        raise NotVisible
    for standing in standings:
        require(standing, Permission.LINK_CASES)
    return first, second


def _tell_both(code: Code, link: CaseLink, row: models.Model, by: Actor) -> None:
    """An event in the life of each case; the first proves the row that was written."""
    digests = [audit.history_digest(row)]
    for case, other in ((link.first, link.second), (link.second, link.first)):
        data = {"with": other.code, "reason": link.reason}
        audit.append(code, by=by, case_code=case.code, subject=reference(link), data=data, history=digests)
        digests = []
