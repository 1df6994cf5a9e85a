"""Reading drafts: only one's own, in the role in which they were begun. The database says the same (nrm/rows)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.urls import NoReverseMatch, URLResolver, get_resolver, reverse

from nrm.access.actor import Actor
from nrm.access.refusals import NotVisible
from nrm.drafts.models import Draft, DraftQuerySet
from nrm.lib.clock import now
from nrm.lib.drafting import KeptForm, kept_form

#: The part of an address that says which draft a form is filled from.
GO_ON = "draft"


def own(actor: Actor) -> QuerySet[Draft]:
    drafts: DraftQuerySet = Draft.objects.waiting()
    return drafts.filter(author=actor.user_id, membership=actor.membership_id, expires_at__gt=now())


def draft_at(actor: Actor, form: str, arguments: str) -> Draft | None:
    return own(actor).filter(form=form, arguments=arguments).first()


def own_draft(actor: Actor, pk: UUID) -> Draft:
    draft = own(actor).filter(pk=pk).first()
    if draft is None:
        raise NotVisible
    return draft


def as_arguments(keywords: dict[str, object]) -> str:
    """The arguments of an address as they are stored: codes, ids and names of steps, in order of their names."""
    return urlencode(sorted((name, str(value)) for name, value in keywords.items()))


def from_arguments(arguments: str) -> dict[str, str]:
    return dict(parse_qsl(arguments, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Begun:
    """A line of the list: which form about which case since when, and nothing of what it holds."""

    draft_id: UUID
    name: str
    case_code: str
    saved_at: datetime
    url: str


def begun_by(actor: Actor) -> list[Begun]:
    """Latest first. One query."""
    rows = own(actor).only("id", "form", "arguments", "case_code", "saved_at")
    return [line for draft in rows if (line := _line(draft))]


def _line(draft: Draft) -> Begun | None:
    """None for a form that is no longer there."""
    kept = forms().get(draft.form)
    if kept is None:
        return None
    try:
        url = page_of(kept, draft.form, draft.arguments)
        name = kept.name(from_arguments(draft.arguments))
    except (NoReverseMatch, LookupError, StopIteration):
        return None
    return Begun(draft.pk, name, draft.case_code, draft.saved_at, f"{url}?{GO_ON}={draft.pk}")


@cache
def forms() -> dict[str, KeptForm]:
    """What every view that keeps drafts says of its form, by the name of the view."""
    return dict(_forms(get_resolver().url_patterns))


def _forms(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, KeptForm]]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from _forms(one.url_patterns, f"{one.namespace}:" if one.namespace else namespace)
        elif kept := kept_form(one.callback):
            yield f"{namespace}{one.name}", kept


def page_of(kept: KeptForm | None, form: str, arguments: str) -> str:
    """Where the form can be opened again."""
    return reverse(kept.opened_at if kept and kept.opened_at else form, kwargs=from_arguments(arguments))
