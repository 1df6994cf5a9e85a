"""What there is to do about a service in the directory: tasks that belong to no case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from nrm.access.actor import Actor
from nrm.access.roles import Role
from nrm.accounts.kinds import OrganisationKind
from nrm.accounts.models import Organisation
from nrm.accounts.selectors import is_reachable_inside
from nrm.directory.models import Listing
from nrm.lib.clock import now
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind, TaskOutcome
from workflows.effects import Party


def reference(listing: Listing) -> str:
    return f"{listing._meta.label_lower}:{listing.pk}"


def open_work(kind: TaskKind, listing: Listing, by: Actor, party: Party, due_at: datetime | None) -> bool:
    """Whether somebody has something to do who had not before."""
    opened_at = now()
    role = Role.COORDINATOR.value if party is Party.COORDINATOR else ""
    opened = [
        tasks.open_task(
            kind,
            case_code="",
            subject=reference(listing),
            organisation_id=organisation_id,
            role=role,
            due_at=due_at,
            by=by,
        )
        for organisation_id in _organisations(party, listing)
    ]
    return any(task.opened_at >= opened_at for task in opened)


def _organisations(party: Party, listing: Listing) -> list[UUID]:
    """Where nobody of those who keep a service can be asked, the coordinator is."""
    keeper = listing.kept_by or listing.organisation
    if party is Party.PROVIDER and is_reachable_inside(keeper):
        return [keeper.pk]
    offices = Organisation.objects.filter(kind=OrganisationKind.COORDINATION_OFFICE, is_active=True)
    return list(offices.values_list("pk", flat=True))


def close_work(listing: Listing, by: Actor, *kinds: TaskKind) -> None:
    tasks.close_tasks(subject=reference(listing), kinds=kinds, outcome=TaskOutcome.DONE, by=by)
