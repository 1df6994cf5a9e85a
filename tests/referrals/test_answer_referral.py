"""The receiver asks, accepts or declines; the sender answers or withdraws."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.cases.models import Participation
from nrm.cases.selectors import case_for
from nrm.referrals.models import Message
from nrm.referrals.selectors import covered_now, referral_for, referral_page
from nrm.tasks.models import Clock, Task

QUESTION = "Which days would suit?"
ANSWER = "Any day but Friday."


def open_relations(organisation: Any) -> set[str]:
    return set(Participation.objects.open().filter(organisation=organisation).values_list("relation", flat=True))


def test_a_question_and_its_answer_are_read_by_both_sides(cast: Any, sent: Any, take: Any, sign_in: Any) -> None:
    take(sent, "ask", cast.clinician, reason=QUESTION)
    assert Task.objects.open().get(organisation=cast.organisations.open_hand, kind="referral_question")
    take(sent, "answer", cast.second_case_worker, reason=ANSWER)
    assert not Task.objects.open().filter(kind="referral_question").exists()
    for player, sides in ((cast.clinician, [True, False]), (cast.case_worker, [False, True])):
        page = referral_page(*referral_for(player.actor, sent.pk))
        assert [line.text for line in page.conversation] == [QUESTION, ANSWER]
        assert [line.is_ours for line in page.conversation] == sides
        html = sign_in(player).get(reverse("referrals:page", args=[sent.pk])).content.decode()
        assert QUESTION in html
        assert ANSWER in html


def test_messages_and_reasons_are_sealed(cast: Any, sent: Any, take: Any) -> None:
    take(sent, "ask", cast.clinician, reason=QUESTION)
    with connection.cursor() as cursor:
        for table in ("referrals_message", "referrals_historicalmessage", "referrals_historicalreferral"):
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608
            rows = [row for (row,) in cursor.fetchall()]
            assert rows
            assert not any(QUESTION in row or QUESTION.encode().hex() in row for row in rows)


def test_a_question_needs_words(cast: Any, sent: Any, take: Any, sign_in: Any) -> None:
    with pytest.raises(NotYet):
        take(sent, "ask", cast.clinician, reason="  ")
    url = reverse("referrals:step", args=[sent.pk, "ask"])
    assert sign_in(cast.clinician).post(url, {"version": sent.version, "reason": ""}).status_code == 422
    assert not Message.objects.exists()


def test_a_refused_question_leaves_no_message(cast: Any, accepted: Any, take: Any) -> None:
    with pytest.raises(NotYet):
        take(accepted, "ask", cast.clinician, reason=QUESTION)
    assert not Message.objects.exists()


def test_acceptance_opens_the_case_as_far_as_consent_goes(cast: Any, accepted: Any, sign_in: Any) -> None:
    assert accepted.state == "accepted"
    assert open_relations(cast.organisations.quiet_room) == {"accepted_referral"}
    assert not Task.objects.open().filter(kind="answer_referral").exists()
    assert not Clock.objects.running().filter(key="referral_answer").exists()
    _case, standing = case_for(cast.clinician.actor, accepted.case.code)
    assert standing.may("identity.reveal")
    page = sign_in(cast.clinician).get(reverse("referrals:page", args=[accepted.pk])).content.decode()
    assert reverse("desk:case_page", args=[accepted.case.code]) in page
    assert "Identity and contact" in page
    assert "Account of what happened" not in page


def test_what_consent_no_longer_covers_is_no_longer_listed(cast: Any, accepted: Any, consent: Any) -> None:
    from nrm.cases.actions import take_consent_step

    take_consent_step(
        consent, "withdraw", by=cast.case_worker.actor, expected_version=1, reason="She changed her mind."
    )
    referral, standing = referral_for(cast.clinician.actor, accepted.pk)
    assert referral_page(referral, standing).preview.opens == []
    assert not standing.may("identity.reveal")


def test_declining_tells_why_and_ends_the_receivers_sight(cast: Any, sent: Any, sign_in: Any) -> None:
    client = sign_in(cast.clinician)
    url = reverse("referrals:step", args=[sent.pk, "decline"])
    values = {"version": sent.version, "decline_reason": "no_capacity", "reason": "We are full until May."}
    answer = client.post(url, values)
    assert answer.status_code == 302
    assert open_relations(cast.organisations.quiet_room) == set()
    assert Task.objects.open().filter(organisation=cast.organisations.open_hand, kind="referral_declined").exists()
    for_sender = sign_in(cast.case_worker).get(reverse("referrals:page", args=[sent.pk])).content.decode()
    assert "No capacity now" in for_sender
    assert "We are full until May." in for_sender
    with pytest.raises(NotVisible):
        case_for(cast.clinician.actor, sent.case.code)


def test_a_decline_without_reason_code_keeps_what_was_typed(cast: Any, sent: Any, sign_in: Any) -> None:
    url = reverse("referrals:step", args=[sent.pk, "decline"])
    answer = sign_in(cast.clinician).post(url, {"version": sent.version, "reason": "We are full until May."})
    assert answer.status_code == 422
    assert "We are full until May." in answer.content.decode()


def test_only_the_receiver_answers(cast: Any, sent: Any, take: Any, sign_in: Any) -> None:
    with pytest.raises(NotPermitted):
        take(sent, "accept", cast.case_worker)
    with pytest.raises(NotVisible):
        take(sent, "accept", cast.stranger)
    url = reverse("referrals:step", args=[sent.pk, "accept"])
    assert sign_in(cast.case_worker).get(url).status_code == 403
    assert sign_in(cast.stranger).post(url, {"version": sent.version}).status_code == 404


def test_another_receiver_of_the_same_case_sees_and_answers_only_its_own(
    cast: Any, case: Any, sent: Any, take: Any, grounds: Any
) -> None:
    """Relations are to the case; what belongs to one organisation of a referral stays with it."""
    from nrm.referrals.actions import prepare_referral

    other = prepare_referral(
        case,
        by=cast.case_worker.actor,
        receiver_id=cast.organisations.far_shore.pk,
        service="legal",
        urgency="routine",
        basis="court_order",
        categories=["account"],
        grounds=grounds,
        summary="Papers to be read.",
    )
    take(other, "send", cast.case_worker)
    assert referral_for(cast.stranger.actor, other.pk)
    with pytest.raises(NotVisible):
        referral_for(cast.stranger.actor, sent.pk)
    with pytest.raises(NotPermitted):
        take(sent, "accept", cast.stranger)


def test_the_prosecution_sees_nothing_but_its_own_referral(
    cast: Any, case: Any, take: Any, sent: Any, grounds: Any
) -> None:
    from nrm.referrals.actions import prepare_referral

    cast.organisations.prosecution.accepts_referrals = True
    cast.organisations.prosecution.save()
    own = prepare_referral(
        case,
        by=cast.case_worker.actor,
        receiver_id=cast.organisations.prosecution.pk,
        service="investigation",
        urgency="routine",
        basis="court_order",
        categories=["account"],
        grounds=grounds,
        summary="A report.",
    )
    take(own, "send", cast.case_worker)
    take(own, "accept", cast.prosecution_officer)
    assert referral_for(cast.prosecution_officer.actor, own.pk)
    with pytest.raises(NotVisible):
        referral_for(cast.prosecution_officer.actor, sent.pk)


def test_the_sender_withdraws(cast: Any, accepted: Any, take: Any) -> None:
    withdrawn = take(accepted, "withdraw", cast.case_worker, reason="The person found help elsewhere.")
    assert withdrawn.state == "withdrawn"
    assert open_relations(cast.organisations.quiet_room) == set()


def test_a_draft_that_was_withdrawn_never_reached_the_receiver(cast: Any, draft: Any, take: Any) -> None:
    take(draft, "withdraw", cast.case_worker, reason="No longer needed.")
    with pytest.raises(NotVisible):
        referral_for(cast.clinician.actor, draft.pk)


def test_a_legal_basis_opens_what_the_referral_marks(cast: Any, case: Any, take: Any, grounds: Any) -> None:
    """Immediate danger does not wait for consent: the minimum that the sender marked is shared, and no more."""
    from nrm.referrals.actions import prepare_referral

    urgent = prepare_referral(
        case,
        by=cast.case_worker.actor,
        receiver_id=cast.organisations.quiet_room.pk,
        service="mhpss",
        urgency="immediate",
        basis="vital_interest",
        categories=["identity"],
        grounds=grounds,
        summary="At once.",
    )
    take(urgent, "send", cast.case_worker)
    take(urgent, "accept", cast.clinician)
    referral, standing = referral_for(cast.clinician.actor, urgent.pk)
    page = referral_page(referral, standing)
    assert page.marked == page.preview.opens == ["Identity and contact"]
    assert standing.may("identity.reveal")
    assert not standing.may("screening.see")


def test_what_was_withdrawn_after_sending_is_not_accepted(
    cast: Any, sent: Any, take: Any, consent: Any, sign_in: Any
) -> None:
    """Between the form and its sending, too: the page of the acceptance was open when the person took it back."""
    from nrm.cases.actions import take_consent_step

    client, url = sign_in(cast.clinician), reverse("referrals:step", args=[sent.pk, "accept"])
    assert client.get(url).status_code == 200
    take_consent_step(consent, "withdraw", by=cast.case_worker.actor, expected_version=1, reason="No longer.")
    answer = client.post(url, {"version": sent.version})
    assert answer.status_code == 422
    assert "no longer covers this referral" in answer.content.decode()
    assert open_relations(cast.organisations.quiet_room) == {"received_referral"}


def test_a_referral_from_before_legal_bases_were_records_goes_on(cast: Any, sent: Any, take: Any) -> None:
    type(sent).objects.filter(pk=sent.pk).update(basis="vital_interest", legal_basis=None)
    accepted = take(sent, "accept", cast.clinician)
    assert covered_now(accepted) == ["identity", "risk"]
