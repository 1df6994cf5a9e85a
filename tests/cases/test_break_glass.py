"""Emergency access (Z13): one case, one person, one hour; the lead is told; somebody else reviews it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.permissions import Permission
from nrm.access.policy import POLICY
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.accounts.models import Membership, Passkey, TotpDevice
from nrm.audit.models import Event
from nrm.audit.verifier import verify
from nrm.cases.actions import (
    break_glass,
    choose_track,
    end_emergency,
    expire_emergencies,
    open_case,
    review_emergency,
    take_case_step,
    write_identity,
)
from nrm.cases.models import Case, EmergencyAccess, Participation
from nrm.cases.selectors import cases_visible_to, standing_in, standings_in
from nrm.cases.selectors.emergency import OPENED, NoSuchCase, register_of_emergencies
from nrm.lib.codes import new_code
from nrm.notices.delivery import deliver_due
from nrm.notices.models import Notice
from nrm.tasks.models import Task
from nrm.vault.fields import opened, sealed
from nrm.vault.identity import Identity
from tests.accounts.authenticator import Authenticator
from tests.addresses import ADDRESSES, address, keywords
from tests.conftest import player_of

SignIn = Callable[[Any], Client]
WHY = "Zorica called and cried; the door was being broken."
PAGE = "/emergency/"


def use(case: Case, player: Any, **changes: Any) -> EmergencyAccess:
    return break_glass(by=player.actor, **{"code": case.code, "reason": "life", "account": WHY, **changes})


def review(access: EmergencyAccess, player: Any, **changes: Any) -> EmergencyAccess:
    said = {"is_justified": True, "note": "She was in danger.", "expected_version": access.version, **changes}
    return review_emergency(access, by=player.actor, **said)


def ended(case: Case, player: Any) -> EmergencyAccess:
    return end_emergency(use(case, player), by=player.actor)


def another(cast: Any) -> Case:
    lead = cast.organisations.open_hand.pk
    return open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man")


def form(cast: Any, player: Any, case_code: str, **changes: Any) -> dict[str, str]:
    proof = {"password": cast.password, "code": cast.code_for(player)}
    return {"case_code": case_code, "reason": "life", "account": WHY, **proof, **changes}


@pytest.fixture
def named(case: Case, cast: Any) -> Case:
    worker = cast.case_worker.actor
    chosen = choose_track(case, "agree_to_be_named", by=worker, expected_version=case.version)
    write_identity(chosen, Identity(given_names="Zorica"), by=worker, expected_version=chosen.person.version)
    return Case.objects.select_related("person").get(pk=case.pk)


@pytest.fixture
def move_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    def move(to: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: to)

    return move


# Opening


@pytest.mark.parametrize("player", ["stranger", "shelter_worker", "clinician"])
def test_z13_a_helper_opens_one_case_for_an_hour(case: Case, cast: Any, player: str) -> None:
    who = getattr(cast, player)
    other = Case.objects.create(
        person=type(case.person).objects.create(wrapped_key=b"x", key_id="x"), age_group="adult"
    )
    access = use(case, who)
    assert access.ends_at - access.opened_at == timedelta(minutes=60)
    assert {p for p in Permission if standing_in(who.actor, case).may(p)} - roles_own(who) == {
        *OPENED,
        Permission.END_EMERGENCY,
    }
    assert not standing_in(who.actor, other).relations


def roles_own(player: Any) -> set[Permission]:
    """What the role may do without any relation to a case."""
    rules = {permission for permission in Permission for rule in POLICY[permission] if rule.relation is None}
    return {p for p in rules if any(r.relation is None and r.role is player.actor.role for r in POLICY[p])}


def test_z11_the_table_grants_the_relation_exactly_what_is_written_down() -> None:
    """Nothing to write, no account, no clinical note, no address, no list: whatever is added later fails here."""
    granted = {p for p, rules in POLICY.items() if any(rule.relation is Relation.BROKE_GLASS for rule in rules)}
    assert granted == {*OPENED, Permission.END_EMERGENCY}
    roles = {rule.role for rules in POLICY.values() for rule in rules if rule.relation is Relation.BROKE_GLASS}
    assert roles == {rule.role for rule in POLICY[Permission.BREAK_GLASS]}
    assert roles == {Role.CASE_WORKER, Role.SHELTER_WORKER, Role.CLINICIAN}


@pytest.mark.parametrize(
    "player",
    ["responder", "officer", "prosecution_officer", "coordinator", "auditor", "administrator"],
)
def test_z1_nobody_else_may(case: Case, cast: Any, sign_in: SignIn, player: str) -> None:
    who = getattr(cast, player)
    with pytest.raises(NotPermitted):
        use(case, who)
    client = sign_in(who)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, form(cast, who, case.code)).status_code == 403
    assert not EmergencyAccess.objects.exists()
    assert Event.objects.filter(action="request.refused", user_id=who.user.pk).count() == 2


def test_who_sees_all_of_it_already_is_told_so(case: Case, cast: Any) -> None:
    with pytest.raises(NotYet) as refusal:
        use(case, cast.case_worker)
    assert "already see" in str(refusal.value.sentence)


def test_a_case_that_is_closed_can_be_opened_too(case: Case, cast: Any) -> None:
    Case.objects.filter(pk=case.pk).update(stage="closed", closure="goals_reached")
    assert use(case, cast.stranger).state == "open"


def test_no_reason_no_access(case: Case, cast: Any) -> None:
    with pytest.raises(NotYet):
        use(case, cast.stranger, account="  ")


def test_the_text_is_sealed_and_the_mark_is_complete(case: Case, cast: Any) -> None:
    access = use(case, cast.stranger)
    assert WHY.encode() not in bytes(access.account)
    assert opened(case.person, EmergencyAccess.objects.get(), "account") == WHY
    row = access.history.get()
    assert (row.transition, row.history_user_id) == ("begin", cast.stranger.actor.user_id)
    event = Event.objects.get(action="emergency.begin")
    assert (event.case_code, event.user_id, event.organisation_id) == (
        case.code,
        cast.stranger.user.pk,
        cast.organisations.far_shore.pk,
    )
    assert event.data == {"reason": "life", "to": "open", "minutes": 60}
    assert len(event.history) == 2
    assert Participation.objects.get(relation="broke_glass").history.count() == 1


def test_the_lead_is_told_at_once_with_the_code_and_nothing_else(case: Case, cast: Any, mailoutbox: list[Any]) -> None:
    use(case, cast.stranger)
    notices = Notice.objects.filter(kind="emergency_used")
    assert {notice.recipient_id for notice in notices} == {cast.case_worker.user.pk, cast.second_case_worker.user.pk}
    deliver_due()
    mine = [mail for mail in mailoutbox if case.code in mail.body]
    assert mine
    assert not any(
        word in f"{mail.subject} {mail.body}" for mail in mine for word in ("Zorica", "mergency", "Far Shore")
    )


def test_the_review_is_due_after_three_working_days(
    case: Case, cast: Any, settings: Any, move_clock: Callable[[datetime], None]
) -> None:
    """Opened on Wednesday 6 May 2026; in Serbia no holiday follows. Over 1 May two days and a weekend are left out."""
    settings.NRM_COUNTRY = "rs"
    zone = timezone.get_default_timezone()
    move_clock(datetime(2026, 4, 29, 22, 30, tzinfo=zone))
    use(case, cast.stranger)
    task = Task.objects.get(kind="review_emergency")
    assert (task.organisation, task.role) == (cast.organisations.open_hand, "case_worker")
    assert timezone.localdate(task.due_at, zone) == date(2026, 5, 5)


# The page: second factor again, and no code told from another before it


def test_s10_the_page_opens_the_case_after_password_and_code(named: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.stranger)
    before = client.session.session_key
    assert client.get(reverse("desk:case_page", args=[named.code])).status_code == 404
    answer = client.post(PAGE, form(cast, cast.stranger, named.code.lower().replace("-", " ")))
    assert (answer.status_code, answer["Location"]) == (302, reverse("desk:case_page", args=[named.code]))
    assert client.session.session_key != before
    page = client.get(answer["Location"]).content.decode()
    access = EmergencyAccess.objects.get()
    assert reverse("cases:end_emergency", args=[access.pk]) in page
    assert "Everything you open is recorded" in page
    identity = reverse("cases:identity", args=[named.code])
    assert "Zorica" not in client.get(identity).content.decode()
    assert "Zorica" in client.post(identity, {"reason": "danger"}).content.decode()
    assert Event.objects.filter(action="identity.revealed", user_id=cast.stranger.user.pk).count() == 1


@pytest.mark.parametrize("wrong", [{"code": "000000"}, {"password": "not it"}, {"code": ""}])
def test_s10_without_the_second_factor_nothing_opens(case: Case, cast: Any, sign_in: SignIn, wrong: Any) -> None:
    answer = sign_in(cast.stranger).post(PAGE, form(cast, cast.stranger, case.code, **wrong))
    assert answer.status_code == 422
    assert WHY in answer.content.decode().replace("&#x27;", "'")
    assert not EmergencyAccess.objects.exists()
    failed = Event.objects.filter(action="second_factor.failed", data__step="proof").count()
    assert failed == (0 if wrong == {"code": ""} else 1)


@pytest.fixture
def passkey(cast: Any) -> Authenticator:
    """The stranger's."""
    device = Authenticator()
    parts = {"credential_id": device.credential_id, "public_key": device.public_key}
    Passkey.objects.create(user=cast.stranger.user, name="Key", **parts)
    return device


