"""How long a case is kept, as the lead and the coordinator read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.refusals import NotVisible
from nrm.cases.keeping import may_be_proposed_by_hand, with_closing
from nrm.cases.models import Case, Retention
from nrm.cases.selectors.case import require, standing_in
from nrm.cases.steps import StepLink, step_links
from nrm.vault.fields import opened
from workflows.case import Stage
from workflows.retention import RetentionFlow, RetentionState


@dataclass(frozen=True, slots=True)
class Keeping:
    """Code, dates and kind of closure, and what is proposed; nothing of what the case holds."""

    closed_at: datetime | None
    closure: str | Promise
    years: int
    proposal: Retention | None
    grounds: str
    steps: list[StepLink]
    propose_url: str

    @property
    def state(self) -> str:
        return self.proposal.get_state_display() if self.proposal else ""

    @property
    def review_on(self) -> date | None:
        return self.proposal.review_on if self.proposal else None


def keeping_of(case: Case, standing: Standing) -> Keeping | None:
    """None for an open or erased case, and where it is not shared."""
    if case.stage != Stage.CLOSED or not standing.may(Permission.SEE_RETENTION) or case.person.erased_at:
        return None
    proposal = case.retentions.exclude(state=RetentionState.DROPPED).first()
    if proposal:
        proposal.case = case
    return Keeping(
        closed_at=with_closing(Case.objects.filter(pk=case.pk)).values_list("closed_at", flat=True).first(),
        closure=case.get_closure_display(),
        years=settings.NRM_RETENTION_YEARS,
        proposal=proposal,
        grounds=_grounds(case, proposal, standing),
        steps=step_links(RetentionFlow, proposal, standing, "cases:retention_step", proposal.pk) if proposal else [],
        propose_url=_propose_url(case, standing),
    )


def _grounds(case: Case, proposal: Retention | None, standing: Standing) -> str:
    """For who works on the case: the coordinator sees no text of it."""
    return opened(case.person, proposal, "grounds") if proposal and standing.may(Permission.SEE_NOTES) else ""


def _propose_url(case: Case, standing: Standing) -> str:
    if not standing.may(Permission.PROPOSE_RETENTION) or not may_be_proposed_by_hand(case):
        return ""
    return reverse("cases:propose_erasure", args=[case.code])


def retention_for(actor: Actor, pk: UUID) -> Retention:
    """A proposal for who may see it: the lead of its case and the coordinator."""
    found = Retention.objects.select_related("case__person").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    require(standing_in(actor, found.case), Permission.SEE_RETENTION)
    return found
