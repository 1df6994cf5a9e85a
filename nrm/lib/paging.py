"""Long lists page by page, each beginning where the one before ended: nothing is skipped when rows come and go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, Q, QuerySet

PAGE = 25
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: the moment and the id of its last row."""

    moment: datetime
    pk: UUID

    def __str__(self) -> str:
        return f"{self.moment.isoformat()}~{self.pk}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """From the address; None when it is no place in a list, which is then read from its beginning."""
        moment_text, _tilde, pk = text.partition("~")
        try:
            moment = datetime.fromisoformat(moment_text)
            return cls(moment, UUID(pk)) if moment.tzinfo else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    rows: list[Row]
    after: Cursor | None


def page_of(rows: QuerySet[Row], column: str, *, after: Cursor | None = None, newest_first: bool = False) -> Page[Row]:
    """One page of rows in the order of a moment, ties by id; one query. The moment is never null."""
    if after is not None:
        beyond = "lt" if newest_first else "gt"
        further = Q(**{f"{column}__{beyond}": after.moment})
        tie = Q(**{column: after.moment, f"pk__{beyond}": after.pk})
        # The bound alone says little, but an index is entered there; by the alternative it would be read from its end.
        rows = rows.filter(further | tie, **{f"{column}__{beyond}e": after.moment})
    sign = "-" if newest_first else ""
    found = list(rows.order_by(f"{sign}{column}", f"{sign}pk")[: PAGE + 1])
    shown = found[:PAGE]
    if len(found) <= PAGE:
        return Page(shown, None)
    return Page(shown, Cursor(getattr(shown[-1], column), shown[-1].pk))


def next_url(after: Cursor | None, kept: Mapping[str, object] | None = None) -> str:
    """Where the pager leads, with the filters kept; empty on the last page."""
    return f"?{urlencode({**(kept or {}), 'after': str(after)})}" if after else ""
