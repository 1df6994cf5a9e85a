"""What organisations and the coordinator do about services in the directory.

They belong to no case, so the lifecycle of cases has no part in them. Every act is one transaction: lock the service,
check sight, permission and version, write, keep the former values, open and close tasks, append the audit event last.
No reason or remark ever stands in the audit: it is a column of the service.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.accounts.actions import add_outside_organisation
from nrm.accounts.models import Organisation
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.countries import profile
from nrm.directory.models import Listing, Quality
from nrm.directory.selectors import KeeperStanding, require_offering, require_sight
from nrm.directory.work import close_work, open_work, reference
from nrm.lib.clock import now, today
from nrm.lib.history import Recording, save_recorded
from nrm.tasks.kinds import TaskKind
from workflows import lifecycle as machines
from workflows.effects import CloseTasks, Effect, OpenTask, Party
from workflows.listing import ListingFlow, ListingState

#: What the organisation says of its service; everything else follows from acts.
WRITABLE = frozenset(
    {
        *("service", "code_name", "about", "sexes", "age_groups", "nationality", "with_children", "is_step_free"),
        *("languages", "has_interpreters", "regions", "open_days", "opens_at", "closes_at", "is_round_the_clock"),
        *("capacity", "is_full", "contact_phone", "contact_email", "licence_number", "licence_valid_until"),
    }
)
#: For whom, where, what and under which licence: what the coordinator approved.
ESSENTIAL = frozenset(
    {
        *("service", "code_name", "sexes", "age_groups", "nationality", "with_children", "regions"),
        *("licence_number", "licence_valid_until"),
    }
)
#: Found by whoever looks for help.
SHOWN = frozenset({ListingState.LISTED, ListingState.STOPPED})
LOOKED_AT_WITHIN = timedelta(days=7)
ANSWERED_WITHIN = timedelta(days=30)


# What the organisation says


@transaction.atomic
def add_listing(*, by: Actor, values: Mapping[str, Any]) -> Listing:
    """A service of the actor's own organisation, being written until it is submitted."""
    require_offering(by)
    listing = Listing(organisation=Organisation.objects.get(pk=by.organisation_id))
    return _begin(listing, values, by)


@transaction.atomic
def add_outside(*, by: Actor, name: str, kind: str, municipality: str = "", values: Mapping[str, Any]) -> Listing:
    """A service of an organisation that works outside, which the actor's organisation keeps up to date. It waits for
    the coordinator; what the coordinator adds is in the directory at once. `NotYet` when the name is taken."""
    organisation = add_outside_organisation(name=name, kind=kind, municipality=municipality, by=by)
    listing = _begin(Listing(organisation=organisation, kept_by_id=by.organisation_id), values, by)
    for transition in ("submit", "approve") if allows(by, Permission.APPROVE_LISTING) else ("submit",):
        listing = take_step(listing, transition, by=by, expected_version=listing.version)
    return listing


def _begin(listing: Listing, values: Mapping[str, Any], by: Actor) -> Listing:
    _write(listing, values)
    listing.state = ListingFlow.beginning.state
    row = save_recorded(listing, Recording(by.user_id, transition="begin"))
    _append("listing.begin", listing, by, row, {"to": listing.state})
    return listing


@transaction.atomic
def change_listing(listing: Listing, *, by: Actor, expected_version: int, values: Mapping[str, Any]) -> Listing:
    """Write it anew, all of it, and so confirm it. What is essential in a service that is in the directory is looked
    at by the coordinator afterwards; until then the service stays. `MovedOn` when somebody was faster."""
    locked = _locked(listing.pk, by, Permission.KEEP_LISTING, expected_version)
    if locked.state == ListingState.WITHDRAWN:
        raise NotYet(_("This service is no longer offered."))
    changed = _write(locked, values)
    if locked.state in SHOWN:
        locked.changed_since_approval |= bool(changed & ESSENTIAL) and not allows(by, Permission.APPROVE_LISTING)
        locked.confirmed_on = today()
        if not locked.is_safely_named():
            raise NotYet(ListingFlow.is_safely_named.sentence)
    row = _save(locked, Code.LISTING_CHANGED, by)
    _settle_tasks_after(changed, locked, by)
    _append(Code.LISTING_CHANGED, locked, by, row, {"written": sorted(changed)})
    return locked


