"""Marks on views: who may come in, for views that are not open to every signed-in person."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import NotPermitted
from nrm.accounts.requests import SignedInRequest

P = ParamSpec("P")
View = TypeVar("View", bound=Callable[..., HttpResponse])


def open_door(view: View) -> View:
    """Answers without a session. Only for sign-in, language, health, invitation and quick exit."""
    view.open_door = True  # type: ignore[attr-defined]
    return view


def before_second_factor(view: View) -> View:
    """Answers after the password, before the second factor: the pages on which the factor is given or set up."""
    view.before_second_factor = True  # type: ignore[attr-defined]
    return view


def before_membership(view: View) -> View:
    """Answers a verified person who has not chosen a membership: the page on which it is chosen."""
    view.before_membership = True  # type: ignore[attr-defined]
    return view


def before_pledge(view: View) -> View:
    """Answers somebody who has not accepted the code of conduct: the page on which it is accepted. So do all pages of
    one's own account that answer before a membership is chosen."""
    view.before_pledge = True  # type: ignore[attr-defined]
    return view


def administration(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponse],
) -> Callable[Concatenate[SignedInRequest, P], HttpResponse]:
    """Only for administrators. They reach no case; nobody else reaches these pages."""

    @wraps(view)
    def guarded(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not allows(request.actor, Permission.ADMINISTER):
            raise NotPermitted
        return view(request, *args, **kwargs)

    return cast(Callable[Concatenate[SignedInRequest, P], HttpResponse], guarded)


def is_marked(view: Any, mark: str) -> bool:
    return bool(getattr(view, mark, False))


def safe_next(request: HttpRequest, wanted: str) -> str:
    """`wanted` when it is a path of our own, else nothing: never a way to another site."""
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=request.is_secure())
    return wanted if own and wanted.startswith("/") else ""
