"""What is asked of the directory for one person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from nrm.cases.models import AgeGroup, Case, Sex
from nrm.countries import profile
from nrm.directory.models import Nationality
from nrm.lib.spoken_languages import SpokenLanguage
from nrm.referrals.forms.preparing import SERVICES

ANY = [("", _("All"))]


#: What narrows the list.
FILTERS = {"sex", "age_group", "language", "region", "nationality", "with_children", "step_free"}


class NeedForm(forms.Form):
    """Filled in from the case; what is changed here changes nothing in the case. It lives in the address."""

    service = forms.ChoiceField(label=_("Service"), choices=SERVICES, required=False, widget=forms.HiddenInput)
    previous = forms.UUIDField(required=False, widget=forms.HiddenInput)
    sex = forms.ChoiceField(label=_("Sex"), choices=[*ANY, *Sex.choices], required=False)
    age_group = forms.ChoiceField(label=_("Age"), choices=[*ANY, *AgeGroup.choices], required=False)
    language = forms.ChoiceField(label=_("Language"), choices=[*ANY, *SpokenLanguage.choices], required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)
    nationality = forms.ChoiceField(
        label=_("Nationality"),
        choices=[*ANY, *(one for one in Nationality.choices if one[0] != Nationality.ANY)],
        required=False,
    )
    with_children = forms.BooleanField(label=_("With children"), required=False)
    step_free = forms.BooleanField(label=_("Step-free access"), required=False)

    def __init__(self, data: QueryDict, *, case: Case) -> None:
        """A page that was opened without filters asks what the case says."""
        known = {
            "service": data.get("service", ""),
            "previous": data.get("previous", ""),
            "sex": case.sex,
            "age_group": case.age_group,
            "language": case.spoken_language,
            "region": case.region,
        }
        super().__init__(data if FILTERS & data.keys() else None, initial=known)
        region = self.fields["region"]
        assert isinstance(region, forms.ChoiceField)  # noqa: S101  # for the type checker
        region.choices = [*ANY, *((one.code, one.name) for one in profile.current().regions)]

    def asked(self) -> dict[str, Any]:
        """Of a form that is not valid, what is."""
        if not self.is_bound:
            return {}
        return {name: self.cleaned_data[name] for name in FILTERS if name in self.cleaned_data}
