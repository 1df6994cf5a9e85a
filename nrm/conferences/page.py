"""What one reader sees of a conference: on its page and printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise

from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.accounts.models import Organisation
from nrm.accounts.selectors import names_of
from nrm.cases.lifecycle import narrowed
from nrm.cases.models import Case, reference
from nrm.cases.steps import StepLink, step_links
from nrm.conferences import selectors
from nrm.conferences.models import Attendance, Conference, Decision, Minute
from nrm.conferences.points import Topic, is_clinical, may_see
from nrm.tasks.models import Task
from nrm.vault.fields import opened
from workflows.attendance import STILL_TO_COME, TAKING_PART, AttendanceFlow
from workflows.conference import OPEN_CONFERENCES, ConferenceFlow, ConferenceState

CONFERENCES_SHOWN = 10
#: Steps of an organisation's part that people take; the others follow from what happens to the conference.
BY_HAND = frozenset({"accept", "decline", "withdraw"})
FOLLOWS = frozenset(edge.name for edge in AttendanceFlow.edges()) - BY_HAND


@dataclass(frozen=True, slots=True)
class Said:
    """Something written on a point, opened."""

    text: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PointLine:
    """A point of the agenda. What was said on it is there for who may see that part of the case."""

    topic: str
    label: str | Promise
    is_shared: bool
    is_written: bool = False
    was_put_off: bool = False
    said: Said | None = None
    additions: list[Said] = field(default_factory=list)
    write_url: str = ""


@dataclass(frozen=True, slots=True)
class GuestLine:
    guest: Attendance
    name: str
    people: list[str]
    withdraw_url: str = ""


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """`owner` is empty where the reader may not know who takes part. `task` is there once the minutes are agreed."""

    decision: Decision
    sentence: str
    owner: str
    person: str
    task: Task | None

    @property
    def is_done(self) -> bool:
        return self.task is not None and self.task.closed_at is not None


@dataclass(frozen=True, slots=True)
class ConferencePage:
    conference: Conference
    runs_it: str
    points: list[PointLine]
    guests: list[GuestLine]
    others_unnamed: bool
    decisions: list[DecisionLine]
    decided: int
    done: int
    details: str
    #: For who runs it: what the person wants said, and what a child says.
    wish: str
    childs_view: str
    part: Attendance | None
    part_links: list[StepLink]
    links: list[StepLink]
    is_chair: bool
    may_call: bool
    has_part: bool

    @property
    def may_change_time(self) -> bool:
        return self.may_call and self.conference.state == ConferenceState.CALLED

    @property
    def may_change_agenda(self) -> bool:
        return self.may_change_time or (self.is_chair and self.conference.state == ConferenceState.HELD)

    @property
    def may_record_person(self) -> bool:
        return self.is_chair and self.conference.state in OPEN_CONFERENCES

    @property
    def may_decide(self) -> bool:
        """Nothing clinical becomes anybody's task."""
        has_a_point = any(not is_clinical(topic) for topic in self.conference.agenda)
        return self.is_chair and has_a_point and self.conference.state == ConferenceState.HELD

    @property
    def may_print(self) -> bool:
        is_reader = self.is_chair or self.has_part
        return is_reader and self.conference.state == ConferenceState.CLOSED

    @property
    def next_to_write(self) -> str:
        """Where the first point without minutes is written."""
        is_held = self.conference.state == ConferenceState.HELD
        waiting = (line.write_url for line in self.points if line.write_url and not line.is_written)
        return next(waiting, "") if is_held else ""

    @property
    def shows_progress(self) -> bool:
        """Whoever reads no minutes, but called it, learns how many decisions there are."""
        return not self.is_chair and not self.has_part and self.conference.state == ConferenceState.CLOSED


def conference_page(conference: Conference, standing: Standing) -> ConferencePage:
    """The number of queries does not depend on how much there is."""
    part = selectors.own_part(conference, standing)
    if part is not None:
        part.conference, part.case = conference, conference.case
    is_chair = selectors.leads(standing) and standing.may(Permission.CHAIR_CONFERENCE)
    has_part = part is not None and part.state in TAKING_PART
    guests = guest_lines(conference, standing)
    standing_decisions = list(conference.decisions.standing().select_related("owner", "user"))
    tasks = tasks_of(standing_decisions)
    reads_details = is_chair or has_part or (conference.is_coordinators and selectors.sees_all_parts(standing))
    person = conference.case.person
    return ConferencePage(
        conference=conference,
        runs_it=runs_it(conference.case),
        points=point_lines(conference, standing, part),
        guests=[line for line in guests if line.name],
        others_unnamed=any(not line.name for line in guests),
        decisions=decision_lines(conference, standing, part, standing_decisions, tasks, guests),
        decided=len(standing_decisions),
        done=sum(task.closed_at is not None for task in tasks.values()),
        details=opened(person, conference, "details") if reads_details else "",
        wish=opened(person, conference, "wish") if is_chair else "",
        childs_view=opened(person, conference, "childs_view") if is_chair else "",
        part=part,
        part_links=_part_links(part, standing),
        links=step_links(ConferenceFlow, conference, standing, "conferences:step", conference.pk),
        is_chair=is_chair,
        may_call=narrowed(standing, conference).may(Permission.CALL_CONFERENCE),
        has_part=has_part,
    )


