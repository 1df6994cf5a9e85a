"""What a form page shows of its draft."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BaseForm
from django.template.context import Context
from django.urls import reverse

from nrm.drafts import selectors, slips
from nrm.drafts.contents import keeps_anything
from nrm.drafts.keeping import PageDesk
from nrm.lib import drafting

register = template.Library()


@register.inclusion_tag("drafts/_begun.html", takes_context=True)
def draft_begun(context: Context) -> dict[str, Any]:
    """Above a form: what was begun before, to be chosen; or that it is gone on with, and if the record moved on."""
    desk, form = drafting.desk(), context.get("form")
    if not isinstance(desk, PageDesk) or not isinstance(form, BaseForm) or not keeps_anything(form):
        return {}
    begun, request = desk.waits_for, context["request"]
    return {
        "begun": begun,
        "csrf_token": context.get("csrf_token"),
        "is_posted": request.method == "POST",
        "address": request.path,
        "go_on": f"{desk.start}?{selectors.GO_ON}={begun.pk}" if begun else "",
        "filled_from": desk.filled_from if desk.contents else None,
        "has_moved_on": desk.has_moved_on(form),
    }


@register.inclusion_tag("drafts/_kept.html", takes_context=True)
def draft(context: Context, form: BaseForm) -> dict[str, Any]:
    """Beside the buttons, inside the form: its slip, the way to keep it by hand, and how that went."""
    desk = drafting.desk()
    if not isinstance(desk, PageDesk) or not keeps_anything(form):
        return {}
    if not desk.case_code and (case := context.get("case")) is not None:
        desk.case_code = case.code
    slip = desk.slip_for(form)
    return {
        "slip": slips.written(slip),
        "left_out": ", ".join(["csrfmiddlewaretoken", *slip.left_out]),
        "keep": reverse("drafts:keep"),
        "waits": desk.waits_for is not None,
        "is_typed": form.is_bound,
        "kept_at": desk.filled_from.saved_at if desk.filled_from else None,
    }


@register.inclusion_tag("drafts/_list.html", takes_context=True)
def begun(context: Context) -> dict[str, Any]:
    """What somebody has begun and not finished: names of forms and codes of cases."""
    actor = getattr(context["request"], "actor", None)
    return {"lines": selectors.begun_by(actor) if actor else []}
