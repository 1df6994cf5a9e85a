"""The reintegration plan, which is the person's own."""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, Notify, OpenTask, Party
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class PlanState(TextChoices):
    DRAFT = "draft", pgettext_lazy("plan", "Draft")
    AGREED = "agreed", pgettext_lazy("plan", "Agreed")
    IN_PROGRESS = "in_progress", pgettext_lazy("plan", "In progress")
    MONITORING = "monitoring", pgettext_lazy("plan", "Under review")
    COMPLETED = "completed", pgettext_lazy("plan", "Completed")
    DISCONTINUED = "discontinued", pgettext_lazy("plan", "Discontinued")


S = PlanState
OPEN_PLANS = (S.DRAFT, S.AGREED, S.IN_PROGRESS, S.MONITORING)
AGREED_PLANS = (S.AGREED, S.IN_PROGRESS, S.MONITORING, S.COMPLETED)


class PlanSubject(Protocol):
    """What the machine asks of a reintegration plan."""

    state: str

    def has_goals(self) -> bool: ...
    def is_for_a_child(self) -> bool: ...
    def goals_have_outcomes(self) -> bool: ...


class ReintegrationFlow(Lifecycle):
    subject: PlanSubject
    machine = "reintegration"
    title = pgettext_lazy("machine", "Reintegration plan")
    states = PlanState
    state = slot = column(PlanState, "state")
    beginning = Beginning(state=S.DRAFT, label=_("Start a reintegration plan"), permission="plan.write")

    @needs(_("Add at least one goal first."))
    def has_a_goal(self) -> bool:
        return self.subject.has_goals()

    @needs(_("For a child, record the guardian’s agreement and the child’s view."))
    def guardian_and_view_of_the_child(self) -> bool:
        """For a child the guardian agrees and the child's view is recorded (CRC Art. 12). The form asks for both, so
        the button does not wait for them."""
        is_asked = "agreed_on" in self.facts and self.subject.is_for_a_child()
        return not is_asked or bool(self.facts.get("guardian_agreed") and self.facts.get("childs_view"))

    @needs(_("Record an outcome for every goal first."))
    def goals_have_outcomes(self) -> bool:
        return self.subject.goals_have_outcomes()

    @step(
        state,
        S.DRAFT,
        S.AGREED,
        label=_("Record the person’s agreement"),
        permission="plan.write",
        writes=["agreed_on", "guardian_agreed", "childs_view"],
        order=1,
        conditions=[has_a_goal, guardian_and_view_of_the_child],
        effects=[Notify("plan_agreed", to=Party.LEAD)],
    )
    def agree(self) -> None:
        """By the person; without it nothing starts."""

    @step(
        state,
        S.AGREED,
        S.IN_PROGRESS,
        label=_("Start the plan"),
        permission="plan.write",
        order=2,
        effects=[OpenTask("review_plan", to=Party.LEAD, within="plan_review_days", days=30)],
    )
    def start(self) -> None:
        """Work on the goals begins."""

    @step(
        state,
        S.IN_PROGRESS,
        S.MONITORING,
        label=_("Move to review"),
        permission="plan.write",
        order=3,
        effects=[CloseTasks(("review_plan",))],
    )
    def monitor(self) -> None:
        """The person stands on their own; progress is looked at together."""

    @step(
        state,
        S.MONITORING,
        S.COMPLETED,
        label=_("Complete the plan"),
        permission="plan.write",
        order=4,
        conditions=[goals_have_outcomes],
    )
    def complete(self) -> None:
        """With outcomes for every goal."""

    @step(
        state,
        OPEN_PLANS,
        S.DISCONTINUED,
        label=_("Discontinue"),
        permission="plan.write",
        needs_reason=True,
        order=5,
        effects=[CloseTasks(("review_plan",))],
    )
    def discontinue(self) -> None:
        """The person chooses another way."""
