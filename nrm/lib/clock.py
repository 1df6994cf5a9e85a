"""The one place that asks what time it is, so that a test can stop the clock."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware."""
    return timezone.now()


def today() -> date:
    """The present day on the wall calendar of the country (`TIME_ZONE`), not of UTC."""
    return timezone.localdate(timezone=timezone.get_default_timezone())
