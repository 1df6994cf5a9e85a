"""Pages of administrators: people, organisations, lost devices. No case can be reached from here."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nrm.access.refusals import NotYet, Refusal
from nrm.accounts import actions, selectors
from nrm.accounts.actions.invitations import IssuedLink
from nrm.accounts.doors import administration
from nrm.accounts.forms import InviteForm, LostDeviceForm, OrganisationForm, PeopleFilter, RoleForm
from nrm.accounts.fresh import fresh_second_factor
from nrm.accounts.requests import SignedInRequest
from nrm.accounts.views.sign_in import REFUSED, address_of_link
from nrm.lib import drafting
from nrm.lib.drafting import keeps_draft


@require_http_methods(["GET"])
@administration
def people(request: SignedInRequest) -> HttpResponse:
    chosen = PeopleFilter(request.GET)
    chosen.is_valid()
    organisation = chosen.cleaned_data.get("organisation")
    role = chosen.cleaned_data.get("role", "")
    page = selectors.people_page(
        organisation_id=organisation.pk if organisation else None, role=role, after=chosen.cleaned_data.get("after")
    )
    context = {"form": chosen, "page": page, "organisation_id": organisation.pk if organisation else "", "role": role}
    return render(request, "accounts/people.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@administration
@fresh_second_factor
@keeps_draft(gettext_lazy("Invite a colleague"))
def invite(request: SignedInRequest) -> HttpResponse:
    form = InviteForm(request.POST if request.method == "POST" else None, initial={"language": request.user.language})
    status = REFUSED if form.is_bound else 200
    if form.is_valid():
        values = dict(form.cleaned_data)
        organisation = values.pop("organisation")
        try:
            link = actions.invite_person(**values, organisation_id=organisation.pk, by=request.actor)
        except NotYet as refusal:
            form.add_error("email", str(refusal.sentence))
        else:
            drafting.saved()
            return show_link(request, link)
    return render(request, "accounts/invite.html", {"form": form}, status=status)


def show_link(request: SignedInRequest, link: IssuedLink) -> HttpResponse:
    """The only time the link is seen. The person's own page does not show it again."""
    context = {"address": address_of_link(request, link.token), "person": selectors.person(link.user_id)}
    return render(request, "accounts/link.html", context)


@require_http_methods(["GET"])
@administration
def person(request: SignedInRequest, user_id: UUID) -> HttpResponse:
    return person_with(request, user_id)


def person_with(
    request: SignedInRequest, user_id: UUID, *, role_form: RoleForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "page": selectors.person_page(user_id),
        "role_form": role_form or RoleForm(),
        "lost_form": LostDeviceForm(),
        "is_oneself": user_id == request.user.pk,
    }
    return render(request, "accounts/person.html", context, status=status)


@require_http_methods(["POST"])
@never_cache
@administration
@fresh_second_factor
def reissue_link(request: SignedInRequest, user_id: UUID) -> HttpResponse:
    return show_link(request, actions.reissue_link(user_id, by=request.actor))


@require_http_methods(["POST"])
@administration
@fresh_second_factor
def start_membership(request: SignedInRequest, user_id: UUID) -> HttpResponse:
    form = RoleForm(request.POST)
    if form.is_valid():
        organisation, role = form.cleaned_data["organisation"], form.cleaned_data["role"]
        try:
            actions.start_membership(user_id, organisation_id=organisation.pk, role=role, by=request.actor)
        except NotYet as refusal:
            form.add_error(None, str(refusal.sentence))
        else:
            return back_to_person(request, user_id, _("The role was given."))
    return person_with(request, user_id, role_form=form, status=REFUSED)


@require_http_methods(["POST"])
@administration
@fresh_second_factor
def end_membership(request: SignedInRequest, user_id: UUID, membership_id: UUID) -> HttpResponse:
    actions.end_membership(membership_id, user_id=user_id, by=request.actor)
    return back_to_person(request, user_id, _("The role was ended."))


@require_http_methods(["POST"])
@administration
@fresh_second_factor
def set_supervision(request: SignedInRequest, user_id: UUID, membership_id: UUID) -> HttpResponse:
    """Posted as "yes" or "no", so that two administrators at once do not undo each other."""
    supervises = request.POST.get("supervises") == "yes"
    actions.set_supervision(membership_id, user_id=user_id, supervises=supervises, by=request.actor)
    return back_to_person(request, user_id, _("The changes were saved."))


