"""Reading accounts. Everything a view shows of people, organisations and sessions comes from here."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from urllib.parse import quote, urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from nrm.access.permissions import Permission
from nrm.access.policy import POLICY
from nrm.access.refusals import NotVisible
from nrm.access.roles import Role
from nrm.accounts import conduct
from nrm.accounts.kinds import OrganisationKind
from nrm.accounts.models import (
    BackupCode,
    Invitation,
    Membership,
    Organisation,
    Passkey,
    PledgeAcceptance,
    SecondFactorReset,
    SessionRecord,
    TotpDevice,
    User,
)

PAGE = 50
#: A secret that was shown but not confirmed is worth nothing after this.
ENROLMENT_WAITS = timedelta(minutes=15)
SECRET_GROUP = 4
ANSWERING = frozenset(rule.role for rule in POLICY[Permission.ANSWER_REFERRAL])


def session_record(record_id: str | None, *, user_id: UUID) -> SessionRecord | None:
    """The record of a signed-in browser with its membership and organisation, in one query."""
    if record_id is None:
        return None
    return SessionRecord.objects.select_related("membership__organisation").filter(pk=record_id, user=user_id).first()


def has_second_factor(user_id: UUID) -> bool:
    return confirmed_device(user_id) is not None


def confirmed_device(user_id: UUID) -> TotpDevice | None:
    device: TotpDevice | None = TotpDevice.objects.filter(user=user_id, confirmed=True).first()
    return device


def passkeys_of(user_id: UUID) -> list[Passkey]:
    """Oldest first."""
    return list(Passkey.objects.filter(user=user_id))


def own_passkey(passkey_id: int, *, user_id: UUID) -> Passkey:
    found: Passkey | None = Passkey.objects.filter(pk=passkey_id, user=user_id).first()
    if found is None:
        raise NotVisible
    return found


def has_passkey(user_id: UUID) -> bool:
    return Passkey.objects.filter(user=user_id).exists()


def administers(user_id: UUID) -> bool:
    """Whether the person is an administrator in any of their roles, whichever they act in now."""
    return any(membership.role == Role.ADMINISTRATOR for membership in memberships_of(user_id))


def must_set_up_passkey(user_id: UUID) -> bool:
    return settings.NRM_PASSKEY_FOR_ADMINISTRATORS and administers(user_id) and not has_passkey(user_id)


def proves_by_passkey_only(user_id: UUID) -> bool:
    """Whether nothing less than a passkey shows that it is this person: a code can be talked out of somebody, and would
    then let in whoever adds a passkey of their own."""
    return settings.NRM_PASSKEY_FOR_ADMINISTRATORS and administers(user_id) and has_passkey(user_id)


def backup_codes_left(user_id: UUID) -> int:
    return BackupCode.objects.filter(user=user_id, used_at=None).count()


def memberships_of(user_id: UUID) -> list[Membership]:
    """Active memberships in active organisations, oldest first."""
    return list(
        Membership.objects.select_related("organisation").filter(
            user=user_id, ended_at=None, organisation__is_active=True
        )
    )


@dataclass(frozen=True)
class Enrolment:
    """What a person needs to put the secret into an app: the address for the QR code, and the secret in groups."""

    address: str
    groups: list[str]


def waiting_enrolment(user: User, device_id: int | None) -> Enrolment | None:
    """The secret that waits to be confirmed, for the session that asked for it."""
    device = TotpDevice.objects.filter(
        pk=device_id, user=user.pk, confirmed=False, created_at__gt=timezone.now() - ENROLMENT_WAITS
    ).first()
    return enrolment_of(device, user.email) if device else None


def enrolment_of(device: TotpDevice, email: str) -> Enrolment:
    secret = base64.b32encode(device.secret).decode().rstrip("=")
    issuer = str(settings.PRODUCT_NAME)
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    groups = [secret[at : at + SECRET_GROUP] for at in range(0, len(secret), SECRET_GROUP)]
    return Enrolment(f"otpauth://totp/{quote(issuer)}:{quote(email)}?{query}", groups)


def digest_of(token: str) -> bytes:
    return sha256(token.encode()).digest()


def is_open(invitation: Invitation) -> bool:
    return invitation.used_at is None and invitation.withdrawn_at is None and invitation.expires_at > timezone.now()


def open_invitation(token: str) -> Invitation:
    """The invitation behind a link that still works; used, replaced, expired and invented links are all the same."""
    return still_open(Invitation.objects.filter(token_digest=digest_of(token)))


def open_invitation_with(invitation_id: UUID) -> Invitation:
    return still_open(Invitation.objects.filter(pk=invitation_id))


def still_open(invitations: QuerySet[Invitation]) -> Invitation:
    invitation = invitations.select_related("user").first()
    if invitation is None or not invitation.user.is_active or not is_open(invitation):
        raise NotVisible
    return invitation


def live_sessions(user_id: UUID) -> QuerySet[SessionRecord]:
    """Sessions that are neither ended nor run out."""
    now = timezone.now()
    return SessionRecord.objects.filter(
        user=user_id,
        ended_at=None,
        last_seen_at__gt=now - timedelta(minutes=settings.NRM_SESSION_IDLE_MINUTES),
        started_at__gt=now - timedelta(hours=settings.NRM_SESSION_HOURS),
    )


def sign_in_before(session: SessionRecord) -> SessionRecord | None:
    """The person's last sign-in before this one, so that they notice one that was not theirs."""
    return SessionRecord.objects.filter(user=session.user_id, started_at__lt=session.started_at).first()


