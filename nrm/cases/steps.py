"""Taking a step of a machine in the interface: its buttons, its form, its answer. Shared by every room."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.policy import Standing
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet, Refusal
from nrm.audit import actions as audit
from nrm.audit.codes import Outcome
from nrm.cases.consequences import sentences, time_limits_in_words
from nrm.cases.lifecycle import case_of, narrowed
from nrm.cases.models import Case, reference
from nrm.cases.selectors import standing_in
from nrm.lib import drafting
from nrm.lib.forms import PlainTextField
from nrm.tasks.selectors import kinds_waiting
from workflows.effects import CloseTasks, Effect, Grant, Revoke
from workflows.lifecycle import Edge, Lifecycle, NotFromHere
from workflows.track import TrackFlow

UNPROCESSABLE = 422
#: For the views of steps, which take everything else from here too.
called_as_step = drafting.called_as_step
#: Steps of the track that recording an age takes by itself.
HANG_ON_AGE = {"protect_as_child", "go_on_as_adult"}


@dataclass(frozen=True, slots=True)
class StepLink:
    """A button on a page: where it leads, or why the step is not possible yet."""

    name: str
    label: str | Promise
    url: str
    unmet: str | Promise = ""

    @property
    def is_possible(self) -> bool:
        return not self.unmet


def step_links(
    flow: type[Lifecycle],
    record: Any,
    standing: Standing,
    url_name: str,
    *args: Any,
    besides: Collection[str] = (),
) -> list[StepLink]:
    """The steps the actor may take on this record now, `besides` left out; `url_name` takes `args` and the
    transition's name."""
    buttons = flow(record, narrowed(standing, record)).buttons(besides=besides)
    return [
        StepLink(button.name, button.label, reverse(url_name, args=[*args, button.name]), button.unmet)
        for button in buttons
    ]


def track_links(case: Case, standing: Standing) -> list[StepLink]:
    """How the person could be helped from now on. What hangs on their age is reached by recording it, and absent."""
    found = step_links(TrackFlow, case, standing, "cases:track_step", case.code)
    return [link for link in found if link.is_possible or link.name not in HANG_ON_AGE]


class StepForm(forms.Form):
    """The form of a transition: the version the page was made from, a reason where the machine asks for one.

    Subclasses add the columns the transition writes; `facts()` hands them over under the names of the columns.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = PlainTextField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, edge: Edge, record: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.record = record
        self.fields["version"].initial = record.version
        if not edge.needs_reason:
            del self.fields["reason"]
        self.order_fields([name for name in self.fields if name != "reason"])

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in {"version", "reason"}}


def case_page_of(case: Case) -> str:
    return reverse("desk:case_page", args=[case.code])


def typed(request: HttpRequest) -> QueryDict | None:
    """What was posted, were it nothing at all; None on any other method."""
    return request.POST if request.method == "POST" else None


def warn_of_names(form: forms.Form, case: Case) -> None:
    """Beside every free text of a case that holds no name: a reminder not to write one there."""
    if case.holds_no_name():
        for field in form.fields.values():
            if isinstance(field, PlainTextField) and field.lines:
                field.warning = _("Write no names.")


def form_page(
    request: HttpRequest, template: str, form: forms.Form, context: Mapping[str, Any], status: int = 0
) -> HttpResponse:
    """The page of a form; with faults in it 422, unless a refusal brings a status of its own."""
    warn_of_names(form, context["case"])
    drafting.of_case(context["case"].code)
    status = status or (UNPROCESSABLE if form.errors else 200)
    return render(request, template, {"form": form, **context}, status=status)


TakeStep = Callable[..., Any]


def answer_step(
    request: HttpRequest,
    *,
    flow: type[Lifecycle],
    record: Any,
    transition: str,
    forms_by_step: Mapping[str, type[StepForm]],
    take: TakeStep,
    back_to: str,
    by: Actor,
    afterwards: str = "",
    also: Iterable[str | Promise] = (),
    in_words: Iterable[str | Promise] | None = None,
) -> HttpResponse:
    """Show the form of a transition and take it on POST through `take(record, transition, by=…, expected_version=…,
    reason=…, **facts)`. A refusal comes back beside what was typed, with its status, and is audited. `afterwards` is
    where it leads when it does not lead back, `also` what follows beside what the machine declares, `in_words` what
    follows in place of it."""
    edge = edge_from_here(flow, record, transition)
    if not narrowed(standing_in(by, case_of(record)), record).may(edge.permission):
        raise NotPermitted
    form = forms_by_step.get(transition, StepForm)(typed(request), edge=edge, record=record)
    warn_of_names(form, case_of(record))
    drafting.of_case(case_of(record).code)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            take(
                record,
                transition,
                by=by,
                expected_version=form.cleaned_data["version"],
                reason=form.cleaned_data.get("reason", ""),
                **form.facts(),
            )
        except (NotYet, MovedOn) as refusal:
            status = refused_beside_form(form, refusal, edge.code, record=record, by=by)
        else:
            messages.success(request, _("The changes were saved."))
            return redirect(afterwards or back_to)
    elif request.method == "POST":
        status = UNPROCESSABLE
    context = {
        "form": form,
        "edge": edge,
        "case": case_of(record),
        "record": record,
        "back_to": back_to,
        "consequences": [*(in_words if in_words is not None else declared(edge, record)), *also],
    }
    return render(request, "cases/step.html", context, status=status)


def declared(edge: Edge, record: models.Model) -> list[str]:
    """What follows from a step of this record, as the machine and the country's profile say."""
    return [*sentences(_seen(edge.effects, record)), *time_limits_in_words(edge.code, record=record)]


def _seen(effects: Iterable[Effect], record: models.Model) -> Iterator[Effect]:
    """What whoever takes the step will see of it: of several tasks those that wait, and nobody leaving who stays in
    another way."""
    effects = list(effects)
    staying = {effect.to for effect in effects if isinstance(effect, Grant)}
    for effect in effects:
        if isinstance(effect, CloseTasks) and len(effect.kinds) > 1:
            waiting = kinds_waiting(reference(record))
            if kinds := tuple(kind for kind in effect.kinds if kind in waiting):
                yield CloseTasks(kinds)
        elif not (isinstance(effect, Revoke) and effect.of in staying):
            yield effect


def edge_from_here(flow: type[Lifecycle], record: Any, transition: str) -> Edge:
    """The arrow from the record's present state. A name the machine does not know is a missing page; a known one that
    does not start here is shown as it starts elsewhere, and refused when it is fired."""
    try:
        return flow.edge(transition, getattr(record, flow.state_field))
    except NotFromHere:
        for edge in flow.edges():
            if edge.name == transition:
                return edge
        raise NotVisible from None


def refused_beside_form(
    form: forms.Form, refusal: Refusal, code: str, *, record: models.Model, by: Actor, field: str | None = None
) -> int:
    """Put a refusal beside the form that caused it, or the field, audit it, and return its status."""
    form.add_error(field, str(refusal.sentence))
    audit.record(
        code,
        by=by,
        case_code=case_of(record).code,
        subject=reference(record),
        outcome=Outcome.REFUSED,
        data={"refusal": refusal.code},
    )
    return refusal.status
