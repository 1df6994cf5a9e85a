"""`{% load nrm %}`: icons, dates, codes, badges, cards and tables. Each is shown with its use in docs/interface.md."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

from django import template
from django.forms import BaseForm, BaseFormSet, BoundField
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nrm.web.tones import tone_of

register = template.Library()

SPRITE = "vendor/tabler/icons.svg"
#: From here on a due time is shown as pressing.
SOON = timedelta(days=2)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite. Decoration unless it has a label."""
    source = f"{static(SPRITE)}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, source)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', source)


@register.simple_tag
def safe_url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a view, or nothing when there is no such view."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


@register.filter
def short_date(value: date | datetime | None) -> str:
    return formats.date_format(local(value), "SHORT_DATE_FORMAT") if value else ""


@register.filter
def long_date(value: date | datetime | None) -> str:
    return formats.date_format(local(value), "DATE_FORMAT") if value else ""


@register.filter
def date_and_time(value: datetime | None) -> str:
    return formats.date_format(local(value), "DATETIME_FORMAT") if value else ""


@register.filter
def clock_time(value: datetime | None) -> str:
    return formats.date_format(local(value), "TIME_FORMAT") if value else ""


def local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def due_in_words(value: date | datetime | None) -> str:
    """How long until a time limit, or since when it is over, in whole days or hours."""
    if value is None:
        return ""
    if not isinstance(value, datetime):
        return days_in_words((value - timezone.localdate()).days)
    left = value - timezone.now()
    days = (timezone.localtime(value).date() - timezone.localdate()).days
    if days == 0 or abs(left) < timedelta(hours=12):
        return hours_in_words(left)
    return days_in_words(days)


def days_in_words(days: int) -> str:
    if days == 0:
        return _("Due today")
    if days == 1:
        return _("Due tomorrow")
    if days > 0:
        return ngettext("Due in %(count)s day", "Due in %(count)s days", days) % {"count": days}
    return ngettext("Overdue by %(count)s day", "Overdue by %(count)s days", -days) % {"count": -days}


def hours_in_words(left: timedelta) -> str:
    hours = int(abs(left).total_seconds() // 3600)
    if hours == 0:
        return _("Due within the hour") if left >= timedelta() else _("Overdue")
    if left > timedelta():
        return ngettext("Due in %(count)s hour", "Due in %(count)s hours", hours) % {"count": hours}
    return ngettext("Overdue by %(count)s hour", "Overdue by %(count)s hours", hours) % {"count": hours}


@register.filter
def due_urgency(value: date | datetime | None) -> str:
    """`over`, `soon` or nothing: the ending of the class name."""
    if value is None:
        return ""
    if not isinstance(value, datetime):
        left = value - timezone.localdate()
        return "over" if left < timedelta() else "soon" if left <= SOON else ""
    until = value - timezone.now()
    return "over" if until < timedelta() else "soon" if until <= SOON else ""


@register.inclusion_tag("components/_due.html")
def due(value: date | datetime | None) -> dict[str, Any]:
    return {"at": value, "exactly": long_date(value) if not isinstance(value, datetime) else date_and_time(value)}


@register.inclusion_tag("components/_person_code.html")
def case_code(code: str, url: str = "") -> dict[str, Any]:
    return {"code": code, "url": url}


@register.inclusion_tag("components/_badge.html")
def badge(label: str | Promise, kind: str = "", state: str = "", tone: str = "") -> dict[str, Any]:
    """A state in words on its colour. `kind` is the machine; `tone` overrules the colour."""
    return {"label": label, "tone": tone or tone_of(kind, state)}


@register.simple_block_tag
def card(
    content: str,
    title: str | Promise = "",
    icon: str = "",
    tone: str = "",
    aside: str = "",
    flush: bool = False,
    id: str = "",  # noqa: A002 - it is the attribute's name
) -> str:
    """A white sheet around the block. `flush` lets lists and tables reach its edges."""
    frame = {"title": title, "icon": icon, "tone": tone, "aside": aside, "flush": flush, "id": id}
    return render_to_string("components/_card.html", {**frame, "content": content})


class Wrong(NamedTuple):
    """One line of an error summary: where it leads and what to put right."""

    target: str
    sentence: str


@register.simple_tag
def summary_of(*forms: BaseForm | BaseFormSet[Any] | None) -> list[Wrong]:
    """What is wrong in the forms, in the order of the page; the forms then keep their common errors to the summary.
    A set of forms counts as its forms."""
    wrong: list[Wrong] = []
    for form in chain.from_iterable(one if isinstance(one, BaseFormSet) else [one] for one in forms):
        if not isinstance(form, BaseForm):
            continue
        form.errors_summarised = True  # type: ignore[attr-defined]
        wrong += [Wrong("", str(error)) for error in form.non_field_errors()]
        for field in form:
            wrong += [Wrong(first_id(field), f"{field.label}: {error}") for error in field.errors]
    return wrong


@register.filter
def first_id(field: BoundField) -> str:
    """The id of the control to go to: of the first one where a field has several."""
    if field.is_hidden:
        return ""
    return field.id_for_label or (f"{field.auto_id}_0" if field.auto_id else "")
