"""Making, opening and ending links; answering through one; writing down what was told by telephone or letter.

Locks are taken in the order case, link, end of the audit chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.access.roles import Role
from nrm.audit import actions as audit
from nrm.audit.codes import Code, Outcome
from nrm.cases import lifecycle
from nrm.cases.actions import keep_made
from nrm.cases.models import Document, DocumentBlock, reference
from nrm.cases.selectors import require, standing_in
from nrm.lib.clock import now
from nrm.referrals.actions import take_step
from nrm.referrals.models import Channel, Referral
from nrm.referrals.outside.actors import spoken_for, visitor
from nrm.referrals.outside.models import OutsideLink, ToldAnswer, WrongCode
from nrm.referrals.outside.secrets import digest_of, hash_of_code, is_right_code, new_code, new_token
from nrm.referrals.outside.selectors import LONGEST, STEPS, WRONG_CODES, is_open, is_visited, lead_of
from nrm.referrals.selectors import answer_due
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind
from nrm.vault.fields import sealed
from workflows.referral import WAITING_FOR_ANSWER, ReferralState

#: Wrong codes are forgotten after this.
REMEMBERED = timedelta(days=1)
#: What an organisation without an account may have told, beside the steps of a visitor.
TOLD_STEPS = (*STEPS, "start_service", "complete")

GOES_INSIDE = _("This organisation answers in this service. A link or a letter is for those without an account.")
NOT_WAITING = _("This referral does not wait for an answer.")


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """Token and code leave the service here, once; only digests are kept."""

    link: OutsideLink
    token: str
    code: str


@lifecycle.act()
def issue_link(referral: Referral, *, by: Actor, token: str = "") -> IssuedLink:
    """A new link with a new code; the one before ends, and with it a visit that still runs. Locks the case."""
    referral = _lead_of_waiting(referral, by)
    at = now()
    due = answer_due(referral)
    _end_links(referral)
    issued = IssuedLink(OutsideLink(referral=referral), token or new_token(), new_code())
    link = issued.link
    link.token_digest, link.code_hash = digest_of(issued.token), hash_of_code(link.pk, issued.code)
    link.made_by, link.made_at = by.user_id, at
    link.expires_at = min(at + LONGEST, due) if due else at + LONGEST
    link.save(force_insert=True)
    tasks.close_tasks(by=by, subject=reference(referral), kinds=[TaskKind.LINK_LOCKED])
    _record(Code.REFERRAL_LINK_MADE, link, by=by)
    return issued


@lifecycle.act()
def end_link(referral: Referral, *, by: Actor) -> None:
    """The link opens nothing any more, and a visit that runs ends at its next page. Locks the case."""
    referral = _locked_for_lead(referral, by)
    for link in _end_links(referral):
        _record(Code.REFERRAL_LINK_ENDED, link, by=by)


@lifecycle.act()
def open_link(token_digest: bytes, code: str, *, network: str) -> str | None:
    """The key of a visit, once, when the link is open and the code is right: with it the receipt is written, and the
    first of several browsers gets it. None for everything else, whatever it is: unknown, used, ended, expired, locked,
    or a wrong code. Locks the link."""
    links = OutsideLink.objects.select_for_update(of=("self",)).select_related("referral__case__person")
    link = links.filter(token_digest=token_digest).first()
    is_right = is_right_code(link.pk if link else None, code, link.code_hash if link else None)
    if link is None or not is_right or not is_open(link, now()):
        _note_wrong(link, network)
        return None
    key = new_token()
    link.opened_at = link.seen_at = now()
    link.visit_digest = digest_of(key)
    link.save(update_fields=["opened_at", "seen_at", "visit_digest"])
    _record(Code.REFERRAL_LINK_OPENED, link, by=visitor(link))
    return key


def note_seen(link: OutsideLink) -> None:
    """A page of the visit was asked for, so it goes on for a while."""
    OutsideLink.objects.filter(pk=link.pk, ended_at=None).update(seen_at=now())


@lifecycle.act()
def end_visit(link: OutsideLink) -> None:
    """The visitor is done."""
    if OutsideLink.objects.filter(pk=link.pk, ended_at=None).update(ended_at=now()):
        _record(Code.REFERRAL_LINK_ENDED, link, by=visitor(link))


@lifecycle.act()
def answer_through_link(
    link: OutsideLink, transition: str, *, expected_version: int, reason: str = "", **facts: Any
) -> Referral:
    """The visitor's step, while their visit runs. Locks case and link. `NotVisible` once the visit is over, else like
    `take_step`: of two answers at once the second gets `MovedOn`."""
    if transition not in STEPS:
        raise NotVisible
    lifecycle.lock_case(link.referral.case_id)
    locked = (
        OutsideLink.objects.select_for_update(of=("self",)).select_related("referral__case__person").get(pk=link.pk)
    )
    if not is_visited(locked, now()):
        raise NotVisible
    return take_step(
        locked.referral, transition, by=visitor(locked), expected_version=expected_version, reason=reason, **facts
    )


@lifecycle.act()
def record_told(
    referral: Referral,
    transition: str,
    *,
    by: Actor,
    expected_version: int,
    means: str,
    told_by: str,
    told_on: date,
    reason: str = "",
    **facts: Any,
) -> Referral:
    """What somebody in the other organisation told the lead: a mark of its own, then the step. Raises like
    `take_step`. A link that was made ends with an answer."""
    if transition not in TOLD_STEPS:
        raise NotVisible
    referral = _locked_for_lead(referral, by)
    _lock_links(referral)
    answer = ToldAnswer(referral=referral, transition=transition, means=means, told_on=told_on, recorded_by=by.user_id)
    answer.told_by = sealed(referral.case.person, answer, "told_by", told_by)
    lifecycle.add(
        answer,
        by=by,
        permission=Permission.SEND_REFERRAL,
        code=Code.REFERRAL_ANSWER_TOLD,
        data={"step": transition, "means": means, "referral": referral.pk},
    )
    moved = take_step(
        referral,
        transition,
        by=spoken_for(by, referral),
        expected_version=expected_version,
        reason=reason,
        **facts,
    )
    if moved.state not in WAITING_FOR_ANSWER:
        _end_links(referral)
    return moved


@lifecycle.act()
def keep_letter(
    referral: Referral, *, by: Actor, name: str, content: bytes, language: str, token: str = ""
) -> tuple[Document, IssuedLink | None]:
    """Keeps the sealed letter with the case, and makes the link that is printed in it, if one is."""
    referral = _lead_of_waiting(referral, by)
    issued = issue_link(referral, by=by, token=token) if token else None
    document = keep_made(referral.case, by=by, block=DocumentBlock.CASE, name=name, content=content)
    audit.append(
        Code.REFERRAL_LETTER_MADE,
        by=by,
        case_code=referral.case.code,
        subject=reference(referral),
        data={"document": document.pk, "language": language, "with_link": bool(token)},
    )
    return document, issued


def _lead_of_waiting(referral: Referral, by: Actor) -> Referral:
    locked = _locked_for_lead(referral, by)
    if locked.state not in WAITING_FOR_ANSWER:
        raise NotYet(NOT_WAITING)
    return locked


def _locked_for_lead(referral: Referral, by: Actor) -> Referral:
    """The referral as it is now, under the lock of its case, for who leads it."""
    case = lifecycle.lock_case(referral.case_id)
    standing = standing_in(by, case)
    require(standing, Permission.SEND_REFERRAL)
    locked = Referral.objects.select_related("sender", "receiver").get(pk=referral.pk)
    locked.case = case
    if not lifecycle.narrowed(standing, locked).may(Permission.SEND_REFERRAL):
        raise NotPermitted
    if locked.channel == Channel.INSIDE:
        raise NotYet(GOES_INSIDE)
    if locked.state == ReferralState.DRAFT:
        raise NotYet(NOT_WAITING)
    return locked


def _lock_links(referral: Referral) -> list[OutsideLink]:
    """Those that are not ended yet. Before anything is recorded: whoever opens one holds it and waits for the log."""
    return list(OutsideLink.objects.select_for_update().filter(referral=referral, ended_at=None))


def _end_links(referral: Referral) -> list[OutsideLink]:
    """Ends what is not ended yet; returns it."""
    links = _lock_links(referral)
    OutsideLink.objects.filter(pk__in=[link.pk for link in links]).update(ended_at=now())
    for link in links:
        link.referral = referral
    return links


def _note_wrong(link: OutsideLink | None, network: str) -> None:
    """Counts it for the network, and for the link when that is still open; locks the link after the fifth."""
    at = now()
    WrongCode.objects.filter(at__lt=at - REMEMBERED).delete()
    WrongCode.objects.create(network=network, at=at)
    if link is not None and is_open(link, at):
        link.wrong_codes += 1
        if link.wrong_codes >= WRONG_CODES:
            link.locked_at = at
            _tell_lead(link)
        link.save(update_fields=["wrong_codes", "locked_at"])
    audit.append(
        Code.REFERRAL_CODE_REFUSED,
        by=None,
        case_code=link.case.code if link else "",
        subject=reference(link) if link else "",
        outcome=Outcome.REFUSED,
    )


def _tell_lead(link: OutsideLink) -> None:
    """Somebody has to make a new link, and perhaps to ask who tried."""
    lead = lead_of(link.case)
    tasks.open_task(
        TaskKind.LINK_LOCKED,
        case_code=link.case.code,
        subject=reference(link.referral),
        organisation_id=lead.pk if lead else link.referral.sender_id,
        role=Role.CASE_WORKER,
        due_at=now() + timedelta(days=1),
        by=THE_SERVICE,
    )


def _record(code: Code, link: OutsideLink, *, by: Actor) -> None:
    told = {"referral": link.referral.pk}
    audit.append(code, by=by, case_code=link.case.code, subject=reference(link), data=told)
