"""Two browsers give the right code at once, and two answers come at once: one receipt, one answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError

from nrm.access.refusals import MovedOn, NotVisible
from nrm.audit.models import Event
from nrm.referrals.models import Message, Referral
from nrm.referrals.outside import actions
from nrm.referrals.outside.models import OutsideLink
from nrm.referrals.outside.secrets import digest_of
from tests.concurrency.test_two_steps_at_once import at_once
from tests.outside import sent_outside

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def issued(committed_db: None, case: Any, cast: Any) -> Any:
    return actions.issue_link(sent_outside(case, cast), by=cast.case_worker.actor)


def opening(issued: Any) -> Callable[[], object]:
    return lambda: actions.open_link(digest_of(issued.token), issued.code, network="192.0.2.0/24")


def receipts() -> int:
    return Event.objects.filter(action="referral.link_opened").count()


def test_one_browser_gets_the_visit_and_one_receipt_is_written(issued: Any) -> None:
    keys = at_once(opening(issued), opening(issued))
    assert sum(key is None for key in keys) == 1
    assert receipts() == 1


def test_without_the_lock_both_get_in(issued: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: both read the link before either has written, and two receipts stand."""
    from threading import Barrier

    both_have_looked = Barrier(2)
    check = actions.is_right_code

    def look_together(*given: Any) -> bool:
        both_have_looked.wait(timeout=10)
        return check(*given)

    rows = type(OutsideLink.objects.all())
    monkeypatch.setattr(rows, "select_for_update", lambda links, **_options: links)
    monkeypatch.setattr(actions, "is_right_code", look_together)
    keys = at_once(opening(issued), opening(issued))
    assert None not in keys
    assert receipts() == 2


def test_two_answers_at_once_are_one(issued: Any) -> None:
    actions.open_link(digest_of(issued.token), issued.code, network="192.0.2.0/24")
    link = OutsideLink.objects.select_related("referral__case").get()
    version = link.referral.version

    def answering(step: str, **facts: str) -> Callable[[], object]:
        def answer() -> object:
            try:
                return actions.answer_through_link(link, step, expected_version=version, **facts)
            except (MovedOn, NotVisible, IntegrityError) as refused:
                return refused

        return answer

    no = answering("decline", decline_reason="no_capacity", reason="Full.")
    answers = at_once(answering("accept"), no)
    assert sum(isinstance(answer, Referral) for answer in answers) == 1
    assert Event.objects.filter(action__in=["referral.accept", "referral.decline"], outcome="done").count() == 1
    assert Message.objects.count() == Event.objects.filter(action="referral.decline", outcome="done").count()