def by_passkey(client: Client, device: Authenticator, case: Case) -> dict[str, str]:
    asked = client.post(reverse("accounts:ask_passkey")).json()
    return {"case_code": case.code, "reason": "life", "account": WHY, "passkey": device.get(asked)}


@pytest.mark.parametrize("is_needed", [True, False])
def test_a13_whoever_has_a_passkey_opens_the_case_with_it(
    case: Case, cast: Any, sign_in: SignIn, passkey: Authenticator, settings: Any, is_needed: bool
) -> None:
    settings.NRM_PASSKEY_FOR_EMERGENCY = is_needed
    client = sign_in(cast.stranger)
    assert 'name="code"' not in client.get(PAGE).content.decode()
    assert client.post(PAGE, form(cast, cast.stranger, case.code)).status_code == 422
    given = by_passkey(client, passkey, case)
    assert client.post(PAGE, given).status_code == 302
    assert EmergencyAccess.objects.count() == 1
    assert client.post(PAGE, given).status_code == 422
    assert Event.objects.filter(action="second_factor.failed", data__step="proof").count() == 2


def test_a13_without_a_passkey_emergency_access_leads_to_setting_one_up(
    case: Case, cast: Any, sign_in: SignIn, settings: Any
) -> None:
    settings.NRM_PASSKEY_FOR_EMERGENCY = True
    client = sign_in(cast.stranger)
    assert reverse("accounts:add_passkey") in client.get(PAGE).content.decode()
    assert client.post(PAGE, form(cast, cast.stranger, case.code)).status_code == 422
    assert not EmergencyAccess.objects.exists()
    assert Event.objects.get(action="request.refused").data["refusal"] == "passkey_needed"


