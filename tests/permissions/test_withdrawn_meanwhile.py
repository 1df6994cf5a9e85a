"""A form is opened while one may, and sent when one no longer may: refused, written down, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from nrm.access.roles import Role
from nrm.accounts import actions as accounts
from nrm.accounts.models import Membership, SessionRecord
from nrm.cases import actions as cases
from nrm.placements import actions as placements
from tests.addresses import address
from tests.hostile.asking import undone
from tests.hostile.tables import acts_after, digests, last_event
from tests.hostile.test_typed_text import fresh
from tests.whole import Whole

Withdraw = Callable[[Whole, Any], None]
#: Refused by what the form is about, or led to the door because nobody is signed in any more.
DOORS = ("/sign-in/", "/membership/")
REFUSED, GONE = frozenset({403, 404}), frozenset({302})


@dataclass(frozen=True)
class Meanwhile:
    """Whose form, what is sent with it, what happens before it is sent, and how it is answered then."""

    view: str
    player: str
    sent: dict[str, Any]
    happens: Withdraw
    statuses: frozenset[int] = REFUSED


def role_ends(player: str) -> Withdraw:
    def end(whole: Whole, cast: Any) -> None:
        found = getattr(cast, player)
        accounts.end_membership(found.membership.pk, user_id=found.user.pk, by=cast.second_administrator.actor)

    return end


def account_closes(whole: Whole, cast: Any) -> None:
    accounts.deactivate(cast.case_worker.user.pk, by=cast.administrator.actor)


def acts_elsewhere(whole: Whole, cast: Any) -> None:
    """In another tab the same person went over to the role they have in another organisation."""
    by, user = cast.administrator.actor, cast.case_worker.user
    other = accounts.start_membership(
        user.pk, organisation_id=cast.organisations.far_shore.pk, role=Role.CASE_WORKER, by=by
    )
    SessionRecord.objects.filter(user=user).update(membership=other)


def is_kept_away(whole: Whole, cast: Any) -> None:
    """Although in the team, and although a supervisor: deny beats allow."""
    cases.add_member(whole.case, by=cast.case_worker.actor, user_id=cast.second_case_worker.user.pk)
    Membership.objects.filter(pk=cast.second_case_worker.membership.pk).update(supervises=True)
    by = cast.case_worker.actor
    cases.keep_away(whole.case, by=by, user_id=cast.second_case_worker.user.pk, reason="relative", note="A cousin.")


def stay_ends(whole: Whole, cast: Any) -> None:
    placement = fresh(whole.placement)
    facts = {"reason": "Moved.", "ending": "moved_on"}
    placements.take_step(placement, "end", by=cast.shelter_worker.actor, expected_version=placement.version, **facts)


NOTE = {"body": "She called."}
FORMS = (
    Meanwhile("cases:add_note", "case_worker", NOTE, role_ends("case_worker"), GONE),
    Meanwhile("cases:add_note", "case_worker", NOTE, account_closes, GONE),
    Meanwhile("cases:add_note", "case_worker", NOTE, acts_elsewhere),
    Meanwhile("cases:add_note", "second_case_worker", NOTE, is_kept_away),
    Meanwhile("cases:identity", "second_case_worker", {"reason": "care"}, is_kept_away),
    Meanwhile("cases:identity", "shelter_worker", {"reason": "care"}, stay_ends),
    Meanwhile("accounts:invite", "administrator", {}, role_ends("administrator"), GONE),
)


def test_z8_what_was_allowed_when_the_form_was_opened_is_refused_when_it_is_sent(
    whole: Whole, cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    wrong = {}
    for form in FORMS:
        client = sign_in(getattr(cast, form.player))
        with undone(client):
            answered, changed, outcomes = sent_too_late(client, form, whole, cast)
        if answered not in form.statuses or changed or outcomes != ({"refused"} if form.statuses is REFUSED else set()):
            wrong[form.happens.__name__, form.view] = answered, changed, outcomes
    assert wrong == {}


def sent_too_late(client: Client, form: Meanwhile, whole: Whole, cast: Any) -> tuple[int, list[str], set[str]]:
    """The answer, the tables it changed, and the outcomes it left in the log."""
    url = address(form.view, whole, cast)
    assert client.get(url).status_code == 200
    form.happens(whole, cast)
    before, since = digests(), last_event()
    answer = client.post(url, form.sent)
    after = digests()
    assert answer.status_code != 302 or answer["Location"].startswith(DOORS)
    return answer.status_code, [table for table in before if before[table] != after[table]], acts_after(since)
