"""The quick exit ends the session and leads to a page that nobody wonders about."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_s12_leaving_ends_the_session_and_clears_what_the_browser_kept(cast: Any, sign_in: Any, settings: Any) -> None:
    client = sign_in(cast.case_worker)
    assert client.get("/keep/").status_code == 204
    response = client.post("/leave/")
    assert response.status_code == 200
    assert response.headers["Refresh"] == f"0; url={settings.NRM_EXIT_URL}"
    assert response.headers["Clear-Site-Data"] == '"cookies", "storage"'
    assert client.get("/keep/").status_code == 302


def test_the_record_of_the_session_is_closed(cast: Any, sign_in: Any) -> None:
    from nrm.accounts.models import SessionRecord

    sign_in(cast.case_worker).post("/leave/")
    assert not SessionRecord.objects.filter(user=cast.case_worker.user, ended_at=None).exists()


def test_it_works_without_a_session_and_without_a_token() -> None:
    assert Client(enforce_csrf_checks=True).post("/leave/").status_code == 200


def test_a_link_from_elsewhere_does_not_sign_anybody_out(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    assert client.get("/leave/").status_code == 405
    assert client.get("/keep/").status_code == 204


def test_what_is_shown_on_the_way_says_nothing(client: Client) -> None:
    body = client.post("/leave/").content.decode()
    assert "Desk" not in body


@pytest.mark.usefixtures("tried_addresses")
@pytest.mark.parametrize("address", ["/sign-in/", "/nowhere/"])
def test_every_page_has_the_way_out(client: Client, settings: Any, address: str) -> None:
    body = client.get(address).content.decode()
    assert f'data-quick-exit="{settings.NRM_EXIT_URL}"' in body


@pytest.mark.usefixtures("tried_addresses")
def test_signed_in_pages_have_it_too(cast: Any, sign_in: Any) -> None:
    assert 'action="/leave/"' in sign_in(cast.case_worker).get("/try/forbidden/").content.decode()
