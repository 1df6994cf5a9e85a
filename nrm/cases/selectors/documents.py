"""The documents of a case, as far as their part of it is shared. Content is read in one place only: when one is opened
(`nrm.cases.actions.documents`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Func, IntegerField, Q, QuerySet, Sum
from django.utils import formats
from django.utils.functional import Promise

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.refusals import NotVisible
from nrm.access.rows import seen_by_the_service
from nrm.accounts.selectors import names_of
from nrm.cases.documents import BLOCK_RIGHTS, CASE_IS_FULL, DAY_IS_FULL, blocks_added_to, blocks_seen
from nrm.cases.models import Case, Consent, Document, DocumentBlock, DocumentContent, MediaType
from nrm.cases.selectors.case import require, standing_in
from nrm.lib.clock import today as this_day
from nrm.lib.files.uploads import MEGABYTE
from nrm.vault.fields import opened

#: How many of the card are open at once; the rest is one click away.
LATEST = 6


@dataclass(frozen=True, slots=True)
class Listed:
    """A document as a line of the card."""

    id: UUID
    name: str
    part: str | Promise
    kind: str | Promise
    size: int
    who: str
    at: datetime
    is_made_here: bool
    removed_at: datetime | None
    may_remove: bool
    may_take_original: bool

    @property
    def size_shown(self) -> str:
        if self.size < MEGABYTE:
            return f"{max(1, self.size // 1024)} KB"
        return f"{formats.number_format(self.size / MEGABYTE, 1)} MB"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The card of the case page."""

    lines: list[Listed]
    may_add: bool

    @property
    def latest(self) -> list[Listed]:
        return self.lines[:LATEST]

    @property
    def earlier(self) -> list[Listed]:
        return self.lines[LATEST:]


def documents_of(case: Case, standing: Standing) -> Shelf | None:
    """Two queries, however many there are, and no content. None for who sees no part that takes documents."""
    seen = blocks_seen(standing)
    if not seen:
        return None
    rows = list(case.documents.filter(block__in=seen))
    names = names_of({row.added_by for row in rows})
    return Shelf([_listed(case, standing, row, names) for row in rows], bool(blocks_added_to(standing)))


def _listed(case: Case, standing: Standing, row: Document, names: dict[UUID, str]) -> Listed:
    block = DocumentBlock(row.block)
    is_there = row.removed_at is None
    return Listed(
        id=row.pk,
        name=opened(case.person, row, "name"),
        part=block.label,
        kind=MediaType(row.media_type).label,
        size=row.size,
        who=names.get(row.added_by, ""),
        at=row.added_at,
        is_made_here=row.is_made_here,
        removed_at=row.removed_at,
        may_remove=is_there and standing.may(BLOCK_RIGHTS[block].add),
        may_take_original=is_there and not row.is_made_here and standing.may(BLOCK_RIGHTS[block].original),
    )


def document_for(actor: Actor, pk: UUID) -> tuple[Document, Standing]:
    """A document of a part that the actor sees. Of any other they do not learn that it exists."""
    document = Document.objects.select_related("case__person").filter(pk=pk).first()
    if document is None:
        raise NotVisible
    standing = standing_in(actor, document.case)
    if document.block not in blocks_seen(standing):
        raise NotVisible
    return document, standing


def document_to_remove(actor: Actor, pk: UUID) -> tuple[Document, str]:
    """With its name, for who may remove it."""
    document, standing = document_for(actor, pk)
    require(standing, BLOCK_RIGHTS[DocumentBlock(document.block)].add)
    return document, opened(document.case.person, document, "name")


def consents_to_prove(case: Case, standing: Standing) -> QuerySet[Consent]:
    """The consents of the case, for who sees them."""
    return case.consents.all() if standing.may(Permission.SEE_CONSENT) else case.consents.none()


def why_no_room(case: Case, actor: Actor) -> str | Promise:
    """What is said once the case, or the person on this day, has brought as much as is allowed; else nothing."""
    with seen_by_the_service():  # The person's whole day counts, also in cases that are no longer shown to them.
        return _why_no_room(case, actor)


def _why_no_room(case: Case, actor: Actor) -> str | Promise:
    brought = DocumentContent.objects.filter(document__is_made_here=False)
    today = Q(document__added_by=actor.user_id, document__added_at__date=this_day())
    limits: tuple[tuple[Q, int, int, Promise], ...] = (
        (Q(document__case=case), settings.NRM_DOCUMENTS_A_CASE, settings.NRM_DOCUMENTS_A_CASE_MB, CASE_IS_FULL),
        (today, settings.NRM_DOCUMENTS_A_DAY, settings.NRM_DOCUMENTS_A_DAY_MB, DAY_IS_FULL),
    )
    for which, most, most_megabytes, sentence in limits:
        held = brought.filter(which).aggregate(number=Count("document", distinct=True), size=Sum(sealed_size()))
        if held["number"] >= most or (held["size"] or 0) >= most_megabytes * MEGABYTE:
            return sentence
    return ""


def sealed_size() -> Func:
    """The bytes of a content as the database counts them, without reading them."""
    return Func("content", function="octet_length", output_field=IntegerField())