def test_a5_wrong_codes_shut_the_door_for_the_right_one_too(case: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.stranger)
    for _attempt in range(3):
        client.post(PAGE, form(cast, cast.stranger, case.code, code="000000"))
    assert client.post(PAGE, form(cast, cast.stranger, case.code)).status_code == 422
    assert not EmergencyAccess.objects.exists()


def test_a3_a_code_opens_one_door_only(case: Case, cast: Any, sign_in: SignIn) -> None:
    client, typed = sign_in(cast.stranger), form(cast, cast.stranger, new_code())
    assert client.post(PAGE, typed).status_code == 422
    assert client.post(PAGE, {**typed, "case_code": case.code}).status_code == 422
    assert not EmergencyAccess.objects.exists()


@pytest.mark.parametrize("missing", [{"code": "000000"}, {"account": ""}, {"reason": ""}])
def test_z2_before_the_proof_and_the_reason_every_code_is_answered_alike(
    case: Case, cast: Any, sign_in: SignIn, missing: dict[str, str]
) -> None:
    def answer(code: str) -> tuple[int, str, int]:
        before = Event.objects.count()
        response = client.post(PAGE, form(cast, cast.stranger, code, **missing))
        TotpDevice.objects.filter(user=cast.stranger.user).update(throttling_failure_count=0)
        text = steady(response.content.decode()).replace(code, "CODE")
        return response.status_code, text, Event.objects.count() - before

    client, unknown = sign_in(cast.stranger), new_code()
    assert answer(case.code) == answer(unknown)