@require_http_methods(["POST"])
@administration
@fresh_second_factor
def deactivate(request: SignedInRequest, user_id: UUID) -> HttpResponse:
    actions.deactivate(user_id, by=request.actor)
    return back_to_person(request, user_id, _("The account is closed. Its sessions were ended."))


@require_http_methods(["POST"])
@administration
@fresh_second_factor
def reactivate(request: SignedInRequest, user_id: UUID) -> HttpResponse:
    actions.reactivate(user_id, by=request.actor)
    return back_to_person(request, user_id, _("The account is open again."))


@require_http_methods(["POST"])
@administration
def end_sessions(request: SignedInRequest, user_id: UUID) -> HttpResponse:
    selectors.person(user_id)
    actions.end_sessions_of(user_id, by=request.actor)
    return back_to_person(request, user_id, _("All sessions of this person were ended."))


def back_to_person(request: SignedInRequest, user_id: UUID, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect("accounts:person", user_id)


@require_http_methods(["GET"])
@administration
def organisations(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/organisations.html", {"organisations": selectors.organisations()})


@require_http_methods(["GET", "POST"])
@administration
@fresh_second_factor
@keeps_draft(gettext_lazy("Add an organisation"))
def add_organisation(request: SignedInRequest) -> HttpResponse:
    form = OrganisationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.add_organisation(values=form.cleaned_data, by=request.actor)
        messages.success(request, _("The organisation was added."))
        return redirect("accounts:organisations")
    return render(
        request,
        "accounts/organisation.html",
        {"form": form, "organisation": None},
        status=REFUSED if form.is_bound else 200,
    )


@require_http_methods(["GET", "POST"])
@administration
@fresh_second_factor
@keeps_draft(gettext_lazy("Organisation"))
def organisation(request: SignedInRequest, organisation_id: UUID) -> HttpResponse:
    found = selectors.organisation(organisation_id)
    form = OrganisationForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_valid():
        actions.change_organisation(organisation_id, values=form.cleaned_data, by=request.actor)
        messages.success(request, _("The changes were saved."))
        return redirect("accounts:organisations")
    context = {"form": form, "organisation": found}
    return render(request, "accounts/organisation.html", context, status=REFUSED if form.is_bound else 200)


@require_http_methods(["POST"])
@administration
@fresh_second_factor
def close_organisation(request: SignedInRequest, organisation_id: UUID) -> HttpResponse:
    actions.set_organisation_active(organisation_id, active=False, by=request.actor)
    messages.success(request, _("The organisation is closed. Its people can no longer act for it."))
    return redirect("accounts:organisations")


@require_http_methods(["POST"])
@administration
@fresh_second_factor
def reopen_organisation(request: SignedInRequest, organisation_id: UUID) -> HttpResponse:
    actions.set_organisation_active(organisation_id, active=True, by=request.actor)
    messages.success(request, _("The organisation is active again."))
    return redirect("accounts:organisations")


@require_http_methods(["GET"])
@administration
def lost_devices(request: SignedInRequest) -> HttpResponse:
    return waiting_resets(request)


def waiting_resets(request: SignedInRequest, *, refusal: Refusal | None = None) -> HttpResponse:
    sentence: str | Promise = refusal.sentence if refusal else ""
    context = {"resets": selectors.open_resets(), "refusal": sentence}
    return render(request, "accounts/lost_devices.html", context, status=refusal.status if refusal else 200)


@require_http_methods(["POST"])
@administration
@fresh_second_factor
def request_reset(request: SignedInRequest, user_id: UUID) -> HttpResponse:
    form = LostDeviceForm(request.POST)
    if not form.is_valid():
        return person_with(request, user_id, status=REFUSED)
    actions.request_reset(user_id, reason=form.cleaned_data["reason"], by=request.actor)
    return back_to_person(request, user_id, _("The request waits for a second administrator."))


@require_http_methods(["POST"])
@never_cache
@administration
def confirm_reset(request: SignedInRequest, reset_id: UUID) -> HttpResponse:
    try:
        link = actions.confirm_reset(reset_id, code=request.POST.get("code", "")[:20], by=request.actor)
    except NotYet as refusal:
        return waiting_resets(request, refusal=refusal)
    messages.success(request, _("The second factor was removed. A new one is set up at the next sign-in."))
    return show_link(request, link)


@require_http_methods(["POST"])
@administration
def withdraw_reset(request: SignedInRequest, reset_id: UUID) -> HttpResponse:
    actions.withdraw_reset(reset_id, by=request.actor)
    messages.success(request, _("The request was withdrawn."))
    return redirect("accounts:lost_devices")
