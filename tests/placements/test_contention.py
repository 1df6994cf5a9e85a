"""What the database refuses because two people were at it at once is said politely; what is a fault stays one."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, OperationalError
from psycopg.errors import AdminShutdown, DeadlockDetected, SerializationFailure

from nrm.access.refusals import NotYet
from nrm.placements.contention import politely

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("cause", [DeadlockDetected, SerializationFailure])
def test_a_lost_race_is_a_refusal(cause: type[Exception]) -> None:
    with pytest.raises(NotYet), politely():
        raise OperationalError from cause()


def test_other_faults_are_not_hidden() -> None:
    with pytest.raises(OperationalError), politely():
        raise OperationalError from AdminShutdown()
    with pytest.raises(IntegrityError), politely():
        raise IntegrityError
