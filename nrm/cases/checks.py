"""System checks: the machines, the permissions and the policy fit each other."""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error, register

from nrm.access.permissions import Permission
from nrm.access.policy import POLICY
from nrm.access.relations import Relation
from nrm.audit.codes import Code, steps
from nrm.countries.profile import load
from nrm.countries.terms import Country
from nrm.lib.files.scanner import is_configured
from nrm.notices.kinds import NoticeKind
from nrm.tasks.kinds import TaskKind
from workflows.effects import Effect, Grant, Notify, OpenTask, Revoke
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
    return [
        Error(f"{code}: unknown relation {effect.relation}", id="nrm.E002")
        for code, effect in declared_effects()
        if isinstance(effect, Grant | Revoke) and effect.relation not in Relation.values
    ]


@register()
def every_permission_has_a_row(**_: Any) -> list[CheckMessage]:
    return [
        Error(f"{permission} has no row in the policy", id="nrm.E003") for permission in set(Permission) - set(POLICY)
    ]


@register()
def tasks_and_notices_are_known(**_: Any) -> list[CheckMessage]:
    """Every task and notice that a machine declares is a kind that the inbox and the outbox know."""
    known: dict[type, list[str]] = {OpenTask: TaskKind.values, Notify: NoticeKind.values}
    return [
        Error(f"{code}: unknown kind {effect.kind}", id="nrm.E004")
        for code, effect in declared_effects()
        if isinstance(effect, OpenTask | Notify) and effect.kind not in known[type(effect)]
    ]


@register()
def time_limits_start_and_stop_with_known_acts(**_: Any) -> list[CheckMessage]:
    """A misspelt act in a country's file would start no clock, and nobody would notice."""
    known = {*Code.values, *steps()}
    return [
        Error(f"{country}: {rule.key} names the unknown act {code}", id="nrm.E005")
        for country in Country.values
        for first in load(country).clocks.values()
        for rule in (first, *first.later)
        for code in (*rule.starts_on, *rule.stops_on)
        if code not in known
    ]


@register(deploy=True)
def files_are_looked_through_for_viruses(**_: Any) -> list[CheckMessage]:
    """Without a scanner files are still known by their content and written anew; a known virus is not looked for."""
    if is_configured():
        return []
    hint = "Set NRM_CLAMAV to host:port or to the socket of a clamd; docs/documents.md says how."
    return [checks.Warning("Files that people bring are not scanned for viruses.", hint=hint, id="nrm.W010")]


def declared_effects() -> list[tuple[str, Effect]]:
    found = [(edge.code, effect) for edge in all_edges() for effect in edge.effects]
    begun = [(f"{flow.machine}.begin", effect) for flow in MACHINES.values() for effect in flow.beginning.effects]
    return begun + found
