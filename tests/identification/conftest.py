"""A screening that the responder began, and quick ways to answer it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nrm.identification import actions

#: Enough for an adult: one strong and one medium sign of exploitation, two strong signs of coercion.
SPEAKS_FOR_IT = {"EX01": "observed", "EX04": "reported", "CD01": "observed", "CD14": "reported"}


@pytest.fixture
def screening(case: Any, cast: Any) -> Any:
    return actions.begin_screening(case, by=cast.responder.actor, suspicions=["labour"], safe_to_talk="yes")


@pytest.fixture
def answer(cast: Any) -> Callable[..., Any]:
    """Answers in the name of the responder, or of `by`; from the version an answer has now."""

    def answered(screening: Any, *, by: Any = None, note: str = "", **values: str) -> None:
        for code, value in values.items():
            found = screening.answers.filter(indicator__code=code).first()
            actions.answer_indicator(
                screening,
                code,
                by=(by or cast.responder).actor,
                expected_version=found.version if found else 0,
                value=value,
                note=note,
            )

    return answered


@pytest.fixture
def completed(screening: Any, answer: Callable[..., Any], cast: Any) -> Any:
    """A completed screening that suggests the presumption."""
    answer(screening, **SPEAKS_FOR_IT)
    return actions.complete_screening(screening, by=cast.responder.actor, expected_version=1)


@pytest.fixture
def presumed(case: Any, completed: Any, cast: Any) -> Any:
    """The case before the identifying body."""
    from nrm.cases.actions import take_status_step

    return take_status_step(case, "presume", by=cast.responder.actor, expected_version=case.version)
