"""Who works on a case in the organisation that leads it, and who must not."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.accounts.models import Organisation
from nrm.cases.models.case import Case, CaseChild
from nrm.lib.clock import now
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.bar import BarState
from workflows.effects import Party
from workflows.team import TeamState


class TeamPart(models.TextChoices):
    RESPONSIBLE = "responsible", _("Responsible for the case")
    MEMBER = "member", _("Works on the case")
    COVER = "cover", _("Stands in for an absent colleague")


class TeamMemberQuerySet(models.QuerySet["TeamMember"]):
    def active(self) -> TeamMemberQuerySet:
        """Who is in a team at this moment: one whose time is over is not, written down or not."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now()), state=TeamState.ACTIVE)

    def working(self) -> TeamMemberQuerySet:
        """Those of them who still work there: whoever has left the organisation is in its teams on paper only."""
        return self.active().filter(
            user__is_active=True,
            user__memberships__ended_at=None,
            user__memberships__role=Role.CASE_WORKER,
            user__memberships__organisation=F("organisation"),
        )

    def lasting(self) -> TeamMemberQuerySet:
        """Whoever is in a team for good, not for the time of an absence."""
        return self.working().exclude(part=TeamPart.COVER)


class TeamMember(CaseChild):
    """One colleague's part in a case. Opens the case to that one person, for cover until a time."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="team")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Colleague"))
    part = models.CharField(_("Part in the case"), max_length=12, choices=TeamPart, default=TeamPart.MEMBER)
    #: Whose absence a cover bridges.
    covers = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    added_by = models.UUIDField(editable=False)
    added_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(_("Until"), null=True)
    state = models.CharField(_("State"), max_length=8, choices=TeamState, default=TeamState.ACTIVE)
    history = History()

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        ordering = ("added_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TeamState.values), name="team_state_known"),
            models.CheckConstraint(
                condition=Q(part=TeamPart.COVER, covers__isnull=False, ends_at__isnull=False) & ~Q(covers=F("user"))
                | (Q(part__in=[TeamPart.RESPONSIBLE, TeamPart.MEMBER], covers=None, ends_at=None)),
                name="team_cover_is_for_somebody_for_a_time",
            ),
            models.UniqueConstraint(
                fields=["case", "organisation", "user"],
                condition=Q(state=TeamState.ACTIVE) & ~Q(part=TeamPart.COVER),
                name="team_member_once",
            ),
            models.UniqueConstraint(
                fields=["case", "user", "covers"],
                condition=Q(state=TeamState.ACTIVE, part=TeamPart.COVER),
                name="team_covers_a_colleague_once",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state=TeamState.ACTIVE, part=TeamPart.RESPONSIBLE),
                name="team_one_responsible",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "case"], condition=Q(state=TeamState.ACTIVE), name="team_by_user"),
            models.Index(
                fields=["ends_at"], condition=Q(state=TeamState.ACTIVE, ends_at__isnull=False), name="team_covers"
            ),
        ]

    def parties(self) -> dict[Party, UUID]:
        return {Party.TEAM_MEMBER: self.organisation_id}

    def leaves_somebody_behind(self) -> bool:
        """Whether a restricted case would still have somebody in its team who stays for good."""
        if not self.case.is_restricted:
            return True
        others = TeamMember.objects.lasting().filter(case=self.case_id, organisation=self.organisation_id)
        return others.exclude(pk=self.pk).exists()

    def is_over(self) -> bool:
        return self.ends_at is not None and self.ends_at <= now()

    def has_lost_the_lead(self) -> bool:
        leading = self.case.participations.open().filter(relation=Relation.LEADS, user=None)
        return not leading.filter(organisation=self.organisation_id).exists()

    def is_kept_away(self) -> bool:
        return CaseBar.objects.standing().filter(case=self.case_id, user=self.user_id).exists()


class BarReason(models.TextChoices):
    RELATIVE = "relative", _("A relative or a close acquaintance")
    INVOLVED = "involved", _("Involved in the matter")
    COLLEAGUE = "colleague", _("The person works, or worked, with us")
    SAFETY = "safety", _("The person does not feel safe with them")
    OTHER = "other", pgettext_lazy("conflict of interest", "Another reason")


class CaseBarQuerySet(models.QuerySet["CaseBar"]):
    def standing(self) -> CaseBarQuerySet:
        return self.filter(state=BarState.BARRED)


class CaseBar(CaseChild):
    """A conflict of interest keeps one user away from one case. It is stronger than anything that opens the case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="bars")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", verbose_name=_("Who"))
    reason = models.CharField(_("Reason"), max_length=12, choices=BarReason)
    note = SealedField(null=True)
    barred_by = models.UUIDField(editable=False)
    barred_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(_("State"), max_length=8, choices=BarState, default=BarState.BARRED)
    history = History()

    objects = CaseBarQuerySet.as_manager()

    class Meta:
        ordering = ("-barred_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BarState.values), name="bar_state_known"),
            models.UniqueConstraint(fields=["case", "user"], condition=Q(state=BarState.BARRED), name="bar_once"),
        ]
        indexes = [models.Index(fields=["user", "case"], condition=Q(state=BarState.BARRED), name="bar_by_user")]

    def keeps_away(self, user_id: UUID) -> bool:
        return self.user_id == user_id
