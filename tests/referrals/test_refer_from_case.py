"""From the case page to whoever can help: what is needed, who fits it, and sending it to one or to several."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from nrm.access.refusals import NotVisible
from nrm.audit.models import Event
from nrm.cases.models import Case
from nrm.referrals import actions
from nrm.referrals.keys import fresh
from nrm.referrals.models import Gap, Referral
from nrm.tasks.models import Clock
from tests.referrals.conftest import SUMMARY


def typed(**changed: Any) -> dict[str, Any]:
    given = {"urgency": "urgent", "basis": "consent", "categories": ["identity"], "summary": SUMMARY}
    return {**given, **changed}


def prepared_at(case: Any, *listings: Any) -> str:
    wanted = "&".join(f"to={listing.pk}" for listing in listings)
    return f"{reverse('referrals:prepare', args=[case.code])}?{wanted}"


def hidden(page: Any, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page.content.decode()).group(1)  # type: ignore[union-attr]


def test_three_clicks_lead_from_the_case_to_the_form(cast: Any, case: Any, offer: Any, sign_in: Any) -> None:
    listing = offer(cast.organisations.quiet_room)
    client = sign_in(cast.case_worker)
    first = client.get(reverse("desk:case_page", args=[case.code])).content.decode()
    choose = reverse("referrals:choose", args=[case.code])
    assert choose in first
    assert "?service=mhpss" in client.get(choose).content.decode()
    found = client.get(choose, {"service": "mhpss"}).content.decode()
    assert "Quiet Room" in found
    assert "Fits" in found
    form = client.get(prepared_at(case, listing)).content.decode()
    assert "Quiet Room" in form
    assert str(cast.organisations.far_shore.pk) not in form


def test_what_the_case_says_is_asked_of_the_directory(cast: Any, case: Any, offer: Any, sign_in: Any) -> None:
    offer(cast.organisations.quiet_room, sexes=["man"])
    offer(cast.organisations.far_shore, languages=["tr"])
    page = sign_in(cast.case_worker).get(reverse("referrals:choose", args=[case.code]), {"service": "mhpss"})
    found = page.content.decode()
    assert "meant for others by sex" in found
    assert "an interpreter is needed" in found
    assert "Nothing in the directory fits in everything" in found


def test_what_nobody_offers_is_counted_once_for_the_coordinator(cast: Any, case: Any, sign_in: Any) -> None:
    client, counted = sign_in(cast.case_worker), reverse("referrals:count_gap", args=[case.code])
    page = client.get(reverse("referrals:choose", args=[case.code]), {"service": "legal"}).content.decode()
    assert "Nobody in the directory offers this." in page
    for _time in range(2):
        assert client.post(counted, {"service": "legal"}).status_code == 302
    assert Gap.objects.get().service == "legal"
    seen = sign_in(cast.coordinator).get(reverse("referrals:services")).content.decode()
    assert "Legal counselling" in seen
    assert case.code not in seen
    assert sign_in(cast.stranger).post(counted, {"service": "legal"}).status_code == 404
    Case.objects.update(is_restricted=True)  # Of a restricted case the coordinator learns nothing.
    assert "Legal counselling" not in sign_in(cast.coordinator).get(reverse("referrals:services")).content.decode()


def test_what_is_looked_at_is_what_is_sent(cast: Any, case: Any, consent: Any, offer: Any, sign_in: Any) -> None:
    """Sent after the preview; what was changed since is shown before it is sent."""
    url, client = prepared_at(case, offer(cast.organisations.quiet_room)), sign_in(cast.case_worker)
    to = {"to": hidden_to(client.get(url)), "key": hidden(client.get(url), "key")}
    preview = client.post(url, typed(do="preview", **to))
    assert preview.status_code == 200
    assert "What Quiet Room sees" in preview.content.decode()
    assert not Referral.objects.exists()
    changed = client.post(url, typed(do="send", seen=hidden(preview, "seen"), **to, summary="Something else."))
    assert "You changed something since you looked" in changed.content.decode()
    assert not Referral.objects.exists()
    sent = client.post(url, typed(do="send", seen=hidden(preview, "seen"), **to))
    referral = Referral.objects.get()
    assert sent["Location"] == reverse("referrals:page", args=[referral.pk])
    assert (referral.state, str(referral.listing_id)) == ("sent", to["to"][0])
    assert Clock.objects.get(subject=f"referrals.referral:{referral.pk}").key == "referral_answer_urgent"


def hidden_to(page: Any) -> list[str]:
    return re.findall(r'name="to" value="([^"]*)"', page.content.decode())


def test_without_consent_the_preview_says_what_is_missing(cast: Any, case: Any, offer: Any, sign_in: Any) -> None:
    listing, client = offer(cast.organisations.quiet_room), sign_in(cast.case_worker)
    url = prepared_at(case, listing)
    preview = client.post(url, typed(do="preview", to=[listing.pk]))
    assert "No consent and no legal basis covers sharing" in preview.content.decode()
    sent = client.post(url, typed(do="send", to=[listing.pk], seen=hidden(preview, "seen")))
    assert sent.status_code == 422
    assert not Referral.objects.exists()


def test_several_are_asked_at_once_and_each_reads_its_own(
    cast: Any, case: Any, offer: Any, sign_in: Any, take: Any
) -> None:
    first, second = offer(cast.organisations.quiet_room), offer(cast.organisations.far_shore)
    client = sign_in(cast.case_worker)
    answer = client.post(prepared_at(case, first, second), typed(categories=[], to=[first.pk, second.pk]))
    assert answer["Location"].endswith("#referrals")
    one, other = Referral.objects.order_by("receiver__name")
    assert one.need == other.need
    assert {one.receiver, other.receiver} == {cast.organisations.quiet_room, cast.organisations.far_shore}
    assert client.post(prepared_at(case, first, second), typed(categories=[])).status_code == 422


def test_the_first_acceptance_offers_to_withdraw_the_others(
    cast: Any, case: Any, consent: Any, sign_in: Any, take: Any, grounds: Any
) -> None:
    recipients = [
        actions.Recipient(cast.organisations.quiet_room.pk),
        actions.Recipient(cast.organisations.far_shore.pk),
    ]
    one, other = actions.prepare_referrals(
        case,
        by=cast.case_worker.actor,
        recipients=recipients,
        send=True,
        service="mhpss",
        urgency="routine",
        basis="court_order",
        categories=["risk"],
        grounds=grounds,
        summary=SUMMARY,
    )
    client, withdrawing = sign_in(cast.case_worker), reverse("referrals:step", args=[other.pk, "withdraw"])
    assert withdrawing not in client.get(reverse("referrals:page", args=[one.pk])).content.decode()
    take(one, "accept", cast.clinician)
    assert withdrawing in client.get(reverse("referrals:page", args=[one.pk])).content.decode()
    other.refresh_from_db()
    assert other.state == "sent"
    assert withdrawing not in sign_in(cast.clinician).get(reverse("referrals:page", args=[one.pk])).content.decode()


def test_a_form_that_is_sent_again_leads_to_the_same_page(cast: Any, case: Any, consent: Any, sign_in: Any) -> None:
    """Double click, back button, slow network."""
    client, url = sign_in(cast.case_worker), reverse("referrals:prepare", args=[case.code])
    key = hidden(client.get(url), "key")
    given = typed(service="mhpss", receiver=str(cast.organisations.quiet_room.pk), key=key)
    first, second = client.post(url, given), client.post(url, {**given, "summary": "Typed once more."})
    assert first["Location"] == second["Location"]
    assert "This was done already" in client.get(second["Location"]).content.decode()
    assert str(Referral.objects.get().pk) == key.partition(":")[0]
    assert Event.objects.filter(action="referral.begin").count() == 1


def test_a_key_is_for_one_case_and_one_member(cast: Any, case: Any, draft: Any, sign_in: Any) -> None:
    """Of a key that is not one's own nothing follows: it makes a referral under another id."""
    url = reverse("referrals:prepare", args=[case.code])
    foreign = fresh(case, cast.second_case_worker.actor)
    given = typed(service="mhpss", receiver=str(cast.organisations.quiet_room.pk), key=foreign)
    sign_in(cast.case_worker).post(url, given)
    assert not Referral.objects.filter(pk=foreign.partition(":")[0]).exists()
    with pytest.raises(NotVisible):
        actions.prepare_referrals(
            case,
            by=cast.second_case_worker.actor,
            recipients=[actions.Recipient(cast.organisations.quiet_room.pk)],
            key=draft.pk,
            **{**typed(service="mhpss"), "categories": []},
        )


def test_a_stranger_finds_nothing(cast: Any, case: Any, sign_in: Any) -> None:
    client = sign_in(cast.stranger)
    for name in ("choose", "prepare", "interpreter"):
        assert client.get(reverse(f"referrals:{name}", args=[case.code])).status_code == 404
