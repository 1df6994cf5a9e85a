"""The one door through which a case and its records change.

Every function is one transaction: lock the case, then the child; check sight, version, permission and guard; write;
keep the former values; set going what the machine declares; append the audit event last. What is refused is refused
with a typed `Refusal` and leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.refusals import Gone, MovedOn, NotPermitted, NotVisible, NotYet
from nrm.access.relations import Relation
from nrm.access.rows import seen_by_the_service
from nrm.audit import actions as audit
from nrm.cases.effects import Setting, carry_out, keep_time
from nrm.cases.models import Case, CaseChild, reference
from nrm.cases.selectors import require, standing_in
from nrm.lib.history import Recording, save_recorded
from nrm.vault.models import Person
from nrm.vault.sealing import Place, seal_text
from workflows import lifecycle as machines
from workflows.case import Stage
from workflows.effects import Party
from workflows.lifecycle import Lifecycle

Record = TypeVar("Record", bound=models.Model)


@contextmanager
def act() -> Iterator[None]:
    """One act, of one step or of several: one transaction, in which the database shows every row (nrm/access/rows.py).
    An act decides by itself who sees the case, begins cases that nobody sees yet, and goes on where a step ends the
    actor's sight."""
    with seen_by_the_service(), transaction.atomic():
        yield


class ChildStanding:
    """A standing in the case, narrowed to one record: what belongs to one of its parties is only that party's to do."""

    def __init__(self, standing: Standing, record: Any) -> None:
        self.standing = standing
        self.record = record

    @property
    def user_id(self) -> UUID:
        return self.standing.user_id

    def may(self, permission: str) -> bool:
        return self._is_ours(Permission(permission)) and self.standing.may(permission)

    def _is_ours(self, permission: Permission) -> bool:
        """What belongs to the lead is for whoever leads now, so it goes along when the lead does."""
        party = getattr(self.record, "belongs_to", {}).get(permission)
        if party is Party.LEAD:
            return Relation.LEADS in self.standing.relations
        return party is None or self.record.parties().get(party) == self.standing.actor.organisation_id


def narrowed(standing: Standing, record: models.Model) -> ChildStanding:
    return ChildStanding(standing, record)


