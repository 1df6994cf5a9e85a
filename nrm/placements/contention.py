"""What two people reaching for the same thing at once are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from psycopg.errors import DeadlockDetected, SerializationFailure

from nrm.access.refusals import NotYet

TAKEN = _("This place was taken a moment ago. Choose another one.")
TRY_AGAIN = _("Somebody else was working on the same record. Try again.")

#: What each constraint of the database means to the person who met it.
SENTENCES: Mapping[str, Promise] = {
    "placement_one_person_a_unit": TAKEN,
    "placement_one_stay_at_a_time": _("This person is staying somewhere already. That stay has to end first."),
    "unit_name_once_in_a_shelter": _("There is a place with this name already."),
    "placements_shelter_code_name": _("This code name is in use already. Choose another one."),
    "placements_shelter_organisation_id": TRY_AGAIN,
}


@contextmanager
def politely() -> Iterator[None]:
    """One transaction in which the database has the last word: what it refuses comes back as `NotYet`."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as refused:
        sentence = sentence_for(refused)
        if sentence is None:
            raise
        raise NotYet(sentence) from refused
    except OperationalError as failed:
        if isinstance(failed.__cause__, DeadlockDetected | SerializationFailure):
            raise NotYet(TRY_AGAIN) from failed
        raise


def sentence_for(refused: DatabaseError) -> Promise | None:
    """By the name of the constraint; Django adds a digest to the names it makes itself."""
    diagnosis = getattr(refused.__cause__, "diag", None)
    constraint = str(getattr(diagnosis, "constraint_name", "") or "")
    return next((sentence for name, sentence in SENTENCES.items() if constraint.startswith(name)), None)
