"""What is typed is kept for its author alone, sealed, and put away when the form is saved."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from nrm.access.rows import seen_by
from nrm.accounts import actions as accounts
from nrm.audit.models import Event
from nrm.cases import actions as cases
from nrm.cases.models import Note
from nrm.drafts import actions, selectors
from nrm.drafts.models import Draft
from nrm.lib import clock
from nrm.vault import actions as vault
from tests.drafts.conftest import TYPED, SignIn, slip_of, typed
from tests.whole import Whole


def is_marked(page: Any, name: str, value: str) -> bool:
    return re.search(rf'name="{name}" value="{value}"[^>]* checked', page.content.decode()) is not None


def test_what_is_typed_is_kept_offered_and_filled_in(cast: Any, note: str, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    answer = typed(client, note, body=TYPED)
    assert answer.status_code == 200
    assert "Kept at" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    page = client.get(note).content.decode()
    draft = Draft.objects.get()
    assert "You began this on" in page
    assert f"?draft={draft.pk}" in page
    assert TYPED not in page
    page = client.get(note, {"draft": str(draft.pk)}).content.decode()
    assert TYPED in page
    assert "You go on with what you began" in page
    opened = Event.objects.get(action="draft.opened")
    assert (opened.case_code, opened.data) == (draft.case_code, {"form": "cases:add_note"})


def test_the_column_is_sealed_under_a_key_of_its_own(cast: Any, note: str, sign_in: SignIn) -> None:
    typed(sign_in(cast.case_worker), note, body=TYPED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(d)::text, body, wrapped_key FROM drafts_draft d")
        row, body, key = cursor.fetchone()
    assert TYPED not in row
    assert TYPED.encode() not in bytes(body)
    assert len(bytes(key)) == 61
    assert not Event.objects.filter(data__icontains="Remarkably").exists()
    assert not Event.objects.filter(action="draft.opened").exists()


def test_saving_puts_it_away_and_what_comes_late_makes_no_new_one(cast: Any, note: str, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    slip = slip_of(client.get(note))
    typed(client, note, slip=slip, body=TYPED)
    assert client.post(note, {"draft": slip, "body": TYPED}).status_code == 302
    draft = Draft.objects.get()
    assert (draft.body, bytes(draft.wrapped_key), draft.key_id) == (None, b"", "")
    assert typed(client, note, slip=slip, body=TYPED).status_code == 409
    assert not Draft.objects.waiting().exists()
    assert "You began this" not in client.get(note).content.decode()


def test_what_was_never_kept_comes_late_just_as_well(cast: Any, note: str, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    slip = slip_of(client.get(note))
    client.post(note, {"draft": slip, "body": TYPED})
    assert typed(client, note, slip=slip, body=TYPED).status_code == 409
    assert not Draft.objects.waiting().exists()


def test_a_form_with_faults_keeps_what_was_typed(cast: Any, whole: Whole, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    address = reverse("cases:assess_best_interests", args=[whole.case.code])
    slip = slip_of(client.get(address))
    typed(client, address, slip=slip, reasons=TYPED)
    faulty = client.post(address, {"draft": slip, "reasons": TYPED})
    assert faulty.status_code == 422
    assert "You began this" not in faulty.content.decode()
    assert Draft.objects.waiting().count() == 1
    Draft.objects.update(saved_at=clock.now() - timedelta(seconds=2))
    assert typed(client, address, slip=slip_of(faulty), reasons=f"{TYPED}!").status_code == 200


@pytest.mark.parametrize("player", ["second_case_worker", "coordinator", "stranger", "administrator"])
def test_nobody_else_meets_it(cast: Any, note: str, sign_in: SignIn, player: str) -> None:
    slip = slip_of(sign_in(cast.case_worker).get(note))
    typed(sign_in(cast.case_worker), note, slip=slip, body=TYPED)
    draft = Draft.objects.get()
    other = sign_in(getattr(cast, player))
    assert other.post(reverse("drafts:throw_away", args=[draft.pk])).status_code == 404
    missing = other.post(reverse("drafts:throw_away", args=[uuid4()]))
    assert missing.content == other.post(reverse("drafts:throw_away", args=[draft.pk])).content
    assert typed(other, note, slip=slip, body="mine").status_code == 404
    page = other.get(note, {"draft": str(draft.pk)})
    assert TYPED not in page.content.decode()
    assert "You began" not in page.content.decode()
    with seen_by(getattr(cast, player).actor):
        assert not Draft.objects.exists()
    with seen_by(cast.case_worker.actor):
        assert Draft.objects.count() == 1


def test_another_role_of_the_same_person_does_not_meet_it(cast: Any, note: str, sign_in: SignIn) -> None:
    typed(sign_in(cast.case_worker), note, body=TYPED)
    Draft.objects.update(membership=cast.second_case_worker.membership)
    assert "You began this" not in sign_in(cast.case_worker).get(note).content.decode()


def test_another_window_does_not_write_over_it_unasked(cast: Any, note: str, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    first, second = slip_of(client.get(note)), slip_of(client.get(note))
    typed(client, note, slip=first, body=TYPED)
    assert typed(client, note, slip=second, body="something else").status_code == 409
    assert client.post(note, {"draft": second, "body": "something else"}).status_code == 302
    assert Draft.objects.waiting().count() == 1
    draft = Draft.objects.get()
    going_on = slip_of(client.get(note, {"draft": str(draft.pk)}))
    Draft.objects.update(saved_at=clock.now() - timedelta(seconds=2))
    assert typed(client, note, slip=going_on, body=f"{TYPED}, and more").status_code == 200


def test_sent_twice_is_saved_as_often_as_without_a_draft(cast: Any, whole: Whole, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    address = reverse("cases:assess_risk", args=[whole.case.code])
    page = client.get(address)
    form = page.context["form"]
    sent = {"draft": slip_of(page), "version": form["version"].value(), "level": "high", "accommodation": "needed"}
    typed(client, address, slip=sent["draft"], account=TYPED)
    answers = [client.post(address, {**sent, "account": TYPED}).status_code for _ in range(2)]
    assert answers == [302, 409]
    assert not Draft.objects.waiting().exists()


def test_b1_a_fault_between_saving_and_putting_away_undoes_both(
    cast: Any, note: str, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(cast.case_worker)
    slip = slip_of(client.get(note))
    typed(client, note, slip=slip, body=TYPED)
    notes = Note.objects.count()

    def breaks(_slip: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(actions, "put_away", breaks)
        with pytest.raises(RuntimeError):
            client.post(note, {"draft": slip, "body": TYPED})
    assert (Note.objects.count(), Draft.objects.waiting().count()) == (notes, 1)
    client.post(note, {"draft": slip, "body": TYPED})
    assert (Note.objects.count(), Draft.objects.waiting().count()) == (notes + 1, 0)


def test_secrets_tokens_and_the_version_are_not_kept(cast: Any, whole: Whole, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    sent = {"account": TYPED, "password": "hunter-two", "code": "123456", "version": "7", "csrfmiddlewaretoken": "t"}
    typed(client, reverse("cases:emergency"), **sent, **{"proof-code": "654321"})
    assert dict(actions.contents_of(Draft.objects.get()).fields) == {"account": (TYPED,), "version": ("7",)}
    Draft.objects.all().delete()
    typed(client, reverse("cases:assess_risk", args=[whole.case.code]), account=TYPED, version="7")
    assert "version" not in dict(actions.contents_of(Draft.objects.get()).fields)


def test_who_goes_on_is_told_that_the_record_was_changed(cast: Any, whole: Whole, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    address = reverse("cases:assess_risk", args=[whole.case.code])
    typed(client, address, account=TYPED, level="high")
    draft = Draft.objects.get()
    assert "Compare before you save" not in client.get(address, {"draft": str(draft.pk)}).content.decode()
    whole.case.refresh_from_db()
    now_known = {"level": "low", "accommodation": "not_needed", "account": "Calm."}
    cases.assess_risk(whole.case, by=cast.case_worker.actor, expected_version=whole.case.version, **now_known)
    page = client.get(address, {"draft": str(draft.pk)})
    assert "Compare before you save" in page.content.decode()
    whole.case.refresh_from_db()
    assert page.context["form"]["version"].value() == whole.case.version
    assert is_marked(page, "level", "high")


def test_every_kind_of_field_is_filled_in(cast: Any, whole: Whole, sign_in: SignIn) -> None:
    """Dates in parts, radio buttons, ticks, choices of several, sets of forms."""
    client = sign_in(cast.case_worker)
    opening = reverse("cases:open_identity_form", args=[whole.case.code])
    slip = slip_of(client.post(opening))
    fields = {
        "family_names": "Invented",
        "birth_day": "5",
        "birth_month": "3",
        "birth_year": "1990",
        "contacts-0-note": TYPED,
    }
    assert typed(client, "", slip=slip, **fields).status_code == 200
    offered = client.post(opening).content.decode()
    draft = Draft.objects.get()
    assert "Invented" not in offered
    assert f'name="go_on" value="{draft.pk}"' in offered
    filled = client.post(opening, {"go_on": str(draft.pk)}).content.decode()
    assert all(f'value="{value}"' in filled for value in ("Invented", "5", "3", "1990"))
    assert TYPED in filled
    Draft.objects.all().delete()
    basis = reverse("cases:record_basis", args=[whole.case.code])
    typed(client, basis, categories=["risk", "health"], basis="vital_interest", was_told="on")
    page = client.get(basis, {"draft": str(Draft.objects.get().pk)})
    assert all(is_marked(page, *marked) for marked in (("categories", "risk"), ("categories", "health")))
    assert is_marked(page, "basis", "vital_interest")
    assert re.search(r'name="was_told"[^>]* checked', page.content.decode())


def test_throwing_it_away(cast: Any, note: str, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    slip = slip_of(client.get(note))
    typed(client, note, slip=slip, body=TYPED)
    assert client.post(reverse("drafts:throw_away", args=[Draft.objects.get().pk])).headers["Location"] == note
    assert Draft.objects.get().body is None
    assert typed(client, note, slip=slip, body=TYPED).status_code == 409


def test_my_work_lists_what_was_begun_by_form_and_case_only(
    cast: Any, whole: Whole, note: str, sign_in: SignIn
) -> None:
    client = sign_in(cast.case_worker)
    typed(client, note, body=TYPED)
    line = selectors.begun_by(cast.case_worker.actor)[0]
    assert (line.name, line.case_code) == ("Add a note", whole.case.code)
    page = client.get(reverse("desk:my_work")).content.decode()
    assert line.url in page
    assert TYPED not in page
    assert TYPED in client.get(line.url).content.decode()


def test_by_hand_without_a_script(cast: Any, note: str, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    answer = typed(client, note, htmx=False, body=TYPED)
    assert (answer.status_code, answer.headers["Location"]) == (302, note)
    assert "Kept for later" in client.get(note).content.decode()
    assert Draft.objects.waiting().count() == 1


@pytest.mark.parametrize("htmx", [True, False])
def test_a_megabyte_is_refused_politely_and_comes_back(cast: Any, note: str, sign_in: SignIn, *, htmx: bool) -> None:
    answer = typed(sign_in(cast.case_worker), note, htmx=htmx, body="ж" * 500_000)
    assert answer.status_code == 422
    assert "Nothing is lost" in answer.content.decode()
    assert ("ж" * 500_000 in answer.content.decode()) is not htmx
    assert not Draft.objects.exists()


def test_no_more_than_thirty_and_not_too_fast(cast: Any, note: str, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    slip = slip_of(client.get(note))
    assert [typed(client, note, slip=slip, body=TYPED).status_code for _ in range(2)] == [200, 429]
    made = Draft.objects.get()
    for number in range(actions.MOST_BEGUN):
        made.pk, made.arguments, made.saved_at = uuid4(), str(number), clock.now() - timedelta(minutes=1)
        made.save(force_insert=True)
    Draft.objects.filter(form="cases:add_note", arguments__startswith="code").delete()
    assert typed(client, note, slip=slip, body=TYPED).status_code == 422


def test_nothing_typed_is_nothing_kept(cast: Any, note: str, sign_in: SignIn) -> None:
    assert typed(sign_in(cast.case_worker), note, body="  ").content.strip() == b""
    assert not Draft.objects.exists()


@pytest.mark.parametrize("forged", ["", "nonsense", "x" * 5000, "eyJ9:1abc:def"])
def test_a_forged_slip_is_a_missing_page(cast: Any, note: str, sign_in: SignIn, forged: str) -> None:
    client = sign_in(cast.case_worker)
    answer = client.post(reverse("drafts:keep"), {"draft": forged, "body": TYPED}, headers={"HX-Request": "true"})
    assert answer.status_code == 404
    slip = slip_of(client.get(note))
    altered = slip[:-9] + ("A" if slip[-9] != "A" else "B") + slip[-8:]
    assert typed(client, note, slip=altered, body=TYPED).status_code == 404


# What ends it


def begun(client: Client, note: str) -> None:
    typed(client, note, body=TYPED)
    assert Draft.objects.count() == 1


def deferred() -> None:
    """What happens at the end of the transaction happens now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_z8_a_bar_ends_it_at_once(cast: Any, whole: Whole, note: str, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    slip = slip_of(client.get(note))
    begun(client, note)
    whole.case.refresh_from_db()
    cases.keep_away(whole.case, by=cast.case_worker.actor, user_id=cast.case_worker.user.pk, reason="relative")
    assert not Draft.objects.exists()
    assert typed(client, note, slip=slip, body=TYPED).status_code == 404
    assert not Draft.objects.exists()


def test_whoever_no_longer_sees_the_case_no_longer_sees_it_and_the_clock_deletes_it(
    cast: Any, whole: Whole, note: str, sign_in: SignIn
) -> None:
    begun(sign_in(cast.case_worker), note)
    Draft.objects.update(author=cast.stranger.user, membership=cast.stranger.membership)
    with seen_by(cast.stranger.actor):
        assert not Draft.objects.exists()
    assert actions.clear(clock.now()) == 1
    assert not Draft.objects.exists()


def test_closing_the_account_ends_it(cast: Any, note: str, sign_in: SignIn) -> None:
    begun(sign_in(cast.case_worker), note)
    accounts.deactivate(cast.case_worker.user.pk, by=cast.administrator.actor)
    deferred()
    assert not Draft.objects.exists()


def test_the_end_of_the_role_ends_it(cast: Any, note: str, sign_in: SignIn) -> None:
    begun(sign_in(cast.case_worker), note)
    worker = cast.case_worker
    accounts.end_membership(worker.membership.pk, user_id=worker.user.pk, by=cast.administrator.actor)
    deferred()
    assert not Draft.objects.exists()


def test_erasing_the_person_ends_it(cast: Any, whole: Whole, note: str, sign_in: SignIn) -> None:
    begun(sign_in(cast.case_worker), note)
    whole.case.refresh_from_db()
    vault.erase(whole.case.person, by=cast.coordinator.actor, case_code=whole.case.code, at=clock.now())
    deferred()
    assert not Draft.objects.exists()


def test_the_clock_ends_it_after_fourteen_days(cast: Any, note: str, sign_in: SignIn) -> None:
    begun(sign_in(cast.case_worker), note)
    assert actions.clear(clock.now() + timedelta(days=13)) == 0
    told = StringIO()
    Draft.objects.update(saved_at=clock.now() - timedelta(days=15), expires_at=clock.now() - timedelta(days=1))
    assert "You began" not in sign_in(cast.case_worker).get(note).content.decode()
    call_command("clocks", stdout=told)
    assert "drafts: 1" in told.getvalue()
    assert not Draft.objects.exists()


def test_opening_a_case_is_gone_on_with_over_all_its_pages(cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    start = reverse("identification:open_case")
    pages = [reverse("identification:open_case_page", args=[page]) for page in ("safety", "language", "person")]
    slip = slip_of(client.get(start))
    client.post(pages[0], {"draft": slip, "safe_to_talk": "yes", "present": ["nobody"]})
    client.post(pages[1], {"draft": slip_of(client.get(pages[1])), "spoken_language": "sq"})
    Draft.objects.update(saved_at=clock.now() - timedelta(seconds=2))
    typed(client, pages[2], age_group="adult")
    assert Draft.objects.count() == 1
    again = sign_in(cast.case_worker)
    assert "You began this on" in again.get(start).content.decode()
    line = selectors.begun_by(cast.case_worker.actor)[0]
    assert (line.name, line.case_code) == ("Record what was seen", "")
    page = again.get(line.url, follow=True)
    assert page.redirect_chain[-1][0].startswith(pages[2])
    assert is_marked(page, "age_group", "adult")
    assert "You began this on" not in page.content.decode()
    assert is_marked(again.get(pages[0]), "safe_to_talk", "yes")


def test_going_on_leads_to_the_address_at_which_the_form_was_begun(cast: Any, whole: Whole, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    typed(client, f"{reverse('referrals:prepare', args=[whole.case.code])}?service=legal", summary=TYPED)
    page = client.get(selectors.begun_by(cast.case_worker.actor)[0].url, follow=True)
    assert "service=legal" in page.redirect_chain[-1][0]
    assert TYPED in page.content.decode()
    assert Event.objects.filter(action="draft.opened").count() == 1
