"""What is asked when a document is added, and when one is removed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from nrm.access.policy import Standing
from nrm.cases.actions import why_no_identity
from nrm.cases.documents import blocks_added_to
from nrm.cases.models import Case, Consent, DocumentBlock
from nrm.cases.selectors.documents import consents_to_prove
from nrm.lib.files.types import ENDINGS
from nrm.lib.forms import PlainTextField

TAKEN = ",".join(ending for endings in ENDINGS.values() for ending in endings)
WHAT_IS_TAKEN = _(
    "PDF, JPEG or PNG, up to %(megabytes)s MB. Others get a copy without the place, time and author that a file holds."
)


class DocumentForm(forms.Form):
    """The file stands last: what was typed before it is kept when the file is turned away for its size."""

    block = forms.ChoiceField(
        label=_("Part of the case"),
        widget=forms.RadioSelect,
        help_text=_("Whoever sees this part of the case sees the document."),
    )
    name = PlainTextField(
        label=_("What it is called"),
        lines=False,
        max_length=120,
        help_text=_("So that others find it, for example: medical report. The name is sealed."),
    )
    consent: forms.ModelChoiceField[Consent] = forms.ModelChoiceField(
        label=_("Consent that it proves"), queryset=None, required=False, empty_label=_("None")
    )
    file = forms.FileField(label=_("File"), widget=forms.FileInput(attrs={"accept": TAKEN}))

    def __init__(self, *args: Any, case: Case, standing: Standing, is_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_too_large = is_too_large
        fields: dict[str, Any] = self.fields
        fields["block"].choices = [(block.value, block.label) for block in _blocks_open(case, standing)]
        fields["consent"].queryset = consents_to_prove(case, standing)
        fields["consent"].label_from_instance = called
        if not fields["consent"].queryset:
            del fields["consent"]
        fields["file"].help_text = WHAT_IS_TAKEN % {"megabytes": settings.NRM_DOCUMENT_MB}

    def full_clean(self) -> None:
        """A file that was dropped for its size is not missing: the caller says what is wrong with it."""
        super().full_clean()
        if self.is_too_large:
            self.errors.pop("file", None)

    def facts(self) -> dict[str, Any]:
        brought = self.cleaned_data["file"]
        return {
            "block": DocumentBlock(self.cleaned_data["block"]),
            "name": self.cleaned_data["name"],
            "consent": self.cleaned_data.get("consent"),
            "content": brought.read(),
            "file_name": brought.name,
        }


def _blocks_open(case: Case, standing: Standing) -> list[DocumentBlock]:
    """Identity papers are not offered while the person has not agreed to be named."""
    closed = {DocumentBlock.IDENTITY} if why_no_identity(case) else set()
    return [block for block in blocks_added_to(standing) if block not in closed]


def called(consent: Consent) -> str:
    return f"{consent.get_purpose_display()} · {formats.date_format(consent.given_on, 'SHORT_DATE_FORMAT')}"


class RemoveDocumentForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = PlainTextField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 4}))
