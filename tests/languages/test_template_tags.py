"""The tags a layout needs: the language of the page and the languages to choose from."""

from __future__ import annotations

from django.template import Context, Template
from django.utils import translation


def rendered(source: str) -> str:
    return Template("{% load languages %}" + source).render(Context())


def test_the_page_names_its_language_and_script() -> None:
    with translation.override("sr-latn"):
        assert rendered('<html lang="{% html_lang %}">') == '<html lang="sr-Latn">'
        assert rendered('<p lang="{% html_lang "sr" %}">') == '<p lang="sr-Cyrl">'


def test_the_switcher_offers_every_language_by_its_own_name_and_marks_the_active_one() -> None:
    source = (
        "{% languages_offered as languages %}"
        "{% for language in languages %}"
        "{{ language.code }}:{{ language.tag }}:{{ language.autonym }}{% if language.is_active %}*{% endif %}|"
        "{% endfor %}"
    )
    with translation.override("mk"):
        assert rendered(source) == (
            "en:en:English|sq:sq:shqip|bs:bs:bosanski|sr:sr-Cyrl:српски|"
            "sr-latn:sr-Latn:srpski (latinica)|mk:mk:македонски*|"
        )
