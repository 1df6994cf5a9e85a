"""What is asked about the team of a case, an absence, a restriction, a conflict of interest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nrm.cases.models import BarReason
from nrm.lib.codes import normalise_code
from nrm.lib.forms import DayField, PlainTextField

Choices = Iterable[tuple[UUID, str]]


def choice_of(label: Any, **options: Any) -> forms.TypedChoiceField:
    """One person out of those that a page may offer; the view says whom."""
    return forms.TypedChoiceField(label=label, coerce=UUID, empty_value=None, **options)


def offer(field: Any, people: Choices, *, empty: str = "") -> None:
    field.choices = [("", empty or _("Choose a colleague")), *((str(pk), name) for pk, name in people)]


class AddMemberForm(forms.Form):
    user = choice_of(gettext_lazy("Colleague"))

    def __init__(self, *args: Any, colleagues: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self.fields["user"], colleagues)


class HandOverForm(forms.Form):
    """`expected` is who was responsible on the page, so that two who hand over at once do not undo each other."""

    expected = forms.UUIDField(widget=forms.HiddenInput, required=False)
    to = choice_of(gettext_lazy("Who becomes responsible"))
    stays = forms.BooleanField(label=gettext_lazy("Whoever was responsible stays in the team"), required=False)

    def __init__(self, *args: Any, colleagues: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self.fields["to"], colleagues)
        if not self.initial.get("expected") and not self.data.get("expected"):
            del self.fields["stays"]


class RestrictionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = PlainTextField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The team that leads the case reads it."),
    )


class ConflictForm(forms.Form):
    """Somebody says of themselves that they must not see the case."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=BarReason, widget=forms.RadioSelect)
    note = PlainTextField(
        label=gettext_lazy("What else the team should know"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=gettext_lazy("The team that leads the case reads it."),
    )


class KeepAwayForm(ConflictForm):
    """Who it is: one of those who could open the case now, or anybody by e-mail address."""

    person = choice_of(gettext_lazy("Who"), required=False)
    address = forms.EmailField(
        label=gettext_lazy("Or their e-mail address"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("For somebody who is not in the list."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("person", "address", "reason", "note")

    def __init__(self, *args: Any, people: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self.fields["person"], people, empty=_("Nobody in this list"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if bool(found.get("person")) == bool(found.get("address")) and "address" not in self.errors:
            raise ValidationError(_("Choose one person, or write one e-mail address."))
        return found


class AbsenceForm(forms.Form):
    absent = choice_of(gettext_lazy("Who is away"))
    colleague = choice_of(gettext_lazy("Who stands in"))
    until = DayField(
        label=gettext_lazy("Until"),
        allow_future=True,
        help_text=gettext_lazy("Until the end of this day, at most 60 days from now. Day/month/year."),
    )
    case_code = PlainTextField(
        label=gettext_lazy("Case code"),
        lines=False,
        max_length=60,
        required=False,
        help_text=gettext_lazy("Leave it empty for all cases of who is away."),
    )
    reason = PlainTextField(
        label=gettext_lazy("Reason"),
        lines=False,
        help_text=gettext_lazy("For example: leave, training, illness."),
    )

    def __init__(self, *args: Any, absent: Choices, colleagues: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self.fields["absent"], absent)
        offer(self.fields["colleague"], colleagues)

    def clean_case_code(self) -> str:
        typed = self.cleaned_data["case_code"]
        code = normalise_code(typed)
        if typed and code is None:
            raise ValidationError(_("This is not a case code. Check each character."))
        return code or ""
