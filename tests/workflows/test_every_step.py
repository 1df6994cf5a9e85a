"""Every (state, transition, role, relation) is allowed or refused as the tables say; generated from the edges."""

from __future__ import annotations

from itertools import product
from typing import Any
from uuid import UUID

import pytest

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import POLICY, Condition, Standing
from nrm.access.relations import Relation
from nrm.access.roles import Role
from workflows.lifecycle import Lifecycle, NotAllowed, NotFromHere, Unmet
from workflows.registry import MACHINES, faults

FLOWS = [pytest.param(flow, id=name) for name, flow in MACHINES.items()]
SOMEBODY, SOMEBODY_ELSE = UUID(int=1), UUID(int=2)
#: A person who stands in no relation, and one for each relation.
RELATIONS: list[frozenset[Relation]] = [frozenset(), *(frozenset({relation}) for relation in Relation)]


class Agreeable:
    """A record of which every condition holds: questions answer yes, "is there something open" answers no."""

    def __init__(self, field: str, state: str) -> None:
        self.status, self.stage, self.accommodation = "identified", "support", "needed"
        self.returns_to, self.before_merge, self.episode = "support", "support", 1
        self.offered_by = self.managed_by = SOMEBODY_ELSE
        self.approved_by: UUID | None = None
        self.plan = b"sealed"
        setattr(self, field, state)

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("has_open_", "was_", "keeps_", "is_for_a_child", "mismatches", "is_with_a_clinic")):
            return lambda *_: False
        if name.startswith(("has_", "is_", "may_", "licence_", "receiver_", "goals_", "leaves_")):
            return lambda *_: True
        raise AttributeError(name)


class Disagreeable(Agreeable):
    """A record of which no condition holds."""

    def __getattr__(self, name: str) -> Any:
        answer = super().__getattr__(name)
        return lambda *_: not answer()


def standing(role: Role, relations: frozenset[Relation]) -> Standing:
    actor = Actor(user_id=SOMEBODY, membership_id=SOMEBODY, organisation_id=SOMEBODY, role=role)
    return Standing(actor, relations, frozenset(Condition))


def is_granted(permission: str, role: Role, relations: frozenset[Relation]) -> bool:
    """Read from the table without the code that reads it in the service."""
    return any(
        rule.role == role and (rule.relation is None or rule.relation in relations)
        for rule in POLICY[Permission(permission)]
    )


@pytest.mark.parametrize("flow", FLOWS)
def test_z6_as_the_tables_say(flow: type[Lifecycle]) -> None:
    by_place = {(edge.source, edge.name): edge for edge in flow.edges()}
    names = sorted({edge.name for edge in flow.edges()})
    for state, name, role, relations in product(flow.states.values, names, Role, RELATIONS):
        record = Agreeable(flow.state_field, state)
        edge = by_place.get((state, name))
        if edge is None:
            with pytest.raises(NotFromHere):
                flow(record, standing(role, relations)).fire(name)
            assert getattr(record, flow.state_field) == state
        elif not is_granted(edge.permission, role, relations):
            with pytest.raises(NotAllowed):
                flow(record, standing(role, relations)).fire(name)
            assert getattr(record, flow.state_field) == state


@pytest.mark.parametrize("flow", FLOWS)
def test_who_is_allowed_gets_there_when_all_is_met(flow: type[Lifecycle]) -> None:
    for edge in flow.edges():
        for rule in POLICY[Permission(edge.permission)]:
            record = Agreeable(flow.state_field, edge.source)
            relations = frozenset({rule.relation} if rule.relation else set())
            record.approved_by = None if edge.name == "approve" else SOMEBODY_ELSE
            facts = {"guardian_agreed": True, "childs_view": b"sealed"} if edge.name == "agree" else {}
            fired = flow(record, standing(rule.role, relations)).fire(edge.name, **facts)
            assert fired.source == edge.source
            assert getattr(record, flow.state_field) in {
                other.target for other in flow.edges() if (other.name, other.source) == (edge.name, edge.source)
            }


@pytest.mark.parametrize("flow", FLOWS)
def test_z6_an_unmet_condition_refuses_and_says_why(flow: type[Lifecycle]) -> None:
    for edge in flow.edges():
        for condition in edge.conditions:
            record = Disagreeable(flow.state_field, edge.source)
            rule = POLICY[Permission(edge.permission)][0]
            relations = frozenset({rule.relation} if rule.relation else set())
            machine = flow(record, standing(rule.role, relations))
            if not condition.is_met(machine):
                with pytest.raises(Unmet) as refused:
                    machine.fire(edge.name)
                assert str(refused.value.sentence)
                assert getattr(record, flow.state_field) == edge.source


@pytest.mark.parametrize("flow", FLOWS)
def test_z5_a_fact_the_transition_does_not_write_is_refused(flow: type[Lifecycle]) -> None:
    edge = flow.edges()[0]
    rule = POLICY[Permission(edge.permission)][0]
    relations = frozenset({rule.relation} if rule.relation else set())
    record = Agreeable(flow.state_field, edge.source)
    with pytest.raises(TypeError):
        flow(record, standing(rule.role, relations)).fire(edge.name, state="closed")
    assert getattr(record, flow.state_field) == edge.source


@pytest.mark.parametrize("flow", FLOWS)
def test_the_machine_is_sound(flow: type[Lifecycle]) -> None:
    assert faults(flow, {permission.value for permission in Permission}) == []


@pytest.mark.parametrize("flow", FLOWS)
def test_buttons_are_what_can_be_fired(flow: type[Lifecycle]) -> None:
    for state, role, relations in product(flow.states.values, Role, RELATIONS):
        machine = flow(Agreeable(flow.state_field, state), standing(role, relations))
        offered = {button.name for button in machine.buttons()}
        granted = {
            edge.name for edge in flow.edges() if edge.source == state and is_granted(edge.permission, role, relations)
        }
        assert offered == granted


def test_the_checks_find_what_is_wrong() -> None:
    """The negative control: a machine with a typo in a state, an unknown permission and a lost state is caught."""
    from django.db.models import TextChoices
    from django.utils.translation import gettext_lazy as _

    from workflows.lifecycle import Beginning, column, step

    class Bulb(TextChoices):
        OFF = "off"
        ON = "on"
        BROKEN = "broken"

    class BulbFlow(Lifecycle):
        machine, title, states = "bulb", _("Case"), Bulb
        state = slot = column(Bulb, "state")
        beginning = Beginning(state=Bulb.OFF, label=_("Case"), permission="bulb.make")

        @step(state, Bulb.OFF, "onn", label=_("Case"), permission="bulb.switch")
        def switch_on(self) -> None: ...

    assert faults(BulbFlow, {"bulb.make"}) == [
        "bulb.switch_on: unknown state onn",
        "bulb.switch_on: unknown permission bulb.switch",
        "state broken cannot be reached",
        "state on cannot be reached",
    ]