def _part_links(part: Attendance | None, standing: Standing) -> list[StepLink]:
    if part is None or part.conference.state != ConferenceState.CALLED:
        return []
    besides = {*FOLLOWS, "withdraw"}
    return step_links(AttendanceFlow, part, standing, "conferences:answer", part.pk, besides=besides)


def runs_it(case: Case) -> str:
    """The organisation that leads the case now."""
    leading = case.participations.open().filter(relation="leads", user=None)
    names = Organisation.objects.filter(pk__in=leading.values("organisation")).values_list("name", flat=True)
    return ", ".join(names.order_by("name"))


def guest_lines(conference: Conference, standing: Standing) -> list[GuestLine]:
    """A line without a name stands for who may not be known to the reader."""
    guests = list(conference.attendances.invited().select_related("organisation"))
    names = names_of({user_id for guest in guests for user_id in guest.people})
    may_withdraw = conference.state == ConferenceState.CALLED and narrowed(standing, conference).may(
        Permission.CALL_CONFERENCE
    )
    return [
        GuestLine(
            guest=guest,
            name=guest.organisation.name if selectors.may_name(guest, standing) else "",
            people=[names[user_id] for user_id in guest.people if user_id in names],
            withdraw_url=reverse("conferences:answer", args=[guest.pk, "withdraw"])
            if may_withdraw and guest.state in STILL_TO_COME
            else "",
        )
        for guest in guests
    ]


def point_lines(conference: Conference, standing: Standing, part: Attendance | None) -> list[PointLine]:
    """The points that the reader meets, in the order of the agenda."""
    written = list(conference.written.all()) if _may_read_any(conference, standing, part) else []
    names = names_of({minute.written_by for minute in written})
    shown = [topic for topic in conference.agenda if selectors.sees_point(standing, part, topic)]
    return [_point_line(conference, standing, part, topic, written, names) for topic in shown]


def _may_read_any(conference: Conference, standing: Standing, part: Attendance | None) -> bool:
    """Whoever writes a clinical point reads it while minutes are written."""
    is_part = part is not None and part.state in TAKING_PART
    return selectors.reads_minutes(conference, standing, part) or (
        is_part and conference.state == ConferenceState.HELD and standing.may(Permission.SEE_CLINICAL)
    )


def _point_line(
    conference: Conference,
    standing: Standing,
    part: Attendance | None,
    topic: str,
    written: Iterable[Minute],
    names: Mapping[UUID, str],
) -> PointLine:
    may_write = selectors.may_write(conference, standing, topic, part)
    reads = selectors.reads_minutes(conference, standing, part) or may_write
    is_shared = reads and may_see(standing, topic)
    mine = [minute for minute in written if minute.topic == topic] if is_shared else []
    first = next((minute for minute in mine if not minute.is_addition), None)
    return PointLine(
        topic=topic,
        label=Topic(topic).label,
        is_shared=is_shared,
        is_written=first is not None,
        was_put_off=first is not None and not first.was_discussed,
        said=_said(conference, first, names) if first and first.was_discussed else None,
        additions=[_said(conference, minute, names) for minute in mine if minute.is_addition],
        write_url=_write_url(conference, topic) if may_write else "",
    )


def _write_url(conference: Conference, topic: str) -> str:
    """While minutes are written, and for additions afterwards."""
    is_time = conference.state in {ConferenceState.HELD, ConferenceState.CLOSED}
    return reverse("conferences:point", args=[conference.pk, topic]) if is_time else ""


def _said(conference: Conference, minute: Minute, names: Mapping[UUID, str]) -> Said:
    text = opened(conference.case.person, minute, "body")
    return Said(text, names.get(minute.written_by, ""), minute.written_at)


def tasks_of(decisions: Iterable[Decision]) -> dict[str, Task]:
    """The task that each decision became, by its reference."""
    subjects = [reference(decision) for decision in decisions]
    return {task.subject: task for task in Task.objects.filter(subject__in=subjects)} if subjects else {}


def decision_lines(
    conference: Conference,
    standing: Standing,
    part: Attendance | None,
    decisions: Iterable[Decision],
    tasks: Mapping[str, Task],
    guests: Iterable[GuestLine],
) -> list[DecisionLine]:
    """Those of the parts of the case that the reader sees, and those that the reader’s organisation does."""
    if not selectors.reads_minutes(conference, standing, part):
        return []
    unnamed = {line.guest.organisation_id for line in guests if not line.name}
    own = standing.actor.organisation_id
    return [
        DecisionLine(
            decision=decision,
            sentence=opened(conference.case.person, decision, "sentence"),
            owner="" if decision.owner_id in unnamed else decision.owner.name,
            person=decision.user.display_name if decision.user and decision.owner_id not in unnamed else "",
            task=tasks.get(reference(decision)),
        )
        for decision in decisions
        if decision.owner_id == own or may_see(standing, decision.topic)
    ]
