"""A log line names the place of a failure and nobody's data."""

from __future__ import annotations

import logging
import sys

import pytest

from nrm.lib.discreet_log import DiscreetFormatter, one_line

CANARY = "Љиљана Canary"


def test_l4_the_text_of_an_exception_is_not_written() -> None:
    written = formatted_failure()
    assert CANARY not in written
    assert "KeyError" in written
    assert "ValueError" in written
    assert "test_discreet_log.py" in written
    assert "formatted_failure" in written


@pytest.mark.parametrize("sign", ["\n", "\r", "\r\n", "\x1b[2K", "\x00", "\u2028", "\u202e", "\x85"])
def test_l5_nobody_writes_a_line_of_their_own(sign: str) -> None:
    forged = f"/cases/x{sign}2026-11-21 INFO nrm.web All is well/"
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Error: %s", (forged,), None)
    written = DiscreetFormatter("{levelname} {message}", style="{").format(record)
    assert len(written.splitlines()) == 1
    assert written.isprintable()


def test_l5_letters_of_every_script_stay() -> None:
    assert one_line("Тетово, Gjakovë, Ђаковица") == "Тетово, Gjakovë, Ђаковица"


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
