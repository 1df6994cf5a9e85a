"""What a set has to be before it is written. It is refused whole, with the code of the line that is wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings

from nrm.countries.terms import Country
from nrm.identification.models import Circumstance, Suspected, Use
from nrm.identification.scoring import DIMENSIONS, GENERAL_FAMILY, Strength
from nrm.identification.sections import FAMILIES, RATED_FAMILY
from nrm.lib.forms import plain_text

LISTS = ("LAB", "SEX")
GROUPS = ("A_LAB", "A_SEX", "C_LAB", "C_SEX")
#: `secondary` is what the first set called a strength that was read in a source.
CONFIDENCE = ("sourced", "secondary", "reconstructed")
#: The set every country shares; every other one belongs to a country.
SHARED = "common"
LAST_NUMBER = 9999
SET_CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")
INDICATOR_CODE = re.compile(r"[A-Z]{2}[A-Z0-9]{1,8}")
SITUATIONS = (*Suspected.values, *Circumstance.values, "child", "man")
ENTRY_KEYS = {
    "code", "family", "dimension", "label", "labels", "strengths", "confidence", "sources", "is_short", "use"
}  # fmt: skip


class SetRefused(Exception):
    """A set that cannot be written, and which line of it is why. For who loads it, in English."""


def check(given: dict[str, Any]) -> None:
    """Raise `SetRefused` at the first thing that is wrong with a whole set."""
    for complaint in _complaints(given):
        raise SetRefused(complaint)


def _complaints(given: dict[str, Any]) -> Iterator[str]:
    yield from _about_the_set(given)
    yield from _about_the_plan(given.get("lists", {}), "lists", Suspected.values, LISTS)
    askable = sorted(FAMILIES - {GENERAL_FAMILY, RATED_FAMILY})
    yield from _about_the_plan(given.get("families", {}), "families", SITUATIONS, askable)
    entries = given.get("indicators")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        yield "indicators: a set has a list of them."
        return
    for code, times in Counter(str(entry.get("code")) for entry in entries).items():
        if times > 1:
            yield f"{code}: stands in the set {times} times."
    if not any(entry.get("family") == GENERAL_FAMILY and entry.get("is_short", True) for entry in entries):
        yield f"indicators: no sign of the family {GENERAL_FAMILY} is short; a screening begins with those."
    for entry in entries:
        for complaint in _about_the_indicator(entry):
            yield f"{entry.get('code')}: {complaint}"


def _about_the_set(given: dict[str, Any]) -> Iterator[str]:
    code, number, country = given.get("code"), given.get("number"), given.get("country", "")
    if not isinstance(code, str) or not SET_CODE.fullmatch(code):
        yield "code: a set is named in small letters, digits and hyphens."
    if type(number) is not int or not 1 <= number <= LAST_NUMBER:
        yield f"number: the version of a set is a whole number from 1 to {LAST_NUMBER}."
    try:
        date.fromisoformat(given.get("valid_from", ""))
    except (TypeError, ValueError):
        yield "valid_from: the day the set applies from, as 2026-11-21."
    if country not in ("", *Country.values):
        yield f"country: {country} is not one of {', '.join(Country.values)}."
    elif (code == SHARED) is not (country == ""):
        yield f"country: the set {SHARED} has none, every other set has one."


def _about_the_plan(plan: Any, name: str, situations: Any, known: Any) -> Iterator[str]:
    if not isinstance(plan, dict):
        yield f"{name}: says for each suspicion what is asked."
        return
    for situation, several in plan.items():
        if situation not in situations:
            yield f"{name}: {situation} is no suspicion or circumstance."
        if not isinstance(several, list):
            yield f"{name}: {situation} names a list."
            continue
        for one in several:
            if one not in known:
                yield f"{name}: {one}, named for {situation}, is not one of {', '.join(known)}."


def _about_the_indicator(entry: dict[str, Any]) -> Iterator[str]:
    if not INDICATOR_CODE.fullmatch(str(entry.get("code"))):
        yield "a code is two capital letters and up to eight capital letters or digits."
    if unknown := sorted(set(entry) - ENTRY_KEYS):
        yield f"{unknown[0]} is not known."
    if entry.get("family") not in list(FAMILIES):
        yield f"the family {entry.get('family')} is not known."
    if entry.get("dimension", "") not in ("", *DIMENSIONS):
        yield f"the dimension {entry['dimension']} is not known."
    if entry.get("use", Use.SIGN) not in Use.values:
        yield f"the use {entry['use']} is not one of {', '.join(Use.values)}."
    if not isinstance(entry.get("is_short", False), bool):
        yield "is_short is true or false."
    yield from _about_the_words(entry)
    yield from _about_the_strengths(entry)


def _about_the_words(entry: dict[str, Any]) -> Iterator[str]:
    if not _is_words(entry.get("label")):
        yield "has no label."
    sources = entry.get("sources")
    if not isinstance(sources, list) or not sources or not all(_is_words(one, 40) for one in sources):
        yield "names no source."
    labels = entry.get("labels", {})
    if not isinstance(labels, dict):
        yield "labels are given by language."
        return
    for language, label in labels.items():
        if language not in dict(settings.LANGUAGES):
            yield f"the language {language} is not one of {', '.join(dict(settings.LANGUAGES))}."
        if not _is_words(label):
            yield f"its label in {language} is empty."


def _about_the_strengths(entry: dict[str, Any]) -> Iterator[str]:
    """Signs of the list with dimensions are rated, no others are."""
    strengths, confidence = entry.get("strengths", {}), entry.get("confidence", {})
    if not isinstance(strengths, dict) or not isinstance(confidence, dict):
        yield "strengths and their confidence are given by group."
        return
    for group, strength in strengths.items():
        if group not in GROUPS:
            yield f"the group {group} is not one of {', '.join(GROUPS)}."
        if strength not in list(Strength):
            yield f"the strength {strength} is not one of {', '.join(Strength)}."
        if confidence.get(group) not in CONFIDENCE:
            yield f"the confidence {confidence.get(group)} of {group} is not one of {', '.join(CONFIDENCE)}."
    if confidence.keys() - strengths.keys():
        yield "says how sure a strength is that it does not have."
    is_rated = entry.get("family") == RATED_FAMILY
    if (bool(entry.get("dimension")), bool(strengths)) != (is_rated, is_rated):
        yield f"signs of {RATED_FAMILY} have a dimension and strengths, and only they."


def _is_words(text: Any, longest: int = 300) -> bool:
    """One line of visible text: nothing in it turns its order round or hides, as in what people type."""
    return isinstance(text, str) and 0 < len(text) <= longest and text == plain_text(text, lines=False)