def steady(html: str) -> str:
    return re.sub(r'name="(csrfmiddlewaretoken|draft)" value="[^"]+"|X-CSRFToken": "[^"]+"|value="\d{6}"', "", html)


def test_after_them_a_code_that_is_none_is_told_and_the_log_does_not_keep_it(cast: Any, sign_in: SignIn) -> None:
    code = new_code()
    with pytest.raises(NoSuchCase):
        break_glass(by=cast.stranger.actor, code=code, reason="life", account=WHY)
    answer = sign_in(cast.stranger).post(PAGE, form(cast, cast.stranger, code))
    assert answer.status_code == 422
    assert "No case has this code" in answer.content.decode()
    event = Event.objects.get(action="emergency.begin")
    assert (event.outcome, event.case_code, event.data) == ("refused", "", {"refusal": "no_such_case"})


def test_d1_nothing_is_taken_from_the_address(case: Case, cast: Any, sign_in: SignIn) -> None:
    typed = form(cast, cast.stranger, case.code)
    client = sign_in(cast.stranger)
    assert client.post(f"{PAGE}?case_code={case.code}", {**typed, "case_code": ""}).status_code == 422
    assert f'value="{case.code}"' not in client.get(f"{PAGE}?case_code={case.code}").content.decode()


# The hour


def test_the_database_holds_an_hour_as_the_most(case: Case, cast: Any) -> None:
    at = timezone.now()
    kept = {"case": case, "user": cast.stranger.user, "organisation": cast.organisations.far_shore, "reason": "life"}
    access = EmergencyAccess(**kept, opened_at=at, ends_at=at + timedelta(minutes=61))
    access.account = sealed(case.person, access, "account", WHY)
    with pytest.raises(IntegrityError, match="emergency_an_hour_at_most"), transaction.atomic():
        access.save()


@pytest.mark.parametrize("lasts", [None, timedelta(minutes=61)])
def test_the_database_refuses_a_participation_that_outlasts_it(case: Case, cast: Any, lasts: timedelta | None) -> None:
    row = Participation(
        case=case,
        organisation=cast.organisations.far_shore,
        user=cast.stranger.user,
        relation="broke_glass",
        because="cases.emergencyaccess:x",
        opened_by=cast.stranger.user.pk,
        ends_at=timezone.now() + lasts if lasts else None,
    )
    with pytest.raises(IntegrityError, match="participation_in_an_emergency_is_short"), transaction.atomic():
        row.save()


def test_z13_at_the_minute_it_is_over_though_nobody_wrote_it_down(
    case: Case, cast: Any, sign_in: SignIn, move_clock: Callable[[datetime], None]
) -> None:
    access, who = use(case, cast.stranger), cast.stranger.actor
    move_clock(access.ends_at - timedelta(seconds=1))
    assert standing_in(who, case).may(Permission.SEE_RISK)
    move_clock(access.ends_at)
    assert Participation.objects.get(relation="broke_glass").closed_at is None
    assert not standing_in(who, case).relations
    with pytest.raises(NotVisible):
        end_emergency(access, by=who)


