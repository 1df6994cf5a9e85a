"""Invite the first two administrators of a new service; from then on administrators invite everybody.

Two, because a lost second factor needs two administrators together.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse

from nrm.access.actor import THE_SERVICE
from nrm.access.refusals import Refusal
from nrm.access.roles import Role
from nrm.accounts.actions.invitations import IssuedLink, invite_person
from nrm.accounts.actions.organisations import WRITABLE, add_organisation
from nrm.accounts.kinds import OrganisationKind
from nrm.accounts.models import Membership, Organisation

ENOUGH = 2


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True, help="as colleagues will see it")
        parser.add_argument("--organisation", required=True, help="who runs the service; added when it is new")
        parser.add_argument("--language", default="en")

    def handle(self, *_args: Any, email: str, name: str, organisation: str, language: str, **_options: Any) -> None:
        try:
            link = invite(email=email, name=name, organisation=organisation, language=language)
        except Refusal as refusal:
            raise CommandError(str(refusal.sentence)) from None
        self.stdout.write("One-time link, valid for 72 hours, to follow the address of the service:")
        self.stdout.write(reverse("accounts:invitation", args=[link.token]))


@transaction.atomic
def invite(*, email: str, name: str, organisation: str, language: str) -> IssuedLink:
    active = Membership.objects.filter(role=Role.ADMINISTRATOR, ended_at=None, user__is_active=True)
    if active.count() >= ENOUGH:
        raise CommandError("There are two administrators. They invite whoever else is needed.")
    operator = Organisation.objects.filter(name=organisation).first()
    if operator is None:
        blank = {column: None if column == "licence_valid_until" else "" for column in WRITABLE}
        values = {**blank, "name": organisation, "kind": OrganisationKind.SERVICE_OPERATOR, "accepts_referrals": False}
        operator = add_organisation(values=values, by=THE_SERVICE)
    return invite_person(
        email=email,
        display_name=name,
        language=language,
        organisation_id=operator.pk,
        role=Role.ADMINISTRATOR,
        by=THE_SERVICE,
    )
