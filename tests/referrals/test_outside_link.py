"""An organisation without an account opens one referral by a link and a code told by telephone, and answers it."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.access.rows import seen_by
from nrm.audit.models import Event
from nrm.cases.models import Case, Participation
from nrm.referrals.models import Message, Referral
from nrm.referrals.outside import actions, secrets, selectors
from nrm.referrals.outside.actors import visitor
from nrm.referrals.outside.models import OutsideLink, WrongCode
from nrm.tasks.models import Task
from tests.outside import SUMMARY, clinic, give, knock, sent_outside, visiting

READ, CODE = "/reply/read/", "/reply/"
WRONG = "00000000"


@pytest.fixture
def referral(case: Case, cast: Any) -> Referral:
    return sent_outside(case, cast)


@pytest.fixture
def issued(referral: Referral, cast: Any) -> Any:
    return actions.issue_link(referral, by=cast.case_worker.actor)


def answer(client: Client, step: str, **values: Any) -> Any:
    return client.post(f"{READ}{step}/", {"version": Referral.objects.get().version, **values})


def html(response: Any) -> str:
    return response.content.decode()


def without_mark(text: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


def test_the_whole_way_by_link_and_code(referral: Referral, cast: Any, sign_in: Any) -> None:
    worker = sign_in(cast.case_worker)
    shown = html(worker.post(reverse("referrals:make_link", args=[referral.pk])))
    path = re.search(r'value="[^"]*(/reply/[^"]+)"', shown).group(1)  # type: ignore[union-attr]
    code = re.search(r'id="outside-code" readonly value="([\d ]+)"', shown).group(1)  # type: ignore[union-attr]
    assert "Opened" not in html(worker.get(reverse("referrals:page", args=[referral.pk])))
    client = Client()
    assert client.get(path)["Location"] == CODE
    assert give(client, code)["Location"] == READ
    page = html(client.get(READ))
    assert "A woman who needs a doctor this week." in page
    assert "Opened" in html(worker.get(reverse("referrals:page", args=[referral.pk])))
    assert answer(client, "ask", reason="Which day?").status_code == 302
    assert Referral.objects.get().state == "more_info"
    assert "Which day?" in html(client.get(READ))
    assert answer(client, "accept").status_code == 302
    assert Referral.objects.get().state == "accepted"
    steps = list(Event.objects.filter(role="outside_recipient").order_by("sequence").values_list("action", flat=True))
    assert [step for step in steps if step != "referral.read"] == [
        "referral.link_opened",
        "referral.message_written",
        "referral.ask",
        "referral.accept",
    ]
    link = OutsideLink.objects.get()
    assert set(Event.objects.filter(role="outside_recipient").values_list("user_id", flat=True)) == {link.pk}
    assert Event.objects.get(action="referral.link_opened").subject == f"referrals.outsidelink:{link.pk}"


def test_what_is_read_outside_is_what_the_sender_saw_before_sending(
    referral: Referral, issued: Any, cast: Any, sign_in: Any
) -> None:
    """The same template: the rendering for the sender stands in the visitor's page letter by letter."""
    sender = html(sign_in(cast.case_worker).get(reverse("referrals:page", args=[referral.pk])))
    found = re.search(
        r'<div class="preview">.*?Opens with the acceptance</h3>\s*(?:<div>[^<]*</div>)+', sender, re.DOTALL
    )
    assert found is not None
    preview = found.group()
    assert SUMMARY.split("\n", maxsplit=1)[0] in preview
    assert "Identity and contact" in preview
    assert preview in html(visiting(issued).get(READ))


def test_declining_says_why_and_closes_the_visit(issued: Any, cast: Any) -> None:
    client = visiting(issued)
    assert answer(client, "decline", decline_reason="").status_code == 422
    assert answer(client, "decline", decline_reason="no_capacity", reason="Full until May.").status_code == 302
    referral = Referral.objects.get()
    assert (referral.state, referral.decline_reason) == ("declined", "no_capacity")
    assert client.get(READ).status_code == 404
    assert Task.objects.open().filter(kind="referral_declined").exists()
    assert not Participation.objects.open().filter(organisation=referral.receiver).exists()


