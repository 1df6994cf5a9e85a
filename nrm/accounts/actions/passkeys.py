"""Passkeys: asked, added, used, named, removed. What they sign is checked by `webauthn`; each question works once.

A passkey signs for one address only, so it cannot be talked out of anybody by a page that looks like ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from nrm.access.refusals import NotVisible, NotYet
from nrm.accounts.actions.people import locked_user
from nrm.accounts.actions.second_factor import note_failure
from nrm.accounts.actions.sessions import close_sessions, subject_of
from nrm.accounts.factors import Passkey, PasskeyAct, PasskeyChallenge
from nrm.accounts.models import User
from nrm.accounts.selectors import administers, has_second_factor, passkeys_of
from nrm.accounts.telling import tell_of_change
from nrm.audit.actions import append
from nrm.audit.codes import Code

#: How long a question waits for its answer.
QUESTION_WAITS = timedelta(minutes=5)
#: Longer than any honest answer.
LONGEST_ANSWER = 20_000
#: What reading a malformed answer raises besides the library's own errors.
MALFORMED = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)

LAST_PASSKEY = _("Administrators keep at least one passkey. Set up another one first.")
LAST_FACTOR = _("This is your only second factor. Set up another one first.")


@dataclass(frozen=True)
class Question:
    """What the browser asks the passkey, as JSON; the id stays in the session that asked."""

    challenge_id: UUID
    options: str


@dataclass(frozen=True)
class Site:
    """What passkeys are bound to: the host name, and the whole origin the browser has to be at."""

    host: str
    origin: str


def site() -> Site:
    parts = urlsplit(settings.NRM_BASE_URL)
    return Site(parts.hostname or "", f"{parts.scheme}://{parts.netloc}")


def ask_new_passkey(user_id: UUID) -> Question:
    """The question with which a phone, computer or key makes a new passkey for this person."""
    with transaction.atomic():
        user = locked_user(user_id)
        options = webauthn.generate_registration_options(
            rp_id=site().host,
            rp_name=str(settings.PRODUCT_NAME),
            user_id=user.pk.bytes,
            user_name=user.email,
            user_display_name=user.display_name,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=descriptors(user_id),
        )
        return keep_question(user_id, PasskeyAct.ENROLMENT, options.challenge, webauthn.options_to_json(options))


def ask_passkey(user_id: UUID, act: PasskeyAct) -> Question:
    """The question any passkey of this person can answer; nothing to ask is `NotVisible`."""
    allowed = descriptors(user_id)
    if not allowed:
        raise NotVisible
    options = webauthn.generate_authentication_options(
        rp_id=site().host, allow_credentials=allowed, user_verification=UserVerificationRequirement.REQUIRED
    )
    return keep_question(user_id, act, options.challenge, webauthn.options_to_json(options))


def descriptors(user_id: UUID) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=bytes(one.credential_id)) for one in passkeys_of(user_id)]


def keep_question(user_id: UUID, act: PasskeyAct, challenge: bytes, options: str) -> Question:
    PasskeyChallenge.objects.filter(user=user_id, created_at__lte=timezone.now() - QUESTION_WAITS).delete()
    kept = PasskeyChallenge.objects.create(user_id=user_id, act=act, challenge=challenge)
    return Question(kept.pk, options)


def spend_question(challenge_id: UUID, *, user_id: UUID, act: PasskeyAct) -> bytes | None:
    """The challenge, taken away by reading it, whatever the answer is worth: of two at once, one finds it."""
    with transaction.atomic():
        kept = (
            PasskeyChallenge.objects.select_for_update()
            .filter(pk=challenge_id, user=user_id, act=act, created_at__gt=timezone.now() - QUESTION_WAITS)
            .first()
        )
        if kept is None:
            return None
        kept.delete()
        return bytes(kept.challenge)


def add_passkey(
    user_id: UUID, *, challenge_id: UUID, answer: str, name: str, spare: UUID | None = None
) -> Passkey | None:
    """A new passkey beside the app, when the answer is right. All sessions end but the one that asked."""
    challenge = spend_question(challenge_id, user_id=user_id, act=PasskeyAct.ENROLMENT)
    made = challenge and read_new(answer, challenge)
    with transaction.atomic():
        locked_user(user_id)
        if made and not Passkey.objects.filter(credential_id=made.credential_id).exists():
            passkey = Passkey.objects.create(
                user_id=user_id,
                name=name,
                credential_id=made.credential_id,
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
            )
            close_sessions(user_id, spare=spare)
            tell_of_change(user_id)
            append(Code.SECOND_FACTOR_PASSKEY_ADDED, by=None, subject=subject_of(user_id), data={"passkey": passkey.pk})
            return passkey
    note_failure(user_id, PasskeyAct.ENROLMENT.value)
    return None


def read_new(answer: str, challenge: bytes) -> VerifiedRegistration | None:
    try:
        return webauthn.verify_registration_response(
            credential=answer[:LONGEST_ANSWER],
            expected_challenge=challenge,
            expected_rp_id=site().host,
            expected_origin=site().origin,
            require_user_verification=True,
        )
    except MALFORMED:
        return None


def use_passkey(user_id: UUID, *, challenge_id: UUID, answer: str, act: PasskeyAct) -> Passkey | None:
    """The passkey that signed this question; everything else is a failure. The row's lock orders its counter."""
    challenge = spend_question(challenge_id, user_id=user_id, act=act)
    with transaction.atomic():
        passkey = challenge and signer(user_id, answer)
        if passkey and challenge and counts_on(passkey, answer, challenge):
            passkey.save(update_fields=["sign_count", "last_used_at"])
            return passkey
    note_failure(user_id, act.value)
    return None


