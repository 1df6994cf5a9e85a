"""Whatever another organisation does, the pages of everybody who has no part in it stay the same to the byte.

One statement for every list, choice, count, suggestion and badge there is, also for those of tomorrow.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.roles import Role
from nrm.accounts.models import Membership, User
from nrm.cases import actions as cases
from nrm.cases.models import Case
from nrm.identification import actions as identification
from nrm.reintegration import actions as reintegration
from nrm.vault.identity import Identity
from tests.addresses import ADDRESSES, address
from tests.hostile.asking import undone
from tests.whole import Whole, brought

READERS = ("case_worker", "shelter_worker", "clinician")
#: New on every answer: the token of the page, the slip of a draft, and the mark of a form that is sent once. A mark is
#: an id, signed or not; any other value of that name counts as a difference.
ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CHANGING = re.compile(rf'"[A-Za-z0-9]{{64}}"|name="(form_id|draft)"[^>]*|name="key" value="{ID}(:[\w-]{{43}})?"')
#: Show a new secret every time, and when one was last here.
DIFFER_ANYWAY = {"accounts:enrol", "accounts:sessions"}


def pages(clients: dict[str, Client], whole: Whole, cast: Any) -> dict[tuple[str, str], str]:
    found = {}
    for name in ADDRESSES:
        if name in DIFFER_ANYWAY:
            continue
        url = address(name, whole, cast)
        for player, client in clients.items():
            with undone(client):
                response = client.get(url)
            if response.status_code == 200 and not response.streaming:
                found[name, player] = CHANGING.sub("", response.content.decode(errors="replace"))
    return found


def at_work_elsewhere(cast: Any) -> Case:
    """Far Shore takes somebody on, opens a case of its own, knows a name, and plans."""
    by = cast.stranger.actor
    colleague = User.objects.create(email="new@far.example", display_name="Newcomer Elsewhere", language="en")
    Membership.objects.create(
        user=colleague, organisation=cast.organisations.far_shore, role=Role.CASE_WORKER, started_at=timezone.now()
    )
    screening = identification.open_case(
        by=by,
        lead_organisation_id=by.organisation_id,
        age_group="adult",
        sex="woman",
        suspicions=["labour"],
        safe_to_talk="yes",
    )
    case = screening.case
    agreed = {"by": by, "given_how": "signed", "given_on": timezone.localdate()}
    cases.record_consent(case, purpose="assistance", **agreed)
    case = cases.choose_track(case, "agree_to_be_named", by=by, expected_version=case.version)
    cases.write_identity(case, Identity(given_names="Zorica", family_names="Kestenova"), by=by, expected_version=0)
    cases.add_note(case, by=by, body="Something happened here.")
    cases.assess_risk(
        case, by=by, expected_version=case.version, level="high", accommodation="needed", account="He waits."
    )
    plan = reintegration.start_plan(case, by=by)
    reintegration.add_goal(plan, by=by, area="work", description="A paid job.")
    brought(case, cast, by=cast.stranger)
    type(cast.stranger.user).objects.filter(pk=cast.stranger.user.pk).update(display_name="Nela Elsewhere")
    return case


def test_z4_what_another_organisation_does_changes_no_page(
    whole: Whole, cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    clients = {player: sign_in(getattr(cast, player)) for player in READERS}
    before = pages(clients, whole, cast)
    assert len(before) > 100
    case = at_work_elsewhere(cast)
    after = pages(clients, whole, cast)
    assert {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)} == set()
    own = sign_in(cast.stranger).get(reverse("desk:case_list")).content.decode()
    assert case.code in own