def test_the_clocks_write_down_that_it_ran_out(
    case: Case, cast: Any, move_clock: Callable[[datetime], None], capsys: Any
) -> None:
    access = use(case, cast.stranger)
    assert expire_emergencies(timezone.now()) == 0
    move_clock(access.ends_at)
    call_command("clocks")
    assert "emergency access: 1" in capsys.readouterr().out
    access.refresh_from_db()
    assert (access.state, access.ended_at) == ("expired", access.ends_at)
    assert Participation.objects.get(relation="broke_glass").closed_at is not None
    assert Event.objects.get(action="emergency.expire").role == "clock"
    assert expire_emergencies(access.ends_at) == 0


def test_end_now_closes_it_at_the_next_request(case: Case, cast: Any, sign_in: SignIn) -> None:
    access = use(case, cast.stranger)
    client, page = sign_in(cast.stranger), reverse("desk:case_page", args=[case.code])
    assert client.get(page).status_code == 200
    end = reverse("cases:end_emergency", args=[access.pk])
    assert client.get(end).status_code == 405
    assert client.post(end).status_code == 302
    assert client.get(page).status_code == 404
    assert client.post(end).status_code == 302
    assert EmergencyAccess.objects.get().state == "ended"
    assert Event.objects.filter(action="emergency.end").count() == 1


@pytest.mark.parametrize("player", ["case_worker", "clinician", "coordinator", "administrator"])
def test_nobody_else_ends_it(case: Case, cast: Any, sign_in: SignIn, player: str) -> None:
    access = use(case, cast.stranger)
    assert sign_in(getattr(cast, player)).post(reverse("cases:end_emergency", args=[access.pk])).status_code == 404
    assert sign_in(cast.stranger).post(reverse("cases:end_emergency", args=[uuid4()])).status_code == 404


def test_it_is_the_persons_alone(case: Case, cast: Any) -> None:
    """A colleague of the same organisation sees nothing, nor does the person in another membership."""
    use(case, cast.stranger)
    actor = cast.stranger.actor
    assert not standing_in(replace(actor, user_id=cast.clinician.user.pk), case).relations
    assert not standing_in(replace(actor, organisation_id=cast.organisations.quiet_room.pk), case).relations
    assert not standing_in(replace(actor, role=Role.FIRST_RESPONDER), case).may(Permission.SEE_CASE)


# What it does not open

#: Names an organisation's service and no case.
OPEN_WITHOUT_IT = {"directory:listing"}


def test_z3_what_it_does_not_open(whole: Any, cast: Any, sign_in: SignIn) -> None:
    use(whole.case, cast.stranger)
    client = sign_in(cast.stranger)
    named = [name for name in ADDRESSES if keywords(name) & {"code", "pk"} and not name.startswith("desk:claim")]
    seen = {name for name in named if client.get(address(name, whole, cast)).status_code == 200}
    assert seen - OPEN_WITHOUT_IT == {"cases:identity", "desk:case_page"}
    page = client.get(address("desk:case_page", whole, cast)).content.decode()
    for hidden in ("House of Lindens", "Quiet Room", "Something was said.", "A paid job.", "Room 1", "She called."):
        assert hidden not in page


def test_z3_nothing_can_be_written_through_it(whole: Any, cast: Any) -> None:
    use(whole.case, cast.stranger)
    case = Case.objects.get(pk=whole.case.pk)
    with pytest.raises(NotPermitted):
        take_case_step(case, "hold", by=cast.stranger.actor, expected_version=case.version, reason="x")


def test_z4_no_list_no_count_and_no_export_includes_it(case: Case, cast: Any, sign_in: SignIn) -> None:
    use(case, cast.stranger)
    for permission in OPENED:
        assert not cases_visible_to(cast.stranger.actor, permission).filter(pk=case.pk).exists()
    assert not standings_in(cast.stranger.actor, [case])[case.pk].relations
    client = sign_in(cast.stranger)
    assert case.code not in client.get(reverse("desk:case_list")).content.decode()
    assert case.code not in client.get(reverse("desk:my_work")).content.decode()


# The review


