"""D5: what was kept as long as the operator decided is proposed to be erased, two people approve, and it is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.refusals import Gone, NotPermitted, NotVisible, NotYet
from nrm.audit import verifier
from nrm.audit.models import Event
from nrm.cases import actions, keeping
from nrm.cases.models import Case, Retention
from nrm.cases.selectors import standing_in
from nrm.lib.clock import today
from nrm.lib.partial_date import PartialDate
from nrm.support.actions import raise_alert
from nrm.tasks.models import Clock, Task
from nrm.vault.fields import place_of
from nrm.vault.models import IndexEntry
from nrm.vault.reasons import RevealReason
from nrm.vault.sealing import Erased, seal_text
from nrm.vault.selectors import held_by_key, to_rewrap
from tests.cases.keeping import CANARY_NAME, CANARY_NOTE, UNKNOWN, YEARS, closed_case, decided, fresh, later
from workflows.case import CaseFlow


@pytest.fixture
def closed(cast: Any) -> Case:
    return closed_case(cast)


@pytest.fixture
def due(closed: Case, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Case:
    """Its time is over today."""
    decided(settings)
    later(monkeypatch, YEARS)
    return closed


@pytest.fixture
def proposal(due: Case) -> Retention:
    assert look() == 1
    return Retention.objects.get(case=due)


def look() -> int:
    return actions.look_at_retention(timezone.now())


def step(proposal: Retention, name: str, player: Any, **more: Any) -> Retention:
    now = Retention.objects.get(pk=proposal.pk)
    return actions.take_retention_step(now, name, by=player.actor, expected_version=now.version, **more)


def erased(proposal: Retention, cast: Any) -> Retention:
    step(proposal, "approve", cast.case_worker)
    return step(proposal, "erase", cast.coordinator)


def kept(proposal: Retention, player: Any) -> Retention:
    return step(proposal, "keep", player, reason="A court asked.", review_on=date(2040, 1, 1))


def open_tasks(case: Case) -> list[tuple[str, str]]:
    rows = Task.objects.open().filter(case_code=case.code).order_by("kind")
    return list(rows.values_list("kind", "role"))


# What is proposed, and what is not


def test_d5_without_a_decision_of_the_operator_nothing_is_proposed(
    closed: Case, settings: Any, monkeypatch: pytest.MonkeyPatch, cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    settings.NRM_RETENTION_YEARS = 0
    later(monkeypatch, 90)
    assert look() == 0
    assert not Retention.objects.exists()
    html = sign_in(cast.case_worker).get(reverse("desk:case_page", args=[closed.code])).content.decode()
    assert "Not decided, so no case is proposed" in html
    html = sign_in(cast.coordinator).get(reverse("desk:country")).content.decode()
    assert "Not decided, so no case is proposed" in html
    decided(settings)
    assert "Rulebook 7/2026" in sign_in(cast.coordinator).get(reverse("desk:country")).content.decode()


def test_d5_a_case_is_proposed_on_the_day_its_time_is_over_and_not_before(
    closed: Case, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided(settings, YEARS + 1)
    later(monkeypatch, YEARS)
    assert look() == 0
    decided(settings, YEARS)
    assert look() == 1
    assert look() == 0
    assert Retention.objects.get().state == "proposed"
    assert open_tasks(closed) == [("look_whether_to_erase", "case_worker")]


def test_an_open_case_is_never_proposed(case: Case, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    decided(settings)
    later(monkeypatch, 90)
    assert look() == 0


def test_d5_time_begins_anew_when_the_case_is_reopened(proposal: Retention, due: Case, cast: Any) -> None:
    case = fresh(due)
    actions.take_case_step(case, "reopen", by=cast.case_worker.actor, expected_version=case.version, reason="Came back")
    with pytest.raises(NotYet):
        step(proposal, "approve", cast.case_worker)
    assert look() == 1
    assert Retention.objects.get().state == "dropped"
    assert open_tasks(due) == []
    case = fresh(due)
    facts = {"reason": "Over.", "closure": "goals_reached"}
    closed = actions.take_case_step(case, "close", by=cast.case_worker.actor, expected_version=case.version, **facts)
    assert keeping.with_closing(Case.objects.all()).get(pk=closed.pk).closed_at > proposal.proposed_at
    assert keeping.has_waited(closed)  # the tests' clock stands years later for both closings


def test_what_is_still_open_of_the_person_holds_it_back(
    proposal: Retention, due: Case, case: Case, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = cast.case_worker.actor
    link = actions.link_cases(fresh(due), case, by=by, reason="person_says")
    with pytest.raises(NotYet):
        step(proposal, "approve", cast.case_worker)
    assert look() == 1
    actions.unlink_cases(link.pk, by=by)
    assert look() == 1
    actions.break_glass(by=cast.stranger.actor, code=due.code, reason="life", account="She called.")
    assert not keeping.is_due(fresh(due))
    monkeypatch.setattr("nrm.cases.models.emergency.EmergencyAccessQuerySet.unreviewed", lambda self: self.none())
    assert keeping.is_due(fresh(due))
    raise_alert(fresh(due), by=by, level="same_day", concern="A call came in.")
    assert not keeping.is_due(fresh(due))


@pytest.mark.parametrize(
    ("born", "after", "proposed"),
    [(2010, YEARS, 0), (2010, 2033 - 2026, 0), (2010, 2034 - 2026, 1), (1990, YEARS, 1)],
)
def test_d5_for_a_child_time_counts_from_majority(
    born: int, after: int, proposed: int, cast: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Born some day in 2010: of age by the end of 2028, five years over by the end of 2033."""
    closed_case(cast, age_group="child", birth=PartialDate(born))
    decided(settings)
    later(monkeypatch, after - (today().year - 2026))
    assert look() == proposed


