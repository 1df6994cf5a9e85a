"""Tags and components as docs/interface.md describes them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone, translation

from nrm.web.context import NAVIGATION
from nrm.web.templatetags.nrm import SPRITE, due_in_words, due_urgency
from workflows.lifecycle import Button


def rendered(template: str, **context: Any) -> str:
    return Template("{% load nrm %}" + template).render(Context(context))


@pytest.mark.parametrize(
    ("ahead", "words", "urgency"),
    [
        (timedelta(minutes=30), "Due within the hour", "soon"),
        (timedelta(hours=3, minutes=1), "Due in 3 hours", "soon"),
        (timedelta(days=10), "Due in 10 days", ""),
        (-timedelta(minutes=5), "Overdue", "over"),
        (-timedelta(hours=1, minutes=1), "Overdue by 1 hour", "over"),
        (-timedelta(days=4), "Overdue by 4 days", "over"),
    ],
)
def test_due_in_words(ahead: timedelta, words: str, urgency: str) -> None:
    moment = timezone.now() + ahead
    assert due_in_words(moment) == words
    assert due_urgency(moment) == urgency


def test_due_on_a_day() -> None:
    today = timezone.localdate()
    said = [due_in_words(today + timedelta(days=days)) for days in (-1, 0, 1, 2)]
    assert said == ["Overdue by 1 day", "Due today", "Due tomorrow", "Due in 2 days"]


def test_dates_are_never_in_american_order() -> None:
    day = date(2026, 3, 5)
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            shown = rendered("{{ day|short_date }}", day=day)
            assert shown.replace("0", "").startswith("5"), (code, shown)


def test_a_button_that_is_not_possible_yet_says_why() -> None:
    buttons = [
        Button("close", "Close the case", "closed", unmet="There is an open referral."),
        Button("hold", "Hold", "on_hold"),
    ]
    html = rendered(
        '{% include "components/_buttons.html" with action="/x/" %}', buttons=buttons, version=4, csrf_token="t" * 64
    )
    assert 'aria-disabled="true" aria-describedby="why-close"' in html
    assert '<p id="why-close">There is an open referral.</p>' in html
    assert 'name="transition" value="hold"' in html
    assert 'name="version" value="4"' in html
    assert html.index("Hold") < html.index("Close the case")


def test_the_stepper_marks_the_present_step() -> None:
    steps = [
        {"label": "One", "state": "done"},
        {"label": "Two", "state": "current"},
        {"label": "Three", "state": "ahead"},
    ]
    html = rendered('{% include "components/_stepper.html" %}', steps=steps)
    assert html.count('aria-current="step"') == 1
    assert "(done)" in html


def test_values_are_escaped_everywhere() -> None:
    html = rendered(
        '{% card title=bad %}{{ bad }}{% endcard %}{% badge bad %}{% case_code bad %}{% icon "x" bad %}',
        bad="<b onclick=x>",
    )
    assert "<b" not in html


def test_safe_url_is_empty_for_what_does_not_exist() -> None:
    assert rendered('{% safe_url "no:where" as url %}[{{ url }}]') == "[]"
    assert rendered('{% safe_url "web:leave" %}') == "/leave/"


def test_every_icon_used_is_in_the_sprite() -> None:
    sprite = (settings.BASE_DIR / "static" / SPRITE).read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    used = {entry.icon for entry in NAVIGATION}
    for template in (settings.BASE_DIR / "templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        used |= set(re.findall(r'icon[ =]"([^"]+)"', text))
    assert used <= drawn, used - drawn
