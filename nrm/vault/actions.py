"""What may be done with an identity: make a person, write, open, wrap keys anew. Every act is audited."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import QuerySet

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.refusals import MovedOn
from nrm.audit.actions import Outcome, append, history_digest, record
from nrm.audit.codes import Code
from nrm.lib.history import Recording, save_recorded
from nrm.vault.blind_index import entries_of, index_form
from nrm.vault.fields import place_of
from nrm.vault.identity import Identity, IdentityInvalid
from nrm.vault.models import IndexEntry, Person
from nrm.vault.reasons import RevealReason
from nrm.vault.sealing import Erased, Place, SealBroken, key_ring, new_data_key, rewrap, seal_text, unseal_text
from nrm.vault.selectors import second_factors_to_reseal


def subject_of(person: Person) -> str:
    return f"vault.person:{person.pk}"


def create_person(identity: Identity | None = None, *, by: Actor | None = None, case_code: str = "") -> Person:
    """A person with a data key of their own. With an identity it is written and audited, and needs `by`."""
    person = Person()
    key = new_data_key(person.id, person.key_version)
    person.wrapped_key, person.key_id = key.wrapped, key.key_id
    with transaction.atomic():
        person.save_without_historical_record(force_insert=True)  # type: ignore[attr-defined]  # by simple-history
        if identity is not None:
            if by is None:
                raise ValueError("Who writes an identity must be known.")
            write_identity(person, identity, by=by, case_code=case_code, expected_version=0)
    return person


@transaction.atomic
def write_identity(
    person: Person, identity: Identity, *, by: Actor, case_code: str, expected_version: int | None = None
) -> Person:
    """Seals the identity anew and renews its index. Locks the person; `MovedOn` when somebody wrote meanwhile."""
    locked = Person.objects.select_for_update().get(pk=person.pk)
    if expected_version is not None and locked.version != expected_version:
        raise MovedOn
    locked.identity = seal_text(locked, place_of(locked, "identity"), identity.to_json())
    locked.version += 1
    locked.index_form = index_form()
    row = save_recorded(locked, Recording(user_id=by.user_id), only=["identity", "version", "index_form"])
    _renew_index(locked, identity)
    append(
        Code.IDENTITY_WRITTEN,
        by=by,
        case_code=case_code,
        subject=subject_of(locked),
        data={"version": locked.version},
        history=[history_digest(row)],
    )
    person.identity, person.version = locked.identity, locked.version
    return person


def _renew_index(person: Person, identity: Identity) -> None:
    """In an order that says nothing: not which digests are chance, nor which belong to one name."""
    entries = [IndexEntry(person=person, kind=kind, digest=digest) for kind, digest in entries_of(identity)]
    secrets.SystemRandom().shuffle(entries)
    IndexEntry.objects.filter(person=person).delete()
    IndexEntry.objects.bulk_create(entries)


@dataclass(frozen=True, slots=True)
class Reindexed:
    done: int
    broken: tuple[UUID, ...]


@transaction.atomic
def reindex(ids: Sequence[UUID]) -> Reindexed:
    """Writes the index of these people anew, by the present inputs and key, or of none of them. Locks the people.

    An identity that does not open is left as it is and named, so that the others are not held up.
    """
    done = 0
    broken: list[UUID] = []
    for person in Person.objects.select_for_update().filter(pk__in=ids).exclude(identity=None).order_by("pk"):
        try:
            _renew_index(person, _identity_inside(person))
        except SealBroken:
            broken.append(person.pk)
            continue
        Person.objects.filter(pk=person.pk).update(index_form=index_form())
        done += 1
    if done:
        append(Code.INDEX_RENEWED, by=THE_SERVICE, data={"form": index_form(), "count": done})
    return Reindexed(done, tuple(broken))


@transaction.atomic
def erase(person: Person, *, by: Actor, case_code: str, at: datetime, data: Mapping[str, Any] | None = None) -> Person:
    """Destroys the person's data key and index entries: nothing sealed under it opens again, here or in the history.

    What was sealed stays as bytes that nobody can read, so every digest of the audit log still fits. Locks the person;
    `MovedOn` when it was erased before. `data` are counts for the trail.
    """
    locked = Person.objects.select_for_update().get(pk=person.pk)
    if locked.erased_at is not None:
        raise MovedOn
    entries, _kinds = IndexEntry.objects.filter(person=locked).delete()
    locked.wrapped_key, locked.key_id, locked.index_form = b"", "", ""
    locked.identity, locked.erased_at = None, at
    locked.version += 1
    columns = ["wrapped_key", "key_id", "index_form", "identity", "erased_at", "version"]
    row = save_recorded(locked, Recording(by.user_id, transition=Code.IDENTITY_ERASED), only=columns)
    append(
        Code.IDENTITY_ERASED,
        by=by,
        case_code=case_code,
        subject=subject_of(locked),
        data={"version": locked.version, "index_entries": entries, **(data or {})},
        history=[history_digest(row)],
    )
    return locked


def reveal(person: Person, *, by: Actor, case_code: str, reason_code: RevealReason) -> Identity:
    """Opens an identity. The audit event is committed before anything is given out, so this must not run inside
    another transaction (`durable`); if the event cannot be written nothing is opened.
    """
    reason = RevealReason(reason_code)
    try:
        with transaction.atomic(durable=True):
            identity = _identity_inside(Person.objects.get(pk=person.pk))
            append(
                Code.IDENTITY_REVEALED,
                by=by,
                case_code=case_code,
                subject=subject_of(person),
                data={"reason": reason.value},
            )
    except Erased:
        raise
    except SealBroken as broken:
        report_broken_seal(broken, place_of(person, "identity"), by=by, case_code=case_code)
        raise
    return identity


def _identity_inside(person: Person) -> Identity:
    if person.erased_at is not None:
        raise Erased(person.erased_at)
    if person.identity is None:
        return Identity()
    try:
        return Identity.from_json(unseal_text(person, place_of(person, "identity"), person.identity))
    except IdentityInvalid as invalid:
        raise SealBroken(f"The identity opened but its form is unknown ({invalid.field}).") from None


def report_broken_seal(broken: SealBroken, place: Place, *, by: Actor | None, case_code: str) -> None:
    """Records that a value did not open, once. Call it outside the transaction that failed, which takes all along."""
    if broken.is_recorded:
        return
    broken.is_recorded = True
    record(
        Code.SEAL_BROKEN,
        by=by,
        case_code=case_code,
        subject=f"{place.table}:{place.row}",
        outcome=Outcome.FAILED,
        data={"column": place.column, "kind": type(broken).__name__},
    )


@dataclass(frozen=True, slots=True)
class Rewrapped:
    done: int
    broken: tuple[UUID, ...]


@transaction.atomic
def rewrap_keys(holder: type[models.Model], ids: Sequence[UUID]) -> Rewrapped:
    """Wraps the data keys of these rows by the newest key, or none of them. What the data keys seal is not touched.

    Locks the rows. A data key that does not open is left as it is and named, so that the others are not held up.
    """
    renewed: list[Any] = []
    broken: list[UUID] = []
    kept = holder._default_manager.exclude(wrapped_key=b"")
    rows: QuerySet[Any] = kept.select_for_update().filter(pk__in=ids).order_by("pk")
    for row in rows:
        try:
            key = rewrap(row)
        except SealBroken:
            broken.append(row.pk)
            continue
        row.wrapped_key, row.key_id = key.wrapped, key.key_id
        renewed.append(row)
    holder._default_manager.bulk_update(renewed, ["wrapped_key", "key_id"])
    if renewed:
        _record_rewrapped(holder._meta.label_lower, len(renewed))
    return Rewrapped(len(renewed), tuple(broken))


def _record_rewrapped(what: str, count: int) -> None:
    append(Code.KEYS_REWRAPPED, by=THE_SERVICE, data={"of": what, "key": key_ring().newest, "count": count})


def record_shares(*, of: int, needed: int) -> None:
    """Recovery sheets were written: of which keys, and how many of how many give them back."""
    record(Code.KEYS_SHARED, by=THE_SERVICE, data={"keys": list(key_ring()), "of": of, "needed": needed})


@transaction.atomic
def reseal_second_factors() -> int:
    """Seals the shared secrets of staff's authenticator apps by the newest key, all or none. Locks those devices.

    Their key is derived from the vault keys, so an old vault key may go only after this too.
    """
    devices = list(second_factors_to_reseal().select_for_update())
    for device in devices:
        device.set_secret(device.secret)
        device.save(update_fields=["sealed_secret"])
    if devices:
        _record_rewrapped("second_factors", len(devices))
    return len(devices)
