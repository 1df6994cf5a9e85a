"""What people fill in about a case conference. The agenda is chosen, never typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from nrm.cases.forms.consent import HiddenId
from nrm.cases.steps import StepForm
from nrm.conferences.models import Attendance, Conference, GuardiansPart, How, PersonsPart
from nrm.conferences.points import Topic, is_clinical
from nrm.conferences.selectors import Guest, Owner, who_can_come
from nrm.lib.clock import today
from nrm.lib.forms import DayField, PlainTextField
from workflows.attendance import AttendanceState

CHOOSE = [("", gettext_lazy("Choose"))]
DISCUSSED, PUT_OFF = "discussed", "put_off"
WHAT_CAME = [
    (DISCUSSED, pgettext_lazy("agenda", "It was discussed")),
    (PUT_OFF, pgettext_lazy("agenda", "It was put off")),
]


def several(label: Any, **options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, widget=forms.CheckboxSelectMultiple, **options)


def several_of(label: Any, **options: Any) -> forms.TypedMultipleChoiceField:
    """Several out of organisations or people; the view says which."""
    return forms.TypedMultipleChoiceField(label=label, coerce=UUID, widget=forms.CheckboxSelectMultiple, **options)


def same_id(form_id: UUID | None, facts: dict[str, Any]) -> UUID:
    """The same answers of the same form are one record, however often they are sent."""
    return uuid5(form_id or uuid4(), repr(sorted(facts.items())))


class WhenForm(forms.Form):
    on = DayField(label=gettext_lazy("Date"), allow_future=True)
    at = forms.TimeField(label=pgettext_lazy("clock", "Time"), help_text=gettext_lazy("For example 14:30."))
    minutes = forms.IntegerField(label=gettext_lazy("Minutes"), min_value=5, max_value=480, initial=60)
    how = forms.ChoiceField(
        label=pgettext_lazy("case conference", "How"), choices=How.choices, widget=forms.RadioSelect
    )
    details = PlainTextField(
        label=gettext_lazy("How to get in"),
        lines=False,
        required=False,
        help_text=gettext_lazy("The room, the number or the link. Only who takes part reads it, on this page."),
    )

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if on < today():
            raise forms.ValidationError(_("Choose a time to come."))
        return on

    def when(self) -> dict[str, Any]:
        given = self.cleaned_data
        starts_at = timezone.make_aware(datetime.combine(given["on"], given["at"]))
        return {"starts_at": starts_at, **{name: given[name] for name in ("minutes", "how", "details")}}


class CallForm(WhenForm):
    organisations = several_of(
        gettext_lazy("Who is invited"),
        required=False,
        help_text=gettext_lazy("Each organisation says itself who comes. Police and prosecution are not invited."),
    )
    agenda = several(
        gettext_lazy("Agenda"),
        choices=Topic.choices,
        help_text=gettext_lazy("Who may not see a part of the case sees neither its point nor what is said on it."),
    )
    form_id = HiddenId(initial=uuid4, required=False)

    def __init__(self, *args: Any, guests: Sequence[Guest], is_child: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_guests(self, guests)
        offer_agenda(self, is_child=is_child)
        self.fields["organisations"].initial = [str(guest.id) for guest in guests]

    def facts(self) -> dict[str, Any]:
        facts = self.when() | {name: self.cleaned_data[name] for name in ("organisations", "agenda")}
        return {**facts, "conference_id": same_id(self.cleaned_data["form_id"], facts)}


def offer_guests(form: forms.Form, guests: Iterable[Guest]) -> None:
    choices = [(str(guest.id), guest.name) for guest in guests]
    form.fields["organisations"].choices = choices  # type: ignore[attr-defined]


def offer_agenda(form: forms.Form, *, is_child: bool) -> None:
    topics = [topic for topic in Topic if is_child or topic is not Topic.CHILD]
    form.fields["agenda"].choices = [(topic.value, topic.label) for topic in topics]  # type: ignore[attr-defined]


class MoveForm(WhenForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class InviteForm(forms.Form):
    organisations = several_of(gettext_lazy("Who is invited"))

    def __init__(self, *args: Any, guests: Iterable[Guest], **options: Any) -> None:
        super().__init__(*args, **options)
        offer_guests(self, guests)


class AgendaForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    agenda = several(
        gettext_lazy("Agenda"),
        help_text=gettext_lazy("A point on which something is written already stays."),
    )

    def __init__(self, *args: Any, is_child: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        offer_agenda(self, is_child=is_child)


class PersonForm(forms.Form):
    """Guardian and view are asked for where the person may be a child."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    persons_part = forms.ChoiceField(
        label=gettext_lazy("Was the person asked?"),
        choices=PersonsPart.choices,
        widget=forms.RadioSelect,
    )
    wish = PlainTextField(
        label=gettext_lazy("What the person wants said"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text=gettext_lazy("In the person’s own words where you can."),
    )
    guardians_part = forms.ChoiceField(
        label=gettext_lazy("The guardian"), choices=GuardiansPart.choices, widget=forms.RadioSelect
    )
    childs_view = PlainTextField(label=gettext_lazy("What the child says"), widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, is_child: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_child:
            del self.fields["guardians_part"], self.fields["childs_view"]


class HoldForm(StepForm):
    attended = several_of(gettext_lazy("Who was there"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        record: Conference = self.record
        guests = list(record.attendances.invited().select_related("organisation").order_by("organisation__name"))
        attended = self.fields["attended"]
        attended.choices = [(str(one.organisation_id), one.organisation.name) for one in guests]  # type: ignore[attr-defined]
        attended.initial = [str(one.organisation_id) for one in guests if one.state == AttendanceState.ACCEPTED]
        if not guests:
            del self.fields["attended"]


class AcceptForm(StepForm):
    people = several_of(
        gettext_lazy("Who comes"),
        required=False,
        help_text=gettext_lazy("Leave it empty when you do not know yet."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        record: Attendance = self.record
        people = self.fields["people"]
        people.choices = [(str(one.id), one.name) for one in who_can_come(record)]  # type: ignore[attr-defined]
        people.initial = [str(pk) for pk in record.people]


STEP_FORMS: dict[str, type[StepForm]] = {"hold": HoldForm}
ANSWER_FORMS: dict[str, type[StepForm]] = {"accept": AcceptForm}


class PointForm(forms.Form):
    """One point a page. A version of 0 says that nothing was written on it yet."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    came = forms.ChoiceField(label=gettext_lazy("What came of it?"), choices=WHAT_CAME, widget=forms.RadioSelect)
    body = PlainTextField(
        label=gettext_lazy("What was said"),
        widget=forms.Textarea(attrs={"rows": 8}),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("came") == DISCUSSED and not given.get("body") and "body" not in self.errors:
            self.add_error("body", _("Write what was said, or that the point was put off."))
        return given

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "expected_version": given["version"],
            "was_discussed": given["came"] == DISCUSSED,
            "body": given["body"],
        }


class AdditionForm(forms.Form):
    body = PlainTextField(
        label=gettext_lazy("What has to be put right or added"), widget=forms.Textarea(attrs={"rows": 5})
    )
    form_id = HiddenId(initial=uuid4, required=False)

    def facts(self) -> dict[str, Any]:
        facts = {"body": self.cleaned_data["body"]}
        return {**facts, "minute_id": same_id(self.cleaned_data["form_id"], facts)}


class DecisionForm(forms.Form):
    """Who does it is one choice: an organisation's queue, or one person there."""

    topic = forms.ChoiceField(label=gettext_lazy("Point of the agenda"))
    sentence = PlainTextField(
        label=gettext_lazy("What was decided"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Whoever does it reads this as a task. Write what they need to know for it, and nothing clinical."
        ),
    )
    who = forms.ChoiceField(label=gettext_lazy("Who does it"))
    due_on = DayField(label=gettext_lazy("Until"), allow_future=True)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    form_id = HiddenId(initial=uuid4, required=False)

    def __init__(self, *args: Any, agenda: Iterable[str], owners: Iterable[Owner], **options: Any) -> None:
        super().__init__(*args, **options)
        topics = [Topic(topic) for topic in agenda if not is_clinical(topic)]
        named = [(topic.value, topic.label) for topic in topics]
        self.fields["topic"].choices = named if len(named) == 1 else [*CHOOSE, *named]  # type: ignore[attr-defined]
        self.fields["who"].choices = [*CHOOSE, *doers(owners)]  # type: ignore[attr-defined]

    def clean_due_on(self) -> Any:
        due_on = self.cleaned_data["due_on"]
        if due_on < today():
            raise forms.ValidationError(_("Choose a time to come."))
        return due_on

    def facts(self) -> dict[str, Any]:
        given = self.cleaned_data
        owner, _colon, user = given["who"].partition(":")
        return {
            **{name: given[name] for name in ("topic", "sentence", "due_on")},
            "owner_id": UUID(owner),
            "user_id": UUID(user) if user else None,
        }

    def new_facts(self) -> dict[str, Any]:
        facts = self.facts()
        return {**facts, "decision_id": same_id(self.cleaned_data["form_id"], facts)}


class DropForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


def doers(owners: Iterable[Owner]) -> list[tuple[str, str]]:
    found = []
    for owner in owners:
        found.append((str(owner.id), owner.name))
        for person in owner.people:
            named = {"organisation": owner.name, "person": person.name}
            found.append((f"{owner.id}:{person.id}", _("%(organisation)s: %(person)s") % named))
    return found
