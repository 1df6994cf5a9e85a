"""The mechanism, printed in any language: every machine with who may do what, as Markdown, diagrams and a page."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from nrm.access.permissions import Permission
from nrm.access.policy import POLICY, Rule
from nrm.cases.consequences import sentences, time_limits_in_words
from nrm.countries.profile import Profile
from nrm.desk.diagram import Diagram, diagram_of, transitions
from workflows.lifecycle import Lifecycle
from workflows.registry import MACHINES


@dataclass(frozen=True, slots=True)
class Row:
    """One transition: from any of `sources` to `target`."""

    label: str
    sources: str
    target: str
    who: list[str]
    conditions: list[str]
    consequences: list[str]
    needs_reason: bool


@dataclass(frozen=True, slots=True)
class Machine:
    name: str
    title: str
    rows: list[Row]
    diagram: Diagram


def machines(language: str, countries: Collection[Profile] = ()) -> list[Machine]:
    """With the time limits of this country, or of the countries given."""
    with translation.override(language):
        return [
            Machine(flow.machine, str(flow.title), list(rows_of(flow, countries)), diagram_of(flow))
            for flow in MACHINES.values()
        ]


def rows_of(flow: type[Lifecycle], countries: Collection[Profile]) -> Iterator[Row]:
    """The beginning, then each transition once, with all the states it starts from."""
    begins = flow.beginning
    yield Row(
        label=str(begins.label),
        sources="",
        target=str(flow.states(begins.state).label),
        who=who_may(begins.permission),
        conditions=[str(condition.sentence) for condition in begins.conditions],
        consequences=[*sentences(begins.effects), *time_limits_in_words(f"{flow.machine}.begin", countries)],
        needs_reason=False,
    )
    for edges in transitions(flow):
        first = edges[0]
        yield Row(
            label=str(first.label),
            sources=_names(flow, dict.fromkeys(edge.source for edge in edges)),
            target=_names(flow, dict.fromkeys(edge.target for edge in edges)),
            who=who_may(first.permission),
            conditions=[str(condition.sentence) for condition in first.conditions],
            consequences=[*sentences(first.effects), *time_limits_in_words(first.code, countries)],
            needs_reason=first.needs_reason,
        )


def _names(flow: type[Lifecycle], states: dict[str, None]) -> str:
    return ", ".join(str(flow.states(state).label) for state in states)


def who_may(permission: str) -> list[str]:
    return [rule_in_words(rule) for rule in POLICY[Permission(permission)]]


def rule_in_words(rule: Rule) -> str:
    """ "Case worker: Leads the case (the person’s consent covers …)"."""
    parts = {
        "role": rule.role.label,
        "relation": rule.relation.label if rule.relation else "",
        "condition": rule.condition.label if rule.condition else "",
    }
    if rule.condition:
        return _("%(role)s: %(relation)s, if %(condition)s") % parts
    return _("%(role)s: %(relation)s") % parts if rule.relation else str(rule.role.label)


def access_table() -> list[tuple[str, list[str | Promise]]]:
    """Every permission by its code with who has it."""
    return [(permission.value, list(map(rule_in_words, rules))) for permission, rules in POLICY.items()]