def test_acceptance_shows_no_name_and_opens_no_block_of_the_case(issued: Any, case: Case, cast: Any) -> None:
    """Identity was marked and is covered: it is told by the lead by telephone, never shown here (decision 0024)."""
    from nrm.vault.actions import write_identity
    from nrm.vault.identity import Identity

    write_identity(
        case.person,
        Identity(given_names="Blerta", family_names="Kastrati"),
        by=cast.case_worker.actor,
        case_code=case.code,
    )
    client = visiting(issued)
    answer(client, "accept")
    page = html(client.get(READ))
    assert "Blerta" not in page
    assert "Kastrati" not in page
    standing = selectors.standing_of_visitor(OutsideLink.objects.select_related("referral__case").get())
    assert not any(standing.may(each) for each in ("identity.reveal", "risk.see_level", "person.search", "note.see"))


def test_it_sees_its_own_referral_and_nothing_else_of_the_case(referral: Referral, issued: Any, cast: Any) -> None:
    other = Case.objects.exclude(pk=referral.case_id)
    link = OutsideLink.objects.select_related("referral__case").get()
    with seen_by(visitor(link)):
        assert not other.exists()
    with pytest.raises(NotVisible):
        actions.answer_through_link(link, "start_service", expected_version=referral.version)
    client = visiting(issued)
    for path in (reverse("desk:case_page", args=[referral.case.code]), reverse("referrals:page", args=[referral.pk])):
        assert client.get(path)["Location"].startswith("/sign-in/")


def wrong_ways(cast: Any, issued: Any) -> dict[str, tuple[str, str]]:
    """Token and code that open nothing, by what is wrong with them; `issued` is open until it is used."""
    spare = sent_outside(issued.link.case, cast, receiver=clinic("Lower Clinic"))
    made = [actions.issue_link(spare, by=cast.case_worker.actor) for _turn in range(2)]
    return {
        "unknown": ("A" * 43, issued.code),
        "empty": ("x", WRONG),
        "wrong code": (issued.token, WRONG),
        "foreign code": (issued.token, made[1].code),
        "replaced": (made[0].token, made[0].code),
        "not a code": (issued.token, "\u202e' OR 1=1 --"),
    }


def test_a8_unknown_used_ended_and_foreign_links_all_look_the_same(issued: Any, cast: Any, monkeypatch: Any) -> None:
    """Status, body and the work that is done: one Argon2 each, with a link or without."""
    tried: list[bool] = []
    check = secrets.check_password
    monkeypatch.setattr(secrets, "check_password", lambda *given: tried.append(True) or check(*given))
    ways = wrong_ways(cast, issued)
    shown = {name: give(knock(token), code) for name, (token, code) in ways.items()}
    visiting(issued)
    shown["used"] = give(knock(issued.token), issued.code)
    past = timezone.now() - timedelta(seconds=1)
    OutsideLink.objects.filter(pk=issued.link.pk).update(expires_at=past, **unopened())
    shown["expired"] = give(knock(issued.token), issued.code)
    assert {answer.status_code for answer in shown.values()} == {422}
    bodies = {re.sub(r'value="[^"]*"', "", without_mark(html(answer))) for answer in shown.values()}
    assert len(bodies) == 1
    assert len(tried) == len(shown) + 1
    forms = {without_mark(html(knock(token).get(CODE))) for token in (issued.token, "A" * 43)}
    assert len(forms) == 1


def unopened() -> dict[str, None]:
    return {"opened_at": None, "visit_digest": None, "seen_at": None}


def test_z9_following_the_link_opens_nothing_and_uses_nothing_up(issued: Any) -> None:
    """A preview in a messenger, or a scanner of mails, may follow it as often as it likes."""
    before = OutsideLink.objects.values().get()
    for _turn in range(3):
        Client().get(reverse("referrals:outside_link", args=[issued.token]), follow=True)
        Client().head(reverse("referrals:outside_link", args=[issued.token]))
    assert OutsideLink.objects.values().get() == before
    assert not Event.objects.filter(action="referral.link_opened").exists()
    assert visiting(issued).get(READ).status_code == 200


