"""A referral that nobody answers expires by the clock, and the sender and the coordinator are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from nrm.cases.models import Participation
from nrm.lib.clock import now
from nrm.notices.models import Notice
from nrm.referrals.actions import expire_overdue
from nrm.referrals.models import Referral
from nrm.tasks.models import Task

LATER = timedelta(days=10)


def test_nothing_expires_before_its_time(sent: Any) -> None:
    assert expire_overdue(now()) == 0


def test_what_was_not_answered_expires_once(cast: Any, sent: Any) -> None:
    assert expire_overdue(now() + LATER) == 1
    assert expire_overdue(now() + LATER) == 0
    assert Referral.objects.get().state == "expired"
    assert not Participation.objects.open().filter(organisation=cast.organisations.quiet_room).exists()
    assert Task.objects.open().filter(organisation=cast.organisations.open_hand, kind="referral_expired").exists()
    told = Notice.objects.filter(kind="referral_expired").values_list("recipient", flat=True)
    assert {cast.case_worker.user.pk, cast.coordinator.user.pk} <= set(told)


def test_a_clock_that_was_noted_as_run_out_still_counts(sent: Any) -> None:
    from nrm.tasks.models import Clock

    Clock.objects.update(ran_out_at=now())
    assert expire_overdue(now() + LATER) == 1


def test_an_accepted_one_does_not_expire(accepted: Any) -> None:
    assert expire_overdue(now() + LATER) == 0
