"""The invented country with every story in it, filled once for all who look at it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import override_settings

from nrm.desk.demo.stories import PLOTS
from tests.ready import kept

#: Several signatures to a decision, and hours to make it: the most that a country asks of the demo.
COUNTRY = "rs"
OF_THE_DEMO: dict[str, Any] = {"NRM_DEMO": True, "NRM_COUNTRY": COUNTRY, "NRM_RETENTION_YEARS": 1}
#: Every logger that has a level of its own.
LISTENED = ("", "django", "django.db.backends", "axes")


@dataclass(frozen=True)
class Filled:
    """What the command printed, and what was logged meanwhile, every logger telling all it can."""

    printed: str
    logged: str


@kept
def filled_country() -> Filled:
    printed, heard = StringIO(), StringIO()
    listener = logging.StreamHandler(heard)
    loggers = [logging.getLogger(name) for name in LISTENED]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(listener)
        logger.setLevel(logging.DEBUG)
    try:
        with override_settings(**OF_THE_DEMO):
            call_command("demo", country=COUNTRY.upper(), cases=len(PLOTS), stdout=printed)
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.removeHandler(listener)
            logger.setLevel(level)
    return Filled(printed.getvalue(), heard.getvalue())


@pytest.fixture
def filled(filled_country: Filled, settings: Any) -> Filled:
    """With the settings of the demo while the test lasts."""
    for name, value in OF_THE_DEMO.items():
        setattr(settings, name, value)
    return filled_country


@pytest.fixture
def country(filled: Filled) -> str:
    """What the command printed."""
    return filled.printed
