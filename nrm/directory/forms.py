"""What people fill in about services: what they look for, and what they offer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.accounts.kinds import OF_THE_MECHANISM, OrganisationKind
from nrm.countries import profile
from nrm.directory.fitting import Need
from nrm.directory.models import Listing, Nationality, Quality
from nrm.directory.services import Service
from nrm.lib.forms import DayField, PlainTextField
from nrm.lib.persons import AgeGroup, Sex
from nrm.lib.spoken_languages import SpokenLanguage
from workflows.lifecycle import Edge

SEXES = [choice for choice in Sex.choices if choice[0] != Sex.UNKNOWN]
AGE_GROUPS = [choice for choice in AgeGroup.choices if choice[0] != AgeGroup.UNKNOWN]
ANY = ("", _("All"))
#: Who may be added as working outside the service: no body that decides in it, runs it or watches it.
OUTSIDE_KINDS = [(kind.value, kind.label) for kind in OrganisationKind if kind not in OF_THE_MECHANISM]
LONGEST_REASON = 500


def region_choices() -> list[tuple[str, str]]:
    """Every region of the country, one that is part of another behind it."""
    country = profile.current()
    return [
        (region.code, f"{above.name}: {region.name}" if (above := country.region(region.part_of)) else region.name)
        for region in country.regions
    ]


def choose(field: forms.Field, choices: Any) -> None:
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  # for the type checker
    field.choices = choices


def beside_each_other() -> forms.CheckboxSelectMultiple:
    """Short words in several columns: thirty languages below each other are a long way on a phone."""
    return forms.CheckboxSelectMultiple(attrs={"class": "choices-inline"})


def several(label: Any, choices: Any = (), *, required: bool = True, **options: Any) -> Any:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=required, widget=beside_each_other(), **options
    )


class NeedForm(forms.Form):
    """What a person needs, in the address: never who it is."""

    service = forms.ChoiceField(label=_("Service"), choices=[ANY, *Service.choices], required=False)
    sex = forms.ChoiceField(label=_("For whom"), choices=[ANY, *SEXES], required=False)
    age_group = forms.ChoiceField(label=pgettext_lazy("age", "Age"), choices=[ANY, *AGE_GROUPS], required=False)
    region = forms.ChoiceField(label=_("Region"), required=False)
    language = forms.ChoiceField(
        label=pgettext_lazy("of a person", "Language"), choices=[ANY, *SpokenLanguage.choices], required=False
    )
    nationality = forms.ChoiceField(
        label=_("Nationality"),
        choices=[ANY, *(choice for choice in Nationality.choices if choice[0] != Nationality.ANY)],
        required=False,
    )
    with_children = forms.BooleanField(label=_("With children"), required=False)
    step_free = forms.BooleanField(label=_("Step-free access"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self.fields["region"], [ANY, *region_choices()])

    def need(self) -> Need:
        """What cannot be read is not asked about."""
        self.is_valid()
        return Need(**{name: value for name, value in self.cleaned_data.items() if value})

    def in_words(self) -> list[str]:
        """What is asked for, in the order of the form."""
        given = [(name, value) for name, value in self.cleaned_data.items() if value]
        return [str(self._word(name, value)) for name, value in given]

    def _word(self, name: str, value: Any) -> Any:
        choices: Any = getattr(self.fields[name], "choices", None)
        return dict(choices)[value] if choices else self.fields[name].label

    def kept(self) -> dict[str, str]:
        """The filters as they travel along with the pager."""
        return {name: "on" if value is True else str(value) for name, value in self.cleaned_data.items() if value}


class ListingForm(forms.Form):
    """A service as its organisation describes it. `SECTIONS` is its order on the page."""

    SECTIONS: tuple[tuple[Promise, tuple[str, ...]], ...] = (
        (_("What it is"), ("service", "code_name", "about", "capacity")),
        (
            _("Who is helped"),
            ("sexes", "age_groups", "nationality", "with_children", "is_step_free", "languages", "has_interpreters"),
        ),
        (_("Where and when"), ("regions", "is_round_the_clock", "open_days", "opens_at", "closes_at")),
        (_("How professionals reach it"), ("contact_phone", "contact_email")),
        (pgettext_lazy("of an organisation", "Licence"), ("licence_number", "licence_valid_until")),
    )

    service = forms.ChoiceField(label=_("Service"), choices=Service.choices)
    code_name = PlainTextField(
        label=_("Code name"),
        lines=False,
        max_length=60,
        required=False,
        help_text=_("For shelters and accommodation: what others call it. It must not hint at where it is."),
    )
    about = PlainTextField(
        label=_("In a few words"),
        lines=False,
        max_length=300,
        required=False,
        help_text=_("What somebody gets there. No names of people, and no address."),
    )
    capacity = forms.IntegerField(label=_("How many people at once"), required=False, min_value=0, max_value=9999)
    sexes = several(_("For whom"), SEXES)
    age_groups = several(pgettext_lazy("age", "Age"), AGE_GROUPS)
    nationality = forms.ChoiceField(label=_("Nationality"), choices=Nationality.choices)
    with_children = forms.BooleanField(label=_("Also with their children"), required=False)
    is_step_free = forms.BooleanField(label=_("Step-free access"), required=False)
    languages = several(_("Languages spoken"), SpokenLanguage.choices, required=False)
    has_interpreters = forms.BooleanField(label=_("Brings its own interpreters"), required=False)
    regions = several(
        _("Regions"), required=False, help_text=_("Leave all empty when it is there for the whole country.")
    )
    is_round_the_clock = forms.BooleanField(label=_("Day and night"), required=False)
    open_days = forms.TypedMultipleChoiceField(
        label=_("Open on"),
        choices=[(number + 1, name) for number, name in WEEKDAYS.items()],
        coerce=int,
        required=False,
        widget=beside_each_other(),
    )
    opens_at = forms.TimeField(label=_("From"), required=False)
    closes_at = forms.TimeField(label=_("Until"), required=False)
    contact_phone = PlainTextField(
        label=_("Telephone for professionals"),
        lines=False,
        max_length=60,
        required=False,
        help_text=_(
            "For a shelter leave it empty, or give a number of the office: a number can show where a place is."
        ),
    )
    contact_email = forms.EmailField(label=_("E-mail for professionals"), required=False, max_length=254)
    licence_number = PlainTextField(label=_("Licence number"), lines=False, max_length=60, required=False)
    licence_valid_until = DayField(label=_("Licence valid until"), required=False, allow_future=True)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, is_shelter: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.is_shelter = is_shelter
        choose(self.fields["regions"], region_choices())
        if not profile.current().regions:
            del self.fields["regions"]

    def sections(self) -> Iterator[tuple[str, list[Any]]]:
        for title, names in self.SECTIONS:
            yield str(title), [self[name] for name in names if name in self.fields]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        is_protected = self.is_shelter or given.get("service") == Service.ACCOMMODATION
        if is_protected and "code_name" in given and not given["code_name"]:
            self.add_error("code_name", _("Give a code name: a place where people live in safety has one."))
        if given.get("is_round_the_clock"):
            given |= {"open_days": [], "opens_at": None, "closes_at": None}
        self._check_hours(given.get("opens_at"), given.get("closes_at"))
        return given

    def _check_hours(self, opens_at: Any, closes_at: Any) -> None:
        if (opens_at is None) is not (closes_at is None):
            self.add_error("opens_at" if opens_at is None else "closes_at", _("Enter both times, or neither."))
        elif opens_at is not None and closes_at <= opens_at:
            self.add_error("closes_at", _("It closes after it opens. Over midnight, choose “Day and night”."))

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name in self.of_listing()}

    def of_listing(self) -> set[str]:
        return {name for _title, names in ListingForm.SECTIONS for name in names}

    @classmethod
    def initial_of(cls, listing: Listing) -> dict[str, Any]:
        names = [name for _title, names in cls.SECTIONS for name in names]
        return {**{name: getattr(listing, name) for name in names}, "version": listing.version}


class OutsideForm(ListingForm):
    """An organisation without any account, with the service that it is known for."""

    SECTIONS = (
        (_("Organisation"), ("name", "kind")),
        *((title, names) for title, names in ListingForm.SECTIONS if "licence_number" not in names),
    )

    name = PlainTextField(
        label=pgettext_lazy("organisation", "Name"),
        lines=False,
        max_length=200,
        help_text=_("As it is written on its letters."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=OUTSIDE_KINDS, initial=OrganisationKind.NGO)

    def clean(self) -> dict[str, Any]:
        self.is_shelter = self.cleaned_data.get("kind") == OrganisationKind.SHELTER
        return super().clean()

    def organisation(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "kind")}


class StepForm(forms.Form):
    """The version that was read, and a reason where the step asks for one."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = PlainTextField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The organisation and the coordinator read it. Nothing about a person."),
    )

    def __init__(self, *args: Any, edge: Edge, record: Listing, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["version"].initial = record.version
        if not edge.needs_reason:
            del self.fields["reason"]


class QualityForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    quality = forms.ChoiceField(label=_("Quality"), choices=Quality.choices, widget=forms.RadioSelect)