def test_d5_an_unknown_age_is_put_to_a_person(cast: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    case = closed_case(cast, age_group="unknown", birth=UNKNOWN)
    decided(settings)
    later(monkeypatch, 40)
    assert [look(), look()] == [0, 0]
    assert open_tasks(case) == [("decide_keeping", "case_worker")]
    with pytest.raises(NotVisible):
        actions.propose_erasure(case, by=cast.stranger.actor, grounds="Known.")
    with pytest.raises(NotPermitted):
        actions.propose_erasure(case, by=cast.coordinator.actor, grounds="Known.")
    with pytest.raises(NotYet):
        actions.propose_erasure(case, by=cast.case_worker.actor, grounds=" ")
    proposal = actions.propose_erasure(case, by=cast.case_worker.actor, grounds="She has grandchildren.")
    assert open_tasks(case) == [("look_whether_to_erase", "case_worker")]
    assert erased(proposal, cast).state == "erased"


def test_nobody_proposes_by_hand_what_the_service_counts(due: Case, cast: Any) -> None:
    with pytest.raises(NotYet):
        actions.propose_erasure(due, by=cast.case_worker.actor, grounds="Impatience.")


# Who approves


def test_d5_the_lead_approves_and_then_the_coordinator_erases(proposal: Retention, due: Case, cast: Any) -> None:
    for player in (cast.stranger, cast.responder):
        with pytest.raises((NotPermitted, NotVisible)):
            step(proposal, "approve", player)
    with pytest.raises(NotPermitted):
        step(proposal, "approve", cast.coordinator)
    step(proposal, "approve", cast.case_worker)
    assert open_tasks(due) == [("confirm_erasure", "coordinator")]
    for player in (cast.case_worker, cast.second_case_worker):
        with pytest.raises(NotPermitted):
            step(proposal, "erase", player)
    assert step(proposal, "erase", cast.coordinator).state == "erased"
    assert open_tasks(due) == []
    assert not Clock.objects.running().filter(case_code=due.code).exists()


def test_d5_z7_nobody_approves_alone_and_the_database_holds_it(proposal: Retention, cast: Any) -> None:
    step(proposal, "approve", cast.case_worker)
    alone = cast.case_worker.user.pk
    rows = Retention.objects.filter(pk=proposal.pk)
    for values in ({"erased_by": alone}, {"erased_by": None}, {"approved_by": None, "erased_by": alone}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(state="erased", **values)
    with connection.cursor() as cursor:  # the negative control: without the constraint one person is enough
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cases_retention DROP CONSTRAINT retention_erased_by_two")
    assert rows.update(state="erased", erased_by=alone) == 1


def test_one_person_in_both_roles_is_still_one(proposal: Retention, cast: Any) -> None:
    step(proposal, "approve", cast.case_worker)
    Retention.objects.filter(pk=proposal.pk).update(approved_by=cast.coordinator.user.pk)
    with pytest.raises(NotYet) as refused:
        step(proposal, "erase", cast.coordinator)
    assert "somebody else" in str(refused.value.sentence)


def test_a_restricted_case_waits_until_the_coordinator_can_look(proposal: Retention, due: Case, cast: Any) -> None:
    Case.objects.filter(pk=due.pk).update(is_restricted=True)
    retention = Retention.objects.select_related("case").get(pk=proposal.pk)
    assert not retention.is_seen_by_the_coordinator()
    with pytest.raises(NotVisible):
        step(proposal, "erase", cast.coordinator)


@pytest.mark.parametrize("player", ["case_worker", "coordinator"])
def test_a_legal_hold_stops_it_and_two_approve_anew_afterwards(
    player: str, proposal: Retention, due: Case, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = getattr(cast, player)
    step(proposal, "approve", cast.case_worker)
    with pytest.raises(NotYet):
        step(proposal, "keep", who, review_on=date(2040, 1, 1))
    kept(proposal, who)
    assert open_tasks(due) == []
    assert look() == 0
    for name, actor in (("approve", cast.case_worker), ("erase", cast.coordinator)):
        with pytest.raises(NotYet):
            step(proposal, name, actor)
    monkeypatch.setattr("nrm.cases.actions.retention.today", lambda: date(2040, 1, 1))
    assert [look(), look()] == [0, 0]
    assert open_tasks(due) == [("review_hold", "case_worker")]
    step(proposal, "lift", who, reason="The court is done.")
    assert open_tasks(due) == [("look_whether_to_erase", "case_worker")]
    assert erased(proposal, cast).state == "erased"


# What is left


def test_d5_what_was_sealed_never_opens_again_and_the_trail_stays_in_order(
    proposal: Retention, due: Case, cast: Any
) -> None:
    assert verifier.verify().findings == []
    before = dict(Case.history.filter(id=due.pk).values_list("history_id", "history_change_reason"))
    erased(proposal, cast)
    person = fresh(due).person
    assert (bytes(person.wrapped_key), person.key_id, person.identity) == (b"", "", None)
    assert not IndexEntry.objects.filter(person=person).exists()
    assert not to_rewrap(type(person)).filter(pk=person.pk).exists()
    assert "" not in held_by_key(type(person))
    with pytest.raises(Erased):
        seal_text(person, place_of(person, "identity"), "Somebody else.")
    now = dict(Case.history.filter(id=due.pk).values_list("history_id", "history_change_reason"))
    assert before.items() <= now.items()  # unreadable, and as it was
    report = verifier.verify()
    assert (report.findings, report.is_in_order) == ([], True)
    event = Event.objects.get(action="identity.erased")
    assert event.case_code == due.code
    assert event.data == {"version": person.version, "index_entries": event.data["index_entries"], "documents": 0}
    assert event.data["index_entries"] > 0


def test_d5_the_database_lets_no_erased_person_wake_up(proposal: Retention, due: Case, cast: Any) -> None:
    old_key = bytes(fresh(due).person.wrapped_key)
    erased(proposal, cast)
    people = type(due.person).objects.filter(pk=due.person_id)
    for values in ({"wrapped_key": old_key, "key_id": "dev1", "erased_at": None}, {"version": 9}):
        with pytest.raises(IntegrityError), transaction.atomic():
            people.update(**values)


def test_d5_every_page_says_that_and_when_it_was_erased(
    proposal: Retention, due: Case, cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    client = sign_in(cast.case_worker)
    page = reverse("desk:case_page", args=[due.code])
    before = client.get(page).content.decode()
    assert CANARY_NOTE in before
    assert "Canaryreason" in before
    erased(proposal, cast)
    answer = client.get(page)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Erased on" in html
    assert not [canary for canary in (CANARY_NAME, CANARY_NOTE, "Canaryreason") if canary in html]
    assert "<form" not in html.split("<main")[1].split("</main")[0]
    for name in ("cases:add_note", "cases:identity", "cases:assess_risk"):
        assert client.get(reverse(name, args=[due.code])).status_code == 410
    opened = client.post(reverse("cases:identity", args=[due.code]), {"reason": RevealReason.values[0]})
    assert opened.status_code == 410
    assert "was erased" in opened.content.decode()
    assert not Event.objects.filter(action="seal.broken").exists()
    assert client.post(reverse("cases:add_note", args=[due.code]), {"body": "More."}).status_code == 410
    assert sign_in(cast.stranger).get(page).status_code == 404


def test_d5_nothing_of_an_erased_case_changes_any_more(proposal: Retention, due: Case, cast: Any) -> None:
    erased(proposal, cast)
    case, by = fresh(due), cast.case_worker.actor
    with pytest.raises(Gone):
        actions.take_case_step(case, "reopen", by=by, expected_version=case.version, reason="Came back.")
    with pytest.raises((Gone, Erased)):
        actions.add_note(case, by=by, body="More.")
    with pytest.raises(NotVisible):
        actions.take_case_step(case, "reopen", by=cast.stranger.actor, expected_version=case.version, reason="Me.")
    assert look() == 0
    buttons = CaseFlow(case, standing_in(by, case)).buttons()
    assert [button.name for button in buttons if button.is_possible] == []


# The pages


def test_what_an_erased_person_agreed_to_is_looked_at_by_no_clock(proposal: Retention, due: Case, cast: Any) -> None:
    given: dict[str, Any] = {"purpose": "assistance", "given_how": "signed", "given_on": today(), "ends_on": today()}
    actions.record_consent(due, by=cast.case_worker.actor, **given)
    erased(proposal, cast)
    assert actions.expire_consents(timezone.now() + timedelta(days=2)) == 0


def test_the_two_pages_of_approval(
    proposal: Retention, due: Case, cast: Any, sign_in: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, coordinator = sign_in(cast.case_worker), sign_in(cast.coordinator)
    page = reverse("desk:case_page", args=[due.code])
    approve = reverse("cases:retention_step", args=[proposal.pk, "approve"])
    erase = reverse("cases:erase", args=[proposal.pk])
    assert approve in worker.get(page).content.decode()
    assert approve not in coordinator.get(page).content.decode()
    assert sign_in(cast.stranger).get(approve).status_code == 404
    assert worker.post(approve, {"version": 1}).status_code == 302
    html = coordinator.get(page).content.decode()
    assert erase in html
    assert CANARY_NOTE not in html
    assert worker.get(erase).status_code == 403
    assert "cannot be undone" in coordinator.get(erase).content.decode()
    stale = coordinator.session
    stale["proven_at"] = "2020-01-01T00:00:00+00:00"
    stale.save()
    assert coordinator.post(erase, {"version": 2}).status_code == 403
    assert fresh(due).person.erased_at is None
    stale["proven_at"] = timezone.now().isoformat()
    stale.save()
    assert coordinator.post(erase, {"version": 2}).status_code == 302
    assert fresh(due).person.erased_at is not None


def test_the_page_on_which_a_case_is_proposed_by_hand(
    cast: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, sign_in: Callable[[Any], Client]
) -> None:
    case = closed_case(cast, age_group="unknown", birth=UNKNOWN)
    decided(settings)
    client = sign_in(cast.case_worker)
    page, url = (reverse(name, args=[case.code]) for name in ("desk:case_page", "cases:propose_erasure"))
    assert url not in client.get(page).content.decode()
    early = client.post(url, {"grounds": "Too early."})
    assert (early.status_code, "Too early." in early.content.decode()) == (422, True)
    later(monkeypatch, YEARS)
    assert url in client.get(page).content.decode()
    assert client.post(url, {"grounds": "Grandchildren. <script>alert(1)</script>"}).status_code == 302
    html = client.get(page).content.decode()
    assert "Grandchildren. &lt;script&gt;" in html
    assert "<script>alert" not in html
    assert "Grandchildren." not in sign_in(cast.coordinator).get(page).content.decode()
