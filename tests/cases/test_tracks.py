"""Three tracks: an adult agrees to be named or stays without a name; whoever may be a child is protected first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.audit.verifier import verify
from nrm.cases.actions import choose_track, write_identity
from nrm.cases.models import Case
from nrm.tasks.models import Task
from nrm.vault.actions import write_identity as write_past_the_track
from nrm.vault.identity import Identity
from nrm.vault.models import IndexEntry
from tests.cases.conftest import opened

SignIn = Callable[[Any], Client]
Choose = Callable[..., Case]
ZORICA = Identity(given_names="Zorica", family_names="Kestenova")


def open_kinds(case: Case) -> set[str]:
    return set(Task.objects.open().filter(case_code=case.code).values_list("kind", flat=True))


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises(NotYet) as refused, transaction.atomic():
        act()
    return str(refused.value.sentence)


def write(case: Case, cast: Any) -> None:
    write_identity(case, ZORICA, by=cast.case_worker.actor, expected_version=case.person.version)


def test_a_new_case_asks_an_adult_first(case: Case, cast: Any) -> None:
    assert case.track == "undecided"
    assert refusal_of(lambda: write(case, cast)) == (
        "Ask first whether the person wants to be named, and record the answer on the case."
    )
    assert not IndexEntry.objects.exists()


def test_agreeing_opens_a_task_that_writing_the_identity_closes(named: Case, cast: Any) -> None:
    assert (named.track, named.version) == ("named", 2)
    assert "write_identity" in open_kinds(named)
    write(named, cast)
    assert "write_identity" not in open_kinds(named)


def test_history_and_audit_know_who_chose(named: Case, cast: Any) -> None:
    row = named.history.latest("history_id")
    assert (row.transition, row.source_state) == ("track.agree_to_be_named", "undecided")
    assert row.history_user_id == cast.case_worker.actor.user_id
    event = Event.objects.get(action="track.agree_to_be_named")
    assert (event.case_code, event.data["to"]) == (named.code, "named")
    assert verify().findings == []


def test_refusing_leaves_a_case_without_a_name(nameless: Case, cast: Any) -> None:
    assert nameless.track == "nameless"
    assert "ask_again" in open_kinds(nameless)
    assert refusal_of(lambda: write(nameless, cast)) == (
        "This person is helped without a name. If they want to be named now, record that on the case first."
    )


def test_the_database_itself_holds_no_name_of_a_nameless_person(nameless: Case, cast: Any) -> None:
    """Even past every action: the trigger stands behind the rule."""
    with pytest.raises(IntegrityError), transaction.atomic():
        write_past_the_track(nameless.person, ZORICA, by=cast.case_worker.actor, case_code=nameless.code)


def test_who_was_named_cannot_become_nameless(named: Case, cast: Any, choose: Choose) -> None:
    write(named, cast)
    assert refusal_of(lambda: choose(named, "stay_nameless")) == "This step does not follow from the present state."
    Case.objects.filter(pk=named.pk).update(track="undecided")
    assert refusal_of(lambda: choose(named, "stay_nameless")) == "Who the person is was already recorded."
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=named.pk).update(track="nameless")


def test_nothing_is_typed_twice_when_the_person_agrees_later(
    nameless: Case, cast: Any, choose: Choose, sign_in: SignIn
) -> None:
    """Everything but the track is as it was, and the identity is the only new thing to fill in."""
    before: dict[str, Any] = dict(Case.objects.filter(pk=nameless.pk).values().get())
    choose(nameless, "agree_to_be_named")
    after: dict[str, Any] = dict(Case.objects.filter(pk=nameless.pk).values().get())
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"track", "version", "changed_at"}
    assert open_kinds(nameless) == {"read_screening", "write_identity"}
    form = sign_in(cast.case_worker).post(reverse("cases:open_identity_form", args=[nameless.code]))
    assert form.status_code == 200


def test_a_person_who_may_be_a_child_is_not_asked(cast: Any, choose: Choose) -> None:
    for age in ("child", "unknown"):
        case = opened(cast, age)
        assert case.track == "child"
        Case.objects.filter(pk=case.pk).update(track="undecided")
        for step in ("agree_to_be_named", "stay_nameless"):
            sentence = refusal_of(partial(choose, case, step))
            assert sentence == "The person may be a child. Record the age first."


def test_an_adult_is_not_protected_as_a_child(case: Case, choose: Choose) -> None:
    sentence = refusal_of(lambda: choose(case, "protect_as_child", child_protection=None))
    assert sentence == "The person is recorded as an adult. Record the age first."


def test_who_else_chooses(case: Case, cast: Any) -> None:
    def choose_by(player: Any) -> Case:
        return choose_track(case, "stay_nameless", by=player.actor, expected_version=1)

    with pytest.raises(NotVisible):
        choose_by(cast.stranger)
    with pytest.raises(NotVisible):
        choose_by(cast.child_protection_worker)
    with pytest.raises(NotPermitted):
        choose_by(cast.coordinator)
    assert choose_by(cast.responder).track == "nameless"
    with pytest.raises(MovedOn):
        choose_by(cast.case_worker)


# The pages


def step_url(case: Case, transition: str) -> str:
    return reverse("cases:track_step", args=[case.code, transition])


@pytest.mark.parametrize(("player", "status"), [("stranger", 404), ("coordinator", 403), ("responder", 302)])
def test_the_page_is_for_who_may(case: Case, cast: Any, sign_in: SignIn, player: str, status: int) -> None:
    answer = sign_in(getattr(cast, player)).post(step_url(case, "stay_nameless"), {"version": 1})
    assert answer.status_code == status


def test_who_comes_second_is_told(case: Case, cast: Any, sign_in: SignIn, choose: Choose) -> None:
    choose(case, "stay_nameless")
    answer = sign_in(cast.second_case_worker).post(step_url(case, "agree_to_be_named"), {"version": 1})
    assert answer.status_code == 409
    Case.objects.filter(pk=case.pk).update(age_group="unknown")
    answer = sign_in(cast.second_case_worker).post(step_url(case, "agree_to_be_named"), {"version": 2})
    assert answer.status_code == 422
    assert "The person may be a child. Record the age first." in answer.content.decode()


def test_the_case_page_says_how_the_person_is_helped(case: Case, cast: Any, sign_in: SignIn, choose: Choose) -> None:
    page = reverse("desk:case_page", args=[case.code])
    html = sign_in(cast.case_worker).get(page).content.decode()
    assert "Not asked yet" in html
    assert step_url(case, "agree_to_be_named") in html
    choose(case, "stay_nameless")
    html = sign_in(cast.case_worker).get(page).content.decode()
    assert "Without a name" in html
    assert reverse("cases:identity", args=[case.code]) not in html
    assert "Without a name" not in sign_in(cast.coordinator).get(page).content.decode()


def test_before_anybody_asked_there_is_nothing_to_open(case: Case, cast: Any, sign_in: SignIn, choose: Choose) -> None:
    client, page = sign_in(cast.case_worker), reverse("cases:identity", args=[case.code])
    html = client.get(page).content.decode()
    assert "Ask first whether the person wants to be named" in html
    assert step_url(case, "stay_nameless") in html
    assert "Show the identity" not in html
    choose(case, "agree_to_be_named")
    assert "Show the identity" in client.get(page).content.decode()


def test_a_late_form_says_why_and_loses_nothing(case: Case, cast: Any, sign_in: SignIn) -> None:
    """The form was open while a colleague found that the person was not asked at all."""
    rows = {f"{prefix}-{name}_FORMS": "0" for prefix in ("documents", "contacts") for name in ("TOTAL", "INITIAL")}
    typed = {"version": "0", "given_names": "Zorica", **rows}
    answer = sign_in(cast.case_worker).post(reverse("cases:write_identity", args=[case.code]), typed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Ask first whether the person wants to be named" in html
    assert "Zorica" in html


def test_free_text_of_a_nameless_case_asks_for_no_names(case: Case, cast: Any, sign_in: SignIn, choose: Choose) -> None:
    client = sign_in(cast.case_worker)
    pages = ("cases:add_note", "cases:assess_risk", "referrals:prepare", "support:plan")
    assert {page for page in pages if "Write no names." in read(client, page, case)} == set()
    choose(case, "stay_nameless")
    assert {page for page in pages if "Write no names." in read(client, page, case)} == set(pages)


def read(client: Client, page: str, case: Case) -> str:
    return client.get(reverse(page, args=[case.code])).content.decode()
