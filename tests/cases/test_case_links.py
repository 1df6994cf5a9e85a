"""Two cases of one person: linked and unlinked by who leads both, shown to who sees both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.audit.actions import verify_chain
from nrm.audit.models import Event
from nrm.cases.actions import NOT_TO_BE_LINKED, link_cases, open_case, unlink_cases
from nrm.cases.models import Case, CaseLink, LinkReason, Participation
from nrm.lib.codes import new_code

SignIn = Callable[[Any], Client]
REASON = LinkReason.SAME_DOCUMENT.value


def opened(cast: Any, lead: Any) -> Case:
    return open_case(by=cast.responder.actor, lead_organisation_id=lead.pk, age_group="adult", sex="woman")


@pytest.fixture
def other(case: Case, cast: Any) -> Case:
    return opened(cast, cast.organisations.open_hand)


@pytest.fixture
def foreign(cast: Any) -> Case:
    return opened(cast, cast.organisations.far_shore)


@pytest.fixture
def link(case: Case, other: Case, cast: Any) -> CaseLink:
    return link_cases(case, other, by=cast.case_worker.actor, reason=REASON)


def send(client: Client, case: Case, code: str) -> Any:
    return client.post(reverse("cases:link", args=[case.code]), {"other": code, "reason": REASON})


def shows(client: Client, case: Case, other: Case) -> bool:
    return other.code in client.get(reverse("desk:case_page", args=[case.code])).content.decode()


def test_a_link_is_shown_on_both_pages(case: Case, other: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    assert send(client, case, other.code.lower().replace("-", " ")).status_code == 302
    assert shows(client, case, other)
    assert shows(client, other, case)


def test_who_sees_one_case_sees_no_link(link: CaseLink, case: Case, other: Case, cast: Any, sign_in: SignIn) -> None:
    Participation.objects.create(
        case=case,
        organisation=cast.organisations.far_shore,
        relation="leads",
        because="test",
        opened_by=cast.stranger.actor.user_id,
    )
    assert not shows(sign_in(cast.stranger), case, other)


def test_a_link_is_written_down_in_both_cases_and_proved_once(
    link: CaseLink, case: Case, other: Case, cast: Any
) -> None:
    unlink_cases(link.pk, by=cast.second_case_worker.actor)
    for one in (case, other):
        acts = Event.objects.filter(case_code=one.code, subject=f"cases.caselink:{link.pk}").order_by("sequence")
        assert [event.action for event in acts] == ["case.linked", "case.unlinked"]
    proofs = [event.history for event in Event.objects.filter(subject=f"cases.caselink:{link.pk}") if event.history]
    assert len(proofs) == link.history.count() == 2
    assert verify_chain(by=cast.auditor.actor).is_in_order


def test_a_removed_link_is_gone_from_the_pages_and_can_be_made_again(
    link: CaseLink, case: Case, other: Case, cast: Any, sign_in: SignIn
) -> None:
    client = sign_in(cast.case_worker)
    answer = client.post(reverse("cases:unlink", args=[link.pk]), {"case": other.code})
    assert answer["Location"] == reverse("desk:case_page", args=[other.code])
    link.refresh_from_db()
    assert (link.unlinked_by, link.version) == (cast.case_worker.actor.user_id, 2)
    assert not shows(client, case, other) or not shows(client, other, case)
    link_cases(other, case, by=cast.case_worker.actor, reason=REASON)
    assert CaseLink.objects.count() == 2


def test_a_link_is_removed_once(link: CaseLink, cast: Any, sign_in: SignIn) -> None:
    unlink_cases(link.pk, by=cast.case_worker.actor)
    with pytest.raises(MovedOn):
        unlink_cases(link.pk, by=cast.case_worker.actor)
    assert sign_in(cast.case_worker).post(reverse("cases:unlink", args=[link.pk])).status_code == 409


def test_a_pair_is_linked_once_in_either_direction(link: CaseLink, case: Case, other: Case, cast: Any) -> None:
    for pair in ((case, other), (other, case)):
        with pytest.raises(NotYet):
            link_cases(*pair, by=cast.case_worker.actor, reason=REASON)


def test_the_database_keeps_a_pair_in_order_and_once(link: CaseLink) -> None:
    for first, second in ((link.first, link.second), (link.second, link.first), (link.first, link.first)):
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseLink.objects.bulk_create(
                [CaseLink(first=first, second=second, reason=REASON, linked_by=link.linked_by)]
            )


def test_whatever_is_wrong_with_the_other_case_is_one_answer(
    case: Case, foreign: Case, cast: Any, sign_in: SignIn
) -> None:
    """Unknown, no code at all, led by others, visible but led by others, and the same case."""
    seen = opened(cast, cast.organisations.far_shore)
    Participation.objects.create(
        case=seen,
        organisation=cast.organisations.open_hand,
        relation="received_referral",
        because="test",
        opened_by=cast.stranger.actor.user_id,
    )
    client = sign_in(cast.case_worker)
    for code in (new_code(), "no code", foreign.code, seen.code, case.code):
        answer = send(client, case, code)
        assert (answer.status_code, str(NOT_TO_BE_LINKED) in answer.content.decode()) == (422, True)
    assert CaseLink.objects.count() == 0


def test_only_who_leads_both_links_and_unlinks(
    link: CaseLink, case: Case, other: Case, foreign: Case, cast: Any, sign_in: SignIn
) -> None:
    for player, refusal in (
        (cast.stranger, NotVisible),
        (cast.responder, NotPermitted),
        (cast.coordinator, NotPermitted),
    ):
        with pytest.raises(refusal):
            unlink_cases(link.pk, by=player.actor)
        with pytest.raises(refusal):
            link_cases(case, other, by=player.actor, reason=REASON)
    with pytest.raises(NotVisible):
        link_cases(case, foreign, by=cast.case_worker.actor, reason=REASON)
    assert sign_in(cast.stranger).post(reverse("cases:unlink", args=[link.pk])).status_code == 404
    assert send(sign_in(cast.responder), case, other.code).status_code == 403
    assert CaseLink.objects.standing().count() == 1


def test_no_reason_no_link(case: Case, other: Case, cast: Any, sign_in: SignIn) -> None:
    url = reverse("cases:link", args=[case.code])
    answer = sign_in(cast.case_worker).post(url, {"other": other.code})
    assert (answer.status_code, other.code in answer.content.decode()) == (422, True)