def pledge_of(user_id: UUID) -> PledgeAcceptance | None:
    """When the person accepted the code of conduct as it stands now."""
    return PledgeAcceptance.objects.filter(user=user_id, version=conduct.CURRENT.version).first()


def has_promised_before(user_id: UUID) -> bool:
    """Whether the person accepted any version, and so is asked again because the text changed."""
    return PledgeAcceptance.objects.filter(user=user_id).exists()


@dataclass(frozen=True)
class Page:
    """One page of a list; `after` is the id to go on from, nothing on the last page."""

    rows: Sequence[User]
    after: UUID | None


def people_page(*, organisation_id: UUID | None = None, role: str = "", after: UUID | None = None) -> Page:
    """People by name with their active roles. The cursor is an id: no name travels in an address."""
    active = Membership.objects.filter(ended_at=None).select_related("organisation")
    people = User.objects.prefetch_related(Prefetch("memberships", queryset=active, to_attr="active_memberships"))
    if organisation_id or role:
        wanted = active.filter(**{"organisation": organisation_id} if organisation_id else {})
        wanted = wanted.filter(role=role) if role else wanted
        people = people.filter(pk__in=wanted.values("user"))
    if last := after and User.objects.filter(pk=after).first():
        people = people.filter(
            Q(display_name__gt=last.display_name) | Q(display_name=last.display_name, pk__gt=last.pk)
        )
    rows = list(people[: PAGE + 1])
    return Page(rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None)


@dataclass(frozen=True)
class PersonPage:
    """What an administrator sees of a person."""

    person: User
    memberships: list[Membership]
    session_count: int
    has_second_factor: bool
    link_until: Invitation | None
    reset: SecondFactorReset | None


def person_page(user_id: UUID) -> PersonPage:
    found = person(user_id)
    return PersonPage(
        person=found,
        memberships=list(found.memberships.select_related("organisation")),
        session_count=live_sessions(user_id).count(),
        has_second_factor=has_second_factor(user_id),
        link_until=found.invitations.filter(used_at=None, withdrawn_at=None, expires_at__gt=timezone.now()).first(),
        reset=open_resets().filter(user=user_id).first(),
    )


def organisations() -> QuerySet[Organisation]:
    return Organisation.objects.all()


def active_organisations() -> QuerySet[Organisation]:
    return Organisation.objects.filter(is_active=True)


def organisations_that_can_lead() -> QuerySet[Organisation]:
    """Active organisations in which somebody works as a case worker, so that a case finds a hand there."""
    workers = Membership.objects.filter(organisation=OuterRef("pk"), role=Role.CASE_WORKER, ended_at=None)
    return active_organisations().filter(Exists(workers.filter(user__is_active=True)))


def child_protection_authorities() -> QuerySet[Organisation]:
    """Centres for social work in which somebody can take the case of a child."""
    return organisations_that_can_lead().filter(kind=OrganisationKind.SOCIAL_WORK_CENTRE)


def who_answers_referrals(organisation: OuterRef | UUID) -> QuerySet[Membership]:
    """The people through whom a referral to the organisation finds an answer inside the service."""
    working = Membership.objects.filter(organisation=organisation, ended_at=None, user__is_active=True)
    return working.filter(role__in=ANSWERING)


def is_reachable_inside(organisation: Organisation) -> bool:
    """Whether somebody there has an account and answers referrals; if not, it is written to outside the service."""
    return organisation.is_active and who_answers_referrals(organisation.pk).exists()


def organisations_taking_referrals(*, besides: UUID) -> QuerySet[Organisation]:
    """Whom somebody of the organisation `besides` can refer a person to."""
    return active_organisations().filter(accepts_referrals=True).exclude(pk=besides)


def organisation(organisation_id: UUID) -> Organisation:
    found = Organisation.objects.filter(pk=organisation_id).first()
    if found is None:
        raise NotVisible
    return found


def open_resets() -> QuerySet[SecondFactorReset]:
    """Requests that wait for a second administrator, oldest first."""
    return SecondFactorReset.objects.filter(confirmed_at=None, withdrawn_at=None).select_related("user", "requested_by")


def person(user_id: UUID) -> User:
    found = User.objects.filter(pk=user_id).first()
    if found is None:
        raise NotVisible
    return found


def organisation_names(user_id: UUID) -> list[str]:
    return [membership.organisation.name for membership in memberships_of(user_id)]


def as_id(text: str) -> UUID:
    """An id out of a form; what is none is an id of nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise NotVisible from None


def names_of(user_ids: set[UUID]) -> dict[UUID, str]:
    """Display names of colleagues, for pages that have checked who asks."""
    return dict(User.objects.filter(pk__in=user_ids).values_list("pk", "display_name"))


def names_of_organisations(organisation_ids: set[UUID]) -> dict[UUID, str]:
    """Names of organisations, closed ones too, for pages that have checked who asks."""
    return dict(Organisation.objects.filter(pk__in=organisation_ids).values_list("pk", "name"))
