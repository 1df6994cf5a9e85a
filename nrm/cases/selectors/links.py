"""The cases of one person, linked, for who sees them both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise

from nrm.access.policy import Standing
from nrm.cases.models import Case, CaseLink, LinkReason
from nrm.cases.selectors.case import cases_visible_to
from nrm.cases.selectors.merge import mergeable


@dataclass(frozen=True, slots=True)
class Linked:
    """A link as the reader of one of the cases sees it."""

    id: UUID
    code: str
    reason: str | Promise
    at: datetime
    may_merge: bool = False


def links_shown(case: Case, standing: Standing) -> list[Linked]:
    """The links of the case to cases that the reader sees too."""
    seen = cases_visible_to(standing.actor).values("pk")
    found = CaseLink.objects.standing().of(case).filter(Q(first__in=seen), Q(second__in=seen))
    rows = list(found.select_related("first", "second"))
    can_merge = mergeable([row.other(case) for row in rows], case, standing.actor) if rows else set()
    return [
        Linked(row.pk, (code := row.other(case).code), LinkReason(row.reason).label, row.linked_at, code in can_merge)
        for row in rows
    ]