def _write(listing: Listing, values: Mapping[str, Any]) -> set[str]:
    """Which columns have another value now."""
    if unknown := values.keys() - WRITABLE:
        raise TypeError(f"not written by hand: {sorted(unknown)}")
    changed = {name for name, value in values.items() if getattr(listing, name) != value}
    for name in changed:
        setattr(listing, name, values[name])
    return changed


def _settle_tasks_after(changed: set[str], listing: Listing, by: Actor) -> None:
    if listing.state in SHOWN:
        close_work(listing, by, TaskKind.CONFIRM_LISTING)
    if listing.changed_since_approval and changed & ESSENTIAL:
        open_work(TaskKind.LOOK_AT_CHANGE, listing, by, Party.COORDINATOR, now() + LOOKED_AT_WITHIN)
    ends_by = profile.current().directory.licence_ends_by(today())
    if listing.licence_valid_until is None or listing.licence_valid_until > ends_by:
        close_work(listing, by, TaskKind.RENEW_LICENCE)


@transaction.atomic
def set_full(listing: Listing, *, by: Actor, full: bool) -> Listing:
    """Says whether there is room. Told as it is to be, not as a switch, so that two at once do not undo each other."""
    locked = _locked(listing.pk, by, Permission.KEEP_LISTING)
    if locked.state not in SHOWN:
        raise NotYet
    if locked.is_full is full:
        return locked
    locked.is_full = full
    row = _save(locked, Code.LISTING_CHANGED, by)
    _append(Code.LISTING_CHANGED, locked, by, row, {"written": ["is_full"], "is_full": full})
    return locked


@transaction.atomic
def confirm_listing(listing: Listing, *, by: Actor, expected_version: int) -> Listing:
    """The organisation says that all of it is still true, as it was shown."""
    locked = _locked(listing.pk, by, Permission.KEEP_LISTING, expected_version)
    if locked.state not in SHOWN:
        raise NotYet
    locked.confirmed_on = today()
    row = _save(locked, Code.LISTING_CONFIRMED, by)
    close_work(locked, by, TaskKind.CONFIRM_LISTING)
    _append(Code.LISTING_CONFIRMED, locked, by, row)
    return locked


# What the coordinator decides


@transaction.atomic
def accept_change(listing: Listing, *, by: Actor, expected_version: int) -> Listing:
    """The coordinator has looked at what was changed, as it stands."""
    locked = _locked(listing.pk, by, Permission.APPROVE_LISTING, expected_version)
    if not locked.changed_since_approval:
        raise MovedOn
    locked.changed_since_approval = False
    row = _save(locked, Code.LISTING_CHANGE_ACCEPTED, by)
    close_work(locked, by, TaskKind.LOOK_AT_CHANGE)
    _append(Code.LISTING_CHANGE_ACCEPTED, locked, by, row)
    return locked


@transaction.atomic
def assess_listing(listing: Listing, *, by: Actor, expected_version: int, quality: str) -> Listing:
    locked = _locked(listing.pk, by, Permission.APPROVE_LISTING, expected_version)
    locked.quality = Quality(quality)
    row = _save(locked, Code.LISTING_ASSESSED, by)
    _append(Code.LISTING_ASSESSED, locked, by, row, {"quality": locked.quality})
    return locked


# The machine


@transaction.atomic
def take_step(listing: Listing, transition: str, *, by: Actor, expected_version: int, reason: str = "") -> Listing:
    """Fire a transition of the service: the only way its state changes. `NotVisible`, `NotPermitted`, `MovedOn` when
    the version is not the expected one, `NotYet` when a condition is unmet, a reason is missing or the step does not
    follow. In this order: whoever may never take the step learns nothing of where the service stands."""
    permissions = {edge.permission for edge in ListingFlow.edges() if edge.name == transition}
    if not permissions:
        raise NotVisible
    locked = _locked(listing.pk, by, Permission(permissions.pop()), expected_version)
    fired = _fire(locked, transition, by, reason.strip())
    locked.version += 1
    row = save_recorded(locked, Recording(by.user_id, transition=fired.edge.code, source_state=fired.source))
    _carry_out(fired.edge.effects, locked, by)
    moved = {"from": fired.source, "to": fired.target, "version": locked.version}
    _append(fired.edge.code, locked, by, row, moved)
    return locked


