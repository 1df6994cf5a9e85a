"""The lead of a case goes to another organisation: offered, answered, taken back."""

from __future__ import annotations

from uuid import UUID

from nrm.access.actor import THE_SERVICE, Actor
from nrm.cases import lifecycle
from nrm.cases.models import Case, TeamMember, TeamPart, Transfer
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind
from nrm.vault.fields import sealed
from workflows.team import TeamFlow, TeamOfNewLead, TeamState
from workflows.transfer import TransferFlow


@lifecycle.act()
def offer_lead(case: Case, *, by: Actor, receiver_id: UUID, summary: str) -> Transfer:
    """Until it is answered both see the case: the sender as before, the receiver without identity and account.

    `NotYet` when nothing covers sharing the file with the receiver, when it cannot lead, while another offer waits, and
    for a merged case. Locks the case. An offer that was declined before has found its next one.
    """
    locked = lifecycle.lock_case(case.pk)
    transfer = Transfer(case=locked, sender_id=by.organisation_id, receiver_id=receiver_id, offered_by=by.user_id)
    transfer.summary = sealed(locked.person, transfer, "summary", summary)
    begun = lifecycle.begin(TransferFlow, transfer, by=by, data={"receiver": receiver_id})
    tasks.close_tasks(by=by, case_code=locked.code, kinds=[TaskKind.TRANSFER_DECLINED])
    return begun


@lifecycle.act()
def answer_offer(
    transfer: Transfer, transition: str, *, by: Actor, expected_version: int, reason: str = ""
) -> Transfer:
    """Accept, decline or withdraw. Locks the case, then the offer, then the members of the team.

    With the acceptance the former team's part in the case ends; in a restricted case, which is open to its team alone,
    whoever accepts is responsible from now on.
    """
    case = lifecycle.lock_case(transfer.case_id)
    answered = lifecycle.perform(
        TransferFlow, transfer, transition, by=by, expected_version=expected_version, reason=reason
    )
    if transition == "accept":
        _end_team_of(transfer.sender_id, case)
        if case.is_restricted:
            _make_responsible(by, case)
    return answered


def _end_team_of(former: UUID, case: Case) -> None:
    """It follows by itself: the new lead does not manage the former one's team, and that one leads no more."""
    for member in case.team.filter(organisation=former, state=TeamState.ACTIVE).order_by("pk"):
        lifecycle.perform(TeamFlow, member, "hand_over", by=THE_SERVICE, expected_version=member.version)


def _make_responsible(by: Actor, case: Case) -> TeamMember:
    member = TeamMember(
        case=case,
        organisation_id=by.organisation_id,
        user_id=by.user_id,
        part=TeamPart.RESPONSIBLE,
        added_by=by.user_id,
    )
    told = {"member": by.user_id, "part": TeamPart.RESPONSIBLE.value}
    return lifecycle.begin(TeamOfNewLead, member, by=THE_SERVICE, data=told)
