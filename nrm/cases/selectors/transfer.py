"""The offer of the lead that waits for its answer, for both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.refusals import NotVisible
from nrm.accounts.models import Organisation
from nrm.accounts.selectors import names_of, organisations_that_can_lead
from nrm.cases.models import Case, Transfer
from nrm.cases.models.transfer import SHARED_WITH_A_LEAD
from nrm.cases.selectors.case import require, standing_in
from nrm.cases.steps import StepLink, step_links
from nrm.vault.fields import opened
from workflows.transfer import TransferFlow


@dataclass(frozen=True, slots=True)
class Offer:
    """As one of both sides sees it. `is_ours` is for the side that made it."""

    transfer: Transfer
    is_ours: bool
    summary: str
    offered_by: str
    links: list[StepLink]


def offer_shown(case: Case, standing: Standing) -> Offer | None:
    """The offer that waits, for who leads the case and who is asked to."""
    if not standing.may(Permission.SEE_TRANSFER):
        return None
    transfer = case.transfers.open().select_related("sender", "receiver").first()
    if transfer is None:
        return None
    transfer.case = case
    return Offer(
        transfer=transfer,
        is_ours=transfer.sender_id == standing.actor.organisation_id,
        summary=opened(case.person, transfer, "summary"),
        offered_by=names_of({transfer.offered_by}).get(transfer.offered_by, ""),
        links=step_links(TransferFlow, transfer, standing, "cases:answer_offer", transfer.pk),
    )


def transfer_for(actor: Actor, pk: UUID) -> tuple[Transfer, Standing]:
    """`NotVisible` to strangers, `NotPermitted` to who is on neither side."""
    transfer = Transfer.objects.select_related("case__person", "sender", "receiver").filter(pk=pk).first()
    if transfer is None:
        raise NotVisible
    standing = standing_in(actor, transfer.case)
    require(standing, Permission.SEE_TRANSFER)
    return transfer, standing


@dataclass(frozen=True, slots=True)
class PossibleLead:
    """An organisation that can be asked, and whether the file may be shared with it today."""

    id: UUID
    name: str
    is_covered: bool


def possible_leads(case: Case, *, besides: UUID) -> list[PossibleLead]:
    """Three queries however many organisations there are."""
    sharing = [*_live(case.consents), *_live(case.sharing_bases)]
    return [
        PossibleLead(one.pk, one.name, any(_covers(row, one) for row in sharing))
        for one in organisations_that_can_lead().exclude(pk=besides).order_by("name")
    ]


def _live(sharing: Any) -> list[Any]:
    return [row for row in sharing.live() if set(SHARED_WITH_A_LEAD) <= set(row.categories)]


def _covers(row: Any, organisation: Organisation) -> bool:
    """As `SharingQuerySet.for_recipient` says."""
    return bool(
        row.recipient_id == organisation.pk or (not row.recipient_id and row.recipient_kind == organisation.kind)
    )
