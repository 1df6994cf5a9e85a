"""Block x relation x surface: who meets what of a case, and where. `blocks.toml` is the table, written by hand.

Every block of one case holds a mark that stands nowhere else. Everybody asks for every address, as a page and as a
fragment, and opens what can be opened by asking; a mark is met where the table says so and nowhere else.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.roles import Role
from nrm.accounts.models import Membership, Organisation, TotpDevice, User
from nrm.cases import actions as cases
from nrm.cases import lifecycle
from nrm.cases.models import CaseBar, Participation, TeamMember
from nrm.conferences import actions as conferences
from nrm.identification import actions as identification
from nrm.notices.delivery import deliver_due
from nrm.placements import actions as placements
from nrm.referrals import actions as referrals
from nrm.support import actions as support
from nrm.vault.fields import sealed
from nrm.vault.identity import Identity
from tests.addresses import ADDRESSES, address, keywords
from tests.conftest import PASSWORD, TOTP_SECRET, Player, hashed, player_of
from tests.permissions.test_urls import MATRIX
from tests.whole import Whole
from workflows.bar import BarFlow
from workflows.team import TeamFlow

TABLE = tomllib.loads((Path(__file__).parent / "blocks.toml").read_text())
RELATIONS: list[str] = TABLE["columns"]["order"]
BLOCKS = {block: dict(zip(RELATIONS, row.split(), strict=True)) for block, row in TABLE["blocks"].items()}
#: The case code is its own mark.
MARKS = {block: f"Mark{number}{block.replace('_', '')}" for number, block in enumerate(BLOCKS)}
#: Who of the cast stands in the relation; the others are made below.
OF_THE_CAST = {
    "team": "case_worker",
    "reporter": "responder",
    "shelter": "shelter_worker",
    "clinician": "clinician",
    "officer": "officer",
    "prosecution_asked": "prosecution_officer",
    "coordinator": "coordinator",
    "auditor": "auditor",
    "administrator": "administrator",
    "stranger": "stranger",
}


def newcomer(name: str, organisation: Any, *, role: Role = Role.CASE_WORKER, supervises: bool = False) -> Player:
    now = timezone.now()
    user = User.objects.create(
        email=f"{name}@cast.example", display_name=name, password=hashed(PASSWORD), password_set_at=now
    )
    device = TotpDevice(user=user, name="phone", confirmed=True)
    device.set_secret(TOTP_SECRET)
    device.save()
    facts = {"role": role, "supervises": supervises, "started_at": now}
    return player_of(Membership.objects.create(user=user, organisation=organisation, **facts))


def organisation(name: str, like: Any) -> Any:
    return Organisation.objects.create(name=name, kind="ngo", country=like.country, accepts_referrals=True)


@pytest.fixture
def everybody(whole: Whole, cast: Any) -> dict[str, Player]:
    """One person in each relation to the case."""
    lead = cast.organisations.open_hand
    people = {relation: getattr(cast, name) for relation, name in OF_THE_CAST.items()}
    people["supervisor"] = newcomer("supervisor", lead, supervises=True)
    people |= {relation: newcomer(relation, lead) for relation in ("colleague", "barred")}
    for relation in ("offered", "former_lead", "asked", "accepted", "accepted_bare"):
        people[relation] = newcomer(relation, organisation(relation, lead))
    for relation in ("team", "barred"):
        join_team(whole.case, people[relation], by=cast.case_worker)
    bar(whole.case, people["barred"], by=cast.case_worker)
    for relation, stands in (("offered", "offered_lead"), ("former_lead", "led")):
        opened = {"relation": stands, "because": "test", "opened_by": cast.case_worker.user.pk}
        Participation.objects.create(case=whole.case, organisation_id=people[relation].actor.organisation_id, **opened)
    return people


def join_team(case: Any, player: Player, *, by: Player) -> None:
    if not TeamMember.objects.active().filter(case=case, user=player.user).exists():
        facts = {"organisation_id": player.actor.organisation_id, "user": player.user, "added_by": by.user.pk}
        lifecycle.begin(TeamFlow, TeamMember(case=case, **facts), by=by.actor)


def bar(case: Any, player: Player, *, by: Player) -> None:
    record = CaseBar(case=case, user=player.user, reason="relative", barred_by=by.user.pk)
    lifecycle.begin(BarFlow, record, by=by.actor)


@pytest.fixture
def marked(whole: Whole, cast: Any, everybody: dict[str, Player]) -> dict[str, Any]:
    """The whole case with a mark in every block; returns its papers by part, the referrals by whom they went to."""
    case, worker = whole.case, cast.case_worker.actor
    cases.write_identity(case, Identity(family_names=MARKS["identity"]), by=worker, expected_version=0)
    case.refresh_from_db()
    cases.assess_risk(
        case, by=worker, expected_version=case.version, level="high", accommodation="needed", account=MARKS["risk"]
    )
    cases.add_note(case, by=worker, body=MARKS["note"])
    support.add_clinical_note(whole.episode, by=cast.clinician.actor, body=MARKS["clinical_note"])
    papers = {
        block: cases.keep_made(case, by=by.actor, block=block, name=MARKS[f"{block}_name"], content=paper(block))
        for block, by in (("case", cast.case_worker), ("clinical", cast.clinician))
    }
    case.refresh_from_db()
    plant(case, whole.consent, "note", MARKS["consent_note"])
    told = {"judgement": MARKS["account"], "incomplete_because": ["unfit"]}
    answered = {"indicator_code": sign_of(whole.screening), "expected_version": 0, "value": "observed"}
    identification.answer_indicator(whole.screening, by=cast.responder.actor, basis="seen", **answered)
    identification.complete_screening(whole.screening, by=cast.responder.actor, expected_version=1, **told)
    placements.write_shelter(by=cast.shelter_worker.actor, code_name="Linden", address=MARKS["shelter_address"])
    plant(case, whole.placement, "needs", MARKS["placement_needs"])
    plant(case, whole.alert, "concern", MARKS["alert_concern"])
    plant(case, whole.alert, "actions", MARKS["alert_actions"])
    plant(case, whole.goal, "description", MARKS["plan_goal"])
    plant(case, whole.decision, "reasons", MARKS["proposed_decision"])
    minutes_agreed(whole, cast)
    return papers | {
        "asked": referral_to(everybody["asked"], case, cast, []),
        "accepted": accepted(
            referral_to(everybody["accepted"], case, cast, ["identity", "account", "risk"]), everybody
        ),
        "accepted_bare": accepted(referral_to(everybody["accepted_bare"], case, cast, ["risk"]), everybody),
    }


def minutes_agreed(whole: Whole, cast: Any) -> None:
    held, by = whole.held, cast.case_worker.actor
    said: dict[str, Any] = {"expected_version": 0, "was_discussed": True}
    conferences.write_point(held, "risk", by=by, body=MARKS["conference_risk"], **said)
    conferences.write_point(held, "health", by=cast.clinician.actor, body=MARKS["conference_health"], **said)
    plant(whole.case, held, "wish", MARKS["conference_wish"])
    held.refresh_from_db()
    conferences.take_step(held, "close", by=by, expected_version=held.version)


def paper(block: str) -> bytes:
    return f"%PDF-1.7 {MARKS[f'{block}_paper']}".encode()


def sign_of(screening: Any) -> str:
    return str(screening.indicator_set.indicators.filter(use="sign").values_list("code", flat=True)[0])


def plant(case: Any, record: Any, column: str, mark: str) -> None:
    type(record).objects.filter(pk=record.pk).update(**{column: sealed(case.person, record, column, mark)})


def referral_to(player: Player, case: Any, cast: Any, categories: list[str]) -> Any:
    by, receiver = cast.case_worker.actor, player.actor.organisation_id
    consent = {"purpose": "referral", "given_how": "signed", "given_on": timezone.localdate()}
    cases.record_consent(case, by=by, recipient_id=receiver, categories=categories, **consent)
    facts = {"service": "legal", "urgency": "routine", "basis": "consent", "categories": categories}
    summary = "" if categories else MARKS["referral_text"]
    referral = referrals.prepare_referral(case, by=by, receiver_id=receiver, summary=summary or "Of use.", **facts)
    return referrals.take_step(referral, "send", by=by, expected_version=referral.version)


def accepted(referral: Any, everybody: dict[str, Player]) -> Any:
    receiver = next(one for one in everybody.values() if one.actor.organisation_id == referral.receiver_id)
    return referrals.take_step(referral, "accept", by=receiver.actor, expected_version=referral.version)


def test_z3_every_block_is_met_where_the_table_says_and_nowhere_else(
    whole: Whole, cast: Any, everybody: dict[str, Player], marked: dict[str, Any], sign_in: Callable[[Player], Client]
) -> None:
    marks = MARKS | {"case_code": whole.case.code}
    found = {relation: met(sign_in(everybody[relation]), whole, cast, marked, marks) for relation in RELATIONS}
    got = {block: {relation: found[relation][block] for relation in RELATIONS} for block in BLOCKS}
    wrong = {
        block: {relation: answer for relation, answer in row.items() if answer != BLOCKS[block][relation]}
        for block, row in got.items()
    }
    assert {block: row for block, row in wrong.items() if row} == {}


def test_z3_no_mail_holds_a_mark(marked: dict[str, Any]) -> None:
    deliver_due(limit=1000)
    sent = "\n".join(message.message().as_string() for message in mail.outbox)
    assert mail.outbox
    assert [block for block, mark in MARKS.items() if mark in sent] == []


def met(client: Client, whole: Whole, cast: Any, marked: dict[str, Any], marks: dict[str, str]) -> dict[str, str]:
    shown = "\n".join(pages(client, whole, cast, marked))
    asked = "\n".join(openings(client, whole, marked))
    return {block: "page" if mark in shown else "ask" if mark in asked else "-" for block, mark in marks.items()}


def pages(client: Client, whole: Whole, cast: Any, marked: dict[str, Any]) -> Iterator[str]:
    """Every page that can be asked for by its address, and every list also as a fragment."""
    for name in READ:
        for one in wholes(name, whole, marked):
            url = address(name, one, cast)
            yield text_of(client.get(url))
            if not keywords(name):
                yield text_of(client.get(url, headers={"HX-Request": "true"}))


LISTS = (
    "audit:events",
    "cases:emergency_register",
    "desk:case_list",
    "desk:country",
    "desk:my_work",
    "desk:search",
    "identification:docket",
    "referrals:inbox",
    "support:appointments",
)


def is_read(name: str) -> bool:
    """A list, or a page about one record that can be read by its address."""
    is_page = "200" in MATRIX.get(name, {"get": "200"})["get"]
    return name in LISTS or (is_page and bool(keywords(name)) and not name.startswith("accounts:"))


READ = [name for name in ADDRESSES if is_read(name)]


def wholes(name: str, whole: Whole, marked: dict[str, Any]) -> list[Whole]:
    if name != "referrals:page":
        return [whole]
    return [replace(whole, referral=marked[sent_to]) for sent_to in ("asked", "accepted", "accepted_bare")]


def openings(client: Client, whole: Whole, marked: dict[str, Any]) -> Iterator[str]:
    yield text_of(client.post(reverse("cases:identity", args=[whole.case.code]), {"reason": "care"}))
    yield text_of(client.post(reverse("placements:address")))
    for paper_of in ("case", "clinical"):
        yield text_of(client.get(reverse("cases:document", args=[marked[paper_of].pk])))


def text_of(response: Any) -> str:
    if response.status_code >= 400:
        return ""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")
