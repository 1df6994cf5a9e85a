"""Documents of a case: kept and removed. Name and content are sealed before they touch the database."""

from __future__ import annotations

from django.db import transaction

from nrm.access.actor import Actor
from nrm.access.refusals import NotVisible
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.actions.identity import require_named
from nrm.cases.documents import BLOCK_RIGHTS
from nrm.cases.models import Case, Consent, Copy, Document, DocumentBlock, DocumentContent, MediaType
from nrm.cases.selectors import require, standing_in
from nrm.vault.fields import place_of, sealed
from nrm.vault.sealing import seal_bytes


def keep_made(
    case: Case, *, by: Actor, block: DocumentBlock, name: str, content: bytes, consent: Consent | None = None
) -> Document:
    """Keep a PDF that the service itself made, as a letter or a consent sheet. Raises like `lifecycle.add`.

    `name` is what the reader finds it by; it is sealed like the content. There is no original beside it.
    """
    document = Document(case=case, block=block, consent=consent, media_type=MediaType.PDF, is_made_here=True)
    return _keep(document, by=by, name=name, copies={Copy.SHARED: content}, code=Code.DOCUMENT_MADE)


@transaction.atomic
def _keep(document: Document, *, by: Actor, name: str, copies: dict[Copy, bytes], code: Code) -> Document:
    """Locks the case. The sealed bytes go in first, for whoever appends to the trail meanwhile waits until the end;
    the database compares the reference from content to document when the transaction ends.
    """
    document.case = case = lifecycle.lock_case(document.case_id)
    _require_place(document, by)
    document.size, document.added_by = len(copies[Copy.SHARED]), by.user_id
    document.name = sealed(case.person, document, "name", name)
    rows = [DocumentContent(document=document, copy=copy) for copy in copies]
    for row in rows:
        row.content = seal_bytes(case.person, place_of(row, "content"), copies[Copy(row.copy)])
    DocumentContent.objects.bulk_create(rows)
    block = DocumentBlock(document.block)
    told = {"block": block.value, "type": document.media_type, "size": document.size}
    return lifecycle.add(document, by=by, permission=BLOCK_RIGHTS[block].add, code=code, data=told)


def _require_place(document: Document, by: Actor) -> None:
    """Whether this part of the case is this actor's to add to, and takes documents at all."""
    block = DocumentBlock(document.block)
    standing = standing_in(by, document.case)
    require(standing, BLOCK_RIGHTS[block].see)
    require(standing, BLOCK_RIGHTS[block].add)
    if document.consent is not None and document.consent.case_id != document.case_id:
        raise NotVisible
    if block is DocumentBlock.IDENTITY:
        require_named(document.case)
