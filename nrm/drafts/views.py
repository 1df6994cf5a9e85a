"""The two addresses of drafts: what a form page posts while it is filled in, and throwing away what was begun."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from nrm.access.refusals import MovedOn, NotVisible, NotYet, Refusal, TooOften
from nrm.accounts.requests import SignedInRequest
from nrm.drafts import actions, selectors, slips
from nrm.drafts.contents import Contents
from nrm.drafts.slips import Slip

#: Shorter fields are typed again sooner than they are copied.
LONG_TEXT = 20


@never_cache
@sensitive_post_parameters()
@require_POST
def keep(request: SignedInRequest) -> HttpResponse:
    """As it is typed, answered by a line beside the buttons; by the button, answered by the page of the form."""
    slip = slips.read(request.POST.get(slips.SLIP))
    if slip is None or not slip.is_of(request.actor.membership_id):
        raise NotVisible
    contents = Contents.posted(request.POST, slip)
    try:
        draft = actions.keep(slip, contents, by=request.actor, is_asked_for=not request.htmx)
    except (MovedOn, NotYet, TooOften) as refusal:
        return _not_kept(request, slip, contents, refusal)
    if request.htmx:
        at = time_format(localtime(draft.saved_at), "TIME_FORMAT") if draft else ""
        return _said(request, _("Kept at %(time)s") % {"time": at} if draft else "")
    if draft is not None:
        messages.success(request, _("Kept for later, for 14 days. It waits for you here and where your work begins."))
    return redirect(slip.page)


@require_POST
def throw_away(request: SignedInRequest, pk: UUID) -> HttpResponse:
    draft = selectors.own_draft(request.actor, pk)
    page = selectors.page_of(selectors.forms().get(draft.form), draft.form, draft.arguments)
    actions.throw_away(draft)
    messages.success(request, _("What you began is thrown away."))
    return redirect(page)


def _not_kept(request: SignedInRequest, slip: Slip, contents: Contents, refusal: Refusal) -> HttpResponse:
    """Beside the buttons; without a script the page has gone, so what was typed comes back to be copied."""
    if request.htmx:
        return _said(request, str(refusal.sentence), status=refusal.status)
    texts = [value for _name, values in contents.fields for value in values if len(value) > LONG_TEXT]
    context = {"sentence": refusal.sentence, "texts": texts, "page": slip.page}
    return render(request, "drafts/not_kept.html", context, status=refusal.status)


def _said(request: SignedInRequest, sentence: str, *, status: int = 200) -> HttpResponse:
    return render(request, "drafts/_said.html", {"sentence": sentence}, status=status)
