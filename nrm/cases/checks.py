"""System checks: the machines, the permissions and the policy fit each other."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from nrm.access.permissions import Permission
from nrm.access.policy import POLICY
from nrm.access.relations import Relation
from workflows.effects import Grant, Revoke
from workflows.registry import MACHINES, all_edges, faults


@register()
def machines_are_sound(**_: Any) -> list[CheckMessage]:
    """Every transition names a known permission and known states, and every state can be reached."""
    permissions = {str(permission) for permission in Permission}
    found = [(flow.machine, fault) for flow in MACHINES.values() for fault in faults(flow, permissions)]
    return [Error(f"{machine}: {fault}", id="nrm.E001") for machine, fault in found]


@register()
def relations_are_known(**_: Any) -> list[CheckMessage]:
    """Every Grant and Revoke names a relation of the policy."""
    effects = [(edge.code, effect) for edge in all_edges() for effect in edge.effects]
    effects += [(f"{flow.machine}.begin", effect) for flow in MACHINES.values() for effect in flow.beginning.effects]
    return [
        Error(f"{code}: unknown relation {effect.relation}", id="nrm.E002")
        for code, effect in effects
        if isinstance(effect, Grant | Revoke) and effect.relation not in Relation.values
    ]


@register()
def every_permission_has_a_row(**_: Any) -> list[CheckMessage]:
    return [
        Error(f"{permission} has no row in the policy", id="nrm.E003") for permission in set(Permission) - set(POLICY)
    ]
