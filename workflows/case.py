"""The stage of a case, from identification to closure."""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from viewflow.fsm import State

from workflows.effects import CloseTasks, Grant, Notify, OpenTask, Party
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step
from workflows.status import Status


class Stage(TextChoices):
    IDENTIFICATION = "identification", pgettext_lazy("stage", "Identification")
    REFERRAL = "referral", pgettext_lazy("stage", "Referral")
    PLACEMENT = "placement", pgettext_lazy("stage", "Placement")
    SUPPORT = "support", pgettext_lazy("stage", "Support")
    REINTEGRATION = "reintegration", pgettext_lazy("stage", "Reintegration")
    FOLLOW_UP = "follow_up", pgettext_lazy("stage", "Follow-up")
    ON_HOLD = "on_hold", pgettext_lazy("stage", "On hold")
    CLOSED = "closed", pgettext_lazy("stage", "Closed")


#: The path a stepper shows; on hold and closed are not steps of it.
PATH = (Stage.IDENTIFICATION, Stage.REFERRAL, Stage.PLACEMENT, Stage.SUPPORT, Stage.REINTEGRATION, Stage.FOLLOW_UP)
OPEN_STAGES = (*PATH, Stage.ON_HOLD)


class Accommodation(TextChoices):
    """What the needs assessment says of accommodation; community-based support is a full path, not a lesser one."""

    UNKNOWN = "unknown", _("Not assessed yet")
    NEEDED = "needed", _("Accommodation needed")
    NOT_NEEDED = "not_needed", _("Support in the community")


class CaseSubject(Protocol):
    """What the machine asks of a case."""

    stage: str
    status: str
    returns_to: str
    episode: int
    accommodation: str

    @property
    def before_merge(self) -> str: ...
    def is_risk_assessed(self) -> bool: ...
    def has_consent_to_assistance(self) -> bool: ...
    def has_other_grounds_for_help(self) -> bool: ...
    def is_adult(self) -> bool: ...
    def has_best_interest_assessment(self) -> bool: ...
    def has_admitted_placement(self) -> bool: ...
    def has_agreed_plan(self) -> bool: ...
    def has_reviewed_goals(self) -> bool: ...
    def has_open_alert(self) -> bool: ...
    def has_open_referral(self) -> bool: ...
    def has_open_placement(self) -> bool: ...
    def has_open_episode(self) -> bool: ...
    def has_open_task(self) -> bool: ...
    def has_its_person(self) -> bool: ...
    def was_merged(self) -> bool: ...
    def is_back_from_merge(self) -> bool: ...