def test_z13_another_person_of_the_lead_reviews_it(case: Case, cast: Any, sign_in: SignIn) -> None:
    access = ended(case, cast.stranger)
    client = sign_in(cast.case_worker)
    address = reverse("cases:review_emergency", args=[access.pk])
    page = client.get(reverse("desk:case_page", args=[case.code])).content.decode()
    assert address in page
    assert WHY in page
    assert "Far Shore" in page
    sheet = client.get(address).content.decode()
    assert "Emergency access: Open a case in an emergency" in sheet
    answer = client.post(address, {"version": access.version, "finding": "unjustified", "note": "He knew her."})
    assert answer.status_code == 302
    access.refresh_from_db()
    assert (access.state, access.reviewed_by) == ("reviewed_unjustified", cast.case_worker.user.pk)
    assert access.review_note is not None
    assert b"He knew her." not in bytes(access.review_note)
    assert opened(case.person, access, "review_note") == "He knew her."
    assert not Task.objects.open().filter(kind="review_emergency").exists()
    event = Event.objects.get(action="emergency.find_unjustified")
    assert "He knew her." not in str(event.data)


def test_while_it_runs_nothing_is_to_be_reviewed_yet(case: Case, cast: Any) -> None:
    with pytest.raises(NotYet):
        review(use(case, cast.stranger), cast.case_worker)


def test_a_review_needs_its_reasons(case: Case, cast: Any, sign_in: SignIn) -> None:
    access = ended(case, cast.stranger)
    with pytest.raises(NotYet):
        review(access, cast.case_worker, note=" ")
    address = reverse("cases:review_emergency", args=[access.pk])
    assert sign_in(cast.case_worker).post(address, {"version": 2, "finding": "justified"}).status_code == 422


def test_only_one_of_two_reviews_stands(case: Case, cast: Any, sign_in: SignIn) -> None:
    access = ended(case, cast.stranger)
    review(access, cast.case_worker)
    with pytest.raises(MovedOn):
        review(access, cast.second_case_worker, is_justified=False)
    address = reverse("cases:review_emergency", args=[access.pk])
    said = {"version": access.version, "finding": "unjustified", "note": "He knew her."}
    answer = sign_in(cast.second_case_worker).post(address, said)
    assert answer.status_code == 409
    assert "He knew her." in answer.content.decode()


@pytest.mark.parametrize(
    ("player", "status"),
    [("stranger", 404), ("clinician", 404), ("administrator", 404), ("coordinator", 403), ("auditor", 403)],
)
def test_nobody_but_the_lead_reviews_it(case: Case, cast: Any, sign_in: SignIn, player: str, status: int) -> None:
    access = ended(case, cast.stranger)
    client = sign_in(getattr(cast, player))
    address = reverse("cases:review_emergency", args=[access.pk])
    assert client.get(address).status_code == status
    said = {"version": access.version, "finding": "justified", "note": "Yes."}
    assert client.post(address, said).status_code == status


@pytest.fixture
def clinician_of_the_lead(cast: Any) -> Any:
    """The case worker of the lead who is also its clinician, and acts as such."""
    membership = Membership.objects.create(
        user=cast.case_worker.user,
        organisation=cast.organisations.open_hand,
        role=Role.CLINICIAN,
        started_at=timezone.now(),
    )
    return player_of(membership)


def test_z7_nobody_reviews_their_own_use(case: Case, cast: Any, sign_in: SignIn, clinician_of_the_lead: Any) -> None:
    access = ended(case, clinician_of_the_lead)
    with pytest.raises(NotYet) as refusal:
        review(access, cast.case_worker)
    assert "somebody else in your organisation" in str(refusal.value.sentence)
    client = sign_in(cast.case_worker)
    address = reverse("cases:review_emergency", args=[access.pk])
    assert address not in client.get(reverse("desk:case_page", args=[case.code])).content.decode()
    answer = client.post(address, {"version": access.version, "finding": "justified", "note": "It was me."})
    assert answer.status_code == 422
    assert "It was me." in answer.content.decode()
    assert Event.objects.filter(action="emergency.find_justified", outcome="refused").count() == 1
    assert review(access, cast.second_case_worker).state == "reviewed_justified"


