"""What the lead fills in to refer a person, or to ask for somebody who helps with the language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.actor import Actor
from nrm.cases.actions import missing_of_basis
from nrm.cases.models import Basis, Case, DataCategory
from nrm.directory.models import Listing
from nrm.directory.services import Service
from nrm.lib.forms import DayField, PlainTextField
from nrm.lib.spoken_languages import SpokenLanguage
from nrm.referrals import keys
from nrm.referrals.actions import NOTHING_SHARED, Grounds, Recipient
from nrm.referrals.models import Channel, LanguageHelp, Meeting, Preferred, Urgency
from nrm.referrals.selectors import basis_covering, outside

CHOOSE = [("", _("Choose"))]
#: Help with the language has a form of its own.
SERVICES = [(service.value, service.label) for service in Service if service is not Service.INTERPRETATION]


class RecipientsForm(forms.Form):
    """To whom it goes: services of the directory that were chosen before, or one organisation by its name."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    key = forms.CharField(widget=forms.HiddenInput, required=False)
    to = forms.TypedMultipleChoiceField(
        label=_("Receiving organisations"), coerce=UUID, widget=forms.CheckboxSelectMultiple, required=False
    )
    receiver = forms.TypedChoiceField(label=_("Receiving organisation"), coerce=UUID, empty_value=None, required=False)
    channel = forms.ChoiceField(
        label=_("How it is sent where nobody there has an account"),
        choices=[(one.value, one.label) for one in Channel if one is not Channel.INSIDE],
        widget=forms.RadioSelect,
        required=False,
        initial=Channel.LINK,
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        case: Case,
        actor: Actor,
        receivers: Iterable[tuple[UUID, str]],
        listings: Sequence[Listing] = (),
        **options: Any,
    ) -> None:
        given = data.copy() if data is not None else None
        if given is not None and keys.read(given.get("key", ""), case, actor) is None:
            given["key"] = keys.fresh(case, actor)
        super().__init__(given, **options)
        self.case, self.actor = case, actor
        self.listings = {listing.pk: listing for listing in listings}
        receivers = list(receivers)
        self.names = {str(pk): name for pk, name in receivers}
        self.initial.setdefault("key", keys.fresh(case, actor))
        self._offer(receivers)
        asked = {one.organisation_id for one in listings} or {pk for pk, _name in receivers}
        self.outside = outside(asked)
        if not self.outside or self.is_change:
            del self.fields["channel"]

    @property
    def is_change(self) -> bool:
        return bool(self.initial.get("version"))

    def _offer(self, receivers: Sequence[tuple[UUID, str]]) -> None:
        to, receiver = self.fields["to"], self.fields["receiver"]
        assert isinstance(to, forms.ChoiceField)  # noqa: S101  # for the type checker
        assert isinstance(receiver, forms.ChoiceField)  # noqa: S101
        receiver.choices = [*CHOOSE, *((str(pk), name) for pk, name in receivers)]
        receiver.required = not self.listings
        if self.listings:
            to.choices = [(str(pk), listing.shown_as) for pk, listing in self.listings.items()]
            to.depends_on_answer = True  # type: ignore[attr-defined]  # An organisation may be named in its place.
        else:
            del self.fields["to"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        failed = {"to", "receiver"} & self.errors.keys()
        if not cleaned.get("to") and not cleaned.get("receiver") and not failed:
            self.add_error("to" if "to" in self.fields else "receiver", _("Choose who is asked."))
        return cleaned

    def recipients(self) -> list[Recipient]:
        """Each service that was marked, and the organisation that was named."""
        marked = [self.listings[pk] for pk in self.cleaned_data.get("to") or []]
        found = [self._recipient(one.organisation_id, one.pk) for one in marked]
        named = self.cleaned_data.get("receiver")
        return [*found, self._recipient(named, None)] if named else found

    def _recipient(self, organisation_id: UUID, listing_id: UUID | None) -> Recipient:
        chosen = self.cleaned_data.get("channel") or Channel.LINK
        return Recipient(organisation_id, listing_id, chosen if organisation_id in self.outside else Channel.INSIDE)

    def name_of(self, recipient: Recipient) -> str:
        if recipient.listing_id is not None:
            return self.listings[recipient.listing_id].shown_as
        return self.names[str(recipient.organisation_id)]

    def form_key(self) -> UUID | None:
        return keys.read(self.cleaned_data["key"], self.case, self.actor)

    def values(self) -> dict[str, Any]:
        """What all of them have in common."""
        apart = {"version", "key", "to", "receiver", "channel"}
        return {name: value for name, value in self.cleaned_data.items() if name not in apart}

    def seen(self) -> str:
        """A mark of what was looked at: what is sent is what was looked at."""
        looked_at = sorted((name, str(value)) for name, value in {**self.values(), "to": self.recipients()}.items())
        return keys.mark_of(looked_at)


class ReferralForm(RecipientsForm):
    service = forms.ChoiceField(label=_("Service"), choices=[*CHOOSE, *SERVICES])
    urgency = forms.ChoiceField(
        label=_("Urgency"),
        choices=Urgency.choices,
        widget=forms.RadioSelect,
        initial=Urgency.ROUTINE,
    )
    language_help = forms.ChoiceField(
        label=_("Help with the language"),
        choices=[("", _("Not needed")), *LanguageHelp.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    spoken = forms.ChoiceField(
        label=_("Language"), choices=[("", _("Not needed")), *SpokenLanguage.choices], required=False
    )
    basis = forms.ChoiceField(
        label=_("Sharing rests on"), choices=Basis.choices, widget=forms.RadioSelect, initial=Basis.CONSENT
    )
    categories = forms.MultipleChoiceField(
        label=_("Marked to be shared after acceptance"),
        choices=DataCategory.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_(
            "Share as little as the service needs. Identity and account open only as far as consent covers them."
        ),
    )
    grounds = PlainTextField(
        label=_("Why it may be shared without consent"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_("May stay empty where a legal basis that covers this is recorded already and in force."),
    )
    was_told = forms.BooleanField(label=_("The person was told"), required=False)
    told = PlainTextField(
        label=_("What the person was told"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_(
            "Or why they could not be told yet. Only where life is in danger may this stay empty: a task then reminds "
            "you to tell the person."
        ),
    )
    summary = PlainTextField(
        label=_("Summary without identity"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "What the organisation has to know to answer. No names, places or dates by which the person could be "
            "recognised."
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("grounds", "told"):
            self.fields[name].depends_on_answer = True  # type: ignore[attr-defined]
        if self.listings:
            del self.fields["receiver"], self.fields["service"]
        first = ("version", "key", "to", "receiver", "service", "channel", "urgency", "basis", "categories")
        self.order_fields([*first, "grounds", "was_told", "told", "summary", "language_help", "spoken"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if bool(cleaned.get("language_help")) != bool(cleaned.get("spoken")):
            missing = "language_help" if cleaned.get("spoken") else "spoken"
            if missing == "spoken":
                self.add_error(missing, _("Choose the language."))
            else:
                cleaned["spoken"] = ""
        if cleaned.get("basis") in {None, Basis.CONSENT} or self.errors:
            return cleaned
        if not cleaned["categories"]:
            self.add_error("categories", NOTHING_SHARED)
        elif cleaned.get("grounds") or not self._is_covered(cleaned):
            self._require_grounds(cleaned)
        return cleaned

    def _is_covered(self, cleaned: dict[str, Any]) -> bool:
        """By a legal basis in force, for everybody it goes to."""
        asked = [one.organisation_id for one in self.recipients()]
        return all(basis_covering(self.case, cleaned["basis"], one, cleaned["categories"]) for one in asked)

    def _require_grounds(self, cleaned: dict[str, Any]) -> None:
        written = {"reason": cleaned.get("grounds", ""), "told": cleaned.get("told", "")}
        missing = missing_of_basis(cleaned["basis"], was_told=cleaned.get("was_told", False), **written)
        for name, sentence in missing.items():
            self.add_error("grounds" if name == "reason" else name, str(sentence))

    def values(self) -> dict[str, Any]:
        given = super().values()
        given.setdefault("service", next(iter(self.listings.values())).service if self.listings else "")
        reason, told, was_told = (given.pop(name) for name in ("grounds", "told", "was_told"))
        return {**given, "grounds": Grounds(reason, told, was_told)}


class InterpreterForm(RecipientsForm):
    """Somebody who helps with the language: when, how and in which one, and nothing of what happened."""

    language_help = forms.ChoiceField(
        label=_("Who is needed"),
        choices=LanguageHelp.choices,
        widget=forms.RadioSelect,
        initial=LanguageHelp.INTERPRETER,
    )
    spoken = forms.ChoiceField(label=_("Language"), choices=[*CHOOSE, *SpokenLanguage.choices])
    meeting = forms.ChoiceField(
        label=pgettext_lazy("interpreter", "How"), choices=Meeting.choices, widget=forms.RadioSelect
    )
    on = DayField(label=_("Date"), allow_future=True)
    at = forms.TimeField(label=pgettext_lazy("clock", "Time"), help_text=_("For example 14:30."))
    needed_minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=600, initial=60)
    preferred = forms.ChoiceField(
        label=_("If the person prefers a woman or a man"),
        choices=[("", _("No preference")), *Preferred.choices],
        widget=forms.RadioSelect,
        required=False,
    )
    urgency = forms.ChoiceField(
        label=_("Urgency"),
        choices=Urgency.choices,
        widget=forms.RadioSelect,
        initial=Urgency.ROUTINE,
    )
    summary = PlainTextField(
        label=_("What has to be known beforehand"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_("Where to come, for what kind of talk. Nothing of what happened, and no name."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.listings:
            self.fields["receiver"].label = _("Another organisation")
        self.order_fields(["version", "key", "language_help", "spoken", "meeting", "on", "at", "needed_minutes"])

    def values(self) -> dict[str, Any]:
        given = super().values()
        moment = datetime.combine(given.pop("on"), given.pop("at"), timezone.get_default_timezone())
        fixed = {"service": Service.INTERPRETATION.value, "basis": Basis.CONSENT.value, "categories": []}
        return {**given, **fixed, "needed_at": moment}
