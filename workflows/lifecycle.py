"""The base of every state machine of the mechanism, on `viewflow.fsm`.

A machine wraps a record (`subject`) for one `actor`. It knows no database and no request. What is asked of the subject
is named in a protocol beside each machine; what is asked of the actor is `may(permission)` and `user_id`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Protocol
from uuid import UUID

from django.db.models import TextChoices
from django.utils.functional import Promise
from viewflow.fsm import State, TransitionConditionsUnmet, TransitionNotAllowed

from workflows.effects import Effect


class Standing(Protocol):
    """Who fires a transition and what they may do to this case."""

    @property
    def user_id(self) -> UUID: ...

    def may(self, permission: str) -> bool: ...


class Refused(Exception):
    """A transition that cannot be fired."""


class NotAllowed(Refused):
    """The actor's standing does not include the transition."""


class NotFromHere(Refused):
    """The state the record is in has no such transition."""


class Unmet(Refused):
    """A condition of the transition is not met; `sentence` says which, for the reader."""

    def __init__(self, sentence: str | Promise) -> None:
        self.sentence = sentence
        super().__init__("unmet")


@dataclass(frozen=True, slots=True)
class May:
    """A permission by name. Viewflow calls it with the flow and the actor."""

    permission: str

    def __call__(self, flow: Lifecycle, actor: Standing) -> bool:
        return actor.may(self.permission)


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a record comes into being: in which state, who may, and what that sets going."""

    state: str
    label: Promise
    permission: str
    effects: tuple[Effect, ...] = ()
    conditions: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow of a machine, as diagrams, documents and the test matrix read it."""

    machine: str
    name: str
    label: str | Promise
    source: str
    target: str
    permission: str
    needs_reason: bool = False
    writes: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    conditions: tuple[Need, ...] = ()
    effects: tuple[Effect, ...] = ()
    order: int = 0

    @property
    def code(self) -> str:
        return f"{self.machine}.{self.name}"


@dataclass(frozen=True, slots=True)
class Button:
    """A transition the actor may fire from here: now, or not yet and why."""

    name: str
    label: str | Promise
    target: str
    needs_reason: bool = False
    unmet: str | Promise = ""

    @property
    def is_possible(self) -> bool:
        return not self.unmet


@dataclass(slots=True)
class Fired:
    """What a transition did: from where to where, and what it sets going."""

    edge: Edge
    source: str
    target: str
    written: tuple[str, ...] = field(default=())


def column(states: type[TextChoices], name: str) -> State:
    """A state slot that lives in the column `name` of the subject."""
    slot = State(states)

    @slot.getter()  # type: ignore[untyped-decorator]
    def read(flow: Lifecycle) -> str:
        return getattr(flow.subject, name)  # type: ignore[no-any-return]

    @slot.setter()  # type: ignore[untyped-decorator]
    def write(flow: Lifecycle, value: str) -> None:
        setattr(flow.subject, name, str(value))

    return slot


def step(
    slot: State,
    source: str | Iterable[str],
    target: Any,
    *,
    label: str | Promise,
    permission: str,
    conditions: Iterable[Need] = (),
    effects: Iterable[Effect] = (),
    writes: Iterable[str] = (),
    sets: Iterable[str] = (),
    needs_reason: bool = False,
    order: int = 0,
) -> Callable[[Callable[..., None]], Any]:
    """Declare a transition. `writes` names columns the caller may hand over with it, `sets` those its body sets."""
    custom = {
        "label": label,
        "effects": tuple(effects),
        "writes": tuple(writes),
        "sets": tuple(sets),
        "needs_reason": needs_reason,
        "order": order,
    }
    return slot.transition(  # type: ignore[no-any-return]
        source=[source] if isinstance(source, str) else list(source),
        target=target,
        label=label,
        permission=May(permission),
        conditions=list(conditions),
        custom=custom,
    )


@dataclass(frozen=True, slots=True)
class Need:
    """What must be true first, and the sentence that tells the reader so. Called by viewflow with the flow."""

    is_met: Callable[[Any], bool]
    sentence: str | Promise

    def __call__(self, flow: Lifecycle) -> State.CONDITION:
        return State.CONDITION(bool(self.is_met(flow)), unmet=self.sentence)


def needs(sentence: str | Promise) -> Callable[[Callable[[Any], bool]], Need]:
    """Make a method a condition of transitions: `@needs(_("Assess the risk first."))`."""
    return lambda is_met: Need(is_met, sentence)


