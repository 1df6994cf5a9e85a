"""Documents of a case: brought, made here, opened, removed. The database has name and content only sealed."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.actions.emergency import lock_user
from nrm.cases.actions.identity import require_named
from nrm.cases.documents import BLOCK_RIGHTS, REMOVED
from nrm.cases.models import Case, Consent, Copy, Document, DocumentBlock, DocumentContent, MediaType, reference
from nrm.cases.selectors import require, standing_in
from nrm.cases.selectors.documents import document_for, why_no_room
from nrm.lib.clock import now
from nrm.lib.files.refused import FileRefused
from nrm.lib.files.scanner import scan
from nrm.lib.files.types import type_of
from nrm.lib.files.workshop import cleaned
from nrm.vault.fields import place_of, sealed
from nrm.vault.sealing import seal_bytes, unseal_bytes


class FileNotKept(NotYet):
    """A file was not taken in. The audit gets the kind of reason, the reader what to do about it."""

    def __init__(self, why: FileRefused) -> None:
        self.code = why.code  # type: ignore[misc]
        super().__init__(why.sentence)


def add_document(
    case: Case,
    *,
    by: Actor,
    block: DocumentBlock,
    name: str,
    content: bytes,
    file_name: str,
    consent: Consent | None = None,
) -> Document:
    """Keep a file that somebody brought: its shared copy, and the original apart. `FileNotKept` says why not.

    `file_name` is looked at for its ending and then forgotten. The file is looked through before anything is locked,
    so this must not run inside a transaction.
    """
    document = Document(case=case, block=block, consent=consent)
    _require_place(document, by)
    _require_room(case, by)
    try:
        document.media_type = type_of(content, file_name)
        scan(content)
        shared = cleaned(content, document.media_type)
    except FileRefused as why:
        raise FileNotKept(why) from None
    return keep_brought(document, by=by, name=name, shared=shared, original=content)


@lifecycle.act()
def keep_brought(document: Document, *, by: Actor, name: str, shared: bytes, original: bytes) -> Document:
    """Keep what was looked through. Locks the person who brought it, then the case: both have only so much room."""
    lock_user(by.user_id)
    copies = {Copy.SHARED: shared, Copy.ORIGINAL: original}
    return _keep(document, by=by, name=name, copies=copies, code=Code.DOCUMENT_ADDED)


def keep_made(
    case: Case, *, by: Actor, block: DocumentBlock, name: str, content: bytes, consent: Consent | None = None
) -> Document:
    """Keep a PDF that the service itself made, as a letter or a consent sheet. Raises like `lifecycle.add`.

    `name` is what the reader finds it by; it is sealed like the content. There is no original beside it.
    """
    document = Document(case=case, block=block, consent=consent, media_type=MediaType.PDF, is_made_here=True)
    return _keep(document, by=by, name=name, copies={Copy.SHARED: content}, code=Code.DOCUMENT_MADE)


def open_document(pk: UUID, *, by: Actor, copy: Copy = Copy.SHARED) -> tuple[Document, bytes]:
    """The content, once. The event is committed before anything is given out, so this must not run inside another
    transaction (`durable`); if it cannot be written, or the seal does not hold, nothing is opened.

    `NotVisible` for who may not know of it, `NotPermitted` for an original, `NotYet` once it is removed.
    """
    with transaction.atomic(durable=True):
        document, standing = document_for(by, pk)
        if copy == Copy.ORIGINAL and not standing.may(BLOCK_RIGHTS[DocumentBlock(document.block)].original):
            raise NotPermitted
        if document.removed_at is not None:
            raise NotYet(REMOVED)
        row = DocumentContent.objects.filter(document=document, copy=copy).first()
        if row is None:
            raise NotVisible
        content = unseal_bytes(document.case.person, place_of(row, "content"), row.content)
        audit.append(
            Code.DOCUMENT_READ,
            by=by,
            case_code=document.case.code,
            subject=reference(document),
            data={"block": document.block, "copy": str(copy)},
        )
    return document, content


def remove_document(pk: UUID, *, by: Actor, expected_version: int, reason: str) -> Document:
    """Nobody opens it any more; that it was there stays visible to who saw it. Raises like `lifecycle.amend`."""
    document, _standing = document_for(by, pk)
    if not reason.strip():
        raise NotYet(_("Give a reason."))
    if document.removed_at is not None:
        raise MovedOn
    return lifecycle.amend(
        document,
        by=by,
        permission=BLOCK_RIGHTS[DocumentBlock(document.block)].add,
        code=Code.DOCUMENT_REMOVED,
        expected_version=expected_version,
        reason=reason,
        data={"block": document.block},
        removed_by=by.user_id,
        removed_at=now(),
    )


@lifecycle.act()
def _keep(document: Document, *, by: Actor, name: str, copies: Mapping[Copy, bytes], code: Code) -> Document:
    """Locks the case. The sealed bytes go in first, for whoever appends to the trail meanwhile waits until the end;
    the database compares the reference from content to document when the transaction ends.
    """
    document.case = case = lifecycle.lock_case(document.case_id)
    _require_place(document, by)
    if not document.is_made_here:
        _require_room(case, by)
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


def _require_room(case: Case, by: Actor) -> None:
    if sentence := why_no_room(case, by):
        raise NotYet(sentence)
