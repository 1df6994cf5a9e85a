"""Wherever the name of Kosovo* stands, the footnote stands with it: on every page and in every document."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as installed
from django.test import Client
from django.utils import translation
from django.utils.html import escape

from nrm.countries.terms import KOSOVO_FOOTNOTE, Country
from tests.addresses import ADDRESSES, PLAYERS, address
from tests.hostile.asking import undone
from tests.whole import whole_case

LANGUAGES = [code for code, _name in installed.LANGUAGES]
MATRIX = tomllib.loads((Path(__file__).parents[1] / "permissions" / "matrix.toml").read_text())
FOOTNOTE = re.compile("without prejudice to positions on status")


@pytest.fixture
def instance(request: pytest.FixtureRequest, settings: Any) -> str:
    settings.NRM_COUNTRY = request.param
    return str(request.param)


def names() -> set[str]:
    found = set()
    for language in LANGUAGES:
        with translation.override(language):
            found.add(str(Country.XK.label))
    return found


def footnotes() -> set[str]:
    found: set[str] = set()
    for language in LANGUAGES:
        with translation.override(language):
            found.add(escape(str(KOSOVO_FOOTNOTE)))
    return found


def is_named(page: str) -> bool:
    return any(name in page for name in names())


def has_footnote(page: str) -> bool:
    return any(footnote in page for footnote in footnotes())


def pages(cast: Any, sign_in: Callable[[Any], Client]) -> dict[str, str]:
    """Every page, and every refusal of it, as the first who gets it sees it."""
    whole = whole_case(cast)
    clients = {player: sign_in(getattr(cast, player)) for player in PLAYERS} | {"nobody": Client()}
    found = {}
    for name in ADDRESSES:
        for player in askers(name):
            with undone(clients[player]):
                response = clients[player].get(address(name, whole, cast))
            if response.headers.get("Content-Type", "").startswith("text/html") and response.status_code != 302:
                found[f"{name} {player} {response.status_code}"] = response.content.decode()
    return found


def askers(name: str) -> list[str]:
    """One for each of the answers that are written down for the address."""
    answers = dict(zip((*PLAYERS, "nobody"), MATRIX[name]["get"].split(), strict=True))
    return list({answer: player for player, answer in reversed(answers.items())}.values())


def test_the_name_carries_its_star_in_every_language() -> None:
    assert all(name.endswith("*") for name in names())
    assert all(footnote.startswith("*") for footnote in footnotes())


@pytest.mark.parametrize("instance", ["xk"], indirect=True)
def test_every_page_of_an_instance_for_kosovo_has_the_footnote(
    instance: str, cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    every = pages(cast, sign_in)
    assert any(name.startswith("desk:country") and is_named(page) for name, page in every.items())
    assert any(name.startswith("accounts:sign_in nobody") for name in every)
    assert [name for name, page in every.items() if "</html>" in page and not has_footnote(page)] == []


@pytest.mark.parametrize("instance", ["rs"], indirect=True)
def test_no_page_of_another_instance_names_it_without_the_footnote(
    instance: str, cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    assert [name for name, page in pages(cast, sign_in).items() if is_named(page) and not has_footnote(page)] == []


@pytest.mark.parametrize("instance", ["xk"], indirect=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_name_and_footnote_are_in_the_readers_language(
    instance: str, language: str, cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    cast.administrator.user.language = language
    cast.administrator.user.save()
    page = sign_in(cast.administrator).get("/country/").content.decode()
    with translation.override(language):
        assert str(Country.XK.label) in page
        assert escape(str(KOSOVO_FOOTNOTE)) in page


@pytest.mark.parametrize("instance", ["xk"], indirect=True)
def test_the_footnote_is_printed(instance: str, cast: Any, sign_in: Callable[[Any], Client]) -> None:
    page = sign_in(cast.administrator).get("/country/").content.decode()
    foot = page[page.index("<footer") :]
    assert "no-print" not in foot[: foot.index('class="footnote"')]


def documents() -> list[Path]:
    """What is written for people; the countries' files count, as whoever runs the service reads them."""
    root = installed.BASE_DIR
    return sorted([*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("nrm/countries/*.toml")])


def test_every_document_that_names_it_has_the_footnote() -> None:
    texts = {path: re.sub(r"\s+(?:# )?", " ", path.read_text(encoding="utf-8")) for path in documents()}
    naming = {path.name: text for path, text in texts.items() if re.search(r"Kosovo|Kosova|Косово", text)}
    assert {"README.md", "domain.md", "xk.toml"} <= naming.keys()
    assert [name for name, text in naming.items() if not FOOTNOTE.search(text)] == []
    assert [name for name, text in naming.items() if bare(text)] == []


def bare(text: str) -> list[str]:
    """The name without its star, but for the title of the Opinion."""
    return re.findall(r"(?<!the )Kosov[oa]\b(?!\\?\*)", text)
