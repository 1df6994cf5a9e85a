"""How the person is helped: in their own name, without a name, or protected as a child. Apart from stage and status."""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, Grant, Notify, OpenTask, Party, Revoke
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class Track(TextChoices):
    UNDECIDED = "undecided", pgettext_lazy("track", "Not asked yet")
    NAMED = "named", pgettext_lazy("track", "In their own name")
    NAMELESS = "nameless", pgettext_lazy("track", "Without a name")
    CHILD = "child", pgettext_lazy("track", "Protected as a child")


class TrackSubject(Protocol):
    """What the machine asks of a case."""

    track: str

    def is_adult(self) -> bool: ...
    def may_be_a_child(self) -> bool: ...
    def is_unnamed(self) -> bool: ...


class TrackFlow(Lifecycle):
    subject: TrackSubject
    machine = "track"
    title = pgettext_lazy("machine", "How the person is helped")
    states = Track
    state_field = "track"
    track = slot = column(Track, "track")
    beginning = Beginning(state=Track.UNDECIDED, label=_("Open a case"), permission="case.open")

    @needs(_("The person may be a child. Record the age first."))
    def person_is_adult(self) -> bool:
        """A child, or a person whose age is disputed, is protected without being asked to choose (CETS 197 Art. 10)."""
        return self.subject.is_adult()

    @needs(_("The person is recorded as an adult. Record the age first."))
    def person_may_be_a_child(self) -> bool:
        return self.subject.may_be_a_child()

    @needs(_("Who the person is was already recorded."))
    def nothing_names_the_person(self) -> bool:
        """A case without a name never held one."""
        return self.subject.is_unnamed()

    @step(
        track,
        (Track.UNDECIDED, Track.NAMELESS),
        Track.NAMED,
        label=_("The person agrees to be named"),
        permission="track.choose",
        order=1,
        conditions=[person_is_adult],
        effects=[CloseTasks(("ask_again",)), OpenTask("write_identity", to=Party.LEAD, days=1)],
    )
    def agree_to_be_named(self) -> None:
        """An adult decides; what was recorded before stays, nothing is typed again."""

    @step(
        track,
        Track.UNDECIDED,
        Track.NAMELESS,
        label=_("The person does not want to be named"),
        permission="track.choose",
        order=2,
        conditions=[person_is_adult, nothing_names_the_person],
        effects=[OpenTask("ask_again", to=Party.LEAD, days=7)],
    )
    def stay_nameless(self) -> None:
        """The case holds signs, form of exploitation and region, and no identity. It can get a name later."""

    @step(
        track,
        (Track.UNDECIDED, Track.NAMED, Track.NAMELESS),
        Track.CHILD,
        label=_("Protect as a child"),
        permission="track.choose",
        writes=["child_protection"],
        order=3,
        conditions=[person_may_be_a_child],
        effects=[
            CloseTasks(("ask_again",)),
            Grant("protects", to=Party.CHILD_PROTECTION),
            OpenTask("guardian_needed", to=Party.CHILD_PROTECTION, within="child_guardian_h", days=1),
            OpenTask("best_interest_assessment", to=Party.LEAD, days=1),
            Notify("child_to_protect", to=Party.CHILD_PROTECTION),
        ],
    )
    def protect_as_child(self) -> None:
        """Without waiting for consent: child protection, guardian, best interests (CETS 197 Art. 10(3) and (4))."""

    @step(
        track,
        Track.CHILD,
        Track.UNDECIDED,
        label=_("Go on as an adult"),
        permission="track.choose",
        needs_reason=True,
        order=4,
        conditions=[person_is_adult],
        effects=[
            CloseTasks(("guardian_needed", "best_interest_assessment")),
            Revoke("protects", of=Party.CHILD_PROTECTION),
        ],
    )
    def go_on_as_adult(self) -> None:
        """The age was established. The person is now asked."""
