"""The protection status, decided by the country's identifying body; apart from the stage and from any court's view."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, Grant, Notify, OpenTask, Party
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class Status(TextChoices):
    POTENTIAL = "potential", pgettext_lazy("status", "Potential")
    PRESUMED = "presumed", pgettext_lazy("status", "Presumed")
    IDENTIFIED = "identified", pgettext_lazy("status", "Formally identified")
    NOT_IDENTIFIED = "not_identified", pgettext_lazy("status", "Status not confirmed")
    DECLINED = "declined", pgettext_lazy("status", "Formal identification declined by the person")
    WITHDRAWN = "withdrawn", pgettext_lazy("status", "Status withdrawn")


class LegalBasis(TextChoices):
    """On what a decision about the status rests."""

    INDICATORS = "indicators", _("Indicators and interviews")
    BODY_PROCEDURE = "body_procedure", _("Procedure of the identifying body")
    CHILD_PROTECTION = "child_protection", _("Child protection")
    PERSONS_WISH = "persons_wish", _("The person’s wish")
    NEW_FACTS = "new_facts", _("New facts")


class StatusSubject(Protocol):
    """What the machine asks of a case."""

    status: str

    def has_screening_with_grounds(self) -> bool: ...
    def was_screened_by(self, user_id: UUID) -> bool: ...
    def has_signed_decision(self, outcome: str) -> bool: ...


#: Why a status does not follow a single click.
NOT_SIGNED = _("Propose the decision and have it signed first.")

TO_IDENTIFYING_BODY = (
    Grant("decides_status", to=Party.IDENTIFYING_BODY),
    OpenTask("decide_status", to=Party.IDENTIFYING_BODY, within="formal_assessment_h", days=10),
    Notify("status_to_decide", to=Party.IDENTIFYING_BODY),
)
DECIDED = (
    CloseTasks(("decide_status", "review_status")),
    Notify("status_decided", to=Party.LEAD),
)


class StatusFlow(Lifecycle):
    subject: StatusSubject
    machine = "status"
    title = pgettext_lazy("machine", "Protection status")
    states = Status
    state_field = "status"
    status = slot = column(Status, "status")
    beginning = Beginning(state=Status.POTENTIAL, label=_("Open a case"), permission="case.open")

    @needs(
        _(
            "No completed screening gives grounds. "
            "You can presume the status on your written professional judgement instead."
        )
    )
    def screening_gives_grounds(self) -> bool:
        """Reasonable grounds are a low threshold: one completed screening that gives them (CETS 197 Art. 10)."""
        return self.subject.has_screening_with_grounds()

    @needs(_("You recorded a screening in this case, so somebody else has to decide."))
    def decider_did_not_screen(self) -> bool:
        """The status is never decided by the screener alone."""
        return self.actor is not None and not self.subject.was_screened_by(self.actor.user_id)

    @needs(NOT_SIGNED)
    def confirmation_is_signed(self) -> bool:
        return self.subject.has_signed_decision("identify")

    @needs(NOT_SIGNED)
    def refusal_is_signed(self) -> bool:
        return self.subject.has_signed_decision("not_identify")

    @needs(NOT_SIGNED)
    def withdrawal_is_signed(self) -> bool:
        return self.subject.has_signed_decision("withdraw")

    @needs(NOT_SIGNED)
    def upholding_is_signed(self) -> bool:
        return self.subject.has_signed_decision("uphold")

    @step(
        status,
        Status.POTENTIAL,
        Status.PRESUMED,
        label=_("Presume the status on the screening"),
        permission="status.presume",
        order=1,
        conditions=[screening_gives_grounds],
        effects=TO_IDENTIFYING_BODY,
    )
    def presume(self) -> None:
        """Reasonable grounds by a trained professional; protection and the reflection period start here."""

    @step(
        status,
        Status.POTENTIAL,
        Status.PRESUMED,
        label=_("Presume the status on professional judgement"),
        permission="status.presume",
        needs_reason=True,
        order=2,
        effects=TO_IDENTIFYING_BODY,
    )
    def presume_on_judgement(self) -> None:
        """A written professional judgement suffices."""

    @step(
        status,
        Status.PRESUMED,
        Status.IDENTIFIED,
        label=_("Confirm the status"),
        permission="status.decide",
        needs_reason=True,
        writes=["status_basis"],
        order=3,
        conditions=[decider_did_not_screen, confirmation_is_signed],
        effects=DECIDED,
    )
    def identify(self) -> None:
        """Formal identification by the country's body."""

    @step(
        status,
        Status.PRESUMED,
        Status.NOT_IDENTIFIED,
        label=_("Do not confirm the status"),
        permission="status.decide",
        needs_reason=True,
        writes=["status_basis"],
        order=4,
        conditions=[decider_did_not_screen, refusal_is_signed],
        effects=DECIDED,
    )
    def not_identify(self) -> None:
        """The person keeps access to services."""

    @step(
        status,
        (Status.POTENTIAL, Status.PRESUMED),
        Status.DECLINED,
        label=_("Record that the person declines formal identification"),
        permission="status.decline",
        needs_reason=True,
        order=5,
        effects=[CloseTasks(("decide_status",))],
    )
    def decline(self) -> None:
        """The person does not want formal identification and keeps services."""

    @step(
        status,
        (Status.PRESUMED, Status.IDENTIFIED),
        Status.WITHDRAWN,
        label=_("Withdraw the status"),
        permission="status.decide",
        needs_reason=True,
        writes=["status_basis"],
        order=6,
        conditions=[decider_did_not_screen, withdrawal_is_signed],
        effects=DECIDED,
    )
    def withdraw(self) -> None:
        """Only for public order or a false claim (CETS 197 Art. 13(3)), with reasons."""

    @step(
        status,
        (Status.NOT_IDENTIFIED, Status.DECLINED, Status.WITHDRAWN),
        Status.PRESUMED,
        label=_("Reconsider on new facts"),
        permission="status.reconsider",
        needs_reason=True,
        order=7,
        effects=(CloseTasks(("review_status",)), *TO_IDENTIFYING_BODY),
    )
    def reconsider(self) -> None:
        """New facts, or the person changed their mind."""

    @step(
        status,
        Status.NOT_IDENTIFIED,
        Status.NOT_IDENTIFIED,
        label=_("Request a review"),
        permission="status.request_review",
        needs_reason=True,
        order=8,
        effects=[
            OpenTask("review_status", to=Party.IDENTIFYING_BODY, days=10),
            Notify("review_requested", to=Party.IDENTIFYING_BODY),
        ],
    )
    def request_review(self) -> None:
        """A request for review is kept even where the law knows no appeal."""

    @step(
        status,
        Status.NOT_IDENTIFIED,
        Status.NOT_IDENTIFIED,
        label=_("Uphold the decision after a review"),
        permission="status.decide",
        needs_reason=True,
        writes=["status_basis"],
        order=9,
        conditions=[decider_did_not_screen, upholding_is_signed],
        effects=DECIDED,
    )
    def uphold(self) -> None:
        """The body looked again and gives its reasons; the person keeps access to services."""
