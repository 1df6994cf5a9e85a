"""Sharing without consent: recorded with its reason, told to the person, ended, and never forgotten by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.cases.actions import expire_bases, record_basis, take_basis_step
from nrm.cases.models import Case, SharingBasis
from nrm.notices.models import Notice
from nrm.referrals.models import Referral
from nrm.tasks.models import Task
from nrm.vault.fields import opened

SignIn = Callable[[Any], Client]
BASES = ["vital_interest", "child_protection", "court_order"]


def recorded(case: Case, cast: Any, basis: str = "vital_interest", **changed: Any) -> SharingBasis:
    given: dict[str, Any] = {
        "recipient_id": cast.organisations.quiet_room.pk,
        "categories": ["identity"],
        "reason": "She collapsed.",
    }
    return record_basis(case, by=cast.case_worker.actor, basis=basis, **{**given, **changed})


def typed(cast: Any, **changed: Any) -> dict[str, Any]:
    given = {
        "basis": "court_order",
        "recipient": str(cast.organisations.quiet_room.pk),
        "categories": ["identity"],
        "reason": "The court ordered it.",
        "was_told": "on",
        "told": "What the order says.",
    }
    return {name: value for name, value in {**given, **changed}.items() if value is not None}


def open_tasks(record: SharingBasis) -> set[str]:
    return set(Task.objects.filter(subject__endswith=str(record.pk), closed_at=None).values_list("kind", flat=True))


def test_where_life_is_in_danger_the_person_is_told_later_and_a_task_says_so(case: Case, cast: Any) -> None:
    record = recorded(case, cast)
    assert record.state == "untold"
    task = Task.objects.get(kind="tell_person")
    assert (task.organisation, task.closed_at) == (cast.organisations.open_hand, None)
    told = take_basis_step(
        record,
        "tell",
        by=cast.case_worker.actor,
        expected_version=1,
        told="That the doctor was asked.",
        told_on=timezone.localdate(),
    )
    assert (told.state, opened(case.person, told, "told")) == ("told", "That the doctor was asked.")
    assert open_tasks(record) == set()


@pytest.mark.parametrize("basis", ["child_protection", "court_order"])
def test_elsewhere_the_person_is_told_now_or_it_is_said_why_not(case: Case, cast: Any, basis: str) -> None:
    with pytest.raises(NotYet):
        recorded(case, cast, basis)
    assert not SharingBasis.objects.exists()
    assert recorded(case, cast, basis, told="What the law says.", was_told=True).state == "told"
    later = recorded(case, cast, basis, told="She sleeps; tomorrow.")
    assert (later.state, open_tasks(later)) == ("untold", {"tell_person"})


@pytest.mark.parametrize("basis", BASES)
def test_none_without_a_reason(case: Case, cast: Any, basis: str) -> None:
    with pytest.raises(NotYet):
        recorded(case, cast, basis, reason="", told="What the law says.", was_told=True)


def test_the_form_records_it_and_the_page_shows_it(case: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    answer = client.post(reverse("cases:record_basis", args=[case.code]), typed(cast))
    assert answer["Location"] == reverse("cases:sharing", args=[case.code])
    page = client.get(answer["Location"]).content.decode()
    for shown in ("Court order", "Quiet Room", "The court ordered it.", "What the order says.", "End the legal basis"):
        assert shown in page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"recipient": None}, "Choose who may get it."),
        ({"recipient_kind": "police"}, "Choose one organisation or a kind, not both."),
        ({"categories": []}, "Mark what may be shared."),
        ({"reason": ""}, "This field is required."),
        ({"told": ""}, "Write what the person was told, or why they could not be told yet."),
        ({"told": "", "was_told": None, "basis": "child_protection"}, "Write what the person was told"),
        ({"basis": "consent"}, "consent is not one of the available choices"),
        ({"ends_on": "01/01/2020"}, "This day is over already."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    case: Case, cast: Any, sign_in: SignIn, changed: dict[str, Any], sentence: str
) -> None:
    answer = sign_in(cast.case_worker).post(reverse("cases:record_basis", args=[case.code]), typed(cast, **changed))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert "reason" in changed or "The court ordered it." in answer.content.decode()
    assert not SharingBasis.objects.exists()


def test_its_end_is_told_to_the_recipient(case: Case, cast: Any, join: Any) -> None:
    join(case, cast.clinician, "accepted_referral")
    record = recorded(case, cast)
    with pytest.raises(NotYet):
        take_basis_step(record, "end", by=cast.case_worker.actor, expected_version=1)
    take_basis_step(record, "end", by=cast.case_worker.actor, expected_version=1, reason="She is safe.")
    assert open_tasks(record) == {"stop_using"}
    assert Notice.objects.get(kind="sharing_ended").recipient == cast.clinician.user
    with pytest.raises(MovedOn):
        take_basis_step(record, "end", by=cast.case_worker.actor, expected_version=1, reason="Again.")


def test_the_clock_ends_what_is_past_its_day(case: Case, cast: Any) -> None:
    record = recorded(case, cast, ends_on=timezone.localdate())
    assert expire_bases(timezone.now()) == 0
    assert expire_bases(timezone.now() + timedelta(days=1)) == 1
    record.refresh_from_db()
    assert record.state == "expired"
    assert "basis_expired" in open_tasks(record)


def referral_typed(cast: Any, **changed: Any) -> dict[str, Any]:
    given = {
        "receiver": str(cast.organisations.quiet_room.pk),
        "service": "mhpss",
        "urgency": "immediate",
        "basis": "vital_interest",
        "categories": ["identity"],
        "grounds": "She collapsed.",
        "summary": "At once.",
    }
    return {**given, **changed}


def test_the_form_of_a_referral_records_it_on_the_same_page(case: Case, cast: Any, sign_in: SignIn) -> None:
    client, url = sign_in(cast.case_worker), reverse("referrals:prepare", args=[case.code])
    assert client.post(url, referral_typed(cast)).status_code == 302
    referral = Referral.objects.get()
    assert opened(case.person, referral.legal_basis, "reason") == "She collapsed."
    assert referral.legal_basis.recipient == cast.organisations.quiet_room
    assert referral.is_covered()


def test_a_referral_takes_a_legal_basis_in_force_that_covers_it(case: Case, cast: Any, sign_in: SignIn) -> None:
    record = recorded(case, cast)
    client, url = sign_in(cast.case_worker), reverse("referrals:prepare", args=[case.code])
    assert client.post(url, referral_typed(cast, grounds="")).status_code == 302
    assert Referral.objects.get().legal_basis == record
    wider = client.post(url, referral_typed(cast, grounds="", categories=["identity", "account"]))
    assert wider.status_code == 422
    assert "Write why this may be shared without consent." in wider.content.decode()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"categories": []}, "Mark what is shared"),
        ({"grounds": ""}, "Write why this may be shared without consent."),
        ({"basis": "court_order"}, "Write what the person was told"),
        ({"was_told": "on"}, "Write what the person was told"),
    ],
)
def test_a_referral_without_grounds_writes_nothing(
    case: Case, cast: Any, sign_in: SignIn, changed: dict[str, Any], sentence: str
) -> None:
    url = reverse("referrals:prepare", args=[case.code])
    answer = sign_in(cast.case_worker).post(url, referral_typed(cast, **changed))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not SharingBasis.objects.exists()
    assert not Referral.objects.exists()


@pytest.mark.parametrize(("player", "refusal"), [("stranger", NotVisible), ("responder", NotPermitted)])
def test_only_the_lead_records_and_ends_it(
    case: Case, cast: Any, sign_in: SignIn, player: str, refusal: type[Exception]
) -> None:
    record, other = recorded(case, cast), getattr(cast, player)
    with pytest.raises(refusal):
        record_basis(
            case,
            by=other.actor,
            basis="vital_interest",
            recipient_id=cast.organisations.quiet_room.pk,
            categories=["identity"],
            reason="Mine.",
        )
    with pytest.raises(refusal):
        take_basis_step(record, "end", by=other.actor, expected_version=1, reason="Mine.")
    status = 404 if refusal is NotVisible else 403
    assert sign_in(other).get(reverse("cases:basis_step", args=[record.pk, "end"])).status_code == status