@act()
def begin(
    flow: type[Lifecycle],
    record: Record,
    *,
    by: Actor,
    parties: Mapping[Party, UUID] | None = None,
    data: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Record:
    """Bring a new record of a machine into being, in the state the machine begins with. A reason is sealed beside it.

    `NotVisible`, `NotPermitted`, `NotYet` when the case is closed and the machine does not begin in a closed case, or
    when a condition of the beginning is unmet.
    """
    standing = _standing_for_new(record, by, unseen=flow.begins_unseen)
    if not narrowed(standing, record).may(flow.beginning.permission):
        raise NotPermitted
    _require_open_case(flow, record)
    if unmet := flow(record, narrowed(standing, record)).unmet(flow.beginning):
        raise NotYet(unmet)
    setattr(record, flow.state_field, flow.beginning.state)
    recording = Recording(by.user_id, transition="begin", reason=_sealed_reason(record, reason))
    row = save_recorded(record, recording)
    setting = Setting(case=record.case, subject=record, by=by, parties=parties or {})  # type: ignore[attr-defined]
    code = f"{flow.machine}.begin"
    rows = [row, *carry_out(flow.beginning.effects, setting)]
    keep_time(code, setting)
    _append(code, by, record, rows, {**(data or {}), "to": flow.beginning.state})
    return record


@act()
def perform(
    flow: type[Lifecycle],
    record: Record,
    transition: str,
    *,
    by: Actor,
    expected_version: int,
    reason: str = "",
    **facts: Any,
) -> Record:
    """Fire a transition on the record and return it as it now is. Facts are the columns the transition may write.

    `NotVisible`, `NotPermitted`, `MovedOn` when the version is not the expected one, `NotYet` when a guard is unmet,
    the reason is missing, or the transition does not follow from the present state. In this order: whoever may never
    take the step learns nothing of where the record stands.
    """
    locked, standing = _locked(record, by)
    narrow = narrowed(standing, locked)
    _require_step(flow, transition, narrow)
    _require_version(locked, expected_version)
    fired = _fire(flow, locked, transition, narrow, facts)
    if fired.edge.needs_reason and not reason.strip():
        raise NotYet(_("Give a reason."))
    locked.version += 1
    recording = Recording(
        by.user_id, transition=fired.edge.code, source_state=fired.source, reason=_sealed_reason(locked, reason)
    )
    row = save_recorded(locked, recording, only=_columns(locked, flow.state_field, *fired.written))
    setting = Setting(case=locked.case, subject=locked, by=by)
    rows = [row, *carry_out(fired.edge.effects, setting)]
    keep_time(fired.edge.code, setting)
    moved = {"from": fired.source, "to": fired.target, "version": locked.version}
    _append(fired.edge.code, by, locked, rows, moved)
    return cast(Record, locked)


@act()
def amend(
    record: Record,
    *,
    by: Actor,
    permission: Permission,
    code: str,
    expected_version: int,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    **values: Any,
) -> Record:
    """Change columns other than a state. Raises like `perform`. A reason is sealed beside the former values."""
    locked, standing = _locked(record, by)
    _require(standing, locked, permission)
    _require_version(locked, expected_version)
    for name, value in values.items():
        setattr(locked, name, value)
    locked.version += 1
    recording = Recording(by.user_id, transition=code, reason=_sealed_reason(locked, reason))
    row = save_recorded(locked, recording, only=_columns(locked, *values))
    keep_time(code, Setting(case=case_of(locked), subject=locked, by=by))
    _append(code, by, locked, [row], data or {})
    return cast(Record, locked)


@act()
def add(
    record: Record, *, by: Actor, permission: Permission, code: str, data: Mapping[str, Any] | None = None
) -> Record:
    """Write a new record that has no machine of its own: a note, an answer, a goal."""
    _require(_standing_for_new(record, by), record, permission)
    row = save_recorded(record, Recording(by.user_id, transition=code))
    keep_time(code, Setting(case=case_of(record), subject=record, by=by))
    _append(code, by, record, [row], data or {})
    return record


def case_of(record: Any) -> Case:
    """The case a record belongs to, itself or through its parent."""
    for step in ("case", "episode", "plan", "screening", "decision"):
        if (parent := getattr(record, step, None)) is not None:
            return parent if isinstance(parent, Case) else case_of(parent)
    raise TypeError(f"{record!r} belongs to no case")


def _standing_for_new(record: models.Model, by: Actor, *, unseen: bool = False) -> Standing:
    """Lock the case the new record joins. A new case has none yet: the role alone decides. What begins `unseen` is
    there to let somebody see the case."""
    if isinstance(record, Case):
        return Standing(by)
    case = lock_case(case_of(record).pk)
    if isinstance(record, CaseChild):
        record.case = case  # type: ignore[attr-defined]
    standing = standing_in(by, case)
    if not unseen and not standing.may(Permission.SEE_CASE):
        raise NotVisible
    _refuse_erased(case)
    return standing


def _require_open_case(flow: type[Lifecycle], record: Any) -> None:
    """Seen under the lock, so that nothing new begins while the case is being closed."""
    if isinstance(record, Case) or flow.begins_in_closed_case:
        return
    if record.case.stage == Stage.CLOSED:
        raise NotYet(_("The case is closed. Reopen it first."))


def _locked(record: Record, by: Actor) -> tuple[Any, Standing]:
    """Lock the case, then the record, and read both as they are now."""
    case = lock_case(case_of(record).pk)
    standing = standing_in(by, case)
    if not standing.may(Permission.SEE_CASE):
        raise NotVisible
    _refuse_erased(case)
    if isinstance(record, Case):
        return case, standing
    locked = type(record)._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
    if isinstance(locked, CaseChild):
        locked.case = case  # type: ignore[attr-defined]
    return locked, standing


def _refuse_erased(case: Case) -> None:
    """Asked of the database: whoever waited for the lock holds a person as it was before."""
    if Person.objects.filter(pk=case.person_id).exclude(erased_at=None).exists():
        raise Gone


def lock_case(pk: UUID) -> Case:
    """The case as it is now, locked until the transaction ends, with its person."""
    return Case.objects.select_for_update(of=("self",)).select_related("person").get(pk=pk)


def _require(standing: Standing, record: models.Model, permission: Permission) -> None:
    require(standing, permission)
    if not narrowed(standing, record).may(permission):
        raise NotPermitted


def _require_version(record: Any, expected: int) -> None:
    if record.version != expected:
        raise MovedOn


def _require_step(flow: type[Lifecycle], transition: str, standing: ChildStanding) -> None:
    """Refuse a name that the machine does not know, and whoever may not take the step from any state."""
    permissions = {edge.permission for edge in flow.edges() if edge.name == transition}
    if not permissions:
        raise NotVisible
    if not any(standing.may(permission) for permission in permissions):
        raise NotPermitted


def _fire(
    flow: type[Lifecycle], record: Any, transition: str, standing: ChildStanding, facts: dict[str, Any]
) -> machines.Fired:
    try:
        return flow(record, standing).fire(transition, **facts)
    except machines.NotAllowed as refused:
        raise NotPermitted from refused
    except machines.NotFromHere as refused:
        raise NotYet(_("This step does not follow from the present state.")) from refused
    except machines.Unmet as unmet:
        raise NotYet(unmet.sentence) from unmet


def _columns(record: models.Model, *names: str) -> list[str]:
    """The named columns, the version, and the time of change where the record keeps one."""
    kept = {field.name for field in record._meta.concrete_fields}
    return [*dict.fromkeys(names), "version", *({"changed_at"} & kept)]


def _sealed_reason(record: Any, reason: str) -> bytes | None:
    return seal_text(case_of(record).person, place_of_reason(record, record.version), reason) if reason else None


def place_of_reason(record: models.Model, version: int) -> Place:
    """Where the reason of the change to `version` is bound: the history table, the record and that version."""
    return Place(f"{record._meta.db_table}_history", "reason", f"{record.pk}:{version}")


def _append(code: str, by: Actor, record: models.Model, rows: list[models.Model], data: Mapping[str, Any]) -> None:
    audit.append(
        code,
        by=by,
        case_code=case_of(record).code,
        subject=reference(record),
        data=data,
        history=[audit.history_digest(row) for row in rows],
    )