def signer(user_id: UUID, answer: str) -> Passkey | None:
    """The person's passkey that says it has answered."""
    try:
        said = parse_authentication_credential_json(answer[:LONGEST_ANSWER]).raw_id
    except MALFORMED:
        return None
    found: Passkey | None = Passkey.objects.select_for_update().filter(user=user_id, credential_id=said).first()
    return found


def counts_on(passkey: Passkey, answer: str, challenge: bytes) -> bool:
    """Whether it really has; its counter and time of last use then move on, not saved."""
    try:
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site().host,
            expected_origin=site().origin,
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except MALFORMED:
        return False
    passkey.sign_count = verified.new_sign_count
    passkey.set_last_used_timestamp(commit=False)
    return True


def rename_passkey(passkey_id: int, *, user_id: UUID, name: str) -> None:
    with transaction.atomic():
        passkey = own_passkey(passkey_id, user_id)
        passkey.name = name
        passkey.save(update_fields=["name"])
        append(Code.SECOND_FACTOR_PASSKEY_RENAMED, by=None, subject=subject_of(user_id), data={"passkey": passkey_id})


def remove_passkey(passkey_id: int, *, user_id: UUID, spare: UUID) -> None:
    """Never the last factor, and never the last passkey of somebody who works with nothing else."""
    with transaction.atomic():
        user = locked_user(user_id)
        passkey = own_passkey(passkey_id, user_id)
        if not Passkey.objects.filter(user=user_id).exclude(pk=passkey_id).exists():
            refuse_the_last(user)
        passkey.delete()
        close_sessions(user_id, spare=spare)
        tell_of_change(user_id)
        append(Code.SECOND_FACTOR_PASSKEY_REMOVED, by=None, subject=subject_of(user_id), data={"passkey": passkey_id})


def own_passkey(passkey_id: int, user_id: UUID) -> Passkey:
    found: Passkey | None = Passkey.objects.select_for_update().filter(pk=passkey_id, user=user_id).first()
    if found is None:
        raise NotVisible
    return found


def refuse_the_last(user: User) -> None:
    if settings.NRM_PASSKEY_FOR_ADMINISTRATORS and administers(user.pk):
        raise NotYet(LAST_PASSKEY)
    if not has_second_factor(user.pk):
        raise NotYet(LAST_FACTOR)
