"""Invented names and texts, one file a language. Nothing in them is anybody's."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from nrm.cases.models import Sex
from nrm.lib.partial_date import PartialDate
from nrm.vault.identity import Contact, ContactKind, Document, DocumentKind, Identity, Safety

FOLDER = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class Country:
    """Whose words a country speaks, the language of its pages, a second script or language of its people, and where
    most of its services are."""

    words: str
    language: str
    neighbour: str
    spoken: str
    capital_region: str
    towns: tuple[str, ...]


COUNTRIES: Mapping[str, Country] = {
    "al": Country("sq", "sq", "mk", "sq", "AL-11", ("Tiranë", "Elbasan", "Shkodër", "Vlorë")),
    "ba": Country("bs", "bs", "sr", "bs", "FBIH-09", ("Sarajevo", "Tuzla", "Banja Luka", "Mostar")),
    "xk": Country("sq", "sq", "bs", "sq", "XK-06", ("Prishtinë", "Prizren", "Pejë", "Ferizaj")),
    "me": Country("bs", "sr-latn", "sq", "cnr", "ME-C", ("Podgorica", "Bar", "Nikšić", "Bijelo Polje")),
    "mk": Country("mk", "mk", "sq", "mk", "MK-08", ("Скопје", "Битола", "Тетово", "Струмица")),
    "rs": Country("sr", "sr", "bs", "sr", "RS-BG", ("Београд", "Нови Сад", "Ниш", "Ужице")),
}
#: Birth years of adults and of children.
YEAR_OF_ADULTS, YEAR_OF_CHILDREN = (1972, 2004), (2010, 2015)


@cache
def words(language: str) -> Mapping[str, Any]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Origin:
    """Who somebody is and what they speak."""

    given: str
    family: str
    citizenship: str
    spoken: str
    from_abroad: bool = False


def origin(country: str, sex: str, *, is_child: bool, rng: Random) -> Origin:
    """Most people are from here, in the main language or its neighbour's, some from far away."""
    here = COUNTRIES[country]
    strangers = [row for row in words("abroad")["people"] if row[2] == sex]
    if strangers and not is_child and rng.random() < 0.15:
        given, family, _sex, citizenship, spoken = rng.choice(strangers)
        return Origin(given, family, citizenship, spoken, from_abroad=True)
    language = here.neighbour if rng.random() < 0.3 else here.words
    lists = words(language)
    given = rng.choice(lists["men" if sex == Sex.MAN else "women"])
    family = rng.choice(lists["families"]).replace("*", "и" if sex == Sex.MAN else "а")
    return Origin(given, family, country.upper(), here.spoken if language == here.words else language)


def identity(one: Origin, texts: Mapping[str, Sequence[str]], *, is_child: bool, rng: Random) -> Identity:
    """As a case worker writes it down after the first talks: some parts known, some estimated."""
    born = PartialDate(rng.randint(*(YEAR_OF_CHILDREN if is_child else YEAR_OF_ADULTS)), rng.choice([None, 3, 7, 11]))
    phone = Contact(ContactKind.PHONE, f"+000 70 {rng.randint(100000, 999999)}", Safety.YES, texts["safe_rule"][0])
    trusted = Contact(ContactKind.TRUSTED_PERSON, texts["trusted"][0], Safety.UNKNOWN)
    number = f"DEMO-{rng.randint(10_000_000, 99_999_999)}"
    return Identity(
        given_names=one.given,
        family_names=one.family,
        birth=born,
        birth_estimated=born.month is None,
        citizenships=(one.citizenship,),
        documents=(Document(DocumentKind.PASSPORT, number, one.citizenship),) if rng.random() < 0.6 else (),
        contacts=(phone, trusted) if rng.random() < 0.5 else (phone,),
        safe_contact_rule=texts["safe_rule"][0],
    )
