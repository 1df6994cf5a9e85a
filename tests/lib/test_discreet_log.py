"""A log line names the place of a failure and nobody's data."""

from __future__ import annotations

import logging
import sys

from nrm.lib.discreet_log import DiscreetFormatter

CANARY = "Љиљана Canary"


def test_the_text_of_an_exception_is_not_written() -> None:
    written = formatted_failure()
    assert CANARY not in written
    assert "KeyError" in written
    assert "ValueError" in written
    assert "test_discreet_log.py" in written
    assert "formatted_failure" in written


def formatted_failure() -> str:
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as first:
            raise ValueError(f"Key (name)=({CANARY}) already exists") from first
    except ValueError:
        record = logging.LogRecord(
            "django.request", logging.ERROR, __file__, 1, "Error: %s", ("/cases/",), sys.exc_info()
        )
    return DiscreetFormatter().format(record)
