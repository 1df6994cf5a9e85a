"""An adult who does not want to be named: helped all the same, and no name stands anywhere, neither kept nor logged.

The dump is of every table; the canary is what somebody tries to type into the identity form in spite of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.audit.models import Event
from nrm.cases.actions import add_note, assess_risk, choose_track, record_consent, take_case_step, take_status_step
from nrm.cases.models import Case
from nrm.identification import actions as identification
from nrm.vault.models import IndexEntry, Person
from tests.vault.canaries import dump, found

SignIn = Callable[[Any], Client]
CANARY = "Canarija"
NUMBER = "CANARY-900-71"
SIGNS = {"EX01": "observed", "EX04": "reported", "CD01": "observed", "CD14": "reported"}


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """Everything that any logger says, as it would be written at its loudest."""
    heard = StringIO()
    listener = logging.StreamHandler(heard)
    loggers = [logging.getLogger(name) for name in ("", "django", "django.request", "django.db.backends")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(listener)
        logger.setLevel(logging.DEBUG)
    yield heard
    for logger, level in zip(loggers, before, strict=True):
        logger.removeHandler(listener)
        logger.setLevel(level)


@pytest.fixture
def helped(cast: Any) -> Case:
    """Reported, screened, presumed, asked, assessed, with consent and a note, on the way to referral: unnamed."""
    responder, worker = cast.responder.actor, cast.case_worker.actor
    screening = identification.open_case(
        by=responder,
        lead_organisation_id=cast.organisations.open_hand.pk,
        age_group="adult",
        sex="man",
        suspicions=["labour"],
        safe_to_talk="yes",
        region="MK-08",
    )
    for sign, value in SIGNS.items():
        identification.answer_indicator(screening, sign, by=responder, expected_version=0, value=value)
    identification.complete_screening(screening, by=responder, expected_version=1, judgement="Held in a workshop.")
    case = choose_track(screening.case, "stay_nameless", by=worker, expected_version=1)
    take_status_step(case, "presume", by=worker, expected_version=2)
    assess_risk(case, by=worker, expected_version=3, level="low", accommodation="not_needed")
    spoken = {"given_how": "oral_with_witness", "witness": "An interpreter", "given_on": timezone.localdate()}
    record_consent(case, by=worker, purpose="assistance", **spoken)
    add_note(case, by=worker, body="Comes on Thursdays.")
    return take_case_step(case, "start_referral", by=worker, expected_version=4)


def typed(case: Case) -> dict[str, str]:
    counts = {f"{rows}-{name}_FORMS": n for rows in ROWS for name, n in (("TOTAL", "1"), ("INITIAL", "0"))}
    rows = {f"{name}-0-{field}": value for name, row in ROWS.items() for field, value in row.items()}
    return {**counts, **rows, "version": str(case.person.version), "given_names": CANARY, "family_names": CANARY}


ROWS = {
    "documents": {"kind": "passport", "number": NUMBER, "country": "MK"},
    "contacts": {"kind": "phone", "value": NUMBER, "safe": "yes", "note": ""},
}


def what_is_recorded(case: Case) -> dict[str, Any]:
    """Every column of everything that was recorded, but for the way the person is helped."""
    screening = case.screenings.get()
    kept: dict[str, Any] = dict(Case.objects.filter(pk=case.pk).values().get())
    for name in ("track", "version", "changed_at"):
        del kept[name]
    return {
        "case": kept,
        "screening": type(screening).objects.filter(pk=screening.pk).values().get(),
        "answers": list(screening.answers.order_by("pk").values()),
        "risk": list(case.risk_assessments.values()),
        "consents": list(case.consents.values()),
        "notes": list(case.notes.values()),
    }


def test_the_person_is_helped_like_anybody(helped: Case) -> None:
    assert (helped.track, helped.stage, helped.status) == ("nameless", "referral", "presumed")
    assert (helped.region, helped.screenings.get().suspected) == ("MK-08", "labour")
    assert helped.screenings.get().answers.count() == len(SIGNS)


def test_no_identity_and_no_trait_of_one_is_kept(helped: Case) -> None:
    assert Person.objects.get(pk=helped.person_id).identity is None
    history = Person.history.filter(id=helped.person_id)
    assert not history.exclude(identity=None).exists()
    assert not IndexEntry.objects.exists()
    tables = dump()
    assert tables["public.vault_indexentry"] == b""
    assert str(helped.person_id).encode() in tables["public.vault_person"]


@pytest.mark.parametrize("player", ["case_worker", "second_case_worker"])
def test_a_name_typed_in_spite_of_it_is_refused_and_is_nowhere(
    helped: Case, cast: Any, sign_in: SignIn, logged: StringIO, player: str
) -> None:
    client = sign_in(getattr(cast, player))
    for url in ("cases:write_identity", "cases:open_identity_form"):
        answer = client.post(reverse(url, args=[helped.code]), typed(helped))
        assert answer.status_code == 422
        assert "This person is helped without a name." in answer.content.decode()
        assert CANARY not in answer.content.decode()
    assert found([CANARY, NUMBER]) == []
    assert CANARY not in logged.getvalue()
    assert NUMBER not in logged.getvalue()
    assert Event.objects.filter(case_code=helped.code, action="request.refused").count() == 2
    assert not Event.objects.filter(action__in=["identity.written", "identity.revealed"]).exists()


def test_there_is_nothing_to_open_either(helped: Case, cast: Any, sign_in: SignIn) -> None:
    page = sign_in(cast.case_worker).get(reverse("cases:identity", args=[helped.code]))
    html = page.content.decode()
    assert page.status_code == 200
    assert "This person is helped without a name." in html
    assert "Show the identity" not in html
    assert reverse("cases:open_identity_form", args=[helped.code]) not in html
    assert reverse("cases:track_step", args=[helped.code, "agree_to_be_named"]) in html


def test_the_search_itself_would_find_a_name(helped: Case, cast: Any, sign_in: SignIn, logged: StringIO) -> None:
    """The control: what is written in clear is found, in the dump and in the log."""
    logging.getLogger("django").warning("a line with %s", CANARY)
    Case.objects.filter(pk=helped.pk).update(region=CANARY)
    assert [canary for _table, canary in found([CANARY])] == [CANARY]
    assert CANARY in logged.getvalue()


def test_upgraded_later_nothing_is_typed_twice(helped: Case, cast: Any, sign_in: SignIn) -> None:
    """All that was recorded stays as it is, byte for byte; the identity form is the only new thing."""
    client, before = sign_in(cast.case_worker), what_is_recorded(helped)
    url = reverse("cases:track_step", args=[helped.code, "agree_to_be_named"])
    form = client.get(url).content.decode()
    assert "<textarea" not in form
    assert client.post(url, {"version": helped.version}).status_code == 302
    assert what_is_recorded(helped) == before
    assert client.post(reverse("cases:write_identity", args=[helped.code]), typed(helped)).status_code == 302
    assert what_is_recorded(helped) == before
    assert IndexEntry.objects.filter(person=helped.person_id).exists()
    assert found([CANARY, NUMBER]) == []
