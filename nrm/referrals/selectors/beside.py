"""What is read beside a referral: what it carries on, what else was asked for the same need, who answers it, and what
the person says of the service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from nrm.access.actor import Actor
from nrm.cases.models import reference
from nrm.referrals.models import ENDED, QUESTIONS, Feedback, Opinion, Referral, ReferralOutcome, question
from nrm.tasks.kinds import TaskKind
from nrm.tasks.models import Task
from nrm.tasks.selectors import open_tasks_for
from nrm.vault.fields import opened
from workflows.referral import WAITING_FOR_ANSWER, ReferralState

#: Somebody helps the person: whoever else was asked for the same can be told so.
ANSWERED_WELL = (ReferralState.ACCEPTED, ReferralState.IN_SERVICE, ReferralState.COMPLETED)


@dataclass(frozen=True, slots=True)
class Chain:
    """The other referrals of the same need, for the lead."""

    previous: Referral | None = None
    onward: list[Referral] = field(default_factory=list)
    #: Still waiting although somebody accepted. Nothing withdraws them but the lead.
    waiting: list[Referral] = field(default_factory=list)
    #: It ended without the service, and nothing carries it on yet.
    may_go_on: bool = False


def chain_of(referral: Referral) -> Chain:
    onward = list(Referral.objects.filter(previous=referral).select_related("receiver"))
    previous = referral.previous_id and Referral.objects.select_related("receiver").get(pk=referral.previous_id)
    is_without = referral.state in ENDED and referral.outcome in {"", ReferralOutcome.REFERRED_ON}
    may_go_on = is_without and referral.sent_at is not None and not onward
    return Chain(previous or None, onward, waiting_beside(referral), may_go_on)


def waiting_beside(referral: Referral) -> list[Referral]:
    if referral.need is None or referral.state not in ANSWERED_WELL:
        return []
    same = Referral.objects.filter(case=referral.case_id, need=referral.need, state__in=WAITING_FOR_ANSWER)
    return list(same.exclude(pk=referral.pk).select_related("receiver"))


@dataclass(frozen=True, slots=True)
class Work:
    """Who is on it."""

    task: Task
    is_mine: bool

    @property
    def taken_by(self) -> str:
        return self.task.claimed_by.display_name if self.task.claimed_by else ""


def work_on(referral: Referral, actor: Actor) -> Work | None:
    """For the organisation that was asked; whoever reads the referral there may know of its task."""
    tasks = open_tasks_for(actor, [referral.case.code]).filter(kind=TaskKind.ANSWER_REFERRAL)
    task = tasks.filter(subject=reference(referral)).first()
    return Work(task, task.claimed_by_id == actor.user_id) if task else None


def takers(referrals: Iterable[Referral], organisation_id: UUID) -> Mapping[UUID, str]:
    """Who of the organisation is on each; one query."""
    subjects = {reference(row): row.pk for row in referrals}
    tasks = Task.objects.open().filter(organisation=organisation_id, kind=TaskKind.ANSWER_REFERRAL)
    taken = tasks.filter(subject__in=list(subjects)).exclude(claimed_by=None).select_related("claimed_by")
    return {subjects[task.subject]: task.claimed_by.display_name for task in taken if task.claimed_by}


@dataclass(frozen=True, slots=True)
class FeedbackPlace:
    """What the person said of the service, or that it can be recorded now."""

    may_record: bool = False
    answers: list[tuple[str, str]] = field(default_factory=list)
    words: str = ""

    @property
    def is_recorded(self) -> bool:
        return bool(self.answers or self.words)


def feedback_place(referral: Referral, actor: Actor) -> FeedbackPlace | None:
    """For the lead; nothing before the service was completed, and never for who gave it, should that one come to
    lead."""
    if referral.state != ReferralState.COMPLETED or referral.receiver_id == actor.organisation_id:
        return None
    given = Feedback.objects.filter(referral=referral).first()
    if given is None:
        return FeedbackPlace(may_record=True)
    given.referral = referral
    answers = [(question(name), str(Opinion(getattr(given, name)).label)) for name in QUESTIONS if getattr(given, name)]
    words = opened(referral.case.person, given, "words") if given.words else ""
    return FeedbackPlace(answers=answers, words=words)
