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


def need_to_know() -> list[tuple[str, str]]:
    """What the table of permissions does not say: who, among those who have a relation to a case, finds it at all."""
    return [
        (
            _("Case team"),
            _(
                "Where an organisation leads a case, its case team sees it: who is responsible, who works on it, and "
                "who stands in for an absent colleague until a day. While nobody is in the team, every case worker of"
                " the organisation sees it, so that somebody can take it on. Tasks and notices of the case are the "
                "team’s."
            ),
        ),
        (
            _("Supervisor"),
            _(
                "An administrator can make a case worker a supervisor. Supervisors see every case that their "
                "organisation leads, give it to somebody, and arrange who stands in. While nobody is responsible they"
                " get its notices."
            ),
        ),
        (
            _("Conflict of interest"),
            _(
                "Anybody can say that they must not see a case; the team that leads it can keep others away. Nothing "
                "opens the case to that person then: no role, no relation, no search, no notice and no emergency "
                "access. Only the team can let them see it again, never they themselves."
            ),
        ),
        (
            _("Restricted cases"),
            _(
                "The team can restrict a case to itself, with a reason. Then it is found by the team, the "
                "supervisors, the organisations that serve the person, and the auditor. It is in no search, no list "
                "and no figure of anybody else. Emergency access still opens it to somebody who knows its code, and "
                "is reviewed."
            ),
        ),
    ]
