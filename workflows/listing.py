"""A service that an organisation offers, as it stands in the directory."""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, OpenTask, Party
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class ListingState(TextChoices):
    DRAFT = "draft", pgettext_lazy("listing", "Being written")
    WAITING = "waiting", pgettext_lazy("listing", "Waits for approval")
    LISTED = "listed", pgettext_lazy("listing", "Listed")
    STOPPED = "stopped", pgettext_lazy("listing", "Referrals stopped")
    WITHDRAWN = "withdrawn", pgettext_lazy("listing", "Withdrawn")


S = ListingState
#: What there may be to do about a service in the directory.
EVERY_TASK = (
    "approve_listing",
    "mend_listing",
    "look_at_stop",
    "look_at_change",
    "confirm_listing",
    "renew_licence",
)


class ListingSubject(Protocol):
    """What the machine asks of a listing."""

    state: str

    def licence_is_valid(self) -> bool: ...

    def is_safely_named(self) -> bool: ...


class ListingFlow(Lifecycle):
    """Belongs to no case: `nrm.directory.actions` is its door."""

    subject: ListingSubject
    machine = "listing"
    title = _("Service in the directory")
    states = ListingState
    state = slot = column(ListingState, "state")
    beginning = Beginning(state=S.DRAFT, label=_("Add a service"), permission="directory.keep")

    @needs(_("The licence has run out. Write until when it is valid first."))
    def licence_is_valid(self) -> bool:
        """One that is not required is not recorded."""
        return self.subject.licence_is_valid()

    @needs(_("Give it a code name first. A place where people live in safety is not called by its own."))
    def is_safely_named(self) -> bool:
        """Before anybody else reads of it."""
        return self.subject.is_safely_named()

    @step(
        state,
        S.DRAFT,
        S.WAITING,
        label=_("Ask for approval"),
        permission="directory.keep",
        order=1,
        conditions=[licence_is_valid, is_safely_named],
        writes=["remark"],
        effects=[CloseTasks(("mend_listing",)), OpenTask("approve_listing", to=Party.COORDINATOR, days=7)],
    )
    def submit(self) -> None:
        """The coordinator looks at it before anybody is referred there."""

    @step(
        state,
        S.WAITING,
        S.LISTED,
        label=pgettext_lazy("listing", "Approve"),
        permission="directory.approve",
        order=2,
        conditions=[licence_is_valid, is_safely_named],
        writes=["confirmed_on", "changed_since_approval", "remark"],
        effects=[CloseTasks(("approve_listing",))],
    )
    def approve(self) -> None:
        """From here it is found."""

    @step(
        state,
        S.WAITING,
        S.DRAFT,
        label=pgettext_lazy("listing", "Send back"),
        permission="directory.approve",
        needs_reason=True,
        writes=["remark"],
        order=3,
        effects=[CloseTasks(("approve_listing",)), OpenTask("mend_listing", to=Party.PROVIDER, days=7)],
    )
    def send_back(self) -> None:
        """Something has to be put right first."""

    @step(
        state,
        S.LISTED,
        S.STOPPED,
        label=_("Stop referrals"),
        permission="directory.stop",
        needs_reason=True,
        writes=["remark"],
        order=4,
        effects=[OpenTask("look_at_stop", to=Party.COORDINATOR, days=14)],
    )
    def stop(self) -> None:
        """By the organisation for itself, or by the coordinator over quality or licence. What runs goes on."""

    @step(
        state,
        S.STOPPED,
        S.LISTED,
        label=_("Take referrals again"),
        permission="directory.approve",
        order=5,
        conditions=[licence_is_valid, is_safely_named],
        writes=["confirmed_on", "changed_since_approval", "remark"],
        effects=[CloseTasks(("look_at_stop", "look_at_change", "confirm_listing"))],
    )
    def resume(self) -> None:
        """The coordinator has seen that the reason is gone."""

    @step(
        state,
        (S.DRAFT, S.WAITING, S.LISTED, S.STOPPED),
        S.WITHDRAWN,
        label=pgettext_lazy("listing", "Withdraw"),
        permission="directory.keep",
        needs_reason=True,
        writes=["remark"],
        order=6,
        effects=[CloseTasks(EVERY_TASK)],
    )
    def withdraw(self) -> None:
        """The service is no longer offered. Its record stays for the referrals that name it."""
