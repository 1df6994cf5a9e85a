"""The directory of services: looking for one, keeping one's own, and the coordinator's queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code, Outcome
from nrm.directory import actions, selectors
from nrm.directory.forms import ListingForm, NeedForm, OutsideForm, QualityForm, StepForm
from nrm.directory.work import reference
from nrm.lib.drafting import called_as_step, keeps_draft
from workflows.listing import ListingFlow

UNPROCESSABLE = 422


@require_safe
def directory(request: SignedInRequest) -> HttpResponse:
    form = NeedForm(request.GET)
    need = form.need()
    page = selectors.directory_page(request.actor, need, after=_after(request.GET))
    kept = form.kept()
    context = {
        "form": form,
        "matches": page.matches,
        "is_filtered": not need.is_empty,
        "is_unasked": need.is_empty,
        "asked": form.in_words(),
        "may_keep": allows(request.actor, Permission.KEEP_LISTING),
        "may_add_outside": allows(request.actor, Permission.ADD_OUTSIDE_ORGANISATION),
        "may_approve": allows(request.actor, Permission.APPROVE_LISTING),
        "page": {"next_url": f"?{urlencode({**kept, 'after': str(page.after)})}" if page.after else ""},
    }
    return render(request, "directory/directory.html", context)


def _after(query: QueryDict) -> UUID | None:
    try:
        return UUID(query.get("after", ""))
    except ValueError:
        return None


@require_safe
def listing(request: SignedInRequest, pk: UUID) -> HttpResponse:
    page = selectors.listing_page(request.actor, pk)
    return render(request, "directory/listing.html", {"page": page, "listing": page.listing})


@require_safe
def ours(request: SignedInRequest) -> HttpResponse:
    context = {
        "listings": selectors.own_listings(request.actor),
        "may_add_outside": allows(request.actor, Permission.ADD_OUTSIDE_ORGANISATION),
        "offers_itself": not allows(request.actor, Permission.APPROVE_LISTING),
    }
    return render(request, "directory/ours.html", context)


@require_safe
def queue(request: SignedInRequest) -> HttpResponse:
    return render(request, "directory/queue.html", {"queue": selectors.queue(request.actor)})


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Add a service"))
def add(request: SignedInRequest) -> HttpResponse:
    selectors.require_offering(request.actor)
    form = ListingForm(
        typed(request), initial={"age_groups": ["adult"]}, is_shelter=selectors.is_shelter(request.actor)
    )
    if form.is_bound and form.is_valid():
        added = actions.add_listing(by=request.actor, values=form.values())
        messages.success(request, _("The service was saved. Ask for approval when everything is right."))
        return redirect("directory:listing", added.pk)
    return _form_page(request, form, gettext_lazy("Add a service"))


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Add an organisation outside the service"))
def add_outside(request: SignedInRequest) -> HttpResponse:
    if not allows(request.actor, Permission.ADD_OUTSIDE_ORGANISATION):
        raise NotPermitted
    form = OutsideForm(typed(request), initial={"age_groups": ["adult"], "kind": "ngo"})
    added: list[Any] = []

    def act() -> None:
        added.append(actions.add_outside(by=request.actor, **form.organisation(), values=form.values()))

    if form.is_bound and form.is_valid() and not _refused(request, form, Code.ORGANISATION_ADDED, act):
        messages.success(request, _("The organisation was added."))
        return redirect("directory:listing", added[0].pk)
    return _form_page(
        request,
        form,
        gettext_lazy("Add an organisation outside the service"),
        lead=gettext_lazy(
            "It has no account here. Referrals reach it by letter or by link, and you keep this up to date."
        ),
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Change a service"))
def change(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = selectors.listing_for(request.actor, pk, Permission.KEEP_LISTING)
    form = ListingForm(typed(request), initial=ListingForm.initial_of(found), is_shelter=selectors.is_of_shelter(found))

    def act() -> None:
        version = form.cleaned_data["version"] or 0
        actions.change_listing(found, by=request.actor, expected_version=version, values=form.values())

    status = UNPROCESSABLE
    if form.is_bound and form.is_valid() and not (status := _refused(request, form, Code.LISTING_CHANGED, act, found)):
        messages.success(request, _("The changes were saved."))
        return redirect("directory:listing", pk)
    return _form_page(request, form, gettext_lazy("Change a service"), listing=found, status=status)


def _form_page(
    request: HttpRequest,
    form: ListingForm,
    heading: Promise,
    *,
    lead: Promise | str = "",
    listing: Any = None,
    status: int = UNPROCESSABLE,
) -> HttpResponse:
    context = {"form": form, "heading": heading, "lead": lead, "listing": listing}
    return render(request, "directory/form.html", context, status=status if form.is_bound else 200)


@require_POST
def full(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Posted as "yes" or "no": what it is to be."""
    found = selectors.listing_for(request.actor, pk, Permission.KEEP_LISTING)
    is_full = request.POST.get("full") == "yes"
    actions.set_full(found, by=request.actor, full=is_full)
    messages.success(request, _("Marked as full.") if is_full else _("Marked as having room."))
    return redirect(
        "directory:ours" if request.POST.get("back") == "ours" else "directory:listing", *_back(request, pk)
    )


