"""The shelter's places, requesting one, and every step of a stay."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nrm.access.permissions import Permission
from nrm.access.refusals import NotPermitted, NotYet
from nrm.access.roles import Role
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases.lifecycle import narrowed
from nrm.cases.selectors import case_for
from nrm.cases.steps import answer_step, called_as_step, edge_from_here, refused_beside_form, warn_of_names
from nrm.lib.drafting import keeps_draft
from nrm.placements import actions, selectors
from nrm.placements.forms import STEP_FORMS, ChangeUnitForm, RequestForm, ShelterForm, UnitForm
from workflows.placement import PlacementFlow

UNIT_COLUMNS = ("name", "sexes", "age_groups", "is_step_free", "takes_high_risk", "is_active")


@require_safe
def units(request: SignedInRequest) -> HttpResponse:
    board = selectors.board(request.actor)
    if board.shelter is None:
        return redirect("placements:shelter")
    audit.record(Code.PLACES_READ, by=request.actor, data={"shown": len(board.lines)})
    return render(request, "placements/units.html", {"board": board})


@sensitive_post_parameters("address")
@never_cache
@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Profile of the shelter"))
def shelter(request: SignedInRequest) -> HttpResponse:
    found = selectors.own_shelter(request.actor)
    initial = {"code_name": found.code_name} if found else {}
    form = ShelterForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid() and _done(form, actions.write_shelter, by=request.actor, **form.cleaned_data):
        messages.success(request, _("The profile of the shelter was saved."))
        return redirect("placements:units")
    context = {"form": form, "shelter": found, "has_address": bool(found and found.address)}
    return render(request, "placements/shelter.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_POST
def address(request: SignedInRequest) -> HttpResponse:
    """Shows the address in this answer only."""
    return render(request, "placements/address.html", {"address": actions.reveal_address(by=request.actor)})


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Add a place"))
def add_unit(request: SignedInRequest) -> HttpResponse:
    selectors.require_shelter_work(request.actor)
    form = UnitForm(request.POST if request.method == "POST" else None, initial={"age_groups": ["adult"]})
    if form.is_bound and form.is_valid() and _done(form, actions.add_unit, by=request.actor, **form.cleaned_data):
        messages.success(request, _("The changes were saved."))
        return redirect("placements:units")
    return _unit_page(request, form, gettext_lazy("Add a place"))


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Change a place"))
def change_unit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    unit = selectors.unit_for(request.actor, pk)
    form = ChangeUnitForm(
        request.POST if request.method == "POST" else None, initial={name: getattr(unit, name) for name in UNIT_COLUMNS}
    )
    if (
        form.is_bound
        and form.is_valid()
        and _done(form, actions.change_unit, unit, by=request.actor, **form.cleaned_data)
    ):
        messages.success(request, _("The changes were saved."))
        return redirect("placements:units")
    return _unit_page(request, form, gettext_lazy("Change a place"))


def _unit_page(request: SignedInRequest, form: forms.Form, heading: Promise) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "placements/unit.html", {"form": form, "heading": heading}, status=status)


def _done(form: forms.Form, act: Any, *args: Any, **values: Any) -> bool:
    """Whether the act went through; if not, the form says why."""
    try:
        act(*args, **values)
    except NotYet as refusal:
        form.add_error(None, str(refusal.sentence))
        return False
    return True


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Request a place"))
def request_place(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.REQUEST_PLACEMENT)
    shelters = selectors.shelters_for(case)
    form = RequestForm(request.POST if request.method == "POST" else None, shelters=shelters)
    warn_of_names(form, case)
    case_page = reverse("desk:case_page", args=[case.code])
    if form.is_bound and form.is_valid():
        try:
            actions.request_placement(case, by=request.actor, **form.values())
            return redirect(case_page)
        except NotYet as refusal:
            refused_beside_form(form, refusal, "placement.begin", record=case, by=request.actor)
    context = {"form": form, "case": case, "shelters": shelters, "cancel_url": case_page}
    return render(request, "placements/request.html", context, status=422 if form.is_bound else 200)


@require_safe
def page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    placement, standing = selectors.placement_for(request.actor, pk)
    shown = selectors.placement_page(placement, standing)
    audit.record(
        Code.PLACEMENT_READ,
        by=request.actor,
        case_code=placement.case.code,
        subject=f"placements.placement:{placement.pk}",
    )
    context = {"page": shown, "placement": placement, "case": placement.case, "back_to": _back_to(request, placement)}
    return render(request, "placements/placement.html", context)


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(PlacementFlow))
def step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    placement, standing = selectors.placement_for(request.actor, pk)
    if not narrowed(standing, placement).may(edge_from_here(PlacementFlow, placement, transition).permission):
        raise NotPermitted
    return answer_step(
        request,
        flow=PlacementFlow,
        record=placement,
        transition=transition,
        forms_by_step=STEP_FORMS,
        take=actions.take_step,
        back_to=_back_to(request, placement),
        by=request.actor,
    )


def _back_to(request: SignedInRequest, placement: Any) -> str:
    """A shelter goes back to its places: declining or ending a stay closes the case to it."""
    if request.actor.role is Role.SHELTER_WORKER:
        return reverse("placements:units")
    return reverse("desk:case_page", args=[placement.case.code])