class Lifecycle:
    """One machine around one record. Subclasses set the class variables and declare transitions with `step`."""

    machine: ClassVar[str]
    title: ClassVar[Promise]
    states: ClassVar[type[TextChoices]]
    slot: ClassVar[State]
    state_field: ClassVar[str] = "state"
    beginning: ClassVar[Beginning]
    #: A closed case takes no new record of the machine, unless the machine says otherwise.
    begins_in_closed_case: ClassVar[bool] = False
    #: Whoever begins a record sees its case already, unless the machine is there to open it.
    begins_unseen: ClassVar[bool] = False

    subject: Any

    def __init__(self, subject: Any, actor: Standing | None = None, facts: Mapping[str, Any] | None = None) -> None:
        self.subject = subject
        self.actor = actor
        self.facts: Mapping[str, Any] = facts or {}
        self.source = self.current

    @property
    def current(self) -> str:
        return str(getattr(self.subject, self.state_field))

    @classmethod
    def edges(cls) -> list[Edge]:
        """Every arrow, one per source and target, in the order of the machine."""
        return list(_edges(cls))  # type: ignore[arg-type]  # mypy takes the class for its instances

    @classmethod
    def edge(cls, name: str, source: str) -> Edge:
        """The arrow `name` from `source`; raises `NotFromHere` when there is none."""
        for edge in cls.edges():
            if edge.name == name and edge.source == source:
                return edge
        raise NotFromHere(f"{cls.machine}.{name} from {source}")

    @classmethod
    def _methods(cls) -> Iterator[tuple[str, Any]]:
        for name in dir(cls):
            member = getattr(cls, name)
            if hasattr(member, "get_transitions") and hasattr(member, "slug"):
                yield name, member

    @classmethod
    def _edges_of(cls, method: tuple[str, Any]) -> Iterator[Edge]:
        name, member = method
        for transition in member.get_transitions():
            for target in transition.declared_targets():
                yield Edge(
                    machine=cls.machine,
                    name=name,
                    source=str(transition.source),
                    target=str(target),
                    permission=transition.permission.permission,
                    conditions=tuple(transition.conditions),
                    **transition.custom,
                )

    def buttons(self, *, besides: Collection[str] = ()) -> list[Button]:
        """What the actor may do from here, and for what is not possible yet, the reason. Others' steps are absent, and
        those of the names `besides`, of which nothing is asked."""
        if self.actor is None:
            return []
        seen: dict[str, Button] = {}
        for edge in self.edges():
            if edge.source != self.current or edge.name in seen or edge.name in besides:
                continue
            if self.actor.may(edge.permission):
                seen[edge.name] = Button(edge.name, edge.label, edge.target, edge.needs_reason, self.unmet(edge))
        return list(seen.values())

    def unmet(self, step: Beginning | Edge) -> str | Promise:
        """The sentence of the first condition that does not hold; empty when all do."""
        for condition in step.conditions:
            if not condition.is_met(self):
                return condition.sentence
        return ""

    def fire(self, name: str, **facts: Any) -> Fired:
        """Fire the transition: check standing, state and conditions, move the state, write the declared columns.

        Raises `NotFromHere`, `NotAllowed` or `Unmet`, and leaves the subject as it was. Viewflow checks the conditions
        but not the permission, so that is done here.
        """
        source = self.source = self.current
        edge = self.edge(name, source)
        if self.actor is None or not self.actor.may(edge.permission):
            raise NotAllowed(edge.code)
        if unknown := facts.keys() - set(edge.writes):
            raise TypeError(f"{edge.code} does not write {sorted(unknown)}")
        self.facts = facts
        try:
            getattr(self, name)()
        except TransitionConditionsUnmet as unmet:
            raise Unmet(unmet.unmet_message) from unmet
        except TransitionNotAllowed as refused:
            raise NotFromHere(edge.code) from refused
        for column_name, value in facts.items():
            setattr(self.subject, column_name, value)
        return Fired(edge=edge, source=source, target=self.current, written=(*facts, *edge.sets))


@cache
def _edges(machine: type[Lifecycle]) -> tuple[Edge, ...]:
    found = [edge for method in machine._methods() for edge in machine._edges_of(method)]
    position = {str(state): index for index, state in enumerate(machine.states.values)}
    last = len(position)

    def place(edge: Edge) -> tuple[int, int, int, str]:
        return edge.order, position.get(edge.source, last), position.get(edge.target, last), edge.name

    return tuple(sorted(found, key=place))
