"""No template holds inline script or style, reaches another origin, or gives a page a telling title."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))
FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "an inline style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"\son[a-z]+\s*=", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "htmx that needs eval": re.compile(r"\bhx-on|hx-vals=[\"']js:", re.IGNORECASE),
    "a foreign origin": re.compile(r"(?:src|href|action)=[\"'](?:https?:)?//", re.IGNORECASE),
    "a date in the browser's own order": re.compile(r"type=[\"']date[\"']", re.IGNORECASE),
}
KEEPS_OR_EVALUATES = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie|\beval\(|innerHTML")
TELLING = re.compile(r"traffick|victim|exploit|slave|{{[^}]*(?:name|code|person|identity)", re.IGNORECASE)


@pytest.mark.parametrize("name", TEMPLATES)
def test_d7_nothing_inline(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    found = [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]
    assert not found


@pytest.mark.parametrize("name", TEMPLATES)
def test_titles_are_neutral_and_name_nobody(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    titles = re.findall(r"{% block title %}(.*?){% endblock", text, re.DOTALL)
    assert not [title for title in titles if TELLING.search(title)]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(name: str) -> None:
    get_template(name)


def test_s14_scripts_keep_nothing_in_the_browser() -> None:
    for script in (Path(settings.BASE_DIR) / "static" / "js").glob("*.js"):
        text = script.read_text(encoding="utf-8").replace("sessionStorage.removeItem(", "")
        assert not KEEPS_OR_EVALUATES.search(text), script.name
