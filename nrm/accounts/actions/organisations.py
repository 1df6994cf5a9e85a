"""Organisations that take part in the mechanism."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.accounts.kinds import OF_THE_MECHANISM
from nrm.accounts.models import Organisation
from nrm.audit.actions import append, history_digest
from nrm.audit.codes import Code
from nrm.lib.folding import fold_name
from nrm.lib.history import Recording, save_recorded

#: What an administrator may write; everything else about an organisation follows from acts.
WRITABLE = ("name", "kind", "municipality", "licence_number", "licence_valid_until", "accepts_referrals")

ALREADY_THERE = _("An organisation of this name is there already. Look for it in the directory first.")


def add_organisation(*, values: Mapping[str, Any], by: Actor) -> Organisation:
    organisation = Organisation(country=settings.NRM_COUNTRY, **{name: values[name] for name in WRITABLE})
    with transaction.atomic():
        keep(organisation, Code.ORGANISATION_ADDED, by=by)
    return organisation


def add_outside_organisation(*, name: str, kind: str, municipality: str = "", by: Actor) -> Organisation:
    """A partner that works outside the service: it takes referrals, by letter or by link, and has no members. Who adds
    it must not take it for one that is there already: names are compared as they sound, in either script."""
    if not allows(by, Permission.ADD_OUTSIDE_ORGANISATION) or kind in OF_THE_MECHANISM:
        raise NotPermitted
    organisation = Organisation(country=settings.NRM_COUNTRY, name=name, kind=kind, municipality=municipality)
    organisation.accepts_referrals = True
    try:
        with transaction.atomic():
            _require_new_name(name)
            keep(organisation, Code.ORGANISATION_ADDED, by=by)
    except IntegrityError as fault:
        raise NotYet(ALREADY_THERE) from fault
    return organisation


def _require_new_name(name: str) -> None:
    folded = fold_name(name) or name
    names = Organisation.objects.values_list("name", flat=True)
    if any((fold_name(other) or other) == folded for other in names):
        raise NotYet(ALREADY_THERE)


def change_organisation(organisation_id: UUID, *, values: Mapping[str, Any], by: Actor) -> Organisation:
    with transaction.atomic():
        organisation = locked_organisation(organisation_id)
        for name in WRITABLE:
            setattr(organisation, name, values[name])
        keep(organisation, Code.ORGANISATION_CHANGED, by=by)
    return organisation


def set_organisation_active(organisation_id: UUID, *, active: bool, by: Actor) -> Organisation:
    """Closing an organisation takes away every role in it at the next request; nothing is removed."""
    with transaction.atomic():
        organisation = locked_organisation(organisation_id)
        if organisation.is_active is active:
            raise MovedOn
        organisation.is_active = active
        keep(organisation, Code.ORGANISATION_CHANGED, by=by)
    return organisation


def locked_organisation(organisation_id: UUID) -> Organisation:
    organisation = Organisation.objects.select_for_update().filter(pk=organisation_id).first()
    if organisation is None:
        raise NotVisible
    return organisation


def keep(organisation: Organisation, code: Code, *, by: Actor) -> None:
    row = save_recorded(organisation, Recording(user_id=by.user_id))
    append(
        code,
        by=by,
        subject=f"accounts.organisation:{organisation.pk}",
        data={"is_active": organisation.is_active},
        history=[history_digest(row)],
    )
