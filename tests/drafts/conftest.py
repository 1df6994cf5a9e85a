"""A form that is typed into as the page does it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.whole import Whole

SignIn = Callable[[Any], Client]
TYPED = "Remarkably long thoughts about the evening"


def slip_of(response: Any) -> str:
    found = re.search(r'name="draft" value="([^"]+)"', response.content.decode())
    assert found, "the page keeps no draft"
    return found[1]


def typed(client: Client, address: str, *, slip: str = "", htmx: bool = True, **fields: Any) -> Any:
    """What the page sends while somebody types; without htmx, what its button sends."""
    headers = {"HX-Request": "true"} if htmx else {}
    sent = {"draft": slip or slip_of(client.get(address)), **fields}
    return client.post(reverse("drafts:keep"), sent, headers=headers)


@pytest.fixture
def note(whole: Whole) -> str:
    """The address of the form that is typed into."""
    return reverse("cases:add_note", args=[whole.case.code])
