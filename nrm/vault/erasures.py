"""The list of who was erased, kept outside the database: a restored backup is made to forget them again.

One line of JSON for each person, ids and dates only, and a last line that proves the list whole: an HMAC under a key
derived from a vault key. Whoever could write such a list could erase anybody, so one that does not fit is refused.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from nrm.access.actor import THE_SERVICE
from nrm.access.refusals import MovedOn
from nrm.tasks import actions as tasks
from nrm.vault.actions import erase
from nrm.vault.models import Person
from nrm.vault.sealing import KEY_BYTES, key_ring

PURPOSE = b"nrm.vault/erasures"
LIST = "nrm.vault.erased"
VERSION = 1


class ListRefused(ValueError):
    """This is no list of erased people, was changed, or was made under a key that is not here."""


@dataclass(frozen=True, slots=True)
class Erasure:
    person: UUID
    case_code: str
    at: datetime

    def as_line(self) -> str:
        content = {"person": str(self.person), "case": self.case_code, "at": self.at.isoformat()}
        return json.dumps(content, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Replayed:
    erased: int
    already: int
    unknown: int


def erasures() -> list[Erasure]:
    """Everybody who was erased, the first first."""
    rows = Person.objects.exclude(erased_at=None).order_by("erased_at", "pk")
    return [Erasure(pk, code, at) for pk, code, at in rows.values_list("pk", "case__code", "erased_at") if at]


def printed(listed: Iterable[Erasure]) -> str:
    lines = [one.as_line() for one in listed]
    key_id = key_ring().newest
    proof = {"list": LIST, "version": VERSION, "count": len(lines), "key": key_id}
    return "\n".join([*lines, json.dumps({**proof, "mac": _mac(key_id, proof, lines)}, sort_keys=True), ""])


def read(text: str) -> list[Erasure]:
    """`ListRefused` unless the whole list is as it was printed, by a service that holds one of our vault keys."""
    *lines, last = text.splitlines() or [""]
    try:
        proof = json.loads(last)
        mac = proof.pop("mac")
        if (proof["list"], proof["version"], proof["count"]) != (LIST, VERSION, len(lines)):
            raise ListRefused("This is no whole list of erased people.")
        if proof["key"] not in key_ring():
            raise ListRefused(f"The list was made under the vault key {proof['key']!r}, which is not configured.")
        if not hmac.compare_digest(mac, _mac(proof["key"], proof, lines)):
            raise ListRefused("The list was changed after it was made.")
        return [_erasure(line) for line in lines]
    except (AttributeError, KeyError, TypeError, json.JSONDecodeError):
        raise ListRefused("This is no whole list of erased people.") from None


def replay(listed: Sequence[Erasure]) -> Replayed:
    """Erases again whoever on the list this database still knows, each in a transaction of their own, so that a
    stopped run can begin anew. Nobody approves again: two people did before the backup was made to look older."""
    people = Person.objects.in_bulk([one.person for one in listed])
    done = already = 0
    for one in listed:
        person = people.get(one.person)
        if person is None:
            continue
        try:
            erase(person, by=THE_SERVICE, case_code=one.case_code, at=one.at, data={"again": True})
        except MovedOn:
            already += 1
            continue
        tasks.forget(one.case_code, by=THE_SERVICE)
        done += 1
    return Replayed(done, already, len(listed) - done - already)


def _erasure(line: str) -> Erasure:
    content = json.loads(line)
    return Erasure(UUID(content["person"]), str(content["case"]), datetime.fromisoformat(content["at"]))


def _mac(key_id: str, proof: dict[str, object], lines: Sequence[str]) -> str:
    key = HKDF(SHA256(), KEY_BYTES, salt=None, info=PURPOSE).derive(key_ring()[key_id])
    message = "\n".join([json.dumps(proof, sort_keys=True), *lines])
    return hmac.new(key, message.encode(), "sha256").hexdigest()
