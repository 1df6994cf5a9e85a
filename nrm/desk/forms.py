"""The filter of the case list."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.cases.models import Case, RiskLevel
from nrm.cases.selectors import cases_visible_to
from nrm.lib.codes import normalise_code
from workflows.case import Stage
from workflows.status import Status


class CaseFilter(django_filters.FilterSet):
    """A filter counts only where the actor may see what it asks for, so that it tells nobody more than the list."""

    code = django_filters.CharFilter(label=_("Case code"), method="by_code")
    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=Stage.choices, empty_label=_("All"))
    status = django_filters.ChoiceFilter(
        label=_("Protection status"), choices=Status.choices, empty_label=_("All"), method="by_status"
    )
    risk_level = django_filters.ChoiceFilter(
        label=_("Risk level"), choices=RiskLevel.choices, empty_label=_("All"), method="by_risk"
    )

    class Meta:
        model = Case
        fields = ("code", "stage", "status", "risk_level")

    def __init__(self, data: QueryDict, *, actor: Actor) -> None:
        super().__init__(data, queryset=cases_visible_to(actor))
        self.actor = actor

    def by_status(self, cases: QuerySet[Case], _name: str, status: str) -> QuerySet[Case]:
        return cases.filter(status=status, pk__in=cases_visible_to(self.actor, Permission.SEE_STATUS))

    def by_risk(self, cases: QuerySet[Case], _name: str, level: str) -> QuerySet[Case]:
        return cases.filter(risk_level=level, pk__in=cases_visible_to(self.actor, Permission.SEE_RISK_LEVEL))

    def by_code(self, cases: QuerySet[Case], _name: str, typed: str) -> QuerySet[Case]:
        code = normalise_code(typed)
        return cases.filter(code=code) if code else cases.none()
