"""What `keeps_draft` does about a request: shows what was begun, fills it in, puts it away together with the save."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from typing import Any
from uuid import uuid4

from django import forms
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect

from nrm.access.refusals import Refusal
from nrm.accounts.requests import SignedInRequest
from nrm.drafts import actions, selectors, slips
from nrm.drafts.contents import Contents, fields_given_anew, is_given_anew
from nrm.drafts.models import Draft
from nrm.drafts.slips import Slip
from nrm.lib import drafting
from nrm.lib.codes import normalise_code
from nrm.lib.drafting import KeptForm

#: Longer addresses keep no draft: the column is as long.
LONGEST_ARGUMENTS = 255
LONGEST_QUERY = 1000
#: The name of the version in forms that are made from one.
VERSION = "version"
#: Key in the session: the sitting of each form of several pages.
SITTINGS = "draft_sittings"


class PageDesk(drafting.Desk):
    """The form of one page: its place among the drafts, what is kept there, and whether it is gone on with."""

    def __init__(self, request: SignedInRequest, kept: KeptForm, keywords: dict[str, Any]) -> None:
        match = request.resolver_match
        self.request, self.kept = request, kept
        self.form = kept.posted_to or (match.view_name if match else "")
        own = {name: value for name, value in keywords.items() if name not in kept.pages}
        self.arguments = selectors.as_arguments(own)
        self.case_code = normalise_code(str(keywords.get("code", ""))) or ""
        self.is_own_page = self.form == (match.view_name if match else "")
        self.filled_from: Draft | None = None

    @cached_property
    def posted(self) -> Slip | None:
        """The slip of the page that was sent, when it is of this form and for who sends it."""
        if self.request.method != "POST" or not self.is_own_page:
            return None
        slip = slips.read(self.request.POST.get(slips.SLIP))
        is_ours = slip is not None and slip.is_of(self.request.actor.membership_id)
        return slip if slip and is_ours and (slip.form, slip.arguments) == (self.form, self.arguments) else None

    @cached_property
    def draft(self) -> Draft | None:
        return selectors.draft_at(self.request.actor, self.form, self.arguments)

    @cached_property
    def contents(self) -> Contents | None:
        """What was typed, when its author asks to go on with it. Opening it is recorded."""
        asked = self.request.GET.get(selectors.GO_ON) or self.request.POST.get("go_on")
        if not asked or self.draft is None or str(self.draft.pk) != asked:
            return None
        self.filled_from = self.draft
        if self.kept.pages:
            self.sitting = str(self.draft.sitting)
        return actions.go_on(self.draft, by=self.request.actor)

    @property
    def sitting(self) -> str:
        """Of a form of several pages: one for all of them, from the first page on. The session keeps it."""
        return str(self.request.session.get(SITTINGS, {}).get(self.form, ""))

    @sitting.setter
    def sitting(self, sitting: str) -> None:
        if sitting == self.sitting:
            return
        self.request.session[SITTINGS] = {**self.request.session.get(SITTINGS, {}), self.form: sitting}

    def begin_anew(self) -> None:
        if self.kept.pages:
            self.sitting = str(uuid4())

    def typed_before(self) -> QueryDict | None:
        return self.contents.as_posted() if self.contents else None

    @cached_property
    def _typed_before(self) -> QueryDict | None:
        return self.typed_before()

    def value_for(self, field: forms.BoundField) -> Any:
        """What the field is filled with, as if it had been posted; `KeyError` where the draft says nothing of it."""
        data = self._typed_before
        if data is None or field.form.is_bound or is_given_anew(field.form, field.name) or not _is_of(data, field.form):
            raise KeyError(field.html_name)
        typed = field.field.widget.value_from_datadict(data, {}, field.html_name)
        return field.field.bound_data(typed, field.initial)

    def slip_for(self, form: forms.BaseForm) -> Slip:
        """For the page that is shown now; a page that comes back with its faults goes on as the page that was sent."""
        actor, before = self.request.actor, self.posted
        goes_on = str(self.filled_from.sitting) if self.filled_from else ""
        own = {"sitting": before.sitting, "goes_on": before.goes_on} if before else {"goes_on": goes_on}
        if self.kept.pages:
            self.sitting = own["sitting"] = self.sitting or str(uuid4())
        return Slip(
            author=str(actor.user_id),
            membership=str(actor.membership_id),
            form=self.form,
            arguments=self.arguments,
            case_code=self.case_code,
            follows_case=bool(self.case_code) and not self.kept.is_beyond_sight,
            page=selectors.page_of(self.kept, self.form, self.arguments),
            made_from=version_of(form),
            query=self.query if len(self.query) <= LONGEST_QUERY else "",
            is_paged=bool(self.kept.pages),
            left_out=tuple(fields_given_anew(form)),
            **own,
        )

    @property
    def query(self) -> str:
        asked = self.request.GET.copy()
        asked.pop(selectors.GO_ON, None)
        return asked.urlencode()

    def where_it_was_begun(self) -> str:
        """The address that the form was begun at, when it asked for more than this one does; else nothing."""
        if self.request.method != "GET" or self.request.GET.get(selectors.GO_ON) is None or self.draft is None:
            return ""
        if str(self.draft.pk) != self.request.GET[selectors.GO_ON]:
            return ""
        begun_at = actions.contents_of(self.draft).query
        return (
            f"{self.request.path}?{begun_at}&{selectors.GO_ON}={self.draft.pk}"
            if begun_at not in {"", self.query}
            else ""
        )

    @property
    def start(self) -> str:
        """Where going on begins: on the page itself, of a form of several pages on the first."""
        return selectors.page_of(self.kept, self.form, self.arguments) if self.kept.pages else self.request.path

    def has_moved_on(self, form: forms.BaseForm) -> bool:
        """Whether the record was changed since the draft was begun."""
        return self.contents is not None and self.contents.made_from != version_of(form)

    @property
    def waits_for(self) -> Draft | None:
        """What was begun on another page and is neither gone on with nor thrown away."""
        is_asked = self.posted is None and self.contents is None
        is_ours = bool(self.kept.pages and self.draft and str(self.draft.sitting) == self.sitting)
        return self.draft if is_asked and not is_ours else None

    @property
    def keeps(self) -> bool:
        return bool(self.form) and len(self.arguments) <= LONGEST_ARGUMENTS


def _is_of(data: QueryDict, form: forms.BaseForm) -> bool:
    """Whether the draft is of this form: another form on the same page has no field in it."""
    names = [bound.html_name for bound in form]
    return any(name in data or any(key.startswith(f"{name}_") for key in data) for name in names)


def version_of(form: forms.BaseForm) -> str:
    return str(form[VERSION].value() or "") if VERSION in form.fields else ""


def serve(
    kept: KeptForm, view: Callable[..., HttpResponse], request: SignedInRequest, *args: Any, **kwargs: Any
) -> HttpResponse:
    if getattr(request, "actor", None) is None:
        return view(request, *args, **kwargs)
    desk = PageDesk(request, kept, kwargs)
    token = drafting.at(desk if desk.keeps else None)
    try:
        if address := desk.where_it_was_begun():
            return redirect(address)
        if desk.posted is None:
            return view(request, *args, **kwargs)
        return together(desk, desk.posted, view, request, *args, **kwargs)
    finally:
        drafting.leave(token)


def together(
    desk: PageDesk, slip: Slip, view: Callable[..., HttpResponse], request: Any, *args: Any, **kwargs: Any
) -> HttpResponse:
    """What is saved and what is kept of it change in one transaction: nothing is lost and nothing is there twice.

    A refusal undoes what its own act undid and nothing else, as without a draft: a code that was used stays used.
    """
    refusal: Refusal | None = None
    with transaction.atomic():
        try:
            response = view(request, *args, **kwargs)
        except Refusal as refused:
            refusal = refused
        else:
            if desk.is_saved or (leads_on(response) and not slip.is_paged):
                actions.put_away(slip)
            elif leads_on(response):
                keep_page(slip, request)
    if refusal is not None:
        raise refusal
    return response


def keep_page(slip: Slip, request: SignedInRequest) -> None:
    """One page of several was answered; all of it waits until the last one is."""
    contents = Contents.posted(request.POST, slip)
    with suppress(Refusal):
        actions.keep(slip, contents, by=request.actor)


def leads_on(response: HttpResponse) -> bool:
    """A form that was taken leads on; one that was not is shown again."""
    return 300 <= response.status_code < 400 or "HX-Redirect" in response.headers
