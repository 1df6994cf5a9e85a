"""A set that changes another one, made whole: what it says of an indicator overrides, by code; the rest stays."""

from __future__ import annotations

from typing import Any

from nrm.identification.models import IndicatorSet
from nrm.identification.sets.checks import SetRefused

#: What a set says of an indicator.
ENTRY = (
    "code", "family", "dimension", "label", "labels", "strengths", "confidence", "sources", "is_short", "use"
)  # fmt: skip


def whole(given: dict[str, Any]) -> dict[str, Any]:
    """The set with everything it leaves to the one it is `based_on`; a set that is whole as it is.

    Every set that is based on another is the set of a country, and never reaches beyond it.
    """
    if "based_on" not in given:
        return given
    _check_shape(given)
    base = _base(given["based_on"])
    changes = _by_code(given.get("indicators", []))
    there = {one.code: {name: getattr(one, name) for name in ENTRY} for one in base.indicators.all()}
    removed = given.get("removes", [])
    if unknown := sorted(set(removed) - set(there)):
        raise SetRefused(f"{unknown[0]}: cannot be removed, {base} does not have it.")
    if both := sorted(set(removed) & set(changes)):
        raise SetRefused(f"{both[0]}: is removed and changed at once.")
    kept = {code: entry | changes.get(code, {}) for code, entry in there.items() if code not in removed}
    added = [_added(entry) for code, entry in changes.items() if code not in there]
    return {
        "code": given.get("code"),
        "number": given.get("number"),
        "valid_from": given.get("valid_from"),
        "country": given.get("country"),
        "lists": base.plan["lists"] | given.get("lists", {}),
        "families": base.plan["families"] | given.get("families", {}),
        "indicators": [*kept.values(), *added],
    }


def _check_shape(given: dict[str, Any]) -> None:
    """What composing relies on; the rest is checked once the set is whole."""
    if not all(isinstance(given.get(name, {}), dict) for name in ("lists", "families")):
        raise SetRefused("lists and families: say for each suspicion what is asked.")
    entries, removed = given.get("indicators", []), given.get("removes", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SetRefused("indicators: a set has a list of them.")
    if not isinstance(removed, list) or not all(isinstance(code, str) for code in removed):
        raise SetRefused("removes: a list of codes.")


def _by_code(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    changes: dict[str, dict[str, Any]] = {}
    for entry in entries:
        code = str(entry.get("code"))
        if code in changes:
            raise SetRefused(f"{code}: stands in the set twice.")
        changes[code] = entry
    return changes


def _base(named: Any) -> IndicatorSet:
    code, number = (named.get("code"), named.get("number")) if isinstance(named, dict) else (None, None)
    if not isinstance(code, str) or not isinstance(number, int):
        raise SetRefused("based_on: names the code and the number of a set.")
    found = IndicatorSet.objects.filter(code=code, number=number).first()
    if found is None:
        raise SetRefused(f"based_on: the set {code} {number} is not in the database. Load it first.")
    return found


def _added(entry: dict[str, Any]) -> dict[str, Any]:
    """A new indicator; only what marks it has a default."""
    return {"dimension": "", "labels": {}, "strengths": {}, "confidence": {}, "is_short": False, "use": "sign"} | entry
