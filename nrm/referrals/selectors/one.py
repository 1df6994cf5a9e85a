"""One referral: who may read it, and what each side reads of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import RECEIVERS, Standing
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.access.rows import seen_by_the_service
from nrm.cases.lifecycle import narrowed
from nrm.cases.models import Basis, Case, DataCategory, SharingBasis, reference
from nrm.cases.selectors import covered, standing_in
from nrm.countries import profile
from nrm.directory.services import Service
from nrm.lib.clock import now
from nrm.referrals.keys import numbered
from nrm.referrals.models import Message, MessageKind, Referral
from nrm.referrals.selectors.beside import Chain, FeedbackPlace, Work, chain_of, feedback_place, work_on
from nrm.tasks.models import Clock
from nrm.vault.fields import opened
from workflows.effects import Party
from workflows.referral import ANSWER_LIMITS, OPEN_REFERRALS, WAITING_FOR_ANSWER, ReferralState

#: Whom one form can be sent to at once.
MOST_AT_ONCE = 10
#: The receiver's messages; all others are the sender's.
FROM_RECEIVER = frozenset({MessageKind.QUESTION, MessageKind.DECLINED, MessageKind.COMPLETED})


def referral_for(
    actor: Actor, pk: UUID, permission: Permission = Permission.SEE_OWN_REFERRAL
) -> tuple[Referral, Standing]:
    """The referral and how the actor stands to its case. Whoever is on neither side gets `NotVisible`.

    Seeing needs only a side: the receiver keeps the bare record of a referral that has ended, a former lead that of
    one it sent. Any other permission has to be there now, else `NotPermitted`.
    """
    related = ("case__person", "sender", "receiver", "suggested")
    with seen_by_the_service():  # The bare record stays when the case is no longer shown; `side_of` decides.
        referral = Referral.objects.select_related(*related).filter(pk=pk).first()
    if referral is None:
        raise NotVisible
    standing = standing_in(actor, referral.case)
    if side_of(referral, standing) is None:
        raise NotVisible
    if permission is not Permission.SEE_OWN_REFERRAL and not narrowed(standing, referral).may(permission):
        raise NotPermitted
    return referral, standing


def referrals_of_form(case: Case, key: UUID, by: Actor) -> list[Referral]:
    """What a form made already; `NotVisible` when its key is that of another case or of somebody else's."""
    first = Referral.objects.filter(pk=key).first()
    if first is None:
        return []
    if (first.case_id, first.sender_id, first.prepared_by) != (case.pk, by.organisation_id, by.user_id):
        raise NotVisible
    made = Referral.objects.filter(pk__in=[numbered(key, place) for place in range(MOST_AT_ONCE)], case=case)
    return list(made.select_related("case__person", "receiver"))


def side_of(referral: Referral, standing: Standing) -> Party | None:
    """From which side the actor may read: as the lead of the case, as the organisation that sent it when it led the
    case, or as the organisation it was sent to."""
    if standing.may(Permission.SEE_REFERRALS):
        return Party.LEAD
    actor = standing.actor
    if _sent_as_former_lead(referral, standing):
        return Party.SENDER
    was_sent_here = referral.receiver_id == actor.organisation_id and referral.sent_at is not None
    if not was_sent_here or actor.role not in (*RECEIVERS, Role.OUTSIDE_RECIPIENT) or standing.is_barred:
        return None
    is_over = referral.state not in OPEN_REFERRALS
    return Party.RECEIVER if is_over or standing.may(Permission.SEE_OWN_REFERRAL) else None


