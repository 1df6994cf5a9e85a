"""The invented country: complete, in order, there once, open only by the real doors and only where it is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from nrm.access.actor import THE_SERVICE
from nrm.access.roles import ASSIGNABLE_ROLES
from nrm.accounts.models import Membership
from nrm.audit import actions as audit
from nrm.audit.models import Event
from nrm.cases.models import AgeGroup, Case, Consent
from nrm.desk.demo import signins
from nrm.desk.demo.clock import real_now
from nrm.desk.demo.endings import AREAS
from nrm.desk.demo.people import ORGANISATIONS, STAFF, address
from nrm.desk.demo.stories import PLOTS
from nrm.desk.demo.words import COUNTRIES, words
from nrm.identification.models import Screening
from nrm.notices.models import Notice
from nrm.placements.models import Placement
from nrm.referrals.models import Referral
from nrm.reintegration.models import Plan
from nrm.support.models import Alert, Episode
from nrm.tasks.models import Task

#: Every column that a machine moves.
MOVED = (
    (Case, "stage"),
    (Case, "status"),
    (Screening, "state"),
    (Consent, "state"),
    (Referral, "state"),
    (Placement, "state"),
    (Episode, "state"),
    (Alert, "state"),
    (Plan, "state"),
)


def demo(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def country(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Every story once, for all tests of this file; what the command printed."""
    with django_db_blocker.unblock(), override_settings(NRM_DEMO=True), transaction.atomic():
        yield demo(country=settings.NRM_COUNTRY.upper(), cases=len(PLOTS))
        transaction.set_rollback(True)


@pytest.mark.parametrize(("model", "column"), MOVED, ids=[f"{model.__name__}.{column}" for model, column in MOVED])
def test_every_state_of_the_mechanism_occurs(country: str, model: Any, column: str) -> None:
    known = set(dict(model._meta.get_field(column).choices))
    assert set(model.objects.values_list(column, flat=True)) == known


def test_there_are_children_overdue_tasks_and_second_episodes(country: str) -> None:
    assert Case.objects.filter(age_group=AgeGroup.CHILD).exists()
    assert Case.objects.filter(episode=2).exists()
    assert Task.objects.open().filter(due_at__lt=real_now()).exists()
    assert Case.objects.count() == len(PLOTS)


def test_the_audit_log_runs_through_months_and_is_in_order(country: str) -> None:
    report = audit.verify_chain(by=THE_SERVICE)
    assert report.is_in_order, [str(finding) for finding in report.findings]
    assert report.checkpoints > 3
    times = list(Event.objects.order_by("sequence").values_list("at", flat=True))
    assert times == sorted(times)
    assert (times[-1] - times[0]).days > 250
    assert times[-1] <= real_now()


def test_nothing_is_left_of_the_moved_clock(country: str) -> None:
    assert timezone.now is real_now
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp(), to_regnamespace('demo_clock')")
        at, schema = cursor.fetchone()
    assert schema is None
    assert abs((at - real_now()).total_seconds()) < 60


def test_nobody_is_mailed_about_the_past(country: str) -> None:
    assert Notice.objects.exists()
    assert not Notice.objects.waiting().exists()


def test_every_role_is_there_and_printed(country: str) -> None:
    people = Membership.objects.select_related("user")
    assert {one.as_role for one in people} == set(ASSIGNABLE_ROLES)
    assert all(one.user.email in country for one in people)
    assert signins.PASSWORD in country
    assert demo("people").strip() in country


def test_a_second_run_changes_nothing(country: str) -> None:
    before = Event.objects.count(), Case.objects.count()
    assert "already" in demo()
    assert (Event.objects.count(), Case.objects.count()) == before


@pytest.mark.parametrize("word", ["caseworker", "shelter", "clinician", "officer", "coordinator", "auditor"])
def test_the_printed_password_and_a_code_open_the_real_doors(country: str, word: str) -> None:
    person = Membership.objects.filter(user__email__contains=f".{word}@").earliest("started_at")
    code = demo("code", person.user.email.partition("@")[0]).strip()
    client = Client()
    client.post(reverse("accounts:sign_in"), {"email": person.user.email, "password": signins.PASSWORD})
    assert client.post(reverse("accounts:sign_in_code"), {"code": code}).status_code == 302
    assert client.get("/", follow=True).status_code == 200


def test_a_code_is_given_for_people_of_the_demo_only(country: str) -> None:
    with pytest.raises(CommandError, match="not a person of the demo"):
        demo("code", "somebody@elsewhere.example")
    with pytest.raises(CommandError, match="Nobody of the demo"):
        demo("code", "nobody.here")


@pytest.mark.parametrize("country_code", list(COUNTRIES))
def test_every_country_has_all_its_words(country_code: str) -> None:
    here = COUNTRIES[country_code]
    told, model = words(here.words), words("mk")
    assert set(told["texts"]) == set(model["texts"])
    assert set(told["organisations"]) == set(ORGANISATIONS)
    assert len({address(name, post.word) for name, post in zip(told["staff"], STAFF, strict=True)}) == len(STAFF)
    assert len(set(told["organisations"].values())) == len(ORGANISATIONS)
    assert len(told["texts"]["aims"]) == len(AREAS)
    assert here.language in dict(settings.LANGUAGES)


def test_the_password_would_be_accepted_from_anybody() -> None:
    validate_password(signins.PASSWORD)


@pytest.mark.parametrize("arguments", [(), ("people",), ("code", "ana.caseworker")])
def test_it_is_refused_where_the_demo_is_off(arguments: tuple[str, ...]) -> None:
    with override_settings(NRM_DEMO=False), pytest.raises(CommandError, match="demo is off"):
        demo(*arguments)


@override_settings(NRM_DEMO=True, NRM_COUNTRY="mk")
def test_another_country_than_the_configured_one_is_refused() -> None:
    with pytest.raises(CommandError, match="NRM_COUNTRY=al"):
        demo(country="AL")
    with pytest.raises(CommandError, match="must be one of"):
        demo(country="XX")


def test_people_who_are_there_are_left_alone(cast: Any) -> None:
    with override_settings(NRM_DEMO=True), pytest.raises(CommandError, match="people of its own"):
        demo()
    assert not Case.objects.exists()