def test_it_opens_once(issued: Any) -> None:
    first = visiting(issued)
    assert give(knock(issued.token), issued.code).status_code == 422
    assert first.get(READ).status_code == 200


def test_after_five_wrong_codes_the_right_one_fails_too_and_the_lead_is_told(issued: Any, cast: Any) -> None:
    for _turn in range(5):
        assert give(knock(issued.token), WRONG).status_code == 422
    assert give(knock(issued.token), issued.code).status_code == 422
    task = Task.objects.open().get(kind="link_locked")
    assert task.organisation == cast.organisations.open_hand
    assert OutsideLink.objects.get().locked_at
    again = actions.issue_link(Referral.objects.get(), by=cast.case_worker.actor)
    assert not Task.objects.open().filter(kind="link_locked").exists()
    assert visiting(again).get(READ).status_code == 200


def test_a5_a_network_that_guesses_waits_whatever_it_guesses_at(issued: Any) -> None:
    for turn in range(selectors.WRONG_CODES_OF_A_NETWORK):
        assert give(knock(f"guess-{turn}"), WRONG).status_code == 422
    known, unknown = give(knock(issued.token), issued.code), give(knock("B" * 43), issued.code)
    assert known.status_code == unknown.status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert give(knock(issued.token, elsewhere), issued.code).status_code == 302
    WrongCode.objects.update(at=timezone.now() - timedelta(minutes=16))
    assert give(knock("B" * 43), WRONG).status_code == 422


def test_b6_a_forged_address_does_not_help_to_guess(issued: Any) -> None:
    for turn in range(selectors.WRONG_CODES_OF_A_NETWORK):
        give(knock("C" * 43, Client(HTTP_X_FORWARDED_FOR=f"203.0.113.{turn}")), WRONG)
    assert give(knock("C" * 43, Client(HTTP_X_FORWARDED_FOR="192.0.2.1")), WRONG).status_code == 429


@pytest.mark.parametrize("how", ["withdraw", "expire", "taken back", "replaced", "told"])
def test_what_ends_the_request_ends_link_and_visit_at_once(
    referral: Referral, issued: Any, cast: Any, how: str
) -> None:
    client = visiting(issued)
    by, version = cast.case_worker.actor, referral.version
    if how == "withdraw":
        from nrm.referrals.actions import take_step

        take_step(referral, "withdraw", by=by, expected_version=version, reason="Found another.")
    elif how == "expire":
        Referral.objects.update(state="expired")
    elif how == "taken back":
        actions.end_link(referral, by=by)
    elif how == "replaced":
        actions.issue_link(referral, by=by)
    else:
        told = {"means": "telephone", "told_by": "The nurse", "told_on": timezone.localdate()}
        facts = {"decline_reason": "no_capacity", "reason": "Full."}
        actions.record_told(referral, "decline", by=by, expected_version=version, **told, **facts)
    assert client.get(READ).status_code == 404
    assert client.post(f"{READ}accept/", {"version": version}).status_code == 404
    assert not Event.objects.filter(action="referral.accept").exists()


def test_s2_s3_a_visit_ends_by_itself(issued: Any) -> None:
    client = visiting(issued)
    OutsideLink.objects.update(seen_at=timezone.now() - timedelta(minutes=16))
    assert client.get(READ).status_code == 404
    early = timezone.now() - timedelta(minutes=61)
    OutsideLink.objects.update(seen_at=timezone.now(), opened_at=early)
    assert client.get(READ).status_code == 404


def test_s4_closing_and_the_quick_exit_end_it_on_the_server_too(issued: Any, referral: Referral, cast: Any) -> None:
    for way in (reverse("referrals:outside_done"), reverse("web:leave")):
        client = visiting(actions.issue_link(referral, by=cast.case_worker.actor))
        kept = dict(client.cookies)
        client.post(way)
        client.cookies.update(kept)
        assert client.get(READ).status_code == 404