class CaseFlow(Lifecycle):
    subject: CaseSubject
    machine = "case"
    title = pgettext_lazy("machine", "Case")
    states = Stage
    state_field = "stage"
    stage = slot = column(Stage, "stage")
    beginning = Beginning(
        state=Stage.IDENTIFICATION,
        label=_("Open a case"),
        permission="case.open",
        effects=(
            Grant("reported", to=Party.REPORTER),
            Grant("leads", to=Party.LEAD),
            OpenTask("read_screening", to=Party.LEAD, days=1),
            Notify("case_opened", to=Party.LEAD),
        ),
    )

    # What has to be true first

    @needs(_("The status is still open: presume it first, or record that the person declines formal identification."))
    def status_opens_help(self) -> bool:
        """Help starts at reasonable grounds and does not depend on formal identification (CETS 197 Art. 12 and 13)."""
        closed_doors = {Status.POTENTIAL, Status.WITHDRAWN}
        return self.subject.status not in closed_doors or self.subject.has_other_grounds_for_help()

    @needs(_("Assess the risk first."))
    def risk_is_assessed(self) -> bool:
        return self.subject.is_risk_assessed()

    @needs(_("Record the person’s consent to assistance first."))
    def person_agreed_to_assistance(self) -> bool:
        """Services are given on a consensual and informed basis (CETS 197 Art. 12(7)). A child is protected without
        waiting for consent."""
        return not self.subject.is_adult() or self.subject.has_consent_to_assistance()

    @needs(_("Assess the best interests of the child first."))
    def best_interests_are_assessed(self) -> bool:
        """Before the first move of a child, or of a person who may be one."""
        return self.subject.is_adult() or self.subject.has_best_interest_assessment()

    @needs(_("The risk assessment does not say that accommodation is needed."))
    def accommodation_is_needed(self) -> bool:
        return self.subject.accommodation == Accommodation.NEEDED

    @needs(_("The person is not placed yet. Record the start of the stay, or that support is given in the community."))
    def person_has_a_place(self) -> bool:
        return self.subject.accommodation == Accommodation.NOT_NEEDED or self.subject.has_admitted_placement()

    @needs(_("The person has not agreed to a reintegration plan yet."))
    def plan_is_agreed(self) -> bool:
        return self.subject.has_agreed_plan()

    @needs(_("A safety alert is still open."))
    def no_open_alert(self) -> bool:
        return not self.subject.has_open_alert()

    @needs(_("Review every goal of the reintegration plan first."))
    def goals_are_reviewed(self) -> bool:
        return self.subject.has_reviewed_goals()

    @needs(_("A referral is still open."))
    def no_open_referral(self) -> bool:
        return not self.subject.has_open_referral()

    @needs(_("A placement is still open."))
    def no_open_placement(self) -> bool:
        return not self.subject.has_open_placement()

    @needs(_("A support service is still open."))
    def no_open_episode(self) -> bool:
        return not self.subject.has_open_episode()

    @needs(_("A task is still open."))
    def no_open_task(self) -> bool:
        return not self.subject.has_open_task()

    @needs(_("This case goes on in another one. Undo the merge first."))
    def goes_on_by_itself(self) -> bool:
        return not self.subject.was_merged()

    @needs(_("The case was not closed by merging it into another one."))
    def merge_was_undone(self) -> bool:
        return self.subject.is_back_from_merge()

    @needs(_("The person of this case was erased. What is left of the case does not change any more."))
    def person_is_not_erased(self) -> bool:
        return self.subject.has_its_person()

    # Transitions

    @step(
        stage,
        Stage.IDENTIFICATION,
        Stage.REFERRAL,
        label=_("Move to referral"),
        permission="case.start_referral",
        order=1,
        conditions=[status_opens_help, risk_is_assessed, person_agreed_to_assistance, best_interests_are_assessed],
        effects=[CloseTasks(("read_screening", "refer_to_other_help"))],
    )
    def start_referral(self) -> None:
        """The person is being connected with services."""

    @step(
        stage,
        Stage.REFERRAL,
        Stage.PLACEMENT,
        label=_("Move to placement"),
        permission="case.arrange_placement",
        order=2,
        conditions=[accommodation_is_needed],
    )
    def arrange_placement(self) -> None:
        """A safe place is being found."""

    @step(
        stage,
        (Stage.REFERRAL, Stage.PLACEMENT),
        Stage.SUPPORT,
        label=_("Move to support"),
        permission="case.begin_support",
        order=3,
        conditions=[person_has_a_place],
    )
    def begin_support(self) -> None:
        """The person has a place, or is supported in the community."""

    @step(
        stage,
        Stage.SUPPORT,
        Stage.REINTEGRATION,
        label=_("Move to reintegration"),
        permission="case.begin_reintegration",
        order=4,
        conditions=[plan_is_agreed, no_open_alert],
    )
    def begin_reintegration(self) -> None:
        """The person works on a plan of their own."""

    @step(
        stage,
        Stage.REINTEGRATION,
        Stage.FOLLOW_UP,
        label=_("Move to follow-up"),
        permission="case.begin_follow_up",
        order=5,
        conditions=[goals_are_reviewed],
    )
    def begin_follow_up(self) -> None:
        """Support ended; somebody still asks how the person is."""

    @step(
        stage,
        (Stage.REINTEGRATION, Stage.FOLLOW_UP),
        Stage.SUPPORT,
        label=_("Return to support"),
        permission="case.return_to_support",
        needs_reason=True,
        order=6,
    )
    def return_to_support(self) -> None:
        """The person needs support again."""

    @step(
        stage,
        PATH,
        Stage.ON_HOLD,
        label=_("Put on hold"),
        permission="case.hold",
        needs_reason=True,
        sets=["returns_to"],
        order=7,
    )
    def hold(self) -> None:
        """The person cannot be reached."""
        self.subject.returns_to = self.source

    @step(
        stage,
        Stage.ON_HOLD,
        State.GET_STATE(lambda flow: flow.subject.returns_to, states=list(PATH)),
        label=pgettext_lazy("case", "Resume"),
        permission="case.resume",
        order=8,
    )
    def resume(self) -> None:
        """Goes on where it was put on hold."""

    @step(
        stage,
        OPEN_STAGES,
        Stage.CLOSED,
        label=_("Close case"),
        permission="case.close",
        needs_reason=True,
        writes=["closure"],
        sets=["returns_to"],
        order=9,
        conditions=[no_open_referral, no_open_placement, no_open_episode, no_open_alert, no_open_task],
    )
    def close(self) -> None:
        """Support ended. The reason belongs to the record, never to the person."""
        if self.source != Stage.ON_HOLD:
            self.subject.returns_to = self.source

    @step(
        stage,
        Stage.CLOSED,
        State.GET_STATE(lambda flow: flow.subject.returns_to, states=list(PATH)),
        label=_("Reopen"),
        permission="case.reopen",
        needs_reason=True,
        order=10,
        conditions=[goes_on_by_itself, person_is_not_erased],
        effects=[Notify("case_reopened", to=Party.LEAD)],
    )
    def reopen(self) -> None:
        """The same episode goes on where it was closed."""

    @step(
        stage,
        Stage.CLOSED,
        Stage.IDENTIFICATION,
        label=_("Reopen as a new episode"),
        permission="case.reopen",
        needs_reason=True,
        sets=["episode"],
        order=11,
        conditions=[goes_on_by_itself, person_is_not_erased],
        effects=[OpenTask("read_screening", to=Party.LEAD, days=1), Notify("case_reopened", to=Party.LEAD)],
    )
    def reopen_as_new_episode(self) -> None:
        """Re-trafficking: the person comes back and identification starts anew."""
        self.subject.episode += 1

    @step(
        stage,
        Stage.CLOSED,
        State.GET_STATE(lambda flow: flow.subject.before_merge, states=list(OPEN_STAGES)),
        label=_("Take up again after an undone merge"),
        permission="case.merge",
        writes=["closure", "returns_to"],
        order=12,
        conditions=[merge_was_undone, person_is_not_erased],
    )
    def take_up_again(self) -> None:
        """Follows by itself when the merge is undone: the case is as it was before."""
