"""What is asked when a task is given, handed on, put off, or written about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from nrm.countries.limits import end_of
from nrm.lib.forms import DayField, PlainTextField

Choices = Iterable[tuple[UUID, str]]


def one_of(label: Any, **options: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, coerce=UUID, empty_value=None, **options)


def offer(field: Any, found: Choices, *, empty: str = "") -> None:
    first = [("", empty)] if empty else []
    field.choices = [*first, *((str(pk), name) for pk, name in found)]


class CommentForm(forms.Form):
    """`key` lets a form sent twice write once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)
    text = PlainTextField(
        label=pgettext_lazy("task", "Comment"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Read by whoever does this task and by who gave it. It is sealed and sent nowhere."),
    )


class ReasonForm(forms.Form):
    """Work of no case has no key to seal a text with, and asks for none."""

    reason = PlainTextField(
        label=gettext_lazy("Why"),
        lines=False,
        help_text=gettext_lazy("One sentence is enough. Read by whoever does this task and by who gave it."),
    )

    def __init__(self, *args: Any, asks_why: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        if not asks_why:
            del self.fields["reason"]


class HandOnForm(ReasonForm):
    """`expected` is who was on it on the page, so that two who hand it on at once do not undo each other."""

    expected = forms.UUIDField(widget=forms.HiddenInput, required=False)
    to = one_of(gettext_lazy("Colleague"))
    field_order = ("expected", "to", "reason")

    def __init__(self, *args: Any, colleagues: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self.fields["to"], colleagues, empty=_("Choose a colleague"))


class PutOffForm(ReasonForm):
    until = DayField(
        label=gettext_lazy("Until"),
        allow_future=True,
        help_text=gettext_lazy("At most 14 days from now. It comes back by itself that morning. Day/month/year."),
    )
    field_order = ("until", "reason")

    @property
    def moment(self) -> datetime:
        """The day begins at midnight on the country's wall calendar."""
        return datetime.combine(self.cleaned_data["until"], time(), timezone.get_default_timezone())


class GiveTaskForm(forms.Form):
    """`key` lets a form sent twice give one task."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)
    text = PlainTextField(
        label=gettext_lazy("What there is to do"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("It is sealed. Mails and lists say only that there is something to do."),
    )
    organisation = one_of(gettext_lazy("Organisation"))
    user = one_of(
        gettext_lazy("Colleague"),
        required=False,
        help_text=gettext_lazy("Only in your own organisation. Without a name it waits for everybody there."),
    )
    due_on = DayField(
        label=gettext_lazy("Until"),
        allow_future=True,
        required=False,
        help_text=gettext_lazy("The end of this day. Day/month/year. Leave it empty when there is no hurry."),
    )

    def __init__(self, *args: Any, organisations: Choices, colleagues: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = list(organisations)
        offer(self.fields["organisation"], offered)
        offer(self.fields["user"], colleagues, empty=_("Whoever takes it first"))
        self.ours = offered[0][0]
        self.fields["organisation"].initial = str(self.ours)
        if len(offered) == 1:
            self.fields["organisation"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("user") and found.get("organisation") != self.ours:
            raise ValidationError(_("Who does it in another organisation is for that organisation to say."))
        return found

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "key": given["key"],
            "text": given["text"],
            "organisation_id": given["organisation"],
            "user_id": given["user"],
            "due_at": end_of(given["due_on"]) if given["due_on"] else None,
        }