def _fire(listing: Listing, transition: str, by: Actor, reason: str) -> machines.Fired:
    approved = {"confirmed_on": today(), "changed_since_approval": False}
    facts = {"remark": reason, **(approved if transition in {"approve", "resume"} else {})}
    try:
        fired = ListingFlow(listing, KeeperStanding(by, listing)).fire(transition, **facts)
    except machines.NotAllowed as refused:
        raise NotPermitted from refused
    except machines.NotFromHere as refused:
        raise NotYet(_("This step does not follow from the present state.")) from refused
    except machines.Unmet as unmet:
        raise NotYet(unmet.sentence) from unmet
    if fired.edge.needs_reason and not reason:
        raise NotYet(_("Give a reason."))
    return fired


def _carry_out(effects: Iterable[Effect], listing: Listing, by: Actor) -> None:
    """What needs no case: tasks."""
    for effect in effects:
        if isinstance(effect, CloseTasks):
            close_work(listing, by, *map(TaskKind, effect.kinds))
        elif isinstance(effect, OpenTask):
            due_at = now() + timedelta(days=effect.days) if effect.days else None
            open_work(TaskKind(effect.kind), listing, by, effect.to, due_at)
        else:
            raise TypeError(f"{effect!r} needs a case")


# What time brings


def ask_what_is_still_true(at: datetime) -> int:
    """Ask who keeps a service once whether it is still true, a year after it was last confirmed, and before its licence
    ends; how many were asked. Whoever is asked already is not asked twice."""
    rule = profile.current().directory
    due = {
        TaskKind.CONFIRM_LISTING: Q(confirmed_on__lte=rule.to_confirm_since(today())),
        TaskKind.RENEW_LICENCE: Q(licence_valid_until__lte=rule.licence_ends_by(today())),
    }
    return sum(_ask(kind, pk, is_due, at) for kind, is_due in due.items() for pk in _to_ask(is_due))


def _to_ask(is_due: Q) -> list[UUID]:
    listings = Listing.objects.filter(is_due, state__in=SHOWN, organisation__is_active=True)
    return list(listings.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _ask(kind: TaskKind, pk: UUID, is_due: Q, at: datetime) -> bool:
    """Seen again under the lock: whoever has just confirmed is not asked."""
    locked = Listing.objects.select_for_update(of=("self",), no_key=True).select_related("organisation", "kept_by")
    listing = locked.filter(is_due, pk=pk, state__in=SHOWN).first()
    if listing is None or not open_work(kind, listing, THE_SERVICE, Party.PROVIDER, at + ANSWERED_WITHIN):
        return False
    audit.append(Code.LISTING_ASKED_ABOUT, by=THE_SERVICE, subject=reference(listing), data={"kind": kind.value})
    return True


# Together


def _locked(pk: UUID, by: Actor, permission: Permission, expected_version: int | None = None) -> Listing:
    """The service as it is now, locked until the transaction ends; the lock leaves room for the keys of others."""
    rows = Listing.objects.select_for_update(of=("self",), no_key=True).select_related("organisation", "kept_by")
    listing = rows.filter(pk=pk).first()
    if listing is None:
        raise NotVisible
    require_sight(by, listing)
    if not KeeperStanding(by, listing).may(permission):
        raise NotPermitted
    if expected_version is not None and listing.version != expected_version:
        raise MovedOn
    return listing


def _save(listing: Listing, code: Code, by: Actor) -> Any:
    listing.version += 1
    return save_recorded(listing, Recording(by.user_id, transition=code.value))


def _append(code: str, listing: Listing, by: Actor, row: Any, data: Mapping[str, Any] | None = None) -> None:
    audit.append(code, by=by, subject=reference(listing), data=data or {}, history=[audit.history_digest(row)])
