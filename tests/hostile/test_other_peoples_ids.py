"""Ids that are not the actor's to use, in every place where a form takes one, and columns that no form offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from nrm.identification import actions as identification
from nrm.placements import actions as placements
from nrm.support import actions as support
from tests.hostile.asking import undone
from tests.hostile.tables import acts_after, digests, known_ids, last_event, rows_but_for_chance
from tests.hostile.test_typed_text import FORMS, Typed, filled_in, fresh, url_of
from tests.whole import Whole

PLAYERS = {form.player for form in FORMS} | {"responder", "stranger"}
MALFORMED = ("", "1", "null", "x" * 36, "00000000-0000-0000-0000-00000000000g", "\x00", "' OR 1=1 --")


@pytest.fixture
def clients(cast: Any, sign_in: Callable[[Any], Client]) -> dict[str, Client]:
    return {player: sign_in(getattr(cast, player)) for player in PLAYERS}


@pytest.fixture
def others(whole: Whole, cast: Any) -> dict[str, str]:
    """Ids that exist and belong elsewhere."""
    stranger, organisations = cast.stranger.actor, cast.organisations
    organisation = type(organisations.far_shore)
    closed = organisation.objects.create(
        name="Closed House", kind="ngo", country="mk", is_active=False, accepts_referrals=True
    )
    screening = identification.open_case(
        by=stranger,
        lead_organisation_id=organisations.far_shore.pk,
        age_group="adult",
        sex="woman",
        suspicions=["labour"],
        safe_to_talk="yes",
    )
    episode = support.plan_service(
        screening.case, by=stranger, provider_id=organisations.quiet_room.pk, service="mhpss"
    )
    house = organisation.objects.create(name="Other House", kind="shelter", country="mk")
    member = replace(cast.shelter_worker.actor, organisation_id=house.pk)
    shelter = placements.write_shelter(by=member, code_name="Poplar")
    unit = placements.add_unit(by=member, name="Room 1", sexes=["woman"], age_groups=["adult"])
    placement = fresh(whole.placement)
    return {
        "closed": str(closed.pk),
        "own": str(organisations.open_hand.pk),
        "prosecution": str(organisations.prosecution.pk),
        "panel": str(organisations.panel.pk),
        "other_shelter": str(shelter.pk),
        "other_unit": str(unit.pk),
        "held_unit": str(placement.unit_id),
        "other_case": str(screening.case.pk),
        "other_screening": str(screening.pk),
        "other_episode": str(episode.pk),
        "membership": str(cast.stranger.membership.pk),
        "unknown": str(uuid4()),
    }


def form_of(view: str, step: str = "") -> Typed:
    return next(form for form in FORMS if (form.view, form.step) == (view, step))


PASS_ON = Typed("support:alert_step", "case_worker", ("reason",), step="pass_on")
#: Form, the field with the id, and what does not belong there beside unknown and malformed ids.
IDS: tuple[tuple[Typed, str, tuple[str, ...]], ...] = (
    (
        replace(
            form_of("cases:record_consent"),
            rest={"purpose": "referral", "given_how": "signed", "given_on": "today", "categories": ["risk"]},
        ),
        "recipient",
        ("closed", "other_case", "other_shelter"),
    ),
    (form_of("cases:record_basis"), "recipient", ("closed", "other_case", "other_shelter")),
    (form_of("referrals:prepare"), "receiver", ("closed", "own", "panel", "other_case")),
    (form_of("referrals:change"), "receiver", ("closed", "own", "panel", "other_case")),
    (form_of("placements:request"), "shelter", ("own", "other_unit", "other_case")),
    (form_of("placements:step", "offer"), "unit", ("other_unit", "other_shelter", "other_case")),
    (form_of("support:plan"), "provider", ("closed", "prosecution", "panel", "other_case")),
    (form_of("conferences:call"), "organisations", ("closed", "own", "prosecution", "other_case")),
    (form_of("conferences:decide"), "who", ("closed", "prosecution", "other_case", "membership")),
    (PASS_ON, "to", ("other_episode", "other_case", "own")),
    (form_of("accounts:invite"), "organisation", ("closed", "other_case", "membership")),
    (
        Typed("accounts:start_membership", "administrator", (), rest={"role": "case_worker"}),
        "organisation",
        ("closed", "other_case", "membership"),
    ),
    (
        Typed("accounts:start_membership", "administrator", (), rest={"organisation": "far_shore"}),
        "role",
        ("own", "membership"),
    ),
    (Typed("accounts:switch_membership", "case_worker", ()), "membership", ("membership", "own")),
)
NO_ROLES = ("clock", "superuser", "the_service", "administrator ")


def attempts(others: dict[str, str]) -> Iterator[tuple[Typed, str, str]]:
    for form, name, which in IDS:
        values = [*(others[key] for key in which), others["unknown"], *MALFORMED]
        yield from ((form, name, value) for value in (*values, *(NO_ROLES if name == "role" else ())))


def refused(client: Client, url: str, data: dict[str, Any]) -> tuple[int, list[str], set[str]]:
    """The answer, the tables that changed, and outcomes in the log other than refusals."""
    before, since = digests(), last_event()
    status = client.post(url, data).status_code
    after = digests()
    return status, [table for table in before if before[table] != after[table]], acts_after(since) - {"refused"}


def test_z4_an_id_that_is_not_the_actors_to_use_writes_nothing(
    whole: Whole, cast: Any, clients: dict[str, Client], others: dict[str, str]
) -> None:
    wrong = {}
    for form, name, value in attempts(others):
        client = clients[form.player]
        with undone(client):
            if form.before:
                form.before(whole, cast)
            data = {**dict.fromkeys(form.texts, "Something."), **filled_in(form, whole, cast), name: value}
            status, changed, outcomes = refused(client, url_of(form, whole, cast), data)
        if status not in {404, 422} or changed or outcomes:
            wrong[str(form), name, value] = (status, changed, outcomes)
    assert wrong == {}


def test_a_place_that_somebody_holds_is_not_offered_again(
    whole: Whole, cast: Any, clients: dict[str, Client], others: dict[str, str]
) -> None:
    form = form_of("placements:step", "offer")
    again = placements.request_placement(
        fresh(whole.case), by=cast.case_worker.actor, shelter_id=whole.unit.shelter_id, needed_from=localdate()
    )
    data = {"version": again.version, "hours": "24", "unit": others["held_unit"]}
    assert refused(clients[form.player], reverse("placements:step", args=[again.pk, "offer"]), data) == (422, [], set())


def test_a_role_is_ended_only_on_its_own_persons_page(
    whole: Whole, cast: Any, clients: dict[str, Client], others: dict[str, str]
) -> None:
    url = reverse("accounts:end_membership", args=[cast.second_case_worker.user.pk, others["membership"]])
    assert refused(clients["administrator"], url, {}) == (404, [], set())


@pytest.mark.parametrize("lead", ["closed", "panel", "other_case", "unknown", "malformed"])
def test_a_case_is_led_only_by_who_can(
    lead: str, whole: Whole, cast: Any, clients: dict[str, Client], others: dict[str, str]
) -> None:
    client = clients["responder"]
    client.get(reverse("identification:open_case"))
    chosen = {
        "safety": {"safe_to_talk": "yes"},
        "language": {},
        "person": {"age_group": "adult", "sex": "woman"},
        "suspected": {"suspicions": ["labour"]},
        "circumstances": {},
    }
    for page, answer in chosen.items():
        assert client.post(reverse("identification:open_case_page", args=[page]), answer).status_code == 302
    for value in MALFORMED if lead == "malformed" else [others[lead]]:
        url = reverse("identification:open_case_page", args=["lead"])
        assert refused(client, url, {"lead_organisation": value}) == (422, [], set())


def test_signs_of_no_set_or_of_no_case_are_not_answered(
    whole: Whole, cast: Any, clients: dict[str, Client], others: dict[str, str]
) -> None:
    """What the screening does not ask is not read; a screening of another case is a missing page."""
    client, url = clients["case_worker"], reverse("identification:save_answers", args=[whole.screening.pk])
    for code in ("no-such-sign", "", "C_LAB", "\x00", others["other_screening"]):
        answer = {f"{code}-version": 0, f"{code}-value": "observed", f"{code}-note": "She said so."}
        status, changed, _outcomes = refused(client, url, answer)
        assert (status in {302, 404, 422}, changed) == (True, []), code
    elsewhere = reverse("identification:save_answers", args=[others["other_screening"]])
    assert refused(client, elsewhere, {}) == (404, [], set())
    assert refused(client, f"{url}?section=elsewhere", {}) == (404, [], set())


def forged(whole: Whole, cast: Any) -> dict[str, str]:
    """Columns that exist, and that no form offers: state, owner, agency, author (Z5)."""
    organisation, user = str(cast.organisations.far_shore.pk), str(cast.stranger.user.pk)
    people = ("written_by", "recorded_by", "assessed_by", "prepared_by", "requested_by", "started_by", "answered_by")
    people += ("raised_by", "planned_by", "added_by", "managed_by", "approved_by", "by", "user", "user_id", "actor")
    people += ("author", "owner", "signed_by", "proposed_by", "erased_by", "barred_by", "covers", "covers_id")
    houses = ("sender", "sender_id", "receiver_id", "recipient_id", "provider_id", "organisation_id", "lead", "leads")
    houses += ("lead_organisation_id", "responsible", "responsible_id", "shelter_id", "organisation")
    states = {"stage": "closed", "status": "withdrawn", "state": "completed", "returns_to": "support", "episode": "9"}
    states |= {"before_merge": "support", "relation": "leads", "part": "responsible"}
    flags = {"gives_grounds": "on", "is_active": "on", "is_staff": "on", "is_superuser": "on", "country": "rs"}
    flags |= dict.fromkeys(("is_restricted", "supervises"), "yes")
    ids = {"id": str(uuid4()), "pk": str(uuid4()), "case": organisation, "case_id": organisation, "person_id": user}
    ids |= dict.fromkeys(("merged_into", "merged_into_id", "lead_id"), organisation)
    times = dict.fromkeys(
        ("changed_at", "opened_at", "sent_at", "reserved_until", "admitted_at", "period", "ends_at", "started_at"),
        "2020-01-01",
    )
    return {
        **dict.fromkeys(people, user),
        **dict.fromkeys(houses, organisation),
        **states,
        **flags,
        **ids,
        **times,
        "expected_version": "1",
        "transition": "close",
        "role": "administrator",
    }


def test_z5_columns_that_no_form_offers_have_no_effect(whole: Whole, cast: Any, clients: dict[str, Client]) -> None:
    known, wrong = known_ids(), {}
    for form in FORMS:
        outcomes = []
        for extra in ({}, forged(whole, cast)):
            with undone(clients[form.player]):
                if form.before:
                    form.before(whole, cast)
                honest = {**dict.fromkeys(form.texts, "Something."), **filled_in(form, whole, cast)}
                status = clients[form.player].post(url_of(form, whole, cast), {**extra, **honest}).status_code
                outcomes.append({"status": status, **rows_but_for_chance(known)})
        plain, with_more = outcomes
        if differing := [table for table in plain if plain[table] != with_more[table]]:
            wrong[str(form)] = differing
        assert plain["status"] == form.status
    assert wrong == {}