def _back(request: HttpRequest, pk: UUID) -> list[UUID]:
    return [] if request.POST.get("back") == "ours" else [pk]


@require_POST
def confirm(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = selectors.listing_for(request.actor, pk, Permission.KEEP_LISTING)
    actions.confirm_listing(found, by=request.actor, expected_version=_version(request))
    messages.success(request, _("Thank you. It is marked as true today."))
    return redirect("directory:listing", pk)


@require_POST
def accept(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = selectors.listing_for(request.actor, pk, Permission.APPROVE_LISTING)
    actions.accept_change(found, by=request.actor, expected_version=_version(request))
    messages.success(request, _("The change was accepted."))
    return redirect("directory:queue")


def _version(request: HttpRequest) -> int:
    """What was read; a page that does not say so is of no version."""
    posted = request.POST.get("version", "")
    return int(posted) if posted.isdecimal() and len(posted) < 10 else 0


@require_http_methods(["GET", "POST"])
def assess(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = selectors.listing_for(request.actor, pk, Permission.APPROVE_LISTING)
    form = QualityForm(typed(request), initial={"version": found.version, "quality": found.quality})

    def act() -> None:
        given = form.cleaned_data
        version, quality = given["version"], given["quality"]
        actions.assess_listing(found, by=request.actor, expected_version=version, quality=quality)

    status = UNPROCESSABLE
    if form.is_bound and form.is_valid() and not (status := _refused(request, form, Code.LISTING_ASSESSED, act, found)):
        messages.success(request, _("The changes were saved."))
        return redirect("directory:listing", pk)
    context = {
        "form": form,
        "listing": found,
        "heading": pgettext_lazy("step", "Assess the quality"),
        "submit": _("Save"),
    }
    return render(request, "directory/step.html", context, status=status if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(ListingFlow))
def step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    found = selectors.listing_for(request.actor, pk)
    edges = [edge for edge in ListingFlow.edges() if edge.name == transition]
    if not edges:
        raise NotVisible
    if not selectors.KeeperStanding(request.actor, found).may(edges[0].permission):
        raise NotPermitted
    form = StepForm(typed(request), edge=edges[0], record=found)

    def act() -> None:
        given = form.cleaned_data
        version, reason = given["version"], given.get("reason", "")
        actions.take_step(found, transition, by=request.actor, expected_version=version, reason=reason)

    status = UNPROCESSABLE
    if form.is_bound and form.is_valid() and not (status := _refused(request, form, edges[0].code, act, found)):
        messages.success(request, _("The changes were saved."))
        return redirect("directory:listing", pk)
    label = edges[0].label
    context = {
        "form": form,
        "listing": found,
        "heading": label,
        "submit": label,
        "consequence": THEN.get(transition, ""),
    }
    return render(request, "directory/step.html", context, status=status if form.is_bound else 200)


#: What follows from a step, where it is not said by its name.
THEN: dict[str, Promise] = {
    "submit": gettext_lazy("The coordinator looks at it within a week. Until then nobody else sees it."),
    "approve": gettext_lazy("Everybody who refers people finds it from now on."),
    "send_back": gettext_lazy("The organisation reads your reason, puts it right and asks again."),
    "stop": gettext_lazy("No new referrals can be sent. Those that run go on, and the directory says so."),
    "resume": gettext_lazy("New referrals can be sent again from now on."),
    "withdraw": gettext_lazy("It is no longer in the directory. Referrals that name it keep their record."),
}


def typed(request: HttpRequest) -> QueryDict | None:
    """What was posted, were it nothing at all; None on any other method."""
    return request.POST if request.method == "POST" else None


def _refused(request: SignedInRequest, form: forms.Form, code: str, act: Callable[[], None], of: Any = None) -> int:
    """The status of the refusal, which is audited and told beside what was typed; 0 when the act went through."""
    try:
        act()
    except (NotYet, MovedOn) as refusal:
        form.add_error(None, str(refusal.sentence))
        subject, data = reference(of) if of else "", {"refusal": refusal.code}
        audit.record(code, by=request.actor, subject=subject, outcome=Outcome.REFUSED, data=data)
        return refusal.status
    return 0
