"""The conference under the lock of its case, for whoever may do this much about it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import NotPermitted, NotYet
from nrm.cases import lifecycle
from nrm.cases.selectors import require, standing_in
from nrm.conferences import selectors
from nrm.conferences.models import Conference
from workflows.conference import ConferenceState

NOT_NOW = {
    ConferenceState.CALLED: _("The conference was not held yet."),
    ConferenceState.HELD: _("The conference was held already."),
    ConferenceState.CLOSED: _("The minutes are agreed and stay as they are. Add to them what has to be put right."),
    ConferenceState.CANCELLED: _("The conference was cancelled."),
}


def locked_for(conference: Conference, by: Actor, permission: Permission) -> Conference:
    """Locks the case; the conference as it is now. `NotVisible`, `NotPermitted`."""
    case = lifecycle.lock_case(conference.case_id)
    standing = standing_in(by, case)
    require(standing, permission)
    locked = Conference.objects.get(pk=conference.pk)
    locked.case = case
    selectors.require_sight(locked, standing)
    if not lifecycle.narrowed(standing, locked).may(permission):
        raise NotPermitted
    return locked


def require_state(conference: Conference, *states: str) -> None:
    """`NotYet`, with the sentence of where it stands."""
    if conference.state not in states:
        raise NotYet(NOT_NOW[ConferenceState(conference.state)])
