"""What is filled in about consent and about sharing without it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4, uuid5

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.accounts.kinds import OrganisationKind
from nrm.cases.actions import missing_beside, missing_of_basis
from nrm.cases.models import Basis, Case, DataCategory, GivenHow, Purpose
from nrm.cases.signature import HEIGHT, LONGEST, WIDTH, strokes_of
from nrm.cases.steps import StepForm
from nrm.lib.clock import today
from nrm.lib.forms import DayField, PlainTextField
from nrm.lib.spoken_languages import SpokenLanguage

#: What each category covers, in words that the person understands too.
COVERS: dict[str, str | Promise] = {
    DataCategory.IDENTITY: _("Identity and contact: names, birth, papers, how the person can be reached"),
    DataCategory.ACCOUNT: _("Account of what happened: what was told and what was seen"),
    DataCategory.RISK: _("Risk and needs: what could be dangerous and what is needed"),
    DataCategory.HEALTH: _("Health: illness, treatment, medicines, pregnancy"),
}
#: Oversight and operation are never a recipient of anything about a person.
NO_RECIPIENTS = {OrganisationKind.OVERSIGHT_BODY, OrganisationKind.SERVICE_OPERATOR}
KINDS = [("", _("No kind in particular")), *((k.value, k.label) for k in OrganisationKind if k not in NO_RECIPIENTS)]
LANGUAGES = [("", _("Not recorded")), *SpokenLanguage.choices]
ENDS_BEFORE = _("The end lies before the day the consent was given.")
PAST_ALREADY = _("This day is over already.")


class SignatureWidget(forms.TextInput):
    """A field to draw in, which the script shows and which fills the input behind it."""

    template_name = "cases/_signature_field.html"
    input_type = "text"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "width": WIDTH, "height": HEIGHT, "longest": LONGEST}


class SignatureField(forms.CharField):
    widget = SignatureWidget
    #: A signature stands under what the person saw when they signed: no draft keeps it.
    is_given_anew = True

    def to_python(self, value: Any) -> str:
        path = str(super().to_python(value) or "")
        try:
            strokes_of(path)
        except ValueError:
            raise ValidationError(
                _("The drawn signature cannot be read. Clear it and let the person sign again.")
            ) from None
        return path


class HiddenDay(forms.DateInput):
    """A day on its way through other pages, written as it is typed."""

    input_type = "hidden"


class HiddenId(forms.UUIDField):
    """Made with the first page. Whoever sends something else has a form of their own, which is no fault to show."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            return None


