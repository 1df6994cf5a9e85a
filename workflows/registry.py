"""All machines of the mechanism, in the order a person meets them, and what must hold of each."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.utils.functional import Promise

from workflows.alert import AlertFlow
from workflows.attendance import AttendanceFlow
from workflows.bar import BarFlow
from workflows.basis import BasisFlow
from workflows.case import CaseFlow
from workflows.conference import ConferenceFlow
from workflows.consent import ConsentFlow
from workflows.decision import DecisionFlow
from workflows.emergency import EmergencyFlow
from workflows.lifecycle import Edge, Lifecycle
from workflows.listing import ListingFlow
from workflows.merge import MergeFlow
from workflows.placement import PlacementFlow
from workflows.referral import ReferralFlow
from workflows.reintegration import ReintegrationFlow
from workflows.retention import RetentionFlow
from workflows.screening import ScreeningFlow
from workflows.status import StatusFlow
from workflows.support import SupportFlow
from workflows.team import TeamFlow
from workflows.track import TrackFlow
from workflows.transfer import TransferFlow

MACHINES: dict[str, type[Lifecycle]] = {
    flow.machine: flow
    for flow in (
        CaseFlow,
        TrackFlow,
        StatusFlow,
        DecisionFlow,
        ScreeningFlow,
        ConsentFlow,
        BasisFlow,
        ReferralFlow,
        PlacementFlow,
        SupportFlow,
        AlertFlow,
        ReintegrationFlow,
        ConferenceFlow,
        AttendanceFlow,
        TeamFlow,
        TransferFlow,
        MergeFlow,
        BarFlow,
        EmergencyFlow,
        RetentionFlow,
        ListingFlow,
    )
}


def all_edges() -> Iterator[Edge]:
    for flow in MACHINES.values():
        yield from flow.edges()


def transition_codes() -> dict[str, str | Promise]:
    """Audit code of every beginning and transition, with its label (lazy)."""
    codes: dict[str, str | Promise] = {f"{flow.machine}.begin": flow.beginning.label for flow in MACHINES.values()}
    return codes | {edge.code: edge.label for edge in all_edges()}


def faults(flow: type[Lifecycle], permissions: Collection[str]) -> list[str]:
    """What is wrong with a machine: unknown states or permissions, states nobody can reach."""
    known = set(flow.states.values)
    found = [f"beginning: unknown state {flow.beginning.state}"] if flow.beginning.state not in known else []
    if flow.beginning.permission not in permissions:
        found.append(f"beginning: unknown permission {flow.beginning.permission}")
    for edge in flow.edges():
        found += [f"{edge.code}: unknown state {state}" for state in (edge.source, edge.target) if state not in known]
        if edge.permission not in permissions:
            found.append(f"{edge.code}: unknown permission {edge.permission}")
    return found + [f"state {state} cannot be reached" for state in sorted(known - reachable_states(flow))]


def reachable_states(flow: type[Lifecycle]) -> set[str]:
    reached = {str(flow.beginning.state)}
    while grown := {edge.target for edge in flow.edges() if edge.source in reached} - reached:
        reached |= grown
    return reached
