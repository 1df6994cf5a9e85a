"""What both sides do to a referral."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotPermitted, NotYet
from nrm.accounts.selectors import is_reachable_inside
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.actions import record_basis
from nrm.cases.models import Basis, Case, SharingBasis
from nrm.cases.selectors import require, standing_in
from nrm.lib.clock import now
from nrm.referrals.keys import numbered
from nrm.referrals.models import Channel, Feedback, Gap, Message, MessageKind, Referral
from nrm.referrals.selectors import basis_covering, referrals_of_form, referrals_overdue
from nrm.tasks.actions import close_tasks
from nrm.tasks.kinds import TaskKind
from nrm.tasks.rounds import one_by_one
from nrm.vault.fields import sealed
from workflows.referral import ReferralFlow, ReferralState

NOTHING_SHARED = _("Mark what is shared: a legal basis covers what it names and nothing else.")


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why something may be shared without consent, and what the person was told of it."""

    reason: str = ""
    told: str = ""
    was_told: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is asked, through which service of the directory, and how it gets there."""

    organisation_id: UUID
    listing_id: UUID | None = None
    channel: str = Channel.INSIDE


@lifecycle.act()
def prepare_referrals(
    case: Case,
    *,
    by: Actor,
    recipients: Sequence[Recipient],
    key: UUID | None = None,
    previous: Referral | None = None,
    send: bool = False,
    **values: Any,
) -> list[Referral]:
    """One for each of them, of one need; drafts, unless they are sent in the same act. A form that made them already,
    known by its `key`, makes nothing: what it made is returned. Locks the case."""
    _lock_for_lead(case, by)
    key = key or uuid4()
    if made := referrals_of_form(case, key, by):
        return made
    carried = previous.need or previous.pk if previous else key
    prepared = [
        prepare_referral(
            case,
            by=by,
            pk=numbered(key, place),
            receiver_id=recipient.organisation_id,
            listing_id=recipient.listing_id,
            channel=recipient.channel,
            need=carried,
            previous=previous,
            **values,
        )
        for place, recipient in enumerate(recipients)
    ]
    return [_send(referral, by) if send else referral for referral in prepared]


def _lock_for_lead(case: Case, by: Actor) -> None:
    """Before anything that is there already is handed back: `NotVisible` or `NotPermitted` to all but the lead."""
    require(standing_in(by, lifecycle.lock_case(case.pk)), Permission.SEND_REFERRAL)


def sketch(
    case: Case, *, by: Actor, recipient: Recipient, summary: str, grounds: Grounds | None = None, **values: Any
) -> Referral:
    """What would be prepared, not written: for showing it before. Its summary and grounds are at hand."""
    del summary, grounds
    whom = {"receiver_id": recipient.organisation_id, "listing_id": recipient.listing_id, "channel": recipient.channel}
    return Referral(case=case, sender_id=by.organisation_id, prepared_by=by.user_id, **whom, **values)


def _send(referral: Referral, by: Actor) -> Referral:
    return take_step(referral, "send", by=by, expected_version=referral.version)


@lifecycle.act()
def prepare_referral(
    case: Case,
    *,
    by: Actor,
    receiver_id: UUID,
    service: str,
    urgency: str,
    basis: str,
    summary: str,
    categories: Iterable[str] = (),
    grounds: Grounds | None = None,
    **columns: Any,
) -> Referral:
    """A draft; nobody outside the lead sees it before it is sent. One without consent rests on a legal basis: recorded
    here with its `grounds`, or one in force that covers it."""
    referral = Referral(
        case=case,
        sender_id=by.organisation_id,
        receiver_id=receiver_id,
        service=service,
        urgency=urgency,
        basis=basis,
        categories=list(categories),
        prepared_by=by.user_id,
        **columns,
    )
    referral.summary = sealed(referral.case.person, referral, "summary", summary)
    referral.legal_basis = _legal_basis(
        case, by=by, basis=basis, receiver_id=receiver_id, shared=categories, on=grounds
    )
    return lifecycle.begin(ReferralFlow, referral, by=by)


def _legal_basis(
    case: Case, *, by: Actor, basis: str, receiver_id: UUID, shared: Iterable[str], on: Grounds | None
) -> SharingBasis | None:
    """New grounds are a legal basis of their own; without them one in force has to cover what is shared."""
    if basis == Basis.CONSENT:
        return None
    shared, on = list(shared), on or Grounds()
    if not shared:
        raise NotYet(NOTHING_SHARED)
    if not on.reason and (found := basis_covering(case, basis, receiver_id, shared)):
        return found
    return record_basis(
        case,
        by=by,
        basis=basis,
        recipient_id=receiver_id,
        categories=shared,
        reason=on.reason,
        told=on.told,
        was_told=on.was_told,
    )


@lifecycle.act()
def change_draft(
    referral: Referral, *, by: Actor, expected_version: int, summary: str, grounds: Grounds | None = None, **values: Any
) -> Referral:
    """Change a referral before it is sent. The version speaks for the state: any step would have raised it."""
    if referral.state != ReferralState.DRAFT:
        raise NotYet(_("The referral was sent already and stays as it is."))
    if referral.version != expected_version:
        raise MovedOn
    values["legal_basis"] = _legal_basis(
        referral.case,
        by=by,
        basis=values["basis"],
        receiver_id=values["receiver_id"],
        shared=values["categories"],
        on=grounds,
    )
    return lifecycle.amend(
        referral,
        by=by,
        permission=Permission.SEND_REFERRAL,
        code=Code.REFERRAL_CHANGED,
        expected_version=expected_version,
        data={"changed": sorted([*values, "summary"])},
        summary=sealed(referral.case.person, referral, "summary", summary),
        **values,
    )


@lifecycle.act()
def take_step(
    referral: Referral, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Referral:
    """Fire a transition. What is written with it is a message that the other side reads.

    The message goes first: declining and completing end the writer's own access. What is sent in place of another
    referral does what was left to do about that one.
    """
    if transition == "send":
        facts["sent_at"] = now()
        if referral.channel == Channel.INSIDE and not is_reachable_inside(referral.receiver):
            facts["channel"] = Channel.LINK  # Nobody there has an account any more: it would reach nobody.
    if transition in MessageKind.values and reason.strip():
        _write_message(referral, MessageKind(transition), by=by, text=reason)
    taken = lifecycle.perform(
        ReferralFlow, referral, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )
    if transition == "send" and taken.previous_id is not None:
        former = f"{taken._meta.label_lower}:{taken.previous_id}"
        close_tasks(by=by, subject=former, kinds=[TaskKind.REFERRAL_DECLINED, TaskKind.REFERRAL_EXPIRED])
    return taken


def expire_overdue(at: datetime) -> int:
    """Expire what was not answered in time; how many. One answered at this very moment stays answered."""
    return one_by_one(referrals_overdue(at), _expire)


def _expire(referral: Referral) -> Referral:
    return take_step(referral, "expire", by=THE_SERVICE, expected_version=referral.version)


def _write_message(referral: Referral, kind: MessageKind, *, by: Actor, text: str) -> Message:
    message = Message(referral=referral, kind=kind, written_by=by.user_id)
    message.body = sealed(referral.case.person, message, "body", text)
    is_senders = kind in {MessageKind.ANSWER, MessageKind.WITHDRAWN}
    permission = Permission.SEND_REFERRAL if is_senders else Permission.ANSWER_REFERRAL
    return lifecycle.add(
        message, by=by, permission=permission, code=Code.REFERRAL_MESSAGE_WRITTEN, data={"kind": kind.value}
    )


@lifecycle.act()
def record_feedback(referral: Referral, *, by: Actor, words: str = "", **answers: str) -> Feedback:
    """What the person said of a completed service, because they wanted to. Once: said again, what is there stays.
    `NotPermitted` to who gave the service, should that one lead by now. Locks the case."""
    _lock_for_lead(referral.case, by)
    if referral.receiver_id == by.organisation_id:
        raise NotPermitted
    if found := Feedback.objects.filter(referral=referral).first():
        return found
    if Referral.objects.get(pk=referral.pk).state != ReferralState.COMPLETED:
        raise NotYet(_("The service is not completed yet."))
    feedback = Feedback(referral=referral, recorded_by=by.user_id, **answers)
    feedback.words = sealed(referral.case.person, feedback, "words", words) if words else None
    code = Code.REFERRAL_FEEDBACK_RECORDED
    return lifecycle.add(feedback, by=by, permission=Permission.SEND_REFERRAL, code=code)


@lifecycle.act()
def count_gap(case: Case, *, by: Actor, service: str) -> Gap:
    """Let the coordinator know that nobody offers this service where it is needed; once a case. Locks the case."""
    _lock_for_lead(case, by)
    if found := Gap.objects.filter(case=case, service=service).first():
        return found
    gap = Gap(case=case, service=service, region=case.region, found_by=by.user_id)
    data = {"service": service, "region": case.region}
    return lifecycle.add(gap, by=by, permission=Permission.SEND_REFERRAL, code=Code.REFERRAL_GAP_COUNTED, data=data)
