"""One episode of a support service, psychosocial or other."""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, Grant, Notify, OpenTask, Party, Revoke
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class EpisodeState(TextChoices):
    PLANNED = "planned", pgettext_lazy("support", "Planned")
    ACTIVE = "active", pgettext_lazy("support", "In progress")
    PAUSED = "paused", pgettext_lazy("support", "Paused")
    COMPLETED = "completed", pgettext_lazy("support", "Completed")
    DISCONTINUED = "discontinued", pgettext_lazy("support", "Interrupted")


S = EpisodeState
OPEN_EPISODES = (S.PLANNED, S.ACTIVE, S.PAUSED)


class EpisodeSubject(Protocol):
    """What the machine asks of a support episode."""

    state: str

    def has_consent(self) -> bool: ...
    def has_open_alert(self) -> bool: ...


class SupportFlow(Lifecycle):
    subject: EpisodeSubject
    machine = "support"
    title = pgettext_lazy("machine", "Support service")
    states = EpisodeState
    state = slot = column(EpisodeState, "state")
    beginning = Beginning(
        state=S.PLANNED,
        label=_("Plan a service"),
        permission="support.plan",
        effects=(
            Grant("treats", to=Party.PROVIDER),
            OpenTask("start_support", to=Party.PROVIDER, days=5),
            Notify("service_planned", to=Party.PROVIDER),
        ),
    )

    @needs(_("Record the person’s consent to this service first."))
    def person_agreed_to_service(self) -> bool:
        return self.subject.has_consent()

    @needs(_("A safety alert is still open."))
    def no_open_alert(self) -> bool:
        return not self.subject.has_open_alert()

    @step(
        state,
        S.PLANNED,
        S.ACTIVE,
        label=_("Start the service"),
        permission="support.provide",
        order=1,
        conditions=[person_agreed_to_service],
        effects=[CloseTasks(("start_support",)), Notify("service_started", to=Party.LEAD)],
    )
    def start(self) -> None:
        """With the person's consent to this service."""

    @step(
        state,
        S.ACTIVE,
        S.PAUSED,
        label=_("Pause"),
        permission="support.provide",
        needs_reason=True,
        order=2,
    )
    def pause(self) -> None:
        """The person takes a break."""

    @step(
        state,
        S.PAUSED,
        S.ACTIVE,
        label=pgettext_lazy("support", "Resume"),
        permission="support.provide",
        order=3,
    )
    def resume(self) -> None:
        """Goes on."""

    @step(
        state,
        S.ACTIVE,
        S.COMPLETED,
        label=pgettext_lazy("support", "Complete"),
        permission="support.provide",
        order=4,
        conditions=[no_open_alert],
        effects=[Revoke("treats", of=Party.PROVIDER), Notify("service_completed", to=Party.LEAD)],
    )
    def complete(self) -> None:
        """The goal is reached."""

    @step(
        state,
        OPEN_EPISODES,
        S.DISCONTINUED,
        label=_("Discontinue"),
        permission="support.provide",
        needs_reason=True,
        order=5,
        conditions=[no_open_alert],
        effects=[
            CloseTasks(("start_support",)),
            Revoke("treats", of=Party.PROVIDER),
            Notify("service_discontinued", to=Party.LEAD),
        ],
    )
    def discontinue(self) -> None:
        """Ends before the goal; the reason is kept. An open safety alert is never left behind."""