def _sent_as_former_lead(referral: Referral, standing: Standing) -> bool:
    was_ours = referral.sender_id == standing.actor.organisation_id and referral.sent_at is not None
    return was_ours and Relation.LED in standing.relations and standing.may(Permission.SEE_CASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the conversation, opened."""

    kind: str
    is_ours: bool
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReferralPage:
    """What one side reads of a referral. The receiver's sight of the text ends with the referral, a former lead's with
    the lead. `is_sender` is for who leads the case now, whoever sent it."""

    referral: Referral
    is_sender: bool
    is_former_lead: bool
    lead: str
    shows_text: bool
    summary: str
    conversation: list[Line]
    marked: list[str]
    preview: Preview | None
    answer_due_at: datetime | None
    may_open_case: bool
    chain: Chain
    #: Who of the reader's organisation answers it.
    work: Work | None = None
    feedback: FeedbackPlace | None = None


def referral_page(referral: Referral, standing: Standing) -> ReferralPage:
    side = side_of(referral, standing)
    is_sender, is_former = side is Party.LEAD, side is Party.SENDER
    shows_text = is_sender or (referral.state in OPEN_REFERRALS and not is_former)
    return ReferralPage(
        referral=referral,
        is_sender=is_sender,
        is_former_lead=is_former,
        lead=lead_beside_sender(referral) if is_former or standing.may(Permission.SEE_CASE) else "",
        shows_text=shows_text,
        summary=summary_of(referral) if shows_text else "",
        conversation=conversation(referral, is_sender=is_sender) if shows_text else [],
        marked=labels(marked(referral)),
        preview=preview_of(referral) if shows_text else None,
        answer_due_at=answer_due(referral),
        may_open_case=_may_open_case(referral, standing, is_sender=is_sender or is_former),
        chain=chain_of(referral) if is_sender else Chain(),
        work=work_on(referral, standing.actor) if side is Party.RECEIVER else None,
        feedback=feedback_place(referral, standing.actor) if is_sender else None,
    )


def _may_open_case(referral: Referral, standing: Standing, *, is_sender: bool) -> bool:
    """Before acceptance the receiver reads this page only; the case opens with the acceptance."""
    if is_sender:
        return True
    if referral.service == Service.INTERPRETATION:  # Whoever interprets never reads what happened.
        return False
    return referral.state in {ReferralState.ACCEPTED, ReferralState.IN_SERVICE} and standing.may(Permission.SEE_CASE)


def lead_beside_sender(referral: Referral) -> str:
    """The organisation that leads the case since the sender no longer does; empty where it still does."""
    leads = referral.case.participations.open().filter(relation=Relation.LEADS, user=None)
    named = leads.exclude(organisation=referral.sender_id).values_list("organisation__name", flat=True)
    return named.first() or ""


def summary_of(referral: Referral) -> str:
    return opened(referral.case.person, referral, "summary")


def conversation(referral: Referral, *, is_sender: bool) -> list[Line]:
    """Oldest first."""
    return [
        Line(
            kind=str(MessageKind(message.kind).label),
            is_ours=(message.kind in FROM_RECEIVER) is not is_sender,
            text=opened(referral.case.person, message, "body"),
            at=message.written_at,
        )
        for message in Message.objects.filter(referral=referral)
    ]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the receiving organisation reads before it accepts, and what opens to it when it does: the same for whoever
    sends it and for whoever it was sent to."""

    referral: Referral
    summary: str
    opens: list[str]


def preview_of(referral: Referral, summary: str | None = None) -> Preview:
    """Also of one that is not written yet, of which the summary is at hand."""
    return Preview(referral, summary_of(referral) if summary is None else summary, labels(what_opens(referral)))


def what_opens(referral: Referral) -> list[DataCategory]:
    """What is covered today. A legal basis that is written together with the referral covers what is marked."""
    is_new = referral.sent_at is None and referral.legal_basis_id is None
    return marked(referral) if is_new and referral.basis != Basis.CONSENT else covered_now(referral)


def was_taken(referral: Referral, transition: str, *, by: Actor, version: int) -> bool:
    """Whether this user took this very step from this version on already: what is sent twice has one effect."""
    with seen_by_the_service():  # The step may have ended the user's own sight; they ask for their own act alone.
        rows = Referral.history.filter(id=referral.pk, version=version + 1, history_user_id=by.user_id)
        return bool(rows.filter(transition=f"referral.{transition}").exists())


def marked(referral: Referral) -> list[DataCategory]:
    """The categories that the sender marked to be shared after acceptance."""
    return [category for category in DataCategory if category.value in referral.categories]


def covered_now(referral: Referral) -> list[DataCategory]:
    """Those of them that are covered today: the same that `cases.selectors.standing_in` opens."""
    return [DataCategory(category) for category in covered(referral.case, referral)]


def basis_covering(case: Case, basis: str, receiver_id: UUID, categories: Iterable[str]) -> SharingBasis | None:
    """The newest legal basis of this kind in force that covers all of this for the receiver."""
    found: SharingBasis | None = case.sharing_bases.covering(receiver_id, categories).filter(basis=basis).first()
    return found


def labels(categories: list[DataCategory]) -> list[str]:
    return [str(category.label) for category in categories]


def answer_due(referral: Referral) -> datetime | None:
    return answers_due([referral]).get(referral.pk)


def would_be_due(referral: Referral) -> datetime | None:
    """Until when one that is sent now is to be answered, by its urgency, as the country's profile says."""
    country = profile.current()
    limits = [country.clock(key) for key in ANSWER_LIMITS]
    rule = next((limit for limit in limits if limit and limit.counts_for(referral)), None)
    return rule.due_at(now(), subdivision=country.holidays_in(referral.case.region)) if rule else None


def answers_due(referrals: list[Referral]) -> Mapping[UUID, datetime]:
    """Until when each is to be answered; one query."""
    waiting = {reference(row): row.pk for row in referrals if row.state in WAITING_FOR_ANSWER}
    clocks = Clock.objects.filter(key__in=ANSWER_LIMITS, stopped_at=None, subject__in=list(waiting))
    return {waiting[clock.subject]: clock.due_at for clock in clocks}


def referrals_overdue(at: datetime) -> list[Referral]:
    """Those still unanswered after their time limit, longest first."""
    waiting = {reference(row): row for row in Referral.objects.waiting_for_answer().select_related("case")}
    clocks = Clock.objects.filter(
        key__in=ANSWER_LIMITS, stopped_at=None, due_at__lte=at, subject__in=list(waiting)
    ).order_by("due_at", "id")
    return [waiting[clock.subject] for clock in clocks]
