"""The map of gaps for the coordinator: what the directory offers where, beside how often people were turned away."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from nrm.access.actor import Actor
from nrm.accounts.requests import SignedInRequest
from nrm.cases.selectors import cases_visible_to
from nrm.countries import profile
from nrm.directory.gaps import Cell, GapsMap, Offer, Whom, gaps_map
from nrm.directory.services import Service
from nrm.lib.clock import now
from nrm.lib.days import add_months
from nrm.referrals.models import DeclineReason, Referral
from workflows.referral import ReferralState

#: How far back it is counted who was turned away.
MONTHS = 12


class GapsFilter(forms.Form):
    whom = forms.ChoiceField(label=_("For whom"), choices=[("", _("All")), *Whom.choices], required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        regions = [(region.code, region.name) for region in profile.current().parts_of()]
        self.fields["region"].choices = [("", _("All")), *regions]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Referrals of the last months that found nobody."""

    no_capacity: int = 0
    unanswered: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    service: Service
    cells: list[Cell]
    turned_away: TurnedAway


@require_safe
def gaps(request: SignedInRequest) -> HttpResponse:
    form = GapsFilter(request.GET)
    form.is_valid()
    whom, region = form.cleaned_data.get("whom", ""), form.cleaned_data.get("region", "")
    found = gaps_map(request.actor, whom=whom, region=region)
    counted = turned_away(request.actor)
    context = {
        "form": form,
        "map": found,
        "lines": [Line(row.service, row.cells, counted.get(row.service, TurnedAway())) for row in found.rows],
        "drawing": drawn(found),
        "offers": list(Offer),
        "sex_and_age": SEARCH_FOR.get(whom, {}),
        "is_filtered": bool(whom or region),
    }
    return render(request, "desk/gaps.html", context)


#: The search of the directory that finds what the map counts for.
SEARCH_FOR: dict[str, dict[str, str]] = {
    Whom.WOMEN: {"sex": "woman", "age_group": "adult"},
    Whom.MEN: {"sex": "man", "age_group": "adult"},
    Whom.CHILDREN: {"age_group": "child"},
}


def turned_away(actor: Actor) -> dict[str, TurnedAway]:
    """For each service, of the cases that the actor may know of."""
    since = add_months(now().date(), -MONTHS)
    sent = Referral.objects.filter(case__in=cases_visible_to(actor), sent_at__date__gte=since).order_by()
    declined = Q(state=ReferralState.DECLINED, decline_reason=DeclineReason.NO_CAPACITY)
    counted = sent.values("service").annotate(
        no_capacity=Count("pk", filter=declined), unanswered=Count("pk", filter=Q(state=ReferralState.EXPIRED))
    )
    return {row["service"]: TurnedAway(row["no_capacity"], row["unanswered"]) for row in counted}


# The picture: a row for each service, a column for each region, a shape for what there is

CELL = 34
LABELS = 210
HEADER = 170
MARGIN = 14


@dataclass(frozen=True, slots=True)
class Shape:
    x: float
    y: float
    offer: Offer
    count: int


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    #: Where each word stands.
    columns: list[tuple[float, str]]
    rows: list[tuple[float, str]]
    shapes: list[Shape]
    header: float
    labels: float
    right: float


def drawn(found: GapsMap) -> Drawing:
    """In the language that is active now."""
    columns, rows = found.columns, found.rows
    shapes = [
        Shape(LABELS + CELL * (across + 0.5), HEADER + CELL * (down + 0.5), cell.offer, cell.count)
        for down, row in enumerate(rows)
        for across, cell in enumerate(row.cells)
    ]
    return Drawing(
        # The last words lean over the right edge of the columns.
        width=LABELS + CELL * len(columns) + HEADER * 0.62,
        height=HEADER + CELL * len(rows) + MARGIN,
        columns=[(LABELS + CELL * (across + 0.5), str(column.name)) for across, column in enumerate(columns)],
        rows=[(HEADER + CELL * (down + 0.5), str(row.service.label)) for down, row in enumerate(rows)],
        shapes=shapes,
        header=HEADER,
        labels=LABELS,
        right=LABELS + CELL * len(columns),
    )