class RecipientForm(forms.Form):
    """Who may get something: one organisation, or every one of a kind, never both."""

    recipient = forms.ChoiceField(label=_("One organisation"), required=False)
    recipient_kind = forms.ChoiceField(
        label=_("Or every organisation of one kind"),
        choices=KINDS,
        required=False,
        help_text=_("Only where it is not known yet which one it will be."),
    )
    categories = forms.MultipleChoiceField(
        label=_("What may be shared"),
        choices=list(COVERS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("As little as is needed. Nothing else is shared."),
    )

    def __init__(self, *args: Any, case: Case, organisations: Iterable[tuple[UUID, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.case = case
        choices = [(str(pk), name) for pk, name in organisations]
        self.fields["recipient"].choices = [("", _("No organisation in particular")), *choices]  # type: ignore[attr-defined]

    def check_recipient(self, cleaned: dict[str, Any], *, is_needed: bool) -> None:
        one, kind = cleaned.get("recipient"), cleaned.get("recipient_kind")
        if "recipient" in self.errors or "recipient_kind" in self.errors:
            return
        if one and kind:
            self.add_error("recipient_kind", _("Choose one organisation or a kind, not both."))
        elif (is_needed or cleaned.get("categories")) and not one and not kind:
            self.add_error("recipient", _("Choose who may get it."))
        elif (one or kind) and "categories" in cleaned and not cleaned["categories"]:
            self.add_error("categories", _("Mark what may be shared."))

    def check_day(self, cleaned: dict[str, Any]) -> None:
        """An end that has passed would share nothing."""
        if cleaned.get("ends_on") and cleaned["ends_on"] < today() and "ends_on" not in self.errors:
            self.add_error("ends_on", PAST_ALREADY)

    def facts(self) -> dict[str, Any]:
        facts = dict(self.cleaned_data)
        recipient = facts.pop("recipient")
        return {**facts, "recipient_id": UUID(recipient) if recipient else None}


class ConsentForm(RecipientForm):
    """Asked one idea a page. What was answered on other pages travels along unseen, so nothing is kept before the end
    and nothing is lost on the way."""

    purpose = forms.ChoiceField(
        label=_("The person agrees to"),
        choices=Purpose,
        widget=forms.RadioSelect,
        help_text=_("One purpose at a time. The person can withdraw it whenever they want."),
    )
    ends_on = DayField(
        label=_("Until when"),
        allow_future=True,
        required=False,
        help_text=_("Day/month/year, for example 5/3/2026. Empty: until the person withdraws it."),
    )
    given_how = forms.ChoiceField(label=_("How it was given"), choices=GivenHow, widget=forms.RadioSelect)
    witness = PlainTextField(
        label=_("Name of the witness or guardian"),
        lines=False,
        max_length=200,
        required=False,
        help_text=_("Kept sealed."),
    )
    assent = PlainTextField(
        label=_("What the child said to it"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        required=False,
        help_text=_("In the child’s words as far as you can."),
    )
    given_on = DayField(label=_("Given on"), initial=today)
    explained_in = forms.ChoiceField(label=_("Language it was explained in"), choices=LANGUAGES, required=False)
    with_interpreter = forms.BooleanField(label=_("An interpreter was present"), required=False)
    signature = SignatureField(label=_("Signature"), required=False)
    note = PlainTextField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)
    form_id = HiddenId(initial=uuid4, required=False)

    #: The pages in order, each with its one question.
    pages: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
        (_("What for?"), ("purpose",)),
        (_("Who may get something?"), ("recipient", "recipient_kind")),
        (_("What may be shared, and until when?"), ("categories", "ends_on")),
        (
            _("How was it given?"),
            ("given_how", "witness", "assent", "given_on", "explained_in", "with_interpreter"),
        ),
        (_("Does the person want to sign here?"), ("signature", "note")),
    )
    #: Shown only with an answer that needs them; they are no more optional than that answer.
    depending = ("witness", "assent")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in self.depending:
            self.fields[name].depends_on_answer = True  # type: ignore[attr-defined]
        for name in ("given_on", "ends_on"):
            self.fields[name].hidden_widget = HiddenDay
        self.page = 0

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "purpose" in cleaned:
            self.check_recipient(cleaned, is_needed=cleaned["purpose"] == Purpose.REFERRAL)
        given_on, ends_on = cleaned.get("given_on"), cleaned.get("ends_on")
        if given_on and ends_on and ends_on < given_on:
            self.add_error("ends_on", ENDS_BEFORE)
        self.check_day(cleaned)
        self._check_how(cleaned)
        return cleaned

    def facts(self) -> dict[str, Any]:
        """The same answers of the same form are one consent, however often they are sent."""
        facts = super().facts()
        form_id = facts.pop("form_id") or uuid4()
        return {**facts, "consent_id": uuid5(form_id, repr(sorted(facts.items())))}

    def _check_how(self, cleaned: dict[str, Any]) -> None:
        if "given_how" not in cleaned:
            return
        written = {name: cleaned.get(name, "") for name in self.depending}
        unfit = missing_beside(cleaned["given_how"], may_be_a_child=self.case.may_be_a_child(), **written)
        for name, sentence in unfit.items():
            if name not in self.errors:
                self.add_error(name, str(sentence))

    # One page at a time

    @property
    def heading(self) -> str | Promise:
        return self.pages[self.page][0]

    @property
    def shown(self) -> list[forms.BoundField]:
        return [self[name] for name in self.pages[self.page][1]]

    @property
    def unseen(self) -> list[forms.BoundField]:
        here = self.pages[self.page][1]
        return [self[name] for name in self.fields if name not in here]

    @property
    def number(self) -> int:
        return self.page + 1

    @property
    def is_last(self) -> bool:
        return self.number == len(self.pages)

    def turn_to(self, page: int) -> None:
        """Shows another page, without complaint about what was not asked yet."""
        self.page = max(0, min(page, len(self.pages) - 1))
        self._errors: Any = ErrorDict()

    def stay_on(self, page: int) -> bool:
        """Whether something on this page is wrong; then only that is shown, else nothing has changed."""
        wrong = {name: self.errors[name] for name in self.pages[page][1] if name in self.errors}
        if wrong:
            self.page = page
            self._errors = ErrorDict(wrong, renderer=self.renderer)
        return bool(wrong)

    def stay_on_first_wrong(self) -> None:
        """The first page with something wrong, the last where it concerns no page."""
        if not any(self.stay_on(page) for page in range(len(self.pages))):
            self.page = len(self.pages) - 1


class BasisForm(RecipientForm):
    basis = forms.ChoiceField(
        label=_("Legal basis"),
        choices=[choice for choice in Basis.choices if choice[0] != Basis.CONSENT],
        widget=forms.RadioSelect,
    )
    reason = PlainTextField(label=_("Why it may be shared without consent"), widget=forms.Textarea(attrs={"rows": 4}))
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
    ends_on = DayField(label=_("Ends on"), allow_future=True, required=False)

    field_order = ("basis", "recipient", "recipient_kind", "categories", "reason", "was_told", "told", "ends_on")
    #: One of both recipients, and what was told unless life is in danger: no more optional than that.
    depending = ("recipient", "recipient_kind", "categories", "told")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in self.depending:
            self.fields[name].depends_on_answer = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.check_recipient(cleaned, is_needed=True)
        self.check_day(cleaned)
        if "basis" in cleaned:
            written = {"reason": cleaned.get("reason", ""), "told": cleaned.get("told", "")}
            missing = missing_of_basis(cleaned["basis"], was_told=cleaned.get("was_told", False), **written)
            for name, sentence in missing.items():
                if name not in self.errors:
                    self.add_error(name, str(sentence))
        return cleaned


class TellForm(StepForm):
    told = PlainTextField(label=_("What the person was told"), widget=forms.Textarea(attrs={"rows": 4}))
    told_on = DayField(label=_("Told on"), initial=today)


#: Transitions of a legal basis that take more than a reason.
BASIS_STEP_FORMS: dict[str, type[StepForm]] = {"tell": TellForm}


class SheetForm(forms.Form):
    language = forms.ChoiceField(label=_("Language of the sheet"), choices=settings.LANGUAGES, widget=forms.RadioSelect)
    with_name = forms.BooleanField(
        label=_("Print the name of the organisation that may get something"),
        required=False,
        help_text=_("Only if it does no harm when somebody else finds the sheet."),
    )
