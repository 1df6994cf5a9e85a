"""Every address of the service, and the one it has for the whole case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.whole import Whole

#: In the order of the columns of tests/permissions/matrix.toml, without its last: nobody.
PLAYERS = (
    "responder",
    "case_worker",
    "shelter_worker",
    "clinician",
    "officer",
    "prosecution_officer",
    "coordinator",
    "auditor",
    "administrator",
    "stranger",
)
#: A state that is somewhere in each machine, and a transition that starts there.
TRANSITIONS = {
    "cases:step": "hold",
    "cases:consent_step": "withdraw",
    "cases:retention_step": "approve",
    "cases:basis_step": "tell",
    "cases:answer_offer": "accept",
    "cases:team_step": "end",
    "cases:bar_step": "lift",
    "cases:merge_step": "undo",
    "cases:track_step": "protect_as_child",
    "identification:screening_step": "complete",
    "identification:status_step": "decline",
    "referrals:step": "accept",
    "referrals:record_told": "accept",
    "referrals:outside_step": "accept",
    "placements:step": "leave",
    "support:step": "pause",
    "support:alert_step": "assess",
    "reintegration:step": "agree",
    "conferences:step": "hold",
    "conferences:answer": "accept",
    "directory:step": "stop",
}


def names(patterns: list[Any], namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"


ADDRESSES = sorted(set(names(get_resolver().url_patterns)))


def records(whole: Whole) -> dict[str, Any]:
    """The record that each address with a key of its own names."""
    return {
        "identification:change_focus": whole.screening,
        "identification:screening": whole.screening,
        "identification:save_answers": whole.screening,
        "identification:screening_step": whole.screening,
        "identification:sign_decision": whole.decision,
        "identification:take_back_decision": whole.decision,
        "cases:consent_step": whole.consent,
        "cases:consent_sheet": whole.consent,
        "cases:basis_step": whole.basis,
        "desk:left_before": whole.consent,
        "desk:stop_using": whole.to_stop,
        "cases:document": whole.document,
        "cases:original": whole.document,
        "cases:remove_document": whole.document,
        "cases:retention_step": whole.retention,
        "cases:erase": whole.retention,
        "cases:team_step": whole.member,
        "cases:end_cover": whole.cover,
        "cases:bar_step": whole.bar,
        "cases:extend_clock": whole.clock,
        "cases:end_emergency": whole.emergency,
        "cases:review_emergency": whole.emergency,
        "referrals:page": whole.referral,
        "referrals:change": whole.referral,
        "referrals:feedback": whole.referral,
        "referrals:step": whole.referral,
        "referrals:make_link": whole.referral_outside,
        "referrals:end_link": whole.referral_outside,
        "referrals:make_letter": whole.referral_outside,
        "referrals:record_told": whole.referral_outside,
        "placements:page": whole.placement,
        "placements:step": whole.placement,
        "placements:change_unit": whole.unit,
        "support:episode": whole.episode,
        "support:add_appointment": whole.episode,
        "support:add_note": whole.episode,
        "support:step": whole.episode,
        "support:appointment": whole.appointment,
        "support:alert_step": whole.alert,
        "reintegration:plan": whole.plan,
        "reintegration:add_goal": whole.plan,
        "reintegration:step": whole.plan,
        "reintegration:review": whole.goal,
        "conferences:page": whole.held,
        "conferences:move": whole.conference,
        "conferences:invite": whole.conference,
        "conferences:agenda": whole.conference,
        "conferences:person": whole.conference,
        "conferences:step": whole.conference,
        "conferences:answer": whole.part,
        "conferences:part": whole.part,
        "conferences:point": whole.held,
        "conferences:decide": whole.held,
        "conferences:decision": whole.agreed,
        "conferences:drop": whole.agreed,
        "conferences:minutes": whole.held,
        "directory:listing": whole.listing,
        "directory:change": whole.listing,
        "directory:full": whole.listing,
        "directory:confirm": whole.listing,
        "directory:accept": whole.listing,
        "directory:assess": whole.listing,
        "directory:step": whole.listing,
        "desk:claim_task": whole.task,
        "desk:release_task": whole.task,
        "desk:finish_task": whole.task,
        "desk:task": whole.task,
        "desk:hand_on_task": whole.task,
        "desk:put_off_task": whole.task,
        "desk:comment_on_task": whole.task,
    }


def address(name: str, whole: Whole, cast: Any) -> str:
    """The address of this view for the whole case and the case worker's account."""
    named = records(whole) | {"desk:hand_over_work": cast.second_case_worker.user}
    given: dict[str, Any] = {
        "code": whole.case.code,
        "token": "no-such-token",
        "page": "safety",
        "topic": "risk",
        "user_id": cast.second_case_worker.user.pk,
        "membership_id": cast.second_case_worker.membership.pk,
        "organisation_id": cast.organisations.far_shore.pk,
        "session_id": uuid4(),
        "link_id": uuid4(),
        "other": whole.case.code,
        "reset_id": uuid4(),
        "passkey_id": 0,
        "transition": TRANSITIONS.get(name, ""),
    }
    if "pk" in keywords(name):
        given["pk"] = named[name].pk if name in named else uuid4()
    return reverse(name, kwargs={key: given[key] for key in keywords(name)})


def keywords(name: str) -> set[str]:
    for pattern, kwargs in parameters(get_resolver().url_patterns):
        if pattern == name:
            return kwargs
    raise LookupError(name)


def parameters(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, set[str]]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from parameters(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace)
        else:
            yield f"{namespace}{pattern.name}", set(pattern.pattern.converters)
