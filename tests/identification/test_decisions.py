"""Decisions of the identifying body: proposed with reasons, signed by all its country asks for, then in effect."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.cases.actions import record_age, take_status_step
from nrm.cases.effects import Setting, keep_time
from nrm.cases.selectors import standing_in
from nrm.identification import actions
from nrm.identification.actions import decisions
from nrm.identification.models import Decision, Signature
from nrm.identification.selectors import deciding
from nrm.identification.selectors.docket import docket_of
from nrm.identification.selectors.status import status_history, status_links
from nrm.lib import paging
from nrm.notices.models import Notice
from nrm.tasks.models import Task
from nrm.tasks.selectors import clocks_of_case
from tests.deciding import REASONS, capacities, decide, members, propose

SERBIA = ("psychologist", "educator", "social_worker")


@pytest.fixture
def in_serbia() -> Any:
    """Three signatures, each in a capacity of its own."""
    with override_settings(NRM_COUNTRY="rs"):
        yield


@pytest.fixture
def proposed(in_serbia: Any, presumed: Any, cast: Any) -> Decision:
    return propose(presumed, cast.officer)


def sign(decision: Any, by: Any, capacity: str, version: int | None = None) -> Decision:
    return decisions.sign_decision(
        decision, by=by.actor, expected_version=decision.version if version is None else version, capacity=capacity
    )


def propose_url(case: Any) -> str:
    return reverse("identification:propose_decision", args=[case.code])


def sign_url(decision: Any) -> str:
    return reverse("identification:sign_decision", args=[decision.pk])


def take_back_url(decision: Any) -> str:
    return reverse("identification:take_back_decision", args=[decision.pk])


def file_url(case: Any) -> str:
    return reverse("identification:decision", args=[case.code])


def typed(case: Any, **more: Any) -> dict[str, Any]:
    facts = {"version": case.version, "outcome": "identify", "basis": "body_procedure", "reasons": REASONS}
    return {**facts, "capacity": capacities(case)[0], **more}


# One signature


@pytest.mark.parametrize(("outcome", "status"), [("identify", "identified"), ("not_identify", "not_identified")])
def test_where_one_signature_is_enough_it_is_one_act(
    presumed: Any, cast: Any, sign_in: Any, outcome: str, status: str
) -> None:
    response = sign_in(cast.officer).post(propose_url(presumed), typed(presumed, outcome=outcome))
    assert response.status_code == 302
    presumed.refresh_from_db()
    assert (presumed.status, presumed.status_basis) == (status, "body_procedure")
    decision = Decision.objects.get(case=presumed)
    assert (decision.state, decision.needs) == ("effective", ["team_member"])
    assert not Task.objects.open().filter(case_code=presumed.code, kind__in=["decide_status", "sign_decision"]).exists()
    assert not Notice.objects.filter(kind="decision_to_sign").exists()
    acts = list(Event.objects.filter(case_code=presumed.code, outcome="done").order_by("sequence"))
    assert [act.action for act in acts][-5:] == [
        "decision.begin",
        "decision.signed",
        "decision.complete_signatures",
        f"status.{outcome}",
        "decision.take_effect",
    ]


def test_reasons_and_provision_are_sealed(presumed: Any, cast: Any) -> None:
    propose(presumed, cast.officer, provision="Canary Article 12")
    with connection.cursor() as cursor:
        for table in ("identification_decision", "identification_historicaldecision"):
            cursor.execute(f"SELECT reasons, provision FROM {table}")  # noqa: S608
            for row in cursor.fetchall():
                assert not any(b"Canary" in bytes(value) for value in row)


def test_nothing_typed_is_lost_when_something_is_missing(presumed: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.officer)
    for missing in ("outcome", "basis", "reasons", "capacity"):
        facts = typed(presumed, provision="Article 12") | {missing: ""}
        response = client.post(propose_url(presumed), facts)
        assert response.status_code == 422
        shown = response.content.decode()
        assert "Article 12" in shown
        assert missing == "reasons" or REASONS in shown
    assert not Decision.objects.exists()


def test_a_file_that_changed_meanwhile_is_read_again(presumed: Any, cast: Any, sign_in: Any) -> None:
    facts = typed(presumed)
    decide(presumed, cast)
    response = sign_in(cast.second_officer).post(propose_url(presumed), {**facts, "outcome": "withdraw"})
    assert response.status_code == 409
    assert REASONS in response.content.decode()
    presumed.refresh_from_db()
    assert presumed.status == "identified"


# Several signatures


def test_it_takes_effect_with_the_last_signature(proposed: Any, presumed: Any, cast: Any) -> None:
    _first, second, third = members(cast, 3)
    assert (proposed.state, proposed.needs) == ("proposed", list(SERBIA))
    task = Task.objects.open().get(kind="sign_decision", case_code=presumed.code)
    assert (task.organisation, task.role) == (cast.organisations.panel, "identifying_officer")
    assert Notice.objects.filter(kind="decision_to_sign", case_code=presumed.code).exists()
    sign(proposed, second, "educator")
    presumed.refresh_from_db()
    assert presumed.status == "presumed"
    done = sign(proposed, third, "social_worker")
    presumed.refresh_from_db()
    assert (done.state, presumed.status) == ("effective", "identified")
    assert not Task.objects.open().filter(case_code=presumed.code, kind__in=["sign_decision", "decide_status"]).exists()
    assert Event.objects.filter(action="decision.signed", case_code=presumed.code).count() == 3
    assert [row.transition for row in done.history.order_by("history_id")] == [
        "begin",
        "decision.ask_to_sign",
        "decision.complete_signatures",
        "decision.take_effect",
    ]


def test_the_history_says_who_signed_in_which_capacity(proposed: Any, presumed: Any, cast: Any) -> None:
    for member, capacity in zip(members(cast, 3)[1:], SERBIA[1:], strict=True):
        sign(proposed, member, capacity)
    presumed.refresh_from_db()
    latest, *before = status_history(presumed, with_reasons=True)
    assert (latest.authority, latest.reason) == (cast.organisations.panel.name, REASONS)
    assert [str(one.capacity) for one in latest.signatures] == ["Psychologist", "Educator", "Social worker"]
    assert [one.name for one in latest.signatures][:2] == ["Goran Elder", "Vesna Rowan"]
    assert not any(change.signatures for change in before)
    without = status_history(presumed, with_reasons=False)[0]
    assert [one.name for one in without.signatures] == ["", "", ""]
    assert not without.reason


def test_each_decision_keeps_its_own_signatures(presumed: Any, cast: Any) -> None:
    """Not confirmed, looked at again, not confirmed again: two entries, each with whoever signed it."""
    case = decide(presumed, cast, "not_identify", reasons="The first reasons")
    case = take_status_step(
        case, "reconsider", by=cast.case_worker.actor, expected_version=case.version, reason="New papers."
    )
    propose(case, cast.second_officer, "not_identify", reasons="The second reasons")
    case.refresh_from_db()
    refusals = [change for change in status_history(case, with_reasons=True) if change.status == "not_identified"]
    assert [change.reason for change in refusals] == ["The second reasons", "The first reasons"]
    assert [[one.name for one in change.signatures] for change in refusals] == [["Vesna Rowan"], ["Goran Elder"]]


def test_nobody_signs_twice_and_no_capacity_twice(proposed: Any, cast: Any) -> None:
    with pytest.raises(NotYet) as twice:
        sign(proposed, cast.officer, "educator")
    assert twice.value.sentence == deciding.SIGNED_BY_READER
    with pytest.raises(MovedOn) as same:
        sign(proposed, cast.second_officer, "psychologist")
    assert same.value.sentence == deciding.SIGNED_IN_CAPACITY
    with pytest.raises(MovedOn):
        sign(proposed, cast.second_officer, "doctor")
    assert Signature.objects.count() == 1


def test_a_capacity_that_was_taken_meanwhile_is_no_longer_offered(proposed: Any, cast: Any, sign_in: Any) -> None:
    _first, second, third = members(cast, 3)
    sign(proposed, second, "educator")
    response = sign_in(third).post(sign_url(proposed), {"version": proposed.version, "capacity": "educator"})
    assert response.status_code == 422
    shown = sign_in(third).get(sign_url(proposed)).content.decode()
    assert 'value="educator"' not in shown
    assert 'value="social_worker"' in shown
    assert "With your signature the decision takes effect." in shown
    assert REASONS in shown


def test_a_second_proposal_is_refused_while_one_waits(proposed: Any, presumed: Any, cast: Any, sign_in: Any) -> None:
    with pytest.raises(MovedOn) as refused:
        propose(presumed, cast.second_officer)
    assert refused.value.sentence == deciding.PROPOSED_ALREADY
    client = sign_in(cast.second_officer)
    assert client.get(propose_url(presumed)).url == file_url(presumed)
    presumed.refresh_from_db()
    response = client.post(propose_url(presumed), typed(presumed))
    assert response.status_code == 409
    assert REASONS in response.content.decode()


# Who


def test_who_may(presumed: Any, cast: Any, sign_in: Any) -> None:
    for player, status in ((cast.stranger, 404), (cast.responder, 403), (cast.case_worker, 403), (cast.officer, 200)):
        assert sign_in(player).get(propose_url(presumed)).status_code == status
    for player, refusal in ((cast.stranger, NotVisible), (cast.case_worker, NotPermitted)):
        with pytest.raises(refusal):
            propose(presumed, player)
    with override_settings(NRM_COUNTRY="rs"):
        decision = propose(presumed, cast.officer)
    for url in (sign_url(decision), take_back_url(decision)):
        for player, status in ((cast.stranger, 404), (cast.case_worker, 403), (cast.second_officer, 200)):
            assert sign_in(player).get(url).status_code == status
    for player, refusal in ((cast.stranger, NotVisible), (cast.case_worker, NotPermitted)):
        with pytest.raises(refusal):
            sign(decision, player, "educator")
        with pytest.raises(refusal):
            decisions.take_back(decision, by=player.actor, expected_version=decision.version, reason="No.")


@pytest.fixture
def screened_by_the_officer(cast: Any, answer: Any) -> Any:
    screening = actions.open_case(
        by=cast.officer.actor,
        lead_organisation_id=cast.organisations.open_hand.pk,
        age_group="adult",
        sex="woman",
        suspicions=["labour"],
        safe_to_talk="yes",
    )
    answer(screening, by=cast.officer, EX01="observed")
    done = actions.complete_screening(screening, by=cast.officer.actor, expected_version=screening.version)
    case = done.case
    case.refresh_from_db()
    return take_status_step(
        case, "presume_on_judgement", by=cast.officer.actor, expected_version=case.version, reason="Seen."
    )


def test_z7_who_screened_never_proposes_and_never_signs(screened_by_the_officer: Any, cast: Any, sign_in: Any) -> None:
    case = screened_by_the_officer
    client = sign_in(cast.officer)
    response = client.post(propose_url(case), typed(case))
    assert response.status_code == 422
    assert "somebody else has to decide" in response.content.decode()
    assert "somebody else has to decide" in client.get(propose_url(case)).content.decode()
    assert "somebody else has to decide" in client.get(file_url(case)).content.decode()
    with override_settings(NRM_COUNTRY="al"):
        decision = propose(case, cast.second_officer)
        response = client.post(sign_url(decision), {"version": decision.version, "capacity": "social_service"})
        assert response.status_code == 422
        assert "somebody else has to decide" in response.content.decode()
        assert not docket_of(cast.officer.actor).to_sign
    case.refresh_from_db()
    assert case.status == "presumed"


def test_who_signed_and_then_screened_holds_the_decision_up(cast: Any) -> None:
    """The body reported the case itself, so its members could screen; a signature does not free them of the rule."""
    screening = actions.open_case(
        by=cast.second_officer.actor,
        lead_organisation_id=cast.organisations.open_hand.pk,
        age_group="adult",
        sex="man",
        suspicions=["labour"],
        safe_to_talk="yes",
    )
    case = screening.case
    case.refresh_from_db()
    take_status_step(
        case, "presume_on_judgement", by=cast.case_worker.actor, expected_version=case.version, reason="Seen."
    )
    third = members(cast, 3)[2]
    with override_settings(NRM_COUNTRY="al"):
        decision = propose(case, cast.officer)
        actions.begin_screening(case, by=cast.officer.actor, suspicions=["labour"], safe_to_talk="yes")
        with pytest.raises(NotYet) as refused:
            sign(decision, third, "social_service")
    assert refused.value.sentence == deciding.SIGNER_SCREENED
    assert Signature.objects.count() == 1


def test_who_answered_stays_a_screener_when_a_colleague_answers_otherwise(case: Any, cast: Any, answer: Any) -> None:
    screening = actions.begin_screening(case, by=cast.responder.actor, suspicions=["labour"], safe_to_talk="yes")
    answer(screening, by=cast.case_worker, EX01="observed")
    answer(screening, EX01="reported")
    assert screening.answers.get().answered_by == cast.responder.actor.user_id
    assert case.was_screened_by(cast.case_worker.actor.user_id)
    assert not case.was_screened_by(cast.officer.actor.user_id)


def test_so_is_who_completed_it_and_wrote_the_judgement(screening: Any, case: Any, cast: Any, answer: Any) -> None:
    answer(screening, EX01="observed")
    assert not case.was_screened_by(cast.case_worker.actor.user_id)
    actions.complete_screening(screening, by=cast.case_worker.actor, expected_version=1, judgement="Locked in.")
    assert case.was_screened_by(cast.case_worker.actor.user_id)


# What happened meanwhile


def test_who_turns_out_a_child_is_not_decided_on_with_the_signatures_for_an_adult(presumed: Any, cast: Any) -> None:
    with override_settings(NRM_COUNTRY="xk"):
        decision = propose(presumed, cast.officer)
        assert decision.needs == ["investigator", "victims_advocate"]
        presumed.refresh_from_db()
        record_age(
            presumed,
            by=cast.case_worker.actor,
            expected_version=presumed.version,
            age_group="child",
            reason="A document.",
        )
        decision = Decision.objects.get()
        with pytest.raises(NotYet) as refused:
            sign(decision, cast.second_officer, "victims_advocate")
        assert refused.value.sentence == deciding.AGE_MOVED_ON
        decisions.take_back(decision, by=cast.officer.actor, expected_version=decision.version, reason="A child.")
        presumed.refresh_from_db()
        assert decide(presumed, cast).status == "identified"
        assert Decision.objects.in_effect().get().needs == ["investigator", "victims_advocate", "social_worker"]


def test_a_proposal_whose_status_moved_on_is_taken_back(proposed: Any, presumed: Any, cast: Any, sign_in: Any) -> None:
    presumed.refresh_from_db()
    worker = cast.case_worker.actor
    declined = take_status_step(presumed, "decline", by=worker, expected_version=presumed.version, reason="Her wish.")
    client = sign_in(cast.second_officer)
    response = client.post(sign_url(proposed), {"version": proposed.version, "capacity": "educator"})
    assert response.status_code == 422
    assert "Take the proposal back." in response.content.decode()
    assert "Take the proposal back." in client.get(file_url(presumed)).content.decode()
    take_status_step(
        declined, "reconsider", by=worker, expected_version=declined.version, reason="She changed her mind."
    )
    with pytest.raises(NotYet):
        sign(proposed, cast.second_officer, "educator")
    response = client.post(take_back_url(proposed), {"version": proposed.version, "reason": "Canary: she declined."})
    assert response.url == file_url(presumed)
    proposed.refresh_from_db()
    assert proposed.state == "taken_back"
    assert "Canary: she declined." in client.get(file_url(presumed)).content.decode()
    assert not Task.objects.open().filter(kind="sign_decision").exists()
    assert propose(presumed, cast.second_officer).state == "proposed"


def test_taking_back_needs_a_reason_and_the_version_read(proposed: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.second_officer)
    assert client.post(take_back_url(proposed), {"version": proposed.version, "reason": " "}).status_code == 422
    assert client.post(take_back_url(proposed), {"version": 1, "reason": "Wrong."}).status_code == 409
    proposed.refresh_from_db()
    assert proposed.state == "proposed"
    assert proposed.signatures.count() == 1


def test_a_decision_that_was_taken_back_is_no_longer_signed(proposed: Any, cast: Any, sign_in: Any) -> None:
    before = proposed.version
    decisions.take_back(proposed, by=cast.officer.actor, expected_version=before, reason="Wrong article.")
    with pytest.raises(MovedOn):
        sign(proposed, cast.second_officer, "educator", version=before)
    assert sign_in(cast.second_officer).get(sign_url(proposed)).status_code == 302


def test_what_is_decided_follows_from_the_present_status(presumed: Any, cast: Any) -> None:
    for outcome in ("uphold", "nonsense"):
        with pytest.raises(NotYet):
            propose(presumed, cast.officer, outcome)
    with pytest.raises(NotYet):
        propose(presumed, cast.officer, reasons="  ")


# No status by one click


@pytest.mark.parametrize("step", ["identify", "not_identify", "withdraw", "uphold"])
def test_the_status_itself_follows_no_click(presumed: Any, cast: Any, sign_in: Any, step: str) -> None:
    url = reverse("identification:status_step", args=[presumed.code, step])
    facts = {"version": presumed.version, "reason": REASONS, "status_basis": "indicators"}
    response = sign_in(cast.officer).post(url, facts)
    assert response.status_code == 422
    assert "have it signed first" in response.content.decode()
    assert sign_in(cast.officer).get(url).url == propose_url(presumed)
    presumed.refresh_from_db()
    assert presumed.status == "presumed"
    assert Event.objects.filter(case_code=presumed.code, outcome="refused").exists()


def test_nor_past_the_pages(presumed: Any, cast: Any) -> None:
    with pytest.raises(NotYet):
        take_status_step(
            presumed,
            "identify",
            by=cast.officer.actor,
            expected_version=presumed.version,
            reason=REASONS,
            status_basis="indicators",
        )


def test_deciders_are_offered_a_proposal_instead(presumed: Any, cast: Any) -> None:
    def offered(player: Any) -> list[str]:
        presumed.refresh_from_db()
        return [link.name for link in status_links(presumed, standing_in(player.actor, presumed))]

    assert offered(cast.officer) == ["propose"]
    assert offered(cast.case_worker) == ["decline"]
    with override_settings(NRM_COUNTRY="rs"):
        propose(presumed, cast.officer)
    assert offered(cast.second_officer) == ["decision"]


# A review


@pytest.fixture
def under_review(presumed: Any, cast: Any) -> Any:
    case = decide(presumed, cast, "not_identify")
    return take_status_step(
        case, "request_review", by=cast.case_worker.actor, expected_version=case.version, reason="She has papers now."
    )


def test_a_request_for_review_comes_back_to_the_docket(under_review: Any, cast: Any) -> None:
    (row,) = docket_of(cast.officer.actor).rows
    assert row.task.kind == "review_status"


def test_the_body_upholds_with_reasons_of_its_own(under_review: Any, cast: Any) -> None:
    case = decide(under_review, cast, "uphold", reasons="Read again with the papers.")
    assert case.status == "not_identified"
    assert not Task.objects.open().filter(case_code=case.code, kind="review_status").exists()
    latest, asked, refused, *_before = status_history(case, with_reasons=True)
    assert [latest.reason, asked.reason, refused.reason] == [
        "Read again with the papers.",
        "She has papers now.",
        REASONS,
    ]
    assert latest.signatures
    assert not asked.signatures


def test_nothing_is_upheld_that_nobody_asked_to_review(presumed: Any, cast: Any) -> None:
    case = decide(presumed, cast, "not_identify")
    with pytest.raises(NotYet):
        propose(case, cast.officer, "uphold")


def test_or_the_body_reconsiders_and_decides_anew(under_review: Any, cast: Any) -> None:
    again = take_status_step(
        under_review, "reconsider", by=cast.officer.actor, expected_version=under_review.version, reason="New papers."
    )
    assert again.status == "presumed"
    (row,) = docket_of(cast.officer.actor).rows
    assert row.task.kind == "decide_status"
    case = decide(again, cast)
    assert case.status == "identified"
    assert not docket_of(cast.officer.actor).shown


# The docket


def test_what_waits_for_my_signature_stands_first(proposed: Any, presumed: Any, cast: Any, sign_in: Any) -> None:
    open_presumed(cast, 1)
    own, colleague = docket_of(cast.officer.actor), docket_of(cast.second_officer.actor)
    assert (len(own.to_sign), len(own.rows)) == (0, 2)
    assert ([row.case.code for row in colleague.to_sign], len(colleague.rows)) == ([presumed.code], 1)
    (row,) = colleague.to_sign
    assert (row.signed, row.needed, row.term) == (1, 3, "Presumed victim")
    shown = sign_in(cast.second_officer).get(reverse("identification:docket")).content.decode()
    assert "Waiting for your signature" in shown
    assert "Signed 1 of 3" in shown
    assert "Centre for Human Trafficking Victims’ Protection" in shown
    assert "Formal assessment" in shown


def test_a_withdrawal_waits_there_too(presumed: Any, cast: Any) -> None:
    with override_settings(NRM_COUNTRY="al"):
        case = decide(presumed, cast)
        propose(case, cast.officer, "withdraw")
        (row,) = docket_of(cast.second_officer.actor).to_sign
        assert row.task.kind == "sign_decision"


def test_the_docket_names_the_limits_of_the_status_and_none_of_the_case_work(presumed: Any, cast: Any) -> None:
    setting = Setting(case=presumed, subject=presumed, by=cast.case_worker.actor)
    keep_time("case.start_referral", setting)
    assert {clock.key for clock in clocks_of_case(presumed.code)} == {"reflection_days", "plan_due_days"}
    (row,) = docket_of(cast.officer.actor).rows
    assert [limit.label for limit in row.clocks] == ["Recovery and reflection period"]


def test_reading_the_docket_is_an_event(presumed: Any, cast: Any, sign_in: Any) -> None:
    sign_in(cast.officer).get(reverse("identification:docket"))
    event = Event.objects.get(action="case.listed", user_id=cast.officer.actor.user_id)
    assert event.data == {"list": "docket", "shown": 1}


def open_presumed(cast: Any, number: int) -> list[Any]:
    from nrm.cases.actions import open_case

    lead = cast.organisations.open_hand.pk
    opened = [
        open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="woman")
        for _each in range(number)
    ]
    return [
        take_status_step(
            case, "presume_on_judgement", by=cast.responder.actor, expected_version=case.version, reason="Seen."
        )
        for case in opened
    ]


def test_the_docket_goes_on_where_the_page_ended(cast: Any, sign_in: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    with override_settings(NRM_COUNTRY="rs"):
        for case in open_presumed(cast, 6)[:3]:
            propose(case, cast.second_officer)
    client = sign_in(cast.officer)
    url, seen = reverse("identification:docket"), []
    while url:
        found = client.get(url).context["docket"]
        seen += [row.case.code for row in [*found.to_sign, *found.rows]]
        url = reverse("identification:docket") + found.next_url if found.next_url else ""
    assert len(seen) == len(set(seen)) == 6
    assert client.get(reverse("identification:docket") + "?after=nonsense").status_code == 200


def test_queries_of_docket_and_file_do_not_grow(
    presumed: Any, cast: Any, sign_in: Any, answer: Any, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(cast.officer)
    docket = reverse("identification:docket")

    def once_more(case: Any) -> None:
        """A proposal taken back, another one that waits, and what a court said."""
        with override_settings(NRM_COUNTRY="rs"):
            waiting = Decision.objects.filter(case=case, state="proposed").first()
            waiting = waiting or propose(case, cast.second_officer)
            facts = {"expected_version": waiting.version, "reason": "Wrong article."}
            decisions.take_back(waiting, by=cast.second_officer.actor, **facts)
            propose(case, cast.second_officer)
        said = {"authority": "court", "opinion": "pending", "dated_on": "2026-03-05", "note": "Later."}
        decisions.record_court_view(case, by=cast.officer.actor, **said)

    once_more(presumed)
    once_more(*open_presumed(cast, 1))
    with django_assert_max_num_queries(45) as docket_before:
        client.get(docket)
    with django_assert_max_num_queries(45) as file_before:
        client.get(file_url(presumed))
    for case in open_presumed(cast, 4):
        once_more(case)
    for _each in range(3):
        once_more(presumed)
        more = actions.begin_screening(presumed, by=cast.case_worker.actor, suspicions=["labour"], safe_to_talk="yes")
        answer(more, by=cast.case_worker, note="more", GN01="observed", EX01="observed")
        actions.complete_screening(more, by=cast.case_worker.actor, expected_version=more.version)
    with django_assert_max_num_queries(45) as docket_after:
        client.get(docket)
    with django_assert_max_num_queries(45) as file_after:
        client.get(file_url(presumed))
    assert len(docket_after) == len(docket_before)
    assert len(file_after) == len(file_before)
