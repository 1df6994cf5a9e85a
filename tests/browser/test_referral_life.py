"""The life of a referral in the hands of who sends it and who receives it, each in a language of their own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from playwright.sync_api import Error, Route, expect

from nrm.audit.models import Event
from nrm.cases import actions as cases
from nrm.cases.models import DataCategory
from nrm.directory.models import Listing
from nrm.lib.clock import now, today
from nrm.notices.models import Notice
from nrm.referrals.actions import prepare_referral, take_step
from nrm.referrals.models import DeclineReason, Opinion, Referral, ReferralOutcome, Urgency
from nrm.referrals.outside.visits import NOT_RIGHT
from nrm.referrals.views.reading import DONE_ALREADY
from nrm.tasks.models import Clock, Task
from nrm.vault.identity import Identity
from tests.browser.speaking import Leaks, Speaker
from tests.outside import clinic

pytestmark = pytest.mark.browser

SENDER, RECEIVER = "mk", "sq"
NAME, PROGRAMME = "Canarinova", "Canary Programme for Trafficked Women"
SUMMARY = f"CANARY-summary {NAME} needs calm talks."
QUESTION, ANSWER = f"CANARY-question can {NAME} come?", f"CANARY-answer {NAME} comes on foot."
ENDING, WORDS = f"CANARY-ending {NAME} came eight times.", f"CANARY-words {NAME} liked {PROGRAMME}."
SEE_IT, SERVICE = "See what the organisation will see", "Psychosocial support"
REFER_TO = "Refer to %(name)s"


@dataclass
class Stage:
    case: Any
    cast: Any
    listing: Listing
    speaker: Callable[..., Speaker]

    def ana(self, **options: Any) -> Speaker:
        return self.speaker(self.cast.case_worker, SENDER, **options)

    def teuta(self, **options: Any) -> Speaker:
        return self.speaker(self.cast.clinician, RECEIVER, **options)

    def share_with(self, organisation: Any) -> None:
        cases.record_consent(
            self.case,
            by=self.cast.case_worker.actor,
            purpose="referral",
            given_how="signed",
            given_on=today(),
            recipient_id=organisation.pk,
            categories=["identity"],
        )

    def sent(self, organisation: Any, **values: Any) -> Referral:
        """Past the pages, for what comes after."""
        by = self.cast.case_worker.actor
        asked: dict[str, Any] = {"service": "mhpss", "urgency": "urgent", "basis": "consent"}
        asked |= {"receiver_id": organisation.pk, "categories": ["identity"], "summary": SUMMARY}
        draft = prepare_referral(self.case, by=by, **{**asked, **values})
        return take_step(draft, "send", by=by, expected_version=draft.version)


@pytest.fixture
def stage(speaker: Callable[..., Speaker], leaks: Leaks, cast: Any, case: Any) -> Stage:
    """A named person in a case, whose consent covers Quiet Room, which is in the directory."""
    leaks.typed |= {NAME, PROGRAMME, "canary-", "cast.example/"}
    quiet_room, by = cast.organisations.quiet_room, cast.case_worker.actor
    cases.assess_risk(case, by=by, expected_version=case.version, level="low", accommodation="not_needed")
    cases.choose_track(case, "agree_to_be_named", by=by, expected_version=case.version + 1)
    case.refresh_from_db()
    named = Identity(given_names=NAME, family_names=NAME)
    cases.write_identity(case, named, by=by, expected_version=case.person.version)
    offered = {"sexes": ["woman"], "age_groups": ["adult"], "languages": ["sq"], "about": PROGRAMME}
    listing = Listing.objects.create(
        organisation=quiet_room, service="mhpss", state="listed", confirmed_on=today(), **offered
    )
    stage = Stage(case, cast, listing, speaker)
    stage.share_with(quiet_room)
    return stage


def test_from_the_case_to_what_the_person_says(stage: Stage, leaks: Leaks) -> None:
    ana, teuta = stage.ana(), stage.teuta()
    ana.open(f"/cases/{stage.case.code}/")
    chosen_in_three_clicks(ana)
    written_and_looked_at(ana)
    seen_before = ana.preview()
    ana.press(ana.word("Send", "referral"))
    ana.reads(ana.word("Sent", "referral"))
    taken_by_one_who_answers(teuta)
    assert read_in(SENDER, stage, teuta) == seen_before
    question_and_answer(teuta, ana)
    accepted_and_given(teuta)
    the_person_says(ana)
    teuta.page.reload()
    teuta.does_not_read(SUMMARY, WORDS)
    assert not teuta.ever_read(WORDS)
    for player in (stage.cast.case_worker, stage.cast.clinician):
        leaks.subscribe(player)


def chosen_in_three_clicks(ana: Speaker) -> None:
    ana.reads_in_their_language()
    ana.clicks = 0
    ana.follow("Refer")
    ana.follow(SERVICE)
    ana.reads(PROGRAMME)
    ana.press(ana.word(REFER_TO, name="Quiet Room"))
    assert ana.clicks == 3
    ana.stands_at("Prepare a referral")


def written_and_looked_at(ana: Speaker) -> None:
    ana.choose(Urgency.URGENT.label)
    ana.tick(DataCategory.IDENTITY.label)
    ana.write("Summary without identity", SUMMARY)
    ana.press(SEE_IT)
    ana.reads(SUMMARY)


def taken_by_one_who_answers(teuta: Speaker) -> None:
    teuta.open("/")
    teuta.reads_in_their_language()
    teuta.follow("Answer the referral")
    teuta.press("Take")
    teuta.reads("Teuta Fig")
    teuta.follow("Go to where it is done", exact=False)
    teuta.reads(SUMMARY)
    teuta.does_not_read("Open the case")


def read_in(language: str, stage: Stage, desk: Speaker) -> str:
    """The same page in another language, for comparing."""
    users = type(stage.cast.clinician.user).objects.filter(pk=stage.cast.clinician.user.pk)
    users.update(language=language)
    desk.page.reload()
    text = desk.preview()
    users.update(language=desk.language)
    desk.page.reload()
    return text


def question_and_answer(teuta: Speaker, ana: Speaker) -> None:
    teuta.follow("Ask a question")
    teuta.write(teuta.word("Question", "message"), QUESTION)
    teuta.press("Ask a question")
    ana.open("/")
    ana.follow("Answer the question about your referral")
    ana.follow("Go to where it is done", exact=False)
    ana.reads(QUESTION)
    ana.follow("Answer the question")
    ana.write(ana.word("Answer", "message"), ANSWER)
    ana.press("Answer the question")
    teuta.page.reload()
    teuta.reads(ANSWER)


def accepted_and_given(teuta: Speaker) -> None:
    teuta.take(teuta.word("Accept", "referral"))
    teuta.reads("Open the case")
    teuta.take("Start the service")
    teuta.follow("Complete the service")
    teuta.choose(ReferralOutcome.PROVIDED.label)
    teuta.write("In your own words", ENDING)
    teuta.press("Complete the service")
    teuta.reads(teuta.word("Completed", "referral"))
    teuta.does_not_read(SUMMARY, ENDING, "Open the case")


def the_person_says(ana: Speaker) -> None:
    ana.page.reload()
    ana.reads(ENDING)
    ana.follow("Write down what the person says")
    ana.tick("The person wants to say something about the service")
    ana.choose(Opinion.YES.label, under="Did it help?")
    ana.write("In the person’s own words", WORDS)
    ana.press("Save")
    ana.reads(WORDS)


def test_declined_expired_withdrawn(stage: Stage) -> None:
    far_shore = stage.cast.organisations.far_shore
    stage.share_with(far_shore)
    referral = stage.sent(stage.cast.organisations.quiet_room)
    ana = stage.ana()
    declined_with_a_suggestion(stage.teuta(), referral)
    onward = gone_on_with_one_click(ana, referral)
    assert (onward.receiver, onward.previous, onward.need) == (far_shore, referral, referral.need or referral.pk)
    not_answered_in_time(stage, ana)
    withdrawn(stage, ana, stage.sent(stage.cast.organisations.quiet_room))


def declined_with_a_suggestion(teuta: Speaker, referral: Referral) -> None:
    teuta.open(f"/referrals/{referral.pk}/")
    teuta.follow(teuta.word("Decline", "referral"))
    teuta.choose(DeclineReason.NO_CAPACITY.label)
    teuta.pick("Who could help instead", "Far Shore")
    teuta.write("In your own words", ENDING)
    teuta.press(teuta.word("Decline", "referral"))
    teuta.does_not_read(SUMMARY)


def gone_on_with_one_click(ana: Speaker, referral: Referral) -> Referral:
    ana.open("/")
    ana.follow("Find another organisation: the referral was declined")
    ana.follow("Go to where it is done", exact=False)
    ana.reads(ENDING)
    ana.follow(ana.word(REFER_TO, name="Far Shore"))
    ana.stands_at("Prepare a referral")
    expect(ana.labelled("Summary without identity")).to_have_value(SUMMARY)
    ana.tick(DataCategory.IDENTITY.label)
    ana.press(SEE_IT)
    ana.press(ana.word("Send", "referral"))
    ana.reads(ana.word("Sent", "referral"))
    ana.open(f"/referrals/{referral.pk}/")
    ana.reads("Goes on with", "Far Shore")
    ana.open("/")
    ana.does_not_read("Find another organisation: the referral was declined")
    return Referral.objects.get(state="sent")


def not_answered_in_time(stage: Stage, ana: Speaker) -> None:
    """By the clocks: the lead has a task, and the coordinator is told and sees when that waits too."""
    running = Clock.objects.filter(subject__startswith="referrals.", stopped_at=None)
    running.update(started_at=now() - timedelta(days=2), due_at=now() - timedelta(minutes=1))
    call_command("clocks", "run")
    call_command("clocks", "run")
    told = Notice.objects.filter(kind="referral_expired", recipient=stage.cast.coordinator.user)
    assert told.count() == 1
    expired = "Find another organisation: the referral was not answered in time"
    ana.open("/")
    ana.follow(expired)
    ana.follow("Go to where it is done", exact=False)
    ana.reads("Go on elsewhere", "Look for somebody else")
    Task.objects.filter(kind="referral_expired").update(due_at=now() - timedelta(days=3))
    sanja = stage.speaker(stage.cast.coordinator, SENDER)
    sanja.open("/")
    sanja.reads(expired, "Open Hand", stage.case.code)
    assert not sanja.ever_read("CANARY")


def withdrawn(stage: Stage, ana: Speaker, referral: Referral) -> None:
    ana.open(f"/referrals/{referral.pk}/")
    ana.follow(ana.word("Withdraw", "referral"))
    ana.write("Reason", ENDING)
    ana.press(ana.word("Withdraw", "referral"))
    ana.reads(ana.word("Withdrawn", "referral"))
    teuta = stage.teuta()
    teuta.open(f"/referrals/{referral.pk}/")
    teuta.reads(teuta.word("Withdrawn", "referral"))
    teuta.does_not_read(SUMMARY, "What you can do now")


def test_an_organisation_without_an_account_answers_by_link_and_code(stage: Stage, leaks: Leaks) -> None:
    receiver = clinic()
    stage.share_with(receiver)
    referral = stage.sent(receiver, channel="link")
    ana, nurse = stage.ana(), stage.speaker(None, RECEIVER)
    ana.open(f"/referrals/{referral.pk}/")
    ana.follow("Make a link and a code")
    ana.press("Make a link and a code")
    link, code = (ana.labelled(name).input_value() for name in ("Link, to pass on", "Code, to tell by telephone only"))
    leaks.typed.add(code)
    ana.page.goto(ana.page.url)  # Shown once: the same address asks for new ones.
    assert link not in ana.page.content()
    nurse.open(urlsplit(link).path)
    assert urlsplit(nurse.page.url).path == "/reply/"
    nurse.labelled("Code").fill(code)
    nurse.press("Open")
    nurse.reads_in_their_language()
    nurse.reads(SUMMARY)
    nurse.follow("We can help")
    nurse.press("Send the answer")
    nurse.press("Close for good")
    nurse.open(urlsplit(link).path)
    nurse.labelled("Code").fill(code)
    nurse.press("Open")
    nurse.reads(NOT_RIGHT)
    ana.open(f"/referrals/{referral.pk}/")
    ana.reads(ana.word("Accepted", "referral"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_sent_twice_it_arrives_once(stage: Stage, scripts: bool) -> None:
    ana = stage.ana(java_script_enabled=scripts)
    ana.open(f"/cases/{stage.case.code}/referrals/new/?to={stage.listing.pk}")
    written_and_looked_at(ana)
    slowly(ana, "**/referrals/new/**", "Send", twice=not scripts)
    ana.reads(ana.word("Sent", "referral"), *([] if scripts else [DONE_ALREADY]))
    with suppress(Error):
        ana.page.go_back()  # Nothing is kept of the page, so the browser asks whether to send that form again.
    ana.page.wait_for_url("chrome-error://**")
    ana.page.reload()
    again = ana.page.get_by_role("button", name=ana.word("Send", "referral"), exact=True)
    assert again.count() == 1
    again.click()
    ana.reads(DONE_ALREADY)
    referral = Referral.objects.get()
    assert Event.objects.filter(action="referral.send").count() == 1
    assert notices("referral_received") == [stage.cast.clinician.user.pk]
    teuta = stage.teuta(java_script_enabled=scripts)
    teuta.open(f"/referrals/{referral.pk}/")
    teuta.follow(teuta.word("Accept", "referral"))
    slowly(teuta, "**/accept/", "Accept", twice=not scripts)
    teuta.reads(teuta.word("Accepted", "referral"), *([] if scripts else [DONE_ALREADY]))
    assert Event.objects.filter(action="referral.accept").count() == 1
    assert len(notices("referral_accepted")) == len(set(notices("referral_accepted"))) > 0


def slowly(desk: Speaker, address: str, button: str, *, twice: bool) -> None:
    """Somebody presses, nothing happens for a while, and they press again. Scripts pass on the first press only, which
    is on its way; without them the first one arrives, its answer does not, and the second one arrives too."""
    asked: list[Route] = []
    desk.page.route(address, lambda route: asked.append(route))  # noqa: PLW0108  # Playwright marks what it is given
    found = desk.page.get_by_role("button", name=desk.word(button, "referral"), exact=True).first
    found.scroll_into_view_if_needed()
    place = found.bounding_box()
    assert place is not None
    at = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    desk.page.mouse.click(*at)
    is_on_its_way(desk, asked, 1)
    if twice:
        assert asked[0].fetch(max_redirects=0).status == 302
    desk.page.mouse.click(*at)
    is_on_its_way(desk, asked, 2 if twice else 1)
    asked[-1].continue_()
    desk.page.wait_for_url("**/referrals/*-*/")
    desk.page.unroute(address)
    assert len(asked) == (2 if twice else 1)


def is_on_its_way(desk: Speaker, asked: list[Route], count: int) -> None:
    for _moment in range(300):
        if len(asked) == count:
            return
        desk.page.wait_for_timeout(10)
    pytest.fail("Nothing was asked for.")


def notices(kind: str) -> list[Any]:
    return list(Notice.objects.filter(kind=kind).values_list("recipient", flat=True))