def test_s11_a_forged_cookie_opens_nothing(issued: Any) -> None:
    client = visiting(issued)
    cookie = client.cookies[secrets.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")
    for forged in ("", "x", cookie.value[:-1] + "A", f"{OutsideLink.objects.get().pk}"):
        client.cookies[secrets.COOKIE] = forged
        assert client.get(READ).status_code == 404


def test_it_lives_as_long_as_the_answer_is_waited_for_and_a_week_at_most(issued: Any, referral: Referral) -> None:
    from nrm.referrals.selectors import answer_due

    due = answer_due(referral)
    assert issued.link.expires_at == due
    assert issued.link.expires_at <= issued.link.made_at + timedelta(days=7)


def test_only_the_lead_makes_links_and_only_for_what_goes_outside(
    referral: Referral, sent: Any, cast: Any, sign_in: Any
) -> None:
    for who, refusal in ((cast.stranger, NotVisible), (cast.coordinator, NotPermitted)):
        with pytest.raises(refusal):
            actions.issue_link(referral, by=who.actor)
    with pytest.raises(NotYet):
        actions.issue_link(sent, by=cast.case_worker.actor)
    assert sign_in(cast.case_worker).get(reverse("referrals:make_link", args=[sent.pk])).status_code == 404
    assert not OutsideLink.objects.exists()


def test_c6_token_and_code_are_random_and_only_digests_are_kept(issued: Any) -> None:
    assert secrets.TOKEN_BYTES * 8 >= 128
    row = str(OutsideLink.objects.values().get())
    assert issued.token not in row
    assert issued.code not in row
    assert issued.link.code_hash.startswith("argon2")
    assert len({secrets.new_code() for _turn in range(50)}) == 50


def test_d1_l4_the_token_is_in_no_page_log_mail_and_no_later_address(
    issued: Any, caplog: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(logging.getLogger("django"), "propagate", True)
    with caplog.at_level(logging.WARNING, logger="django.request"):
        client = knock(issued.token)
        pages = [client.get(CODE), give(client, WRONG), give(client, issued.code), client.get(READ)]
        answer(client, "ask", reason="Which day?")
    assert not any(issued.token in html(page) or issued.token in str(page.headers) for page in pages)
    assert issued.token not in caplog.text
    assert issued.code not in caplog.text
    assert not mail.outbox
    assert not any(issued.token in str(event) for event in Event.objects.values("data", "subject"))


def test_d3_its_pages_are_found_by_nobody_and_kept_nowhere(issued: Any) -> None:
    client = visiting(issued)
    for page in (
        client.get(READ),
        client.get(f"{READ}ask/"),
        client.get(CODE),
        Client().get(READ),
        knock("x").get(CODE),
    ):
        assert "noindex" in page["X-Robots-Tag"]
        assert "no-store" in page["Cache-Control"]
        title = re.search(r"<title>(.*?)</title>", html(page), re.DOTALL).group(1)  # type: ignore[union-attr]
        assert " ".join(title.split()) == "Letter · Desk"
        assert "main-nav" not in html(page)
        assert 'action="/leave/"' in html(page)
        assert 'name="language"' in html(page)


def test_a_visitor_cannot_post_columns_or_other_steps(issued: Any, referral: Referral) -> None:
    client = visiting(issued)
    assert client.post(f"{READ}withdraw/", {"version": referral.version, "reason": "x"}).status_code == 404
    assert client.post(f"{READ}complete/", {"version": referral.version, "reason": "x"}).status_code == 404
    posted = {"version": referral.version, "state": "completed", "receiver": referral.sender_id, "channel": "inside"}
    assert client.post(f"{READ}accept/", posted).status_code == 302
    assert Referral.objects.get().state == "accepted"
    assert Referral.objects.get().channel == "link"


def test_what_is_typed_stays_text(issued: Any) -> None:
    client = visiting(issued)
    typed = "<script>alert(1)</script> \u202e{{ 7*7 }}"
    answer(client, "ask", reason=typed)
    assert Message.objects.count() == 1
    page = html(client.get(READ))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in page


def test_a_double_click_answers_once(issued: Any, referral: Referral) -> None:
    client = visiting(issued)
    for status in (302, 409):
        assert client.post(f"{READ}ask/", {"version": referral.version, "reason": "When?"}).status_code == status
    assert Message.objects.count() == 1
