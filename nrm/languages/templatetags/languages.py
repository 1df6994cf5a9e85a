"""`{% html_lang %}` for the `lang` attribute and `{% languages_offered as languages %}` for a switcher."""

from __future__ import annotations

from typing import NamedTuple

from django import template
from django.utils.translation import get_language

from nrm.languages.choice import html_tag, offered

register = template.Library()


class Offer(NamedTuple):
    code: str
    autonym: str
    tag: str
    is_active: bool


@register.simple_tag
def html_lang(code: str = "") -> str:
    return html_tag(code or None)


@register.simple_tag
def languages_offered() -> list[Offer]:
    active = get_language()
    return [Offer(code, autonym, html_tag(code), code == active) for code, autonym in offered()]
