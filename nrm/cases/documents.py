"""Who sees, adds and takes out the documents of each part of a case: one table, printed in docs/documents.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nrm.access.permissions import Permission as P  # noqa: N817  one letter keeps the table a table
from nrm.access.policy import Standing
from nrm.cases.models import Copy, DocumentBlock

#: For views, which import no models.
SHARED, ORIGINAL = Copy.SHARED, Copy.ORIGINAL

REMOVED = _("This document was removed.")
CASE_IS_FULL = _("This case holds as many documents as one case may. Tell your administrator.")
DAY_IS_FULL = _("You added as many documents today as one person may. Go on tomorrow, or tell your administrator.")


@dataclass(frozen=True, slots=True)
class Rights:
    """The permissions of a part: to know of its documents and open them, to add and remove, to take out originals."""

    see: P
    add: P
    original: P


#: Originals still hold place, time and author. They go to the lead's team, and of clinical papers to the clinician.
BLOCK_RIGHTS: Mapping[DocumentBlock, Rights] = {
    DocumentBlock.CASE: Rights(P.SEE_NOTES, P.ADD_NOTE, P.SEE_NOTES),
    DocumentBlock.IDENTITY: Rights(P.REVEAL_IDENTITY, P.WRITE_IDENTITY, P.WRITE_IDENTITY),
    DocumentBlock.CONSENT: Rights(P.SEE_CONSENT, P.RECORD_CONSENT, P.RECORD_CONSENT),
    DocumentBlock.SCREENING: Rights(P.SEE_SCREENING, P.WRITE_SCREENING, P.SEE_NOTES),
    DocumentBlock.RISK: Rights(P.SEE_RISK, P.ASSESS_RISK, P.ASSESS_RISK),
    DocumentBlock.CLINICAL: Rights(P.SEE_CLINICAL, P.PROVIDE_SUPPORT, P.SEE_CLINICAL),
}


def blocks_seen(standing: Standing) -> list[DocumentBlock]:
    """The parts whose documents the reader may know of at all."""
    return [block for block, rights in BLOCK_RIGHTS.items() if standing.may(rights.see)]


def may_add(standing: Standing, block: DocumentBlock) -> bool:
    """Whoever adds must also see: nobody puts in what they could not look at."""
    rights = BLOCK_RIGHTS[block]
    return standing.may(rights.see) and standing.may(rights.add)


def blocks_added_to(standing: Standing) -> list[DocumentBlock]:
    return [block for block in BLOCK_RIGHTS if may_add(standing, block)]


def blocks_hidden(standing: Standing) -> list[str]:
    seen = blocks_seen(standing)
    return [block.value for block in BLOCK_RIGHTS if block not in seen]
