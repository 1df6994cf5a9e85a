"""Steps that several tests walk through, by the pages, as a person would."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from nrm.audit.models import Event


def give_password(client: Client, player: Any, password: str, **extra: Any) -> Any:
    return client.post(reverse("accounts:sign_in"), {"email": player.user.email, "password": password}, **extra)


def give_code(client: Client, code: str) -> Any:
    return client.post(reverse("accounts:sign_in_code"), {"code": code})


def walk_in(cast: Any, player: Any, client: Client | None = None) -> Client:
    """Password and code through the pages."""
    client = client or Client()
    assert give_password(client, player, cast.password).status_code == 302
    assert give_code(client, cast.code_for(player)).status_code == 302
    return client


def session_cookie(client: Client) -> str:
    return client.cookies["session"].value


def without_tokens(response: Any) -> str:
    """A page's text without what differs by request: the CSRF token and what the person typed."""
    page = response.content.decode()
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken": "[^"]*"', "", page)
    return re.sub(r'name="email" value="[^"]*"', "", page)


def audited() -> list[str]:
    return list(Event.objects.order_by("sequence").values_list("action", flat=True))
