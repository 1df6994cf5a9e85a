"""The ways the service says no. Each carries a sentence for the reader and a code for the audit."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """Base of all typed refusals; `status` is the HTTP status of the answer."""

    status: ClassVar[int]
    code: ClassVar[str]
    default: ClassVar[Promise]

    def __init__(self, sentence: str | Promise | None = None) -> None:
        self.sentence: str | Promise = sentence or self.default
        super().__init__(self.code)


class NotVisible(Refusal):
    """The actor may not know of the thing: answered exactly like a thing that does not exist."""

    status = 404
    code = "not_visible"
    default = _("This page does not exist or is not shared with you.")


class NotPermitted(Refusal):
    """The actor may know of the thing but not do this to it."""

    status = 403
    code = "not_permitted"
    default = _("Your role does not include this step.")


class MovedOn(Refusal):
    """Somebody changed the thing since the actor's page was made."""

    status = 409
    code = "moved_on"
    default = _("Somebody changed this record while you were working. Check what is new, then try again.")


class NotYet(Refusal):
    """A condition of the step is not met; the sentence says which."""

    status = 422
    code = "not_yet"
    default = _("This step is not possible yet.")


class Gone(NotYet):
    """The person was erased, so nothing of the case can be opened or changed any more."""

    status = 410
    code = "erased"
    default = _("The person of this case was erased. What is left of the case does not change any more.")


class TooOften(Refusal):
    """The actor did this as often as is allowed for now."""

    status = 429
    code = "too_often"
    default = _("You have searched very often. Try again in an hour.")
