"""What a prosecutor or a court says stands beside the status, is only ever added to, and changes nothing."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from nrm.access.refusals import NotPermitted, NotVisible
from nrm.audit.models import Event
from nrm.cases.models import Case
from nrm.cases.selectors import standing_in
from nrm.identification.actions import decisions
from nrm.identification.models import CourtAuthority, CourtOpinion, CourtView
from nrm.identification.selectors.status import status_block, status_history
from tests.deciding import decide

NOTE = "Canary: the indictment names another offence"


def url(case: Any) -> str:
    return reverse("identification:record_court_view", args=[case.code])


def record(case: Any, by: Any, **facts: Any) -> CourtView:
    said = {"authority": "prosecution", "opinion": "other_offence", "dated_on": date(2026, 3, 5), "note": NOTE}
    return decisions.record_court_view(case, by=by.actor, **{**said, **facts})


def typed(**facts: str) -> dict[str, str]:
    return {"authority": "court", "opinion": "no_offence", "dated_on": "5/3/2026", "note": NOTE, **facts}


def test_no_view_ever_changes_the_status(presumed: Any, cast: Any) -> None:
    """Every authority, every opinion, on every status a body decided."""
    for outcome in ("identify", "withdraw"):
        case = decide(presumed, cast, outcome)
        before = (case.status, case.status_basis, case.version, case.stage)
        history = len(status_history(case, with_reasons=True))
        for authority, opinion in product(CourtAuthority.values, CourtOpinion.values):
            record(case, cast.officer, authority=authority, opinion=opinion)
            now = Case.objects.get(pk=case.pk)
            assert (now.status, now.status_basis, now.version, now.stage) == before
        assert len(status_history(case, with_reasons=True)) == history


def test_it_is_recorded_and_shown_beside_the_status(case: Any, presumed: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    assert client.get(url(case)).status_code == 200
    assert client.post(url(case), typed()).status_code == 302
    view = CourtView.objects.get(case=case)
    assert (view.authority, view.opinion, view.dated_on) == ("court", "no_offence", date(2026, 3, 5))
    event = Event.objects.get(action="court_view.recorded", case_code=case.code)
    assert event.data == {}
    pages = (
        client.get(reverse("desk:case_page", args=[case.code])),
        sign_in(cast.officer).get(reverse("identification:decision", args=[case.code])),
    )
    for page in pages:
        shown = page.content.decode()
        assert "Sees no offence" in shown
        assert NOTE in shown
        assert "It does not change the status." in shown


def test_a_later_view_stands_beside_the_earlier(presumed: Any, cast: Any) -> None:
    record(presumed, cast.officer)
    record(presumed, cast.case_worker, authority="court", dated_on=date(2026, 6, 1), note="")
    block = status_block(presumed, standing_in(cast.officer.actor, presumed))
    assert block is not None
    assert [(one.view.authority, one.note) for one in block["court"]["said"]] == [("court", ""), ("prosecution", NOTE)]


@pytest.mark.parametrize("statement", ["UPDATE {} SET opinion = 'pending'", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["identification_courtview", "identification_historicalcourtview"])
def test_the_database_keeps_every_view_as_it_was(presumed: Any, cast: Any, statement: str, table: str) -> None:
    record(presumed, cast.officer)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_the_note_is_sealed(presumed: Any, cast: Any) -> None:
    record(presumed, cast.officer)
    with connection.cursor() as cursor:
        for table in ("identification_courtview", "identification_historicalcourtview"):
            cursor.execute(f"SELECT note FROM {table}")  # noqa: S608
            (sealed,) = cursor.fetchone()
            assert b"Canary" not in bytes(sealed)


@pytest.mark.parametrize("missing", ["authority", "opinion", "dated_on"])
def test_what_was_typed_stays_when_something_is_missing(presumed: Any, cast: Any, sign_in: Any, missing: str) -> None:
    response = sign_in(cast.officer).post(url(presumed), typed(**{missing: ""}))
    assert response.status_code == 422
    assert NOTE in response.content.decode()
    assert not CourtView.objects.exists()


def test_no_view_is_dated_tomorrow(presumed: Any, cast: Any, sign_in: Any) -> None:
    assert sign_in(cast.officer).post(url(presumed), typed(dated_on="1/1/2035")).status_code == 422


def test_only_the_lead_and_the_body_record_it(presumed: Any, cast: Any, sign_in: Any) -> None:
    for player, status, refusal in (
        (cast.stranger, 404, NotVisible),
        (cast.responder, 403, NotPermitted),
        (cast.coordinator, 403, NotPermitted),
        (cast.auditor, 403, NotPermitted),
    ):
        assert sign_in(player).get(url(presumed)).status_code == status
        assert sign_in(player).post(url(presumed), typed()).status_code == status
        with pytest.raises(refusal):
            record(presumed, player)
    assert not CourtView.objects.exists()


def test_nobody_else_sees_it(whole: Any, cast: Any, sign_in: Any) -> None:
    """Everybody who takes part in the case, on the page of the case: only the lead and the body read it."""
    record(whole.case, cast.case_worker)
    whole.case.refresh_from_db()
    readers = set()
    for name, player in cast.everybody.items():
        block = status_block(whole.case, standing_in(player.actor, whole.case))
        response = sign_in(player).get(reverse("desk:case_page", args=[whole.case.code]))
        if block is not None and block["court"] is not None:
            readers.add(name)
        assert (NOTE in response.content.decode()) == (name in readers)
    assert readers == {"case_worker", "second_case_worker", "officer", "second_officer"}
