"""What is asked when two cases of one person go on as one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from nrm.cases.selectors.merge import Side
from nrm.lib.forms import PlainTextField


class MergeForm(forms.Form):
    """The version of each case is the one that the page was made from."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    other_version = forms.IntegerField(widget=forms.HiddenInput)
    stays = forms.ChoiceField(
        label=gettext_lazy("Which case goes on?"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The other one is closed and points to it."),
    )
    reason = PlainTextField(
        label=gettext_lazy("What shows that it is one person"), widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, sides: tuple[Side, Side], **options: Any) -> None:
        super().__init__(*args, **options)
        for name, side in zip(("version", "other_version"), sides, strict=True):
            self.fields[name].initial = side.case.version
        self.fields["stays"].choices = [(side.case.code, side.case.code) for side in sides]  # type: ignore[attr-defined]

    def version_of(self, side: int) -> int:
        return int(self.cleaned_data["other_version" if side else "version"])
