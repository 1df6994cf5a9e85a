"""When a notice leaves, on the wall clock of whoever gets it: at once, at the end of quiet hours, or with a digest.

A wall clock skips an hour on one night of the year and shows one twice on another. A time of day that is skipped is
taken as if the clocks had not been changed yet, one that comes twice is taken the first time: so every day has one
moment for each time of day, and no digest is sent twice or left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from nrm.countries.public_holidays import is_holiday
from nrm.lib.days import SATURDAY
from nrm.notices.models import MailPreference, Rhythm

DIGEST_AT = time(8)


@dataclass(frozen=True, slots=True)
class Wishes:
    """When somebody wants their mail. Without `quiet` at any hour."""

    is_digest: bool
    digest_at: time
    on_days_off: bool
    quiet: tuple[time, time] | None
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Leaving:
    """From when on, and whether together with everything else that waits for that moment."""

    at: datetime
    is_gathered: bool


def usual() -> Wishes:
    """Of whoever has chosen nothing."""
    return Wishes(
        is_digest=False,
        digest_at=DIGEST_AT,
        on_days_off=False,
        quiet=usual_quiet_hours(),
        zone=ZoneInfo(settings.TIME_ZONE),
    )


def usual_quiet_hours() -> tuple[time, time] | None:
    """ValueError for a setting that is not like 20:00-07:00; the start of the service asks once."""
    if not settings.NRM_QUIET_HOURS:
        return None
    start, end = (time.fromisoformat(part.strip()) for part in settings.NRM_QUIET_HOURS.split("-"))
    if start == end:
        raise ValueError("quiet hours that never end")
    return start, end


def wishes_in(preference: MailPreference) -> Wishes:
    start, end = preference.quiet_from, preference.quiet_until
    return Wishes(
        is_digest=preference.rhythm == Rhythm.DIGEST,
        digest_at=preference.digest_at,
        on_days_off=preference.on_days_off,
        quiet=(start, end) if start is not None and end is not None else None,
        zone=ZoneInfo(preference.time_zone or settings.TIME_ZONE),
    )


def leaving(wishes: Wishes, at: datetime, *, is_urgent: bool = False) -> Leaving:
    """The chosen hour of a digest holds also within quiet hours: it was chosen."""
    if is_urgent:
        return Leaving(at, is_gathered=False)
    if wishes.is_digest:
        return Leaving(next_digest(wishes, at), is_gathered=True)
    end = end_of_quiet(wishes, at)
    return Leaving(end or at, is_gathered=end is not None)


def next_digest(wishes: Wishes, after: datetime) -> datetime:
    day = after.astimezone(wishes.zone).date()
    while True:
        found = moment(day, wishes.digest_at, wishes.zone)
        if found > after and (wishes.on_days_off or is_working_day(day)):
            return found
        day += timedelta(days=1)


def end_of_quiet(wishes: Wishes, at: datetime) -> datetime | None:
    """None outside of quiet hours. They may go over midnight."""
    if wishes.quiet is None:
        return None
    start, end = wishes.quiet
    local = at.astimezone(wishes.zone)
    hour = local.time()
    is_quiet = start <= hour < end if start < end else hour >= start or hour < end
    if not is_quiet:
        return None
    found = moment(local.date(), end, wishes.zone)
    return found if found > at else moment(local.date() + timedelta(days=1), end, wishes.zone)


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The one moment of a time of day on a day."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def is_working_day(day: date) -> bool:
    return day.weekday() < SATURDAY and not is_holiday(settings.NRM_COUNTRY, "", day)
