"""Looking for a service by what a person needs: the best first, and in words what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nrm.access.refusals import NotPermitted, NotVisible
from nrm.directory.selectors import Need, directory_page, listing_for, listings_for, match_for, match_page
from nrm.lib.clock import today

LEGAL = "legal"


def test_what_fits_and_is_free_comes_first_and_the_rest_says_why_not(cast: Any, write: Callable[..., Any]) -> None:
    at = cast.organisations
    full = write(at.far_shore, is_full=True)
    for_men = write(at.quiet_room, sexes=["man"], languages=["en"])
    fits = write(at.open_hand)
    found = listings_for(Need(service=LEGAL, sex="woman", age_group="adult", language="sq"))
    assert [(match.listing, match.verdict) for match in found] == [
        (fits, "Fits"),
        (full, "Fits, but full"),
        (for_men, "Does not fit in everything"),
    ]
    assert found[2].misfits == [
        "meant for others by sex",
        "the language is not spoken there: an interpreter is needed",
    ]


@pytest.mark.parametrize(
    ("offered", "need", "misfits"),
    [
        ({"age_groups": ["adult"]}, {"age_group": "child"}, 1),
        ({"age_groups": ["adult"]}, {"age_group": "unknown"}, 0),
        ({"sexes": ["woman"]}, {"sex": "unknown"}, 0),
        ({"sexes": []}, {"sex": "man"}, 0),
        ({"nationality": "nationals"}, {"nationality": "foreigners"}, 1),
        ({"nationality": "any"}, {"nationality": "foreigners"}, 0),
        ({"with_children": False}, {"with_children": True}, 1),
        ({"is_step_free": True}, {"step_free": True}, 0),
        ({"languages": [], "has_interpreters": True}, {"language": "ti"}, 0),
        ({"regions": ["FBIH-03"]}, {"region": "FBIH-03"}, 0),
        ({"regions": ["FBIH-03"]}, {"region": "FBIH"}, 0),
        ({"regions": ["FBIH"]}, {"region": "FBIH-03"}, 0),
        ({"regions": ["FBIH-02"]}, {"region": "FBIH-03"}, 1),
        ({"regions": []}, {"region": "FBIH-03"}, 0),
    ],
)
def test_each_thing_that_is_asked_about(
    cast: Any, write: Callable[..., Any], settings: Any, offered: Any, need: Any, misfits: int
) -> None:
    settings.NRM_COUNTRY = "ba"
    listing = write(cast.organisations.open_hand, **offered)
    assert len(match_for(Need(service=LEGAL, **need), listing.pk).misfits) == misfits


def test_what_takes_no_referrals_cannot_be_chosen_but_stands_in_the_directory(
    cast: Any, write: Callable[..., Any]
) -> None:
    at = cast.organisations
    stopped = write(at.open_hand, state="stopped")
    ran_out = write(at.far_shore, licence_valid_until=today() - timedelta(days=1))
    takes_none = write(at.centre_for_children)
    for state in ("draft", "waiting", "withdrawn"):
        write(at.quiet_room, state=state)
    assert listings_for(Need(service=LEGAL)) == []
    with pytest.raises(NotVisible):
        match_for(Need(), stopped.pk)
    shown = directory_page(cast.responder.actor, Need(service=LEGAL)).matches
    assert {match.listing for match in shown} == {stopped, ran_out, takes_none}


def test_nobody_is_referred_to_their_own_organisation(cast: Any, write: Callable[..., Any]) -> None:
    write(cast.organisations.open_hand)
    assert listings_for(Need(service=LEGAL), besides=cast.organisations.open_hand.pk) == []


def test_page_by_page_nothing_is_skipped_and_nothing_comes_twice(
    cast: Any, write: Callable[..., Any], django_assert_num_queries: Any
) -> None:
    for number in range(60):
        write(cast.organisations.open_hand, code_name=f"House {number % 7}", is_full=number % 3 == 0)
    need = Need(service=LEGAL, sex="woman")
    with django_assert_num_queries(1):
        page = match_page(need)
    found = list(page.matches)
    while page.after:
        with django_assert_num_queries(2):
            page = match_page(need, after=page.after)
        found += page.matches
    assert len(found) == len({match.listing.pk for match in found}) == 60
    assert [match.is_full for match in found] == [False] * 40 + [True] * 20


def test_who_has_no_account_is_said(cast: Any, write: Callable[..., Any]) -> None:
    inside = write(cast.organisations.open_hand)
    cast.organisations.oversight.accepts_referrals = True
    cast.organisations.oversight.save()
    outside = write(cast.organisations.oversight)
    assert match_for(Need(), inside.pk).is_inside
    assert not match_for(Need(), outside.pk).is_inside


def test_open_now_follows_the_clock_and_the_holidays_of_the_country(cast: Any, write: Callable[..., Any]) -> None:
    from datetime import time
    from zoneinfo import ZoneInfo

    from django.conf import settings

    from nrm.directory.fitting import is_open_at

    zone = ZoneInfo(settings.TIME_ZONE)
    listing = write(cast.organisations.open_hand, open_days=[1, 2, 3, 4, 5], opens_at=time(8), closes_at=time(16))
    assert is_open_at(listing, datetime(2026, 11, 24, 9, 0, tzinfo=zone)) is True
    assert is_open_at(listing, datetime(2026, 11, 24, 16, 0, tzinfo=zone)) is False
    assert is_open_at(listing, datetime(2026, 11, 22, 9, 0, tzinfo=zone)) is False
    assert is_open_at(listing, datetime(2027, 1, 1, 9, 0, tzinfo=zone)) is False
    assert is_open_at(write(cast.organisations.open_hand), datetime(2026, 11, 24, 9, 0, tzinfo=zone)) is None
    always = write(cast.organisations.open_hand, is_round_the_clock=True)
    assert is_open_at(always, datetime(2027, 1, 1, 3, 0, tzinfo=zone)) is True


def test_a_shelter_stands_nowhere_under_its_own_name(
    cast: Any, write: Callable[..., Any], sign_in: Callable[[Any], Client]
) -> None:
    home = write(
        cast.organisations.house_of_lindens, service="accommodation", code_name="Blue", licence_number="LN-4471"
    )
    client = sign_in(cast.case_worker)
    for url in (reverse("directory:directory"), reverse("directory:listing", args=[home.pk])):
        body = client.get(url).content.decode()
        assert "Blue" in body
        assert "House of Lindens" not in body
        assert "LN-4471" not in body


def test_the_page_says_kindly_who_is_helped_elsewhere(
    cast: Any, write: Callable[..., Any], sign_in: Callable[[Any], Client]
) -> None:
    listing = write(cast.organisations.open_hand, sexes=["woman"], age_groups=["adult"])
    body = sign_in(cast.stranger).get(reverse("directory:listing", args=[listing.pk])).content.decode()
    assert "It is not made for everybody." in body
    assert "?service=legal&amp;sex=man" in body
    assert "?service=legal&amp;age_group=child" in body


def test_the_address_keeps_what_was_asked(
    cast: Any, write: Callable[..., Any], sign_in: Callable[[Any], Client]
) -> None:
    for _number in range(26):
        write(cast.organisations.open_hand)
    client = sign_in(cast.responder)
    first = client.get(reverse("directory:directory"), {"service": "legal", "sex": "woman", "step_free": "on"})
    assert len(first.context["matches"]) == 25
    after = first.context["page"]["next_url"]
    assert after.startswith("?service=legal&sex=woman&step_free=on&after=")
    assert len(client.get(reverse("directory:directory") + after).context["matches"]) == 1
    assert client.get(reverse("directory:directory"), {"service": "x", "after": "y"}).status_code == 200


def test_an_auditor_has_no_directory_and_a_stranger_no_drafts(cast: Any, write: Callable[..., Any]) -> None:
    draft = write(cast.organisations.open_hand, state="draft")
    with pytest.raises(NotPermitted):
        directory_page(cast.auditor.actor, Need())
    with pytest.raises(NotVisible):
        listing_for(cast.stranger.actor, draft.pk)
    assert listing_for(cast.case_worker.actor, draft.pk) == draft
    assert listing_for(cast.coordinator.actor, draft.pk) == draft
