"""What of a case is shared, with whom, and on what it rests, as people read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.refusals import NotVisible
from nrm.accounts.kinds import OrganisationKind
from nrm.cases.models import (
    Basis,
    Case,
    Consent,
    DataCategory,
    Document,
    DocumentBlock,
    GivenHow,
    Purpose,
    SharingBasis,
)
from nrm.cases.selectors.case import require, standing_in
from nrm.cases.steps import StepLink, step_links
from nrm.lib.spoken_languages import SpokenLanguage
from nrm.vault.fields import opened
from workflows.basis import BasisFlow, BasisState
from workflows.consent import ConsentFlow

#: Running referrals have accepted and not yet completed; from these states on, something is shared on them.
RUNNING = ("sent", "more_info", "accepted", "in_service")


@dataclass(frozen=True, slots=True)
class Line:
    """One consent or legal basis. What was written beside it is read by whoever may record one."""

    record: Consent | SharingBasis
    machine: str
    title: str | Promise
    recipient: str | Promise
    shared: list[str | Promise]
    is_live: bool
    state: str | Promise
    ended_by_date: bool
    steps: list[StepLink]
    given_how: str | Promise = ""
    explained_in: str | Promise = ""
    since: date | None = None
    #: Label of each text, and the text.
    note: str = ""
    witness: str = ""
    assent: str = ""
    reason: str = ""
    told: str = ""
    signature: str = ""
    sheets: list[Document] = field(default_factory=list)

    @property
    def is_consent(self) -> bool:
        return self.machine == "consent"

    @property
    def is_untold(self) -> bool:
        return self.record.state == BasisState.UNTOLD

    @property
    def names_somebody(self) -> bool:
        return bool(self.recipient)


@dataclass(frozen=True, slots=True)
class Sharings:
    """Live ones first, newest first in each part."""

    live: list[Line]
    over: list[Line]
    #: Brought in as papers about consent, and said to prove none in particular.
    papers: list[Document]


def basis_for(actor: Actor, pk: UUID) -> tuple[SharingBasis, Standing]:
    """A legal basis of a case whose consents the actor may see."""
    record = SharingBasis.objects.select_related("case__person").filter(pk=pk).first()
    if record is None:
        raise NotVisible
    standing = standing_in(actor, record.case)
    require(standing, Permission.SEE_CONSENT)
    return record, standing


def sharings_of(case: Case, standing: Standing) -> Sharings:
    """For whoever may see the consents of the case; in a constant number of queries."""
    papers = _papers(case)
    consents = [
        _of_consent(consent, standing, papers[consent.pk])
        for consent in Consent.objects.filter(case=case).select_related("recipient", "case__person")
    ]
    bases = [
        _of_basis(basis, standing)
        for basis in SharingBasis.objects.filter(case=case).select_related("recipient", "case__person")
    ]
    lines = sorted([*bases, *consents], key=lambda line: line.since or date.min, reverse=True)
    live, over = [line for line in lines if line.is_live], [line for line in lines if not line.is_live]
    return Sharings(live, over, papers[None])


def _papers(case: Case) -> defaultdict[UUID | None, list[Document]]:
    """The papers about consent, by the consent that they prove."""
    found: defaultdict[UUID | None, list[Document]] = defaultdict(list)
    for paper in Document.objects.kept().filter(case=case, block=DocumentBlock.CONSENT):
        found[paper.consent_id].append(paper)
    return found


def _of_consent(consent: Consent, standing: Standing, sheets: list[Document]) -> Line:
    return Line(
        record=consent,
        machine="consent",
        title=Purpose(consent.purpose).label,
        recipient=recipient_of(consent),
        shared=labels(consent.categories),
        is_live=consent.is_live,
        state=consent.get_state_display(),
        ended_by_date=not consent.is_live and consent.state in consent.IN_FORCE,
        steps=step_links(ConsentFlow, consent, standing, "cases:consent_step", consent.pk),
        given_how=GivenHow(consent.given_how).label,
        explained_in=SpokenLanguage(consent.explained_in).label if consent.explained_in else "",
        since=consent.given_on,
        note=opened(consent.case.person, consent, "note"),
        sheets=sheets,
        **_written(consent, standing, "witness", "assent", "signature"),
    )


def _of_basis(record: SharingBasis, standing: Standing) -> Line:
    return Line(
        record=record,
        machine="basis",
        title=Basis(record.basis).label,
        recipient=recipient_of(record),
        shared=labels(record.categories),
        is_live=record.is_live,
        state=record.get_state_display(),
        ended_by_date=not record.is_live and record.state in record.IN_FORCE,
        steps=step_links(BasisFlow, record, standing, "cases:basis_step", record.pk),
        since=record.recorded_at.date(),
        **_written(record, standing, "reason", "told"),
    )


def _written(record: Any, standing: Standing, *columns: str) -> dict[str, Any]:
    """Names of witnesses and guardians, reasons and the signature stay with the team that leads."""
    if not standing.may(Permission.RECORD_CONSENT):
        return {}
    return {column: opened(record.case.person, record, column) for column in columns}


def recipient_of(record: Consent | SharingBasis) -> str | Promise:
    """The organisation, or the kind; empty where nobody in particular is named."""
    if record.recipient:
        return record.recipient.name
    return OrganisationKind(record.recipient_kind).label if record.recipient_kind else ""


def labels(categories: Iterable[str]) -> list[str | Promise]:
    return [DataCategory(category).label for category in categories]


@dataclass(frozen=True, slots=True)
class Resting:
    """A running referral that shares something on a consent or a legal basis."""

    organisation: str
    service: str


def resting_on(record: Consent | SharingBasis) -> list[Resting]:
    """The running referrals to those whom it names: without another consent or legal basis they open nothing more."""
    running: Any = record.case.referrals.filter(state__in=RUNNING)
    if isinstance(record, SharingBasis):
        running = running.filter(legal_basis=record.pk)
    else:
        running = running.filter(basis=Basis.CONSENT, receiver__in=record.recipients())
    return [
        Resting(referral.receiver.name, referral.get_service_display())
        for referral in running.select_related("receiver").order_by("receiver__name", "pk")
    ]


def still_shared(case: Case, organisation_id: UUID) -> set[str]:
    """The categories that some consent or legal basis in force opens to the organisation."""
    live = [rows.live().for_recipient(organisation_id) for rows in (case.consents, case.sharing_bases)]
    return {category for rows in live for listed in rows.values_list("categories", flat=True) for category in listed}


def record_named(reference: str) -> Consent | SharingBasis | None:
    """The consent or legal basis that a task or an event is about."""
    label, _colon, pk = reference.partition(":")
    models: dict[str, Any] = {model._meta.label_lower: model for model in (Consent, SharingBasis)}
    if label not in models:
        return None
    found: Consent | SharingBasis | None = (
        models[label].objects.select_related("case__person", "recipient").filter(pk=pk).first()
    )
    return found
