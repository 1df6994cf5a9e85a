"""Consent is recorded for one purpose, for whom it names, as far as it goes; nothing typed is lost on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate

from nrm.access.permissions import Permission
from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.cases.actions import record_consent
from nrm.cases.models import Case, Consent
from nrm.cases.selectors import standing_in
from nrm.cases.selectors.consent import sharings_of
from nrm.cases.signature import LONGEST, strokes_of
from nrm.referrals.actions import prepare_referral, take_step
from nrm.vault.fields import opened

SignIn = Callable[[Any], Client]
DRAWN = "M10 20L30 40L50 10M300 100L310 120"
WITNESS = "Zana Gështenja"


def typed(cast: Any, **changed: Any) -> dict[str, Any]:
    given = {
        "purpose": "referral",
        "recipient": str(cast.organisations.quiet_room.pk),
        "categories": ["identity", "risk"],
        "given_how": "signed",
        "given_on": f"{localdate():%d/%m/%Y}",
        "explained_in": "rom",
        "with_interpreter": "on",
        "signature": DRAWN,
        "note": "She asked twice.",
    }
    return {name: value for name, value in {**given, **changed}.items() if value is not None}


def agreed(case: Case, cast: Any, **changed: Any) -> Consent:
    given: dict[str, Any] = {"purpose": "assistance", "given_how": "signed", "given_on": localdate()}
    return record_consent(case, by=cast.case_worker.actor, **{**given, **changed})


def form_of(case: Case) -> str:
    return reverse("cases:record_consent", args=[case.code])


def test_what_was_agreed_is_kept_and_shown_on_one_page(case: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    answer = client.post(form_of(case), typed(cast))
    assert answer["Location"] == reverse("cases:sharing", args=[case.code])
    page = client.get(answer["Location"]).content.decode()
    for shown in ("Quiet Room", "Identity and contact, Risk and needs", "Romani", "She asked twice.", f'd="{DRAWN}"'):
        assert shown in page
    event = Event.objects.get(action="consent.begin")
    assert (event.user_id, event.data) == (cast.case_worker.user.pk, {"to": "given"})
    assert Event.objects.filter(action="consent.read").count() == 1


def test_a_form_sent_twice_is_one_consent_and_with_other_answers_another(
    case: Case, cast: Any, sign_in: SignIn
) -> None:
    client = sign_in(cast.case_worker)
    [form_id] = re.findall(r'name="form_id" value="([0-9a-f-]{36})"', client.get(form_of(case)).content.decode())
    turned = client.post(form_of(case), typed(cast, form_id=form_id, page="0", go="1"))
    assert f'name="form_id" value="{form_id}"' in turned.content.decode()
    for _again in range(2):
        answer = client.post(form_of(case), typed(cast, form_id=form_id))
        assert answer["Location"] == reverse("cases:sharing", args=[case.code])
    assert Consent.objects.filter(case=case).count() == 1
    assert Event.objects.filter(action="consent.begin").count() == 1
    client.post(form_of(case), typed(cast, form_id=form_id, categories=["risk"]))
    client.post(form_of(case), typed(cast, form_id="no id of ours"))
    assert Consent.objects.filter(case=case).count() == 3


def test_names_note_and_signature_are_sealed_in_row_and_history(case: Case, cast: Any) -> None:
    consent = agreed(case, cast, given_how="oral_with_witness", witness=WITNESS, signature=DRAWN, note="Twice.")
    with connection.cursor() as cursor:
        for table in ("cases_consent", "cases_historicalconsent"):
            cursor.execute(f"SELECT witness, signature, note FROM {table}")  # noqa: S608
            row = b" ".join(bytes(value) for value in cursor.fetchone())
            assert not any(text.encode() in row for text in (WITNESS, DRAWN, "Twice."))
    assert opened(case.person, consent, "witness") == WITNESS


def test_it_is_asked_one_idea_a_page_and_nothing_is_kept_before_the_end(case: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    first = client.get(form_of(case)).content.decode()
    assert "Question 1 of 5" in first
    assert 'type="radio" name="purpose"' in first
    turned = client.post(form_of(case), typed(cast, page="0", go="1"))
    page = turned.content.decode()
    assert turned.status_code == 200
    assert "Question 2 of 5" in page
    assert '<select name="recipient"' in page
    for kept in (f'name="signature" value="{DRAWN}"', 'name="categories" value="risk"', 'value="She asked twice."'):
        assert kept in page
    assert not Consent.objects.exists()


def test_a_page_is_not_left_forward_with_something_wrong_but_back(case: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    wrong = typed(cast, recipient=None, page="1", go="2")
    stays = client.post(form_of(case), wrong)
    assert stays.status_code == 422
    assert "Choose who may get it." in stays.content.decode()
    back = client.post(form_of(case), {**wrong, "go": "0"})
    assert back.status_code == 200
    assert "Question 1 of 5" in back.content.decode()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"recipient": None}, "Choose who may get it."),
        ({"recipient_kind": "shelter"}, "Choose one organisation or a kind, not both."),
        ({"categories": []}, "Mark what may be shared."),
        ({"purpose": "assistance", "recipient": None}, "Choose who may get it."),
        ({"recipient_kind": "oversight_body", "recipient": None}, "oversight_body is not one of the available choices"),
        ({"ends_on": "01/01/2020"}, "The end lies before the day the consent was given."),
        ({"given_how": "oral_with_witness"}, "Write who was the witness."),
        ({"given_how": "guardian_and_child", "witness": WITNESS}, "Write what the child said to it."),
        ({"given_how": "guardian_and_child", "assent": "Yes."}, "Write who the guardian is."),
        ({"explained_in": "xx"}, "xx is not one of the available choices"),
    ],
)
def test_what_is_missing_is_said_beside_it_and_nothing_is_lost(
    case: Case, cast: Any, sign_in: SignIn, changed: dict[str, Any], sentence: str
) -> None:
    answer = sign_in(cast.case_worker).post(form_of(case), typed(cast, **changed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert f'name="signature" value="{DRAWN}"' in page
    assert not Consent.objects.exists()


@pytest.mark.parametrize("age_group", ["child", "unknown"])
def test_whoever_may_be_a_child_agrees_with_a_guardian(case: Case, cast: Any, sign_in: SignIn, age_group: str) -> None:
    Case.objects.filter(pk=case.pk).update(age_group=age_group)
    answer = sign_in(cast.case_worker).post(form_of(case), typed(cast))
    assert answer.status_code == 422
    assert "agrees together with a guardian" in answer.content.decode()
    with pytest.raises(NotYet):
        agreed(case, cast)
    agreed(case, cast, given_how="guardian_and_child", witness=WITNESS, assent="I want to.")


def test_a_kind_of_organisation_covers_every_one_of_it(case: Case, cast: Any) -> None:
    agreed(case, cast, purpose="referral", recipient_kind="ngo", categories=["identity"])
    referral = prepare_referral(
        case,
        by=cast.case_worker.actor,
        receiver_id=cast.organisations.quiet_room.pk,
        service="mhpss",
        urgency="routine",
        basis="consent",
        categories=["identity"],
        summary="Support.",
    )
    referral = take_step(referral, "send", by=cast.case_worker.actor, expected_version=1)
    take_step(referral, "accept", by=cast.clinician.actor, expected_version=referral.version)
    assert standing_in(cast.clinician.actor, case).may(Permission.REVEAL_IDENTITY)


@pytest.mark.parametrize(
    "path",
    [
        "M1 1",
        "L1 1",
        "M1 1L601 1",
        "M1 1L1 201",
        "M1 1L2 2Z",
        "m1 1l2 2",
        "M1.5 1L2 2",
        "M-1 1L2 2",
        "M1 1 L2 2",
        "M١ 1L2 2",
        'M1 1L2 2"/><script>',
        "url(#x)",
        "M1 1" + "L1 1" * LONGEST,
    ],
)
def test_what_is_no_drawing_is_refused(case: Case, cast: Any, sign_in: SignIn, path: str) -> None:
    answer = sign_in(cast.case_worker).post(form_of(case), typed(cast, signature=path))
    assert answer.status_code == 422
    assert "cannot be read" in answer.content.decode()
    with pytest.raises(NotYet):
        agreed(case, cast, signature=path)
    assert not Consent.objects.exists()


def test_a_drawing_is_strokes_of_points() -> None:
    assert strokes_of(DRAWN) == [[(10, 20), (30, 40), (50, 10)], [(300, 100), (310, 120)]]
    assert strokes_of("") == []


def test_live_ones_come_first(case: Case, cast: Any) -> None:
    old = agreed(case, cast, ends_on=localdate())
    agreed(case, cast, purpose="service")
    Consent.objects.filter(pk=old.pk).update(
        given_on=localdate() - timedelta(days=9), ends_on=localdate() - timedelta(days=1)
    )
    shown = sharings_of(case, standing_in(cast.case_worker.actor, case))
    assert [line.record.purpose for line in shown.live] == ["service"]
    assert [line.record.pk for line in shown.over] == [old.pk]
    assert shown.over[0].ended_by_date


def test_who_shelters_the_person_reads_it_without_names_and_signature(
    case: Case, cast: Any, sign_in: SignIn, join: Any
) -> None:
    agreed(case, cast, given_how="oral_with_witness", witness=WITNESS, signature=DRAWN, note="Twice.")
    join(case, cast.shelter_worker, "shelters")
    page = sign_in(cast.shelter_worker).get(reverse("cases:sharing", args=[case.code])).content.decode()
    assert "Twice." in page
    assert WITNESS not in page
    assert DRAWN not in page
    assert "Record consent" not in page


@pytest.mark.parametrize(("player", "status"), [("stranger", 404), ("responder", 403), ("coordinator", 403)])
def test_others_neither_read_nor_record_it(case: Case, cast: Any, sign_in: SignIn, player: str, status: int) -> None:
    client = sign_in(getattr(cast, player))
    assert client.get(reverse("cases:sharing", args=[case.code])).status_code == status
    assert client.post(form_of(case), typed(cast)).status_code == status
    with pytest.raises(NotVisible if status == 404 else NotPermitted):
        record_consent(
            case, by=getattr(cast, player).actor, purpose="assistance", given_how="signed", given_on=localdate()
        )


def test_a_day_travels_as_it_is_typed(case: Case, cast: Any, sign_in: SignIn) -> None:
    page = sign_in(cast.case_worker).get(form_of(case)).content.decode()
    assert f'type="hidden" name="given_on" value="{date_format(localdate(), "d.m.Y")}"' in page
