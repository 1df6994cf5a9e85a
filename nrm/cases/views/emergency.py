"""The pages of emergency access: opening a case, ending it, reviewing it, the register."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nrm.access.refusals import MovedOn, NotYet
from nrm.accounts import selectors as accounts
from nrm.accounts.actions import prove
from nrm.accounts.factors import PasskeyAct
from nrm.accounts.fresh import note_refused, passkey_that_answered
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code, Outcome
from nrm.cases import actions
from nrm.cases.forms.emergency import JUSTIFIED, EmergencyForm, ReviewForm
from nrm.cases.selectors import emergency as emergencies
from nrm.cases.steps import UNPROCESSABLE, case_page_of, form_page, refused_beside_form, typed
from nrm.lib.drafting import keeps_draft
from nrm.lib.paging import Cursor, next_url


@never_cache
@sensitive_post_parameters("case_code", "account", "password", "code")
@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Emergency access"))
def emergency(request: SignedInRequest) -> HttpResponse:
    last = emergencies.last_use_of(request.actor)
    has_passkey = accounts.has_passkey(request.user.pk)
    form = EmergencyForm(typed(request), by_passkey=has_passkey)
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid() and is_proven(request, form):
            facts = {name: form.cleaned_data[name] for name in ("reason", "account")}
            try:
                access = actions.break_glass(by=request.actor, code=form.cleaned_data["case_code"], **facts)
            except NotYet as refusal:
                refused(request, form, refusal)
            else:
                request.session.cycle_key()
                return redirect(case_page_of(access.case))
    needs_passkey = settings.NRM_PASSKEY_FOR_EMERGENCY and not has_passkey
    context = {"form": form, "last": last, "has_passkey": has_passkey, "needs_passkey": needs_passkey}
    return render(request, "cases/emergency.html", context, status=status)


def is_proven(request: SignedInRequest, form: EmergencyForm) -> bool:
    """The passkey of whoever has one, else password and code once more, counted and throttled. Until then nothing is
    looked up."""
    if form.by_passkey:
        if passkey_that_answered(request, "passkey", PasskeyAct.PROOF) is not None:
            return True
        form.add_error(None, _("The passkey was not accepted. Try again."))
        return False
    if settings.NRM_PASSKEY_FOR_EMERGENCY:
        note_refused(request, "passkey_needed", UNPROCESSABLE)
        return False
    if prove(request.user.pk, password=form.cleaned_data["password"], code=form.cleaned_data["code"]):
        return True
    form.add_error(None, _("The password or the code is not right. Wait for the next code and try again."))
    return False


def refused(request: SignedInRequest, form: EmergencyForm, refusal: NotYet) -> None:
    """Beside the form, and in the log without the code that was typed."""
    form.add_error(None, str(refusal.sentence))
    told = {"refusal": "no_such_case" if isinstance(refusal, emergencies.NoSuchCase) else refusal.code}
    audit.record("emergency.begin", by=request.actor, outcome=Outcome.REFUSED, data=told)


@require_POST
def end_emergency(request: SignedInRequest, pk: UUID) -> HttpResponse:
    access = emergencies.own_emergency(request.actor, pk)
    if access.is_running:
        actions.end_emergency(access, by=request.actor)
    messages.success(request, _("Emergency access has ended."))
    return redirect("cases:emergency")


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Review the use of emergency access"))
def review_emergency(request: SignedInRequest, pk: UUID) -> HttpResponse:
    used, acts = emergencies.emergency_to_review(request.actor, pk)
    access = used.access
    form = ReviewForm(typed(request), initial={"version": access.version})
    context = {"case": access.case, "used": used, "acts": acts}
    if request.method == "POST" and form.is_valid():
        said, is_justified = form.cleaned_data, form.cleaned_data["finding"] == JUSTIFIED
        facts = {"note": said["note"], "expected_version": said["version"]}
        try:
            actions.review_emergency(access, by=request.actor, is_justified=is_justified, **facts)
        except (MovedOn, NotYet) as refusal:
            code = "emergency.find_justified" if is_justified else "emergency.find_unjustified"
            status = refused_beside_form(form, refusal, code, record=access, by=request.actor)
            return form_page(request, "cases/review_emergency.html", form, context, status)
        messages.success(request, _("The review is recorded."))
        return redirect(case_page_of(access.case))
    return form_page(request, "cases/review_emergency.html", form, context)


@require_GET
def emergency_register(request: SignedInRequest) -> HttpResponse:
    register = emergencies.register_of_emergencies(request.actor, Cursor.read(request.GET.get("after", "")))
    audit.record(Code.EMERGENCIES_READ, by=request.actor, data={"count": len(register.lines)})
    context = {"register": register, "page": {"next_url": next_url(register.after)}}
    return render(request, "cases/emergency_register.html", context)
