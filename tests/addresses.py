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


#: The record of the whole case that each address with a key of its own names.
RECORDS: dict[str, str] = {
    "identification:change_focus": "screening",
    "identification:screening": "screening",
    "identification:save_answers": "screening",
    "identification:screening_step": "screening",
    "identification:sign_decision": "decision",
    "identification:take_back_decision": "decision",
    "cases:consent_step": "consent",
    "cases:consent_sheet": "consent",
    "cases:basis_step": "basis",
    "desk:left_before": "consent",
    "desk:stop_using": "to_stop",
    "cases:document": "document",
    "cases:original": "document",
    "cases:remove_document": "document",
    "cases:retention_step": "retention",
    "cases:erase": "retention",
    "cases:team_step": "member",
    "cases:end_cover": "cover",
    "cases:bar_step": "bar",
    "cases:extend_clock": "clock",
    "cases:end_emergency": "emergency",
    "cases:review_emergency": "emergency",
    "referrals:page": "referral",
    "referrals:change": "referral",
    "referrals:feedback": "referral",
    "referrals:step": "referral",
    "referrals:make_link": "referral_outside",
    "referrals:end_link": "referral_outside",
    "referrals:make_letter": "referral_outside",
    "referrals:record_told": "referral_outside",
    "placements:page": "placement",
    "placements:step": "placement",
    "placements:change_unit": "unit",
    "support:episode": "episode",
    "support:add_appointment": "episode",
    "support:add_note": "episode",
    "support:step": "episode",
    "support:appointment": "appointment",
    "support:alert_step": "alert",
    "reintegration:plan": "plan",
    "reintegration:add_goal": "plan",
    "reintegration:step": "plan",
    "reintegration:review": "goal",
    "conferences:page": "held",
    "conferences:move": "conference",
    "conferences:invite": "conference",
    "conferences:agenda": "conference",
    "conferences:person": "conference",
    "conferences:step": "conference",
    "conferences:answer": "part",
    "conferences:part": "part",
    "conferences:point": "held",
    "conferences:decide": "held",
    "conferences:decision": "agreed",
    "conferences:drop": "agreed",
    "conferences:minutes": "held",
    "directory:listing": "listing",
    "directory:change": "listing",
    "directory:full": "listing",
    "directory:confirm": "listing",
    "directory:accept": "listing",
    "directory:assess": "listing",
    "directory:step": "listing",
    "desk:claim_task": "task",
    "desk:release_task": "task",
    "desk:finish_task": "task",
    "desk:task": "task",
    "desk:hand_on_task": "task",
    "desk:put_off_task": "task",
    "desk:comment_on_task": "task",
}


def records(whole: Whole) -> dict[str, Any]:
    return {name: getattr(whole, record) for name, record in RECORDS.items()}


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
