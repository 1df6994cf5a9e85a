"""A plan with one goal."""

from __future__ import annotations

from typing import Any

import pytest

from nrm.lib.clock import today
from nrm.reintegration import actions

SECRET = "CANARY-a-small-bakery-of-her-own"


@pytest.fixture
def draft(case: Any, cast: Any) -> Any:
    return actions.start_plan(case, by=cast.case_worker.actor)


@pytest.fixture
def goal(draft: Any, cast: Any) -> Any:
    return actions.add_goal(draft, by=cast.case_worker.actor, area="work", description=SECRET)


@pytest.fixture
def agreed(goal: Any, cast: Any) -> Any:
    plan = goal.plan
    return actions.take_step(plan, "agree", by=cast.case_worker.actor, expected_version=plan.version, agreed_on=today())
