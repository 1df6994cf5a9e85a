"""The cast itself: everybody can come in, and a test that commits leaves a usable database behind."""

from __future__ import annotations

from typing import Any

import pytest

from nrm.accounts.models import User
from nrm.audit.actions import record
from nrm.audit.models import Event


def test_everybody_comes_in_with_the_fixture(cast: Any, sign_in: Any) -> None:
    for name, player in cast.everybody.items():
        assert sign_in(player).get("/account/").status_code == 200, name


@pytest.mark.parametrize("time_round", [1, 2])
def test_a_test_that_commits_leaves_nothing_behind(time_round: Any, committed_db: Any, cast: Any) -> None:
    assert User.objects.count() == len(cast.everybody)
    assert not Event.objects.exists()
    record("sign_in.failed", by=None)
