"""A stay in a shelter, from the request to its end."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, Grant, Notify, OpenTask, Party, Revoke
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class PlacementState(TextChoices):
    REQUESTED = "requested", pgettext_lazy("placement", "Requested")
    OFFERED = "offered", pgettext_lazy("placement", "Place reserved")
    DECLINED = "declined", pgettext_lazy("placement", "Declined")
    CANCELLED = "cancelled", pgettext_lazy("placement", "Cancelled")
    EXPIRED = "expired", pgettext_lazy("placement", "Reservation expired")
    ADMITTED = "admitted", pgettext_lazy("placement", "Stay has started")
    ON_LEAVE = "on_leave", pgettext_lazy("placement", "Away for some days")
    ENDED = "ended", pgettext_lazy("placement", "Stay has ended")


S = PlacementState
OPEN_PLACEMENTS = (S.REQUESTED, S.OFFERED, S.ADMITTED, S.ON_LEAVE)
#: States in which the placement holds its unit; the exclusion constraint of the database reads the same list.
HOLDING_A_UNIT = (S.OFFERED, S.ADMITTED, S.ON_LEAVE)
STAYING = (S.ADMITTED, S.ON_LEAVE)


class PlacementSubject(Protocol):
    """What the machine asks of a placement."""

    state: str
    approved_by: UUID | None
    offered_by: UUID | None

    def is_high_risk(self) -> bool: ...
    def licence_is_valid(self) -> bool: ...
    def mismatches(self, unit: Any) -> list[str]: ...


class PlacementFlow(Lifecycle):
    subject: PlacementSubject
    machine = "placement"
    title = pgettext_lazy("machine", "Placement")
    states = PlacementState
    state = slot = column(PlacementState, "state")
    beginning = Beginning(
        state=S.REQUESTED,
        label=_("Request a place"),
        permission="placement.request",
        effects=(
            Grant("received_referral", to=Party.SHELTER),
            OpenTask("answer_placement_request", to=Party.SHELTER, days=1),
            Notify("place_requested", to=Party.SHELTER),
        ),
    )

    @needs(_("The licence of this shelter is not valid today."))
    def shelter_is_licensed(self) -> bool:
        return self.subject.licence_is_valid()

    @needs(_("The risk is high: a second person has to approve this placement first."))
    def second_person_approved(self) -> bool:
        """High risk needs two persons (process facts, section 9)."""
        return not self.subject.is_high_risk() or self.subject.approved_by is not None

    @needs(_("No second person is needed: the risk is not high, or somebody approved already."))
    def approval_is_needed(self) -> bool:
        return self.subject.is_high_risk() and self.subject.approved_by is None

    @needs(_("You made the offer, so somebody else has to approve it."))
    def approver_did_not_offer(self) -> bool:
        return self.actor is not None and self.actor.user_id != self.subject.offered_by

    @needs(
        _(
            "The place does not fit what is recorded about the person. "
            "Choose another one, or say why it is right all the same."
        )
    )
    def fits_or_is_overridden(self) -> bool:
        return not self.subject.mismatches(self.facts.get("unit")) or bool(self.facts.get("override_reason"))

    @step(
        state,
        S.REQUESTED,
        S.OFFERED,
        label=_("Reserve a place"),
        permission="placement.answer",
        writes=["unit", "reserved_until", "period", "override_reason"],
        sets=["offered_by"],
        order=1,
        conditions=[shelter_is_licensed, fits_or_is_overridden],
        effects=[
            CloseTasks(("answer_placement_request",)),
            OpenTask("confirm_placement", to=Party.LEAD, days=1),
            Notify("place_reserved", to=Party.LEAD),
        ],
    )
    def offer(self) -> None:
        """A unit is held for this person until a time."""
        self.subject.offered_by = self.actor.user_id if self.actor else None

    @step(
        state,
        S.OFFERED,
        S.OFFERED,
        label=_("Approve as second person"),
        permission="placement.approve",
        sets=["approved_by"],
        order=2,
        conditions=[approval_is_needed, approver_did_not_offer],
    )
    def approve(self) -> None:
        """Two persons decide about a high-risk placement."""
        self.subject.approved_by = self.actor.user_id if self.actor else None

    @step(
        state,
        S.OFFERED,
        S.ADMITTED,
        label=_("Record the start of the stay"),
        permission="placement.answer",
        writes=["admitted_at"],
        order=3,
        conditions=[shelter_is_licensed, second_person_approved],
        effects=[
            CloseTasks(("confirm_placement",)),
            Revoke("received_referral", of=Party.SHELTER),
            Grant("shelters", to=Party.SHELTER),
            Notify("stay_started", to=Party.LEAD),
        ],
    )
    def admit(self) -> None:
        """The person arrived."""

    @step(
        state,
        S.REQUESTED,
        S.DECLINED,
        label=pgettext_lazy("placement", "Decline"),
        permission="placement.answer",
        needs_reason=True,
        order=4,
        effects=[
            CloseTasks(("answer_placement_request",)),
            Revoke("received_referral", of=Party.SHELTER),
            OpenTask("placement_declined", to=Party.LEAD, days=1),
            Notify("place_declined", to=Party.LEAD),
        ],
    )
    def decline(self) -> None:
        """No fitting place here; the lead looks on."""

    @step(
        state,
        (S.REQUESTED, S.OFFERED),
        S.CANCELLED,
        label=pgettext_lazy("placement", "Cancel the request"),
        permission="placement.request",
        needs_reason=True,
        writes=["period"],
        order=5,
        effects=[
            CloseTasks(("answer_placement_request", "confirm_placement")),
            Revoke("received_referral", of=Party.SHELTER),
            Notify("place_cancelled", to=Party.SHELTER),
        ],
    )
    def cancel(self) -> None:
        """By the lead."""

    @step(
        state,
        S.OFFERED,
        S.EXPIRED,
        label=_("Expire"),
        permission="clock.expire",
        writes=["period"],
        order=6,
        effects=[
            CloseTasks(("confirm_placement",)),
            Revoke("received_referral", of=Party.SHELTER),
            OpenTask("placement_declined", to=Party.LEAD, days=1),
            Notify("reservation_expired", to=Party.LEAD),
        ],
    )
    def expire(self) -> None:
        """The reservation ran out; the unit is free again."""

    @step(
        state,
        S.ADMITTED,
        S.ON_LEAVE,
        label=_("Record that the person is away"),
        permission="placement.answer",
        needs_reason=True,
        order=7,
    )
    def leave(self) -> None:
        """The place is kept. Leaving is always allowed to an adult."""

    @step(
        state,
        S.ON_LEAVE,
        S.ADMITTED,
        label=_("Record the return"),
        permission="placement.answer",
        order=8,
    )
    def come_back(self) -> None:
        """The person is back."""

    @step(
        state,
        STAYING,
        S.ENDED,
        label=_("Record the end of the stay"),
        permission="placement.answer",
        needs_reason=True,
        writes=["period", "ending"],
        order=9,
        effects=[Revoke("shelters", of=Party.SHELTER), Notify("stay_ended", to=Party.LEAD)],
    )
    def end(self) -> None:
        """The placement ended. Nothing is said about the person."""
