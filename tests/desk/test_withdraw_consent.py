"""Consent is taken back: nothing is shared from that moment, whoever had it is told what to do, and the lead sees what
had left before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from nrm.accounts.models import Organisation
from nrm.audit.actions import verify_chain
from nrm.audit.models import Event
from nrm.cases.actions import record_consent, take_consent_step
from nrm.cases.models import Case, Consent
from nrm.notices.models import Notice
from nrm.referrals.actions import prepare_referral, take_step
from nrm.tasks.actions import close_tasks
from nrm.tasks.models import Task

SignIn = Callable[[Any], Client]


def agreed(case: Case, cast: Any, *categories: str, **more: Any) -> Consent:
    given: dict[str, Any] = {"recipient_id": cast.organisations.quiet_room.pk, **more}
    return record_consent(
        case,
        by=cast.case_worker.actor,
        purpose="referral",
        categories=categories,
        given_how="signed",
        given_on=localdate(),
        **given,
    )


def referred(case: Case, cast: Any, *categories: str) -> Any:
    referral = prepare_referral(
        case,
        by=cast.case_worker.actor,
        receiver_id=cast.organisations.quiet_room.pk,
        service="mhpss",
        urgency="routine",
        basis="consent",
        categories=categories,
        summary="Support for one person.",
    )
    referral = take_step(referral, "send", by=cast.case_worker.actor, expected_version=1)
    return take_step(referral, "accept", by=cast.clinician.actor, expected_version=referral.version)


def withdraw(consent: Consent, cast: Any) -> Consent:
    return take_consent_step(
        consent, "withdraw", by=cast.case_worker.actor, expected_version=consent.version, reason="She changed her mind."
    )


@pytest.fixture
def shared(case: Case, cast: Any) -> Consent:
    """Quiet Room accepted a referral with identity and risk."""
    consent = agreed(case, cast, "identity", "risk")
    referred(case, cast, "identity", "risk")
    return consent


def test_before_withdrawing_one_reads_what_follows(shared: Consent, case: Case, cast: Any, sign_in: SignIn) -> None:
    page = sign_in(cast.case_worker).get(reverse("cases:consent_step", args=[shared.pk, "withdraw"])).content.decode()
    for said in (
        "From this moment nothing is shared on it any more",
        "Told to stop using it and to destroy or return copies: Quiet Room",
        "A referral goes on without it: Quiet Room",
        "What was read before cannot be unread.",
        "The help that the person gets does not depend on it.",
    ):
        assert said in page


def test_the_very_next_request_no_longer_shows_it(shared: Consent, case: Case, cast: Any, sign_in: SignIn) -> None:
    """Also the one that was prepared before: the form of the reveal was open."""
    client, url = sign_in(cast.clinician), reverse("cases:identity", args=[case.code])
    assert client.get(url).status_code == 200
    withdraw(shared, cast)
    assert client.post(url, {"reason": "care"}).status_code == 403
    assert client.get(url).status_code == 403
    assert not Event.objects.filter(action="identity.revealed", outcome="done").exists()


def test_the_recipient_is_told_what_to_do_and_confirms_it(
    shared: Consent, case: Case, cast: Any, sign_in: SignIn
) -> None:
    withdraw(shared, cast)
    assert Notice.objects.filter(kind="consent_withdrawn").get().recipient == cast.clinician.user
    client, task = sign_in(cast.clinician), Task.objects.get(kind="stop_using")
    url = reverse("desk:stop_using", args=[task.pk])
    own_page = reverse("desk:task", args=[task.pk])
    assert own_page in client.get(reverse("desk:my_work")).content.decode()
    assert url in client.get(own_page).content.decode()
    page = client.get(url).content.decode()
    for said in ("Identity and contact", "Risk and needs", "Destroy your copies", "destroyed or returned copies"):
        assert said in page
    assert "She changed her mind" not in page
    client.post(reverse("desk:finish_task", args=[task.pk]))
    task.refresh_from_db()
    assert (task.closed_by, task.outcome) == (cast.clinician.user.pk, "done")
    assert client.get(url).status_code == 404


def test_it_is_told_also_to_whom_the_case_is_no_longer_open(
    shared: Consent, case: Case, cast: Any, sign_in: SignIn
) -> None:
    referral, by = case.referrals.get(), cast.clinician.actor
    take_step(referral, "complete", by=by, expected_version=referral.version, reason="Done.", outcome="provided")
    withdraw(shared, cast)
    client, task = sign_in(cast.clinician), Task.objects.get(kind="stop_using")
    assert client.get(reverse("desk:case_page", args=[case.code])).status_code == 404
    assert client.get(reverse("desk:stop_using", args=[task.pk])).status_code == 200
    assert client.post(reverse("desk:finish_task", args=[task.pk])).status_code == 302


def test_an_organisation_that_was_closed_keeps_no_case_open(shared: Consent, case: Case, cast: Any) -> None:
    close_tasks(case_code=case.code, by=cast.case_worker.actor)
    withdraw(shared, cast)
    assert case.has_open_task()
    Organisation.objects.filter(pk=cast.organisations.quiet_room.pk).update(is_active=False)
    assert not case.has_open_task()


def test_what_something_else_still_covers_may_be_used(shared: Consent, case: Case, cast: Any, sign_in: SignIn) -> None:
    agreed(case, cast, "risk")
    withdraw(shared, cast)
    task = Task.objects.get(kind="stop_using")
    page = sign_in(cast.clinician).get(reverse("desk:stop_using", args=[task.pk])).content.decode()
    no_longer, _heading, still = page.partition("Still shared with you")
    assert "Identity and contact" in no_longer
    assert "Risk and needs" not in no_longer
    assert "Risk and needs" in still


def test_an_organisation_that_was_never_in_the_case_does_not_learn_of_it(case: Case, cast: Any) -> None:
    consent = agreed(case, cast, "identity", recipient_id=cast.organisations.far_shore.pk)
    withdraw(consent, cast)
    assert not Task.objects.filter(kind="stop_using").exists()
    assert not Notice.objects.filter(kind="consent_withdrawn").exists()
    assert not Event.objects.filter(action="consent.left_before").exists()


def test_of_a_kind_those_are_told_who_take_part_and_not_the_lead(case: Case, cast: Any) -> None:
    consent = agreed(case, cast, "identity", recipient_id=None, recipient_kind="ngo")
    referred(case, cast, "identity")
    withdraw(consent, cast)
    assert [task.organisation for task in Task.objects.filter(kind="stop_using")] == [cast.organisations.quiet_room]


def test_the_lead_sees_what_had_left_before_and_nothing_that_came_after(
    shared: Consent, case: Case, cast: Any, sign_in: SignIn
) -> None:
    clinician, worker = sign_in(cast.clinician), sign_in(cast.case_worker)
    page = reverse("desk:case_page", args=[case.code])
    clinician.get(page)
    clinician.post(reverse("cases:identity", args=[case.code]), {"reason": "care"})
    withdraw(shared, cast)
    clinician.get(page)
    left = worker.get(reverse("desk:left_before", args=[shared.pk])).content.decode()
    assert "What had left before" in left
    assert left.count("Teuta Fig") == 2
    assert left.count("Identity revealed") == left.count("Case read") == 1
    timeline = worker.get(page).content.decode()
    assert "What had left before" in timeline
    assert "Quiet Room: Case read (1), Identity revealed (1)" in timeline
    event = Event.objects.get(action="consent.left_before")
    acts = {"case.read": 1, "identity.revealed": 1}
    assert event.data == {"acts": {str(cast.organisations.quiet_room.pk): acts}}
    assert verify_chain(by=cast.auditor.actor).is_in_order


def test_where_nothing_was_opened_that_is_said(shared: Consent, case: Case, cast: Any, sign_in: SignIn) -> None:
    withdraw(shared, cast)
    client = sign_in(cast.case_worker)
    assert "Nothing was opened." in client.get(reverse("desk:left_before", args=[shared.pk])).content.decode()
    timeline = client.get(reverse("desk:case_page", args=[case.code])).content.decode()
    assert "Quiet Room: Nothing was opened." in timeline


def test_others_see_neither_page(shared: Consent, case: Case, cast: Any, sign_in: SignIn) -> None:
    withdraw(shared, cast)
    left = reverse("desk:left_before", args=[shared.pk])
    stop = reverse("desk:stop_using", args=[Task.objects.get(kind="stop_using").pk])
    assert sign_in(cast.stranger).get(left).status_code == 404
    assert sign_in(cast.clinician).get(left).status_code == 403
    for player in (cast.stranger, cast.case_worker, cast.responder):
        assert sign_in(player).get(stop).status_code == 404


def test_more_of_it_takes_no_more_queries(shared: Consent, case: Case, cast: Any, sign_in: SignIn) -> None:
    client, clinician = sign_in(cast.case_worker), sign_in(cast.clinician)
    urls = [reverse("cases:sharing", args=[case.code]), reverse("desk:left_before", args=[shared.pk])]

    def counted() -> list[int]:
        counts = []
        for url in urls:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(url).status_code == 200
            counts.append(len(queries))
        return counts

    clinician.get(reverse("desk:case_page", args=[case.code]))
    counted()
    few = counted()
    for _ in range(3):
        agreed(case, cast, "identity")
        clinician.get(reverse("desk:case_page", args=[case.code]))
    assert counted() == few
