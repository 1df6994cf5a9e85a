"""Once a year, and before a licence ends, who keeps a service is asked whether it is still true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from nrm.directory.actions import ask_what_is_still_true, change_listing, confirm_listing
from nrm.lib.clock import now, today
from nrm.lib.days import add_months
from tests.directory.test_take_step import tasks_of


def test_what_was_not_confirmed_for_a_year_is_asked_about_once(cast: Any, write: Callable[..., Any]) -> None:
    at = cast.organisations
    old = write(at.open_hand, confirmed_on=add_months(today(), -12))
    write(at.quiet_room, confirmed_on=add_months(today(), -12) + timedelta(days=1))
    write(at.far_shore, confirmed_on=add_months(today(), -20), state="withdrawn")
    assert ask_what_is_still_true(now()) == 1
    assert ask_what_is_still_true(now()) == 0
    assert tasks_of(old) == [("confirm_listing", "Open Hand")]
    confirm_listing(old, by=cast.case_worker.actor, expected_version=1)
    assert tasks_of(old) == []
    assert ask_what_is_still_true(now()) == 0


def test_a_licence_that_ends_soon_is_asked_about_until_the_next_is_written(
    cast: Any, write: Callable[..., Any]
) -> None:
    listing = write(cast.organisations.open_hand, licence_valid_until=today() + timedelta(days=30))
    write(cast.organisations.far_shore, licence_valid_until=today() + timedelta(days=31))
    assert (ask_what_is_still_true(now()), ask_what_is_still_true(now())) == (1, 0)
    assert tasks_of(listing) == [("renew_licence", "Open Hand")]
    longer = {"licence_valid_until": today() + timedelta(days=400)}
    listing = change_listing(listing, by=cast.case_worker.actor, expected_version=1, values=longer)
    assert tasks_of(listing) == [("look_at_change", "Coordination Office")]


def test_where_nobody_is_there_the_coordinator_is_asked(cast: Any, write: Callable[..., Any]) -> None:
    old = write(cast.organisations.oversight, confirmed_on=add_months(today(), -13))
    assert ask_what_is_still_true(now()) == 1
    assert tasks_of(old) == [("confirm_listing", "Coordination Office")]


@pytest.mark.parametrize(("months", "doubtful"), [(13, False), (15, True)])
def test_what_nobody_confirmed_for_fourteen_months_is_doubtful(
    cast: Any, write: Callable[..., Any], months: int, doubtful: bool
) -> None:
    from nrm.directory.selectors import Need, match_for

    listing = write(cast.organisations.open_hand, confirmed_on=add_months(today(), -months))
    assert match_for(Need(), listing.pk).is_doubtful is doubtful


def test_the_round_of_the_clocks_asks(cast: Any, write: Callable[..., Any], capsys: Any) -> None:
    from django.core.management import call_command

    write(cast.organisations.open_hand, confirmed_on=add_months(today(), -13))
    call_command("clocks")
    assert "directory: 1" in capsys.readouterr().out
