"""How the view of a longer form says that what is typed into it is kept: one line.

    @require_http_methods(["GET", "POST"])
    @keeps_draft(_("Add a note"))
    def add_note(request, code): ...

It stands innermost, below every door and below `fresh_second_factor`. The name is what the list of begun forms calls
it: no name of a person, no text of the form; a function of the address's arguments where it differs by them
(`called_as_step`). A form that is sent elsewhere than to its own page says where (`posted_to`), one that is opened by
a POST says where it is opened from (`opened_at`).

The template includes `components/_error_summary.html` above its `<form>`, as every form does, and has `{% draft form
%}` after the buttons, inside it. Pages made from `cases/form.html`, `cases/step.html` and `components/_confirm.html`
have both. Of a view whose address has no `code`, the page's `case` or `of_case` says which case the form is about.

What is done about it is in `nrm.drafts`, above the rooms that use this; it takes its place here when the service
starts. `tests/drafts/test_every_form.py` fails for a form with a field of several lines that keeps no draft.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpResponse, QueryDict
from django.utils.functional import Promise

View = TypeVar("View", bound=Callable[..., HttpResponse])
Called = str | Promise | Callable[[Mapping[str, str]], str | Promise]


@dataclass(frozen=True, slots=True)
class KeptForm:
    """What a view says of its form."""

    called: Called
    #: The view to which the form is sent, and the one from which it is opened; empty where it is its own page.
    posted_to: str = ""
    opened_at: str = ""
    #: Whether the form is also filled in by who does not see the case it is about, such as an offer of it.
    is_beyond_sight: bool = False
    #: Arguments of the address that are pages of one and the same form.
    pages: tuple[str, ...] = ()

    def name(self, arguments: Mapping[str, str]) -> str:
        return str(self.called(arguments) if callable(self.called) else self.called)


class Desk:
    """Where the form of one request is kept. This one keeps nothing: a request without a draft."""

    case_code = ""
    is_saved = False

    def begin_anew(self) -> None:
        """The first of several pages is shown: what comes belongs to no walk of before."""

    def typed_before(self) -> QueryDict | None:
        """What had been typed, once its author goes on with it."""
        return None


Serve = Callable[..., HttpResponse]
_desk: ContextVar[Desk | None] = ContextVar("nrm_draft_desk", default=None)
_serve: list[Serve] = []


def keeps_draft(
    called: Called,
    *,
    posted_to: str = "",
    opened_at: str = "",
    is_beyond_sight: bool = False,
    pages: tuple[str, ...] = (),
) -> Callable[[View], View]:
    """What is typed into this view's form is kept until it is saved, thrown away, or 14 days old."""
    kept = KeptForm(called, posted_to, opened_at, is_beyond_sight, pages)

    def decorate(view: View) -> View:
        @wraps(view)
        def keeping(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not _serve:
                return view(request, *args, **kwargs)
            return _serve[0](kept, view, request, *args, **kwargs)

        keeping.keeps_draft = kept  # type: ignore[attr-defined]
        return cast(View, keeping)

    return decorate


def called_as_step(flow: Any, transition: str = "") -> Callable[[Mapping[str, str]], str | Promise]:
    """The form of a step, begun and not sent, is called as its button is. `flow` is the machine."""

    def called(arguments: Mapping[str, str]) -> str | Promise:
        wanted = transition or arguments["transition"]
        label: str | Promise = next(edge.label for edge in flow.edges() if edge.name == wanted)
        return label

    return called


def kept_form(view: Any) -> KeptForm | None:
    """What a view says of its form, none where it keeps no draft."""
    found: KeptForm | None = getattr(view, "keeps_draft", None)
    return found


def serve_with(serve: Serve) -> None:
    """For `nrm.drafts`, when the service starts."""
    _serve[:] = [serve]


def desk() -> Desk | None:
    return _desk.get()


def at(place: Desk | None) -> Any:
    """Puts a desk there for the time of a view; gives what takes it away again."""
    return _desk.set(place)


def leave(token: Any) -> None:
    _desk.reset(token)


def of_case(code: str) -> None:
    """The form that is shown now is about this case: what is kept of it goes with the case."""
    if place := _desk.get():
        place.case_code = code


def saved() -> None:
    """The form was taken, although its answer is a page and leads nowhere else."""
    if place := _desk.get():
        place.is_saved = True


def begin_anew() -> None:
    """The first page of a form of several is shown: what is typed from now on is another draft."""
    if place := _desk.get():
        place.begin_anew()


def typed_before() -> QueryDict | None:
    """What the author of a draft goes on with, for a view that has to know before its form is shown."""
    place = _desk.get()
    return place.typed_before() if place else None
