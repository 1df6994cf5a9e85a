"""Signed in to the database as in production: commands find what they work on, and the service shows its pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from nrm.access.actor import THE_SERVICE
from nrm.audit.actions import verify_chain
from nrm.cases.models import Case
from nrm.tasks.models import Clock
from nrm.vault.models import Person


@pytest.fixture
def as_in_production(whole: Any) -> Any:
    """Whoever connects is `nrm_app`, and there is no way back to the owner before the test is over."""
    hour = timedelta(hours=1)
    late = {"started_at": timezone.now() - 2 * hour, "due_at": timezone.now() - hour}
    Clock.objects.filter(key="referral_answer").update(**late)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL SESSION AUTHORIZATION nrm_app")
    assert not Case.objects.exists()
    assert not Person.objects.exists()
    return whole


def told(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_the_worker_lets_time_run_in_every_case(as_in_production: Any) -> None:
    call_command("worker", "--once")
    assert told("clocks") == ""  # Nothing is left to be done.
    assert not Clock.objects.filter(key="referral_answer", stopped_at=None, due_at__lt=timezone.now()).exists()


def test_the_operator_sees_what_the_keys_hold(as_in_production: Any) -> None:
    assert " 0 people" not in told("vault", "keys")
    assert "Everything is wrapped" in told("vault", "rotate")


def test_the_trail_is_verified_against_every_former_value(as_in_production: Any) -> None:
    report = verify_chain(by=THE_SERVICE)
    assert report.is_in_order
    assert report.history_rows


def test_people_work(as_in_production: Any, cast: Any, sign_in: Callable[[Any], Client]) -> None:
    case = as_in_production.case
    worker = sign_in(cast.case_worker)
    assert worker.get(f"/cases/{case.code}/").status_code == 200
    answer = worker.post(f"/cases/{case.code}/notes/new/", {"body": "Called twice."})
    assert answer.status_code == 302
    assert sign_in(cast.administrator).get(f"/cases/{case.code}/").status_code == 404
