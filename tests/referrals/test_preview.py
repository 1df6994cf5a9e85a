"""What the sender is shown before sending is, byte for byte, what the receiver reads: before and after it accepts."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse

from nrm.referrals.models import Referral
from tests.referrals.conftest import SUMMARY

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|\sid="[^"]*"')


def preview(page: Any) -> str:
    """The part of a page that shows the referral, without what differs from one asking to the next."""
    html = page.content.decode()
    begins = html.index('<div class="preview">')
    depth, at = 0, begins
    for tag in re.finditer(r"<(/?)div\b", html[begins:]):
        depth += -1 if tag.group(1) else 1
        if depth == 0:
            at = begins + tag.end()
            break
    return TOKEN.sub("", html[begins:at])


def test_the_preview_is_what_the_receiver_reads(
    cast: Any, case: Any, consent: Any, offer: Any, sign_in: Any, take: Any
) -> None:
    listing = offer(cast.organisations.quiet_room)
    worker, receiver = sign_in(cast.case_worker), sign_in(cast.clinician)
    url = f"{reverse('referrals:prepare', args=[case.code])}?to={listing.pk}"
    given = {
        "to": [listing.pk],
        "urgency": "urgent",
        "basis": "consent",
        "categories": ["identity", "account"],
        "summary": f"{SUMMARY}\n\nShe speaks <softly> & waits.",
        "language_help": "mediator",
        "spoken": "rom",
    }
    before = preview(worker.post(url, {**given, "do": "preview"}))
    assert "She speaks &lt;softly&gt; &amp; waits." in before
    assert "Cultural mediator" in before
    assert "Identity and contact" in before
    assert "Account of what happened" not in before  # marked, and not covered
    seen = re.search(r'name="seen" value="([^"]*)"', worker.post(url, {**given, "do": "preview"}).content.decode())
    assert seen
    given["categories"] = ["identity"]
    before = worker.post(url, {**given, "do": "preview"})
    sent = worker.post(url, {**given, "do": "send", "seen": seen_of(before)})
    assert sent.status_code == 302
    referral = Referral.objects.get()
    page = reverse("referrals:page", args=[referral.pk])
    assert preview(receiver.get(page)) == preview(before)
    assert preview(worker.get(page)) == preview(before)
    take(referral, "accept", cast.clinician)
    assert preview(receiver.get(page)) == preview(before)


def seen_of(page: Any) -> str:
    return re.search(r'name="seen" value="([^"]*)"', page.content.decode()).group(1)  # type: ignore[union-attr]


def test_a_draft_is_shown_as_it_will_be_read(cast: Any, draft: Any, take: Any, sign_in: Any) -> None:
    page = reverse("referrals:page", args=[draft.pk])
    before = preview(sign_in(cast.case_worker).get(page))
    take(draft, "send", cast.case_worker)
    assert preview(sign_in(cast.clinician).get(page)) == before


def test_what_differs_is_found(cast: Any, draft: Any, take: Any, sign_in: Any) -> None:
    """The comparison sees a difference where there is one."""
    page = reverse("referrals:page", args=[draft.pk])
    before = preview(sign_in(cast.case_worker).get(page))
    sent = take(draft, "send", cast.case_worker)
    Referral.objects.filter(pk=sent.pk).update(urgency="routine")
    assert preview(sign_in(cast.clinician).get(page)) != before