def test_z7_the_database_refuses_it_too(case: Case, cast: Any) -> None:
    access = ended(case, cast.stranger)
    values = {"reviewed_by": cast.stranger.user.pk, "reviewed_at": timezone.now(), "review_note": access.account}
    with pytest.raises(IntegrityError, match="emergency_reviewed_by_another"), transaction.atomic():
        EmergencyAccess.objects.filter(pk=access.pk).update(state="reviewed_justified", **values)


# A use that was not reviewed blocks the next


@pytest.mark.parametrize("is_over", [False, True])
def test_z13_an_unreviewed_use_blocks_the_next(case: Case, cast: Any, sign_in: SignIn, is_over: bool) -> None:
    ended(case, cast.stranger) if is_over else use(case, cast.stranger)
    with pytest.raises(NotYet) as refusal:
        use(case, cast.stranger)
    assert "not reviewed yet" in str(refusal.value.sentence)
    answer = sign_in(cast.stranger).post(PAGE, form(cast, cast.stranger, case.code))
    assert answer.status_code == 422
    assert "not reviewed yet" in answer.content.decode()
    assert EmergencyAccess.objects.count() == 1
    assert Event.objects.filter(action="emergency.begin", outcome="refused").count() == 1


@pytest.mark.parametrize("is_justified", [True, False])
def test_once_it_is_reviewed_the_next_is_possible(case: Case, cast: Any, is_justified: bool) -> None:
    review(ended(case, cast.stranger), cast.case_worker, is_justified=is_justified)
    assert use(case, cast.stranger).state == "open"


def test_it_does_not_block_somebody_else(case: Case, cast: Any) -> None:
    use(case, cast.stranger)
    assert use(case, cast.clinician).state == "open"


def test_z8_a_right_that_ends_between_form_and_submit_is_refused(case: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.stranger)
    assert client.get(PAGE).status_code == 200
    typed = form(cast, cast.stranger, case.code)
    cast.stranger.membership.ended_at = timezone.now()
    cast.stranger.membership.save()
    assert client.post(PAGE, typed).status_code != 200
    assert not EmergencyAccess.objects.exists()


# The register


def test_the_register_shows_codes_and_figures_and_people_to_the_auditor_only(
    case: Case, cast: Any, sign_in: SignIn
) -> None:
    review(ended(case, cast.stranger), cast.case_worker, is_justified=False)
    use(case, cast.stranger)
    register = register_of_emergencies(cast.coordinator.actor, None)
    assert [(m.used, m.unreviewed, m.unjustified) for m in register.months] == [(2, 1, 1)]
    pages = {
        name: sign_in(getattr(cast, name)).get(reverse("cases:emergency_register")).content.decode()
        for name in ("coordinator", "auditor")
    }
    assert all(case.code in page for page in pages.values())
    assert not any(WHY in page or "She was in danger" in page for page in pages.values())
    assert "Nela Pear" in pages["auditor"]
    assert "Nela Pear" not in pages["coordinator"]
    assert Event.objects.filter(action="emergency.register_read").count() == 2


@pytest.mark.parametrize("player", ["case_worker", "stranger", "officer", "administrator", "responder"])
def test_the_register_is_nobody_elses(cast: Any, sign_in: SignIn, player: str) -> None:
    assert sign_in(getattr(cast, player)).get(reverse("cases:emergency_register")).status_code == 403


def test_the_lead_alone_reads_of_it_on_the_case_page(whole: Any, cast: Any, sign_in: SignIn) -> None:
    use(whole.case, cast.stranger)
    page = reverse("desk:case_page", args=[whole.case.code])
    readers = ("responder", "shelter_worker", "clinician", "officer", "coordinator", "prosecution_officer", "auditor")
    assert "Nela Pear" in sign_in(cast.case_worker).get(page).content.decode()
    for player in readers:
        html = sign_in(getattr(cast, player)).get(page).content.decode()
        assert not any(word in html for word in ("Nela Pear", WHY, "Far Shore")), player


def test_l6_the_chain_holds_after_all_of_it(case: Case, cast: Any) -> None:
    review(ended(case, cast.stranger), cast.case_worker)
    assert verify().is_in_order
