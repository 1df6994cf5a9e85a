"""When the time to keep a closed case is over. No country's law was found to name it, so the operator decides it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from nrm.cases.models.case import Case
from nrm.cases.models.link import CaseLink
from nrm.cases.models.merge import CaseMerge
from nrm.lib.clock import today
from nrm.lib.persons import AgeGroup
from nrm.vault.selectors import is_born_by
from workflows.case import Stage

#: From when a person is of age in all six countries.
MAJORITY = 18


def is_decided() -> bool:
    """Without a decision of the operator nothing is ever proposed."""
    return settings.NRM_RETENTION_YEARS > 0


def years_before(day: date, years: int) -> date:
    """29 February counts as the 28th where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def last_day() -> date:
    """What ended on this day or before was kept long enough."""
    return years_before(today(), settings.NRM_RETENTION_YEARS)


def with_closing(cases: QuerySet[Case]) -> QuerySet[Any]:
    """Each with when it was closed last (`closed_at`), and as what age the person was recorded then (`closed_as`)."""
    rows = Case.history.filter(id=OuterRef("pk"))
    last_open = rows.exclude(stage=Stage.CLOSED).order_by("-history_id").values("history_id")[:1]
    cases = cases.alias(last_open=Coalesce(Subquery(last_open), Value(0)))
    closing = rows.filter(stage=Stage.CLOSED, history_id__gt=OuterRef("last_open")).order_by("history_id")
    return cases.annotate(
        closed_at=Subquery(closing.values("history_date")[:1]), closed_as=Subquery(closing.values("age_group")[:1])
    )


def closed_long_ago() -> QuerySet[Any]:
    """Closed cases whose time since closing is over, whatever else may stand against it; erased ones are left out."""
    closed = with_closing(Case.objects.filter(stage=Stage.CLOSED, person__erased_at=None))
    day_after = datetime.combine(last_day() + timedelta(days=1), time.min, tzinfo=timezone.get_default_timezone())
    return closed.select_related("person").filter(closed_at__lt=day_after).order_by("closed_at", "pk")


def is_due(case: Case, *, knows_age: bool = False) -> bool:
    """Whether this case may be erased now. `knows_age`: somebody vouched that a child has been of age long enough."""
    return has_waited(case) and not is_in_use(case) and (knows_age or is_of_age(case) is True)


def has_waited(case: Case) -> bool:
    return is_decided() and closed_long_ago().filter(pk=case.pk).exists()


def is_in_use(case: Case) -> bool:
    """Something of the person is still open: an alert, a use of emergency access, another case."""
    return case.has_open_alert() or case.emergencies.unreviewed().exists() or has_open_partner(case)


def has_open_partner(case: Case) -> bool:
    """Another case of the same person, linked or merged, that goes on."""
    links = CaseLink.objects.standing().of(case).values_list("first", "second")
    linked = {pk for pair in links for pk in pair}
    pairs = CaseMerge.objects.standing().filter(Q(case=case) | Q(into=case)).values_list("case", "into")
    merged = {pk for pair in pairs for pk in pair}
    return Case.objects.open().filter(pk__in=(linked | merged) - {case.pk}).exists()


def is_of_age(case: Case) -> bool | None:
    """Whether the time counts from closing, or the person has been of age as long. None where nobody knows the year of
    birth: then a person decides, not the service."""
    closed = with_closing(Case.objects.filter(pk=case.pk)).values_list("closed_as", flat=True).first()
    if closed == AgeGroup.ADULT:
        return True
    return is_born_by(case.person, years_before(last_day(), MAJORITY))


def may_be_proposed_by_hand(case: Case) -> bool:
    """Only where nobody knows the year of birth: everything else the service proposes itself."""
    if case.retentions.standing().exists() or not has_waited(case) or is_in_use(case):
        return False
    return is_of_age(case) is None
