"""A page that forgets its selector shows no foreign row. Each with its control: without row security it would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.http import HttpRequest, JsonResponse
from django.test import Client
from django.urls import include, path, reverse
from django.utils import timezone

from nrm.cases.models import Case, Participation
from nrm.referrals.models import Referral
from nrm.rows.tables import PROTECTED
from nrm.support import actions as support
from nrm.urls import urlpatterns as real

SignIn = Callable[[Any], Client]
Unprotected = Callable[[], None]


def count_everything(request: HttpRequest) -> JsonResponse:
    """How many rows of every record the reader is shown by a view that asks for all of them."""
    models = {label: apps.get_model(label) for label in PROTECTED}
    return JsonResponse({label: model._default_manager.count() for label, model in models.items()})


class Addresses:
    urlpatterns = [path("forgotten/", include(([path("", count_everything, name="all")], "forgotten"))), *real]
    handler404 = "nrm.web.errors.not_found"


def counted(client: Client) -> dict[str, int]:
    found: dict[str, int] = client.get(reverse("forgotten:all")).json()
    return {label: count for label, count in found.items() if count}


def test_a_view_of_everything_shows_a_stranger_nothing(
    whole: Any, cast: Any, sign_in: SignIn, settings: Any, take_protection_away: Unprotected
) -> None:
    settings.ROOT_URLCONF = Addresses
    assert counted(sign_in(cast.administrator)) == {}
    assert counted(sign_in(cast.stranger)).keys() <= {"cases.CaseBar"}  # Only what keeps themselves away.
    of_one_case = counted(sign_in(cast.case_worker))
    assert of_one_case["cases.Case"] == 1
    take_protection_away()
    assert counted(sign_in(cast.stranger)).keys() == of_one_case.keys()


def test_the_list_of_cases(
    whole: Any,
    other_case: Any,
    cast: Any,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    take_protection_away: Unprotected,
) -> None:
    monkeypatch.setattr("nrm.desk.forms.cases_visible_to", lambda *_: Case.objects.all())
    client = sign_in(cast.stranger)
    page = client.get("/cases/").content.decode()
    assert other_case.code in page
    assert whole.case.code not in page
    take_protection_away()
    assert whole.case.code in client.get("/cases/").content.decode()


def test_a_block_of_the_case_page(
    whole: Any,
    other_case: Any,
    cast: Any,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    take_protection_away: Unprotected,
) -> None:
    """The referrals of every case, where those of one were meant."""
    everything = SimpleNamespace(objects=SimpleNamespace(filter=lambda **_: Referral.objects.select_related("case")))
    monkeypatch.setattr("nrm.referrals.selectors.block.Referral", everything)
    client, page = sign_in(cast.stranger), reverse("desk:case_page", args=[other_case.code])
    foreign = reverse("referrals:page", args=[whole.referral.pk])
    assert foreign not in client.get(page).content.decode()
    take_protection_away()
    assert foreign in client.get(page).content.decode()


def test_clinical_notes(
    whole: Any, cast: Any, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, take_protection_away: Unprotected
) -> None:
    """For who leads the case, and so sees the episode, but treats nobody."""
    support.add_clinical_note(whole.episode, by=cast.clinician.actor, body="Sleeps badly.")
    monkeypatch.setattr("nrm.support.selectors.narrowed", lambda *_: SimpleNamespace(may=lambda _permission: True))
    page = reverse("support:episode", args=[whole.episode.pk])
    assert "Sleeps badly." in sign_in(cast.clinician).get(page).content.decode()
    client = sign_in(cast.case_worker)
    assert "Sleeps badly." not in client.get(page).content.decode()
    take_protection_away()
    assert "Sleeps badly." in client.get(page).content.decode()


def test_a_participation_that_ended_or_ran_out_shows_nothing(
    case: Any, cast: Any, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nrm.desk.forms.cases_visible_to", lambda *_: Case.objects.all())
    leads = Participation.objects.filter(case=case, relation="leads")
    client = sign_in(cast.case_worker)
    assert case.code in client.get("/cases/").content.decode()
    leads.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert case.code not in client.get("/cases/").content.decode()
    leads.update(ends_at=None, closed_at=timezone.now(), closed_by=cast.case_worker.actor.user_id)
    assert case.code not in client.get("/cases/").content.decode()
    leads.update(closed_at=None, closed_by=None)
    assert case.code in client.get("/cases/").content.decode()
