"""Who works on a case inside the organisation that leads it, and who stands in for an absent colleague."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import Grant, Party, Revoke
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class TeamState(TextChoices):
    ACTIVE = "active", pgettext_lazy("case team", "In the case team")
    ENDED = "ended", pgettext_lazy("case team", "No longer in the case team")


class TeamSubject(Protocol):
    """What the machine asks of a member of the case team."""

    state: str

    def leaves_somebody_behind(self) -> bool: ...
    def is_over(self) -> bool: ...
    def is_kept_away(self) -> bool: ...
    def has_lost_the_lead(self) -> bool: ...


class TeamFlow(Lifecycle):
    subject: TeamSubject
    machine = "team"
    title = _("Case team")
    states = TeamState
    state = slot = column(TeamState, "state")
    begins_in_closed_case = True
    beginning = Beginning(
        state=TeamState.ACTIVE,
        label=_("Add to the case team"),
        permission="team.manage",
        effects=(Grant("leads", to=Party.TEAM_MEMBER, personal=True),),
    )

    @needs(_("The case is restricted, so somebody has to stay in its team. Add a colleague first."))
    def somebody_stays(self) -> bool:
        return self.subject.leaves_somebody_behind()

    @needs(_("The time is not over yet."))
    def time_is_over(self) -> bool:
        return self.subject.is_over()

    @needs(_("Nothing keeps this colleague away from the case."))
    def has_a_conflict(self) -> bool:
        return self.subject.is_kept_away()

    @needs(_("The organisation still leads the case."))
    def another_one_leads(self) -> bool:
        return self.subject.has_lost_the_lead()

    @step(
        state,
        TeamState.ACTIVE,
        TeamState.ENDED,
        label=_("Remove from the case team"),
        permission="team.manage",
        conditions=[somebody_stays],
        order=1,
        effects=[Revoke("leads", of=Party.TEAM_MEMBER)],
    )
    def end(self) -> None:
        """A case without a team is open to every case worker of the organisation again, unless it is restricted."""

    @step(
        state,
        TeamState.ACTIVE,
        TeamState.ENDED,
        label=_("Time ran out"),
        permission="clock.expire",
        conditions=[time_is_over],
        order=2,
        effects=[Revoke("leads", of=Party.TEAM_MEMBER)],
    )
    def expire(self) -> None:
        """The cover opened nothing any more from that minute on; this writes it down."""

    @step(
        state,
        TeamState.ACTIVE,
        TeamState.ENDED,
        label=_("Left because of a conflict of interest"),
        permission="clock.expire",
        conditions=[has_a_conflict, somebody_stays],
        order=3,
        effects=[Revoke("leads", of=Party.TEAM_MEMBER)],
    )
    def step_aside(self) -> None:
        """Whoever is kept away may take no step any more, so the service takes this one with the act itself."""

    @step(
        state,
        TeamState.ACTIVE,
        TeamState.ENDED,
        label=_("Another organisation leads now"),
        permission="clock.expire",
        conditions=[another_one_leads],
        order=4,
        effects=[Revoke("leads", of=Party.TEAM_MEMBER), Grant("led", to=Party.TEAM_MEMBER, personal=True)],
    )
    def hand_over(self) -> None:
        """Follows by itself when the lead goes over. Who worked on the case keeps the sight that a former lead has."""


class TeamOfNewLead(TeamFlow):
    """The first member of the team of a restricted case after the lead went over: whoever accepted it. Nobody of the
    new lead sees the case yet, so the service writes it with the acceptance."""

    beginning = replace(TeamFlow.beginning, permission="clock.expire")
