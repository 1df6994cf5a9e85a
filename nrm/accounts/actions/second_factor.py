"""Authenticator app and backup codes: setting up, using, replacing."""

from __future__ import annotations

import secrets
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from nrm.accounts.actions.sessions import close_sessions, subject_of
from nrm.accounts.models import BackupCode, TotpDevice, User
from nrm.accounts.telling import tell_of_change
from nrm.audit.actions import append, record
from nrm.audit.codes import Code, Outcome

SECRET_BYTES = 20
BACKUP_CODES = 10
#: Letters and digits that nobody confuses on paper; twelve of them are 60 bits.
BACKUP_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
BACKUP_LENGTH = 12
GROUP = 4


def start_enrolment(user_id: UUID) -> int:
    """A fresh secret, waiting to be confirmed by a code. The confirmed device, if any, stays in force meanwhile.

    The device's id is for the session that asked: no other session of the person may see or confirm this secret.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user_id)
        TotpDevice.objects.filter(user=user_id, confirmed=False).delete()
        device = TotpDevice(user_id=user_id, name="app", confirmed=False)
        device.set_secret(secrets.token_bytes(SECRET_BYTES))
        device.save()
    return int(device.pk)


def confirm_enrolment(
    user_id: UUID, *, device_id: int, code: str, spare: UUID | None = None
) -> tuple[TotpDevice, list[str]] | None:
    """The first right code makes the waiting device the only one. New backup codes; all other sessions end.

    `spare` is the verified session that asked. Without one it has to be the first device, also when another browser
    set one up a moment ago: a password alone never replaces a second factor.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user_id)
        device = TotpDevice.objects.filter(pk=device_id, user=user_id, confirmed=False).first()
        is_late = spare is None and locked_device(user_id) is not None
        if device is not None and not is_late and device.verify_token(code):
            TotpDevice.objects.filter(user=user_id, confirmed=True).delete()
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            codes = replace_backup_codes(user_id)
            close_sessions(user_id, spare=spare)
            tell_of_change(user_id)
            append(Code.SECOND_FACTOR_ENROLLED, by=None, subject=subject_of(user_id))
            return device, codes
    note_failure(user_id, "enrolment")
    return None


def use_code(user_id: UUID, code: str, *, step: str = "sign_in") -> TotpDevice | None:
    """Spend a code of the app. The row's lock lets one of two simultaneous uses win; the other meets a used code."""
    with transaction.atomic():
        device = locked_device(user_id)
        verified = device is not None and device.verify_token("".join(code.split()))
    if verified:
        return device
    note_failure(user_id, step)
    return None


def use_backup_code(user_id: UUID, code: str, *, step: str = "sign_in") -> TotpDevice | None:
    """Spend a backup code. Failures count on the device, as wrong codes of the app do."""
    with transaction.atomic():
        device = locked_device(user_id)
        if device is not None and device.verify_is_allowed()[0]:
            if spend(user_id, code):
                device.throttle_reset()
                left = BackupCode.objects.filter(user=user_id, used_at=None).count()
                append(Code.SECOND_FACTOR_BACKUP_CODE_USED, by=None, subject=subject_of(user_id), data={"left": left})
                return device
            device.throttle_increment()
    note_failure(user_id, step)
    return None


def prove(user_id: UUID, *, password: str, code: str) -> bool:
    """Before a factor is changed, or in an emergency: the password and a code again, so that an open screen is not
    enough."""
    return prove_password(user_id, password) and use_code(user_id, code, step="proof") is not None


def prove_password(user_id: UUID, password: str) -> bool:
    """The password again. Wrong ones count on the device, as wrong codes do."""
    with transaction.atomic():
        device = locked_device(user_id)
        allowed = device is not None and device.verify_is_allowed()[0]
        right = allowed and device is not None and device.user.check_password(password)
        if device is not None and allowed and not right:
            device.throttle_increment()
    if not right:
        note_failure(user_id, "proof")
    return right


def make_backup_codes(user_id: UUID) -> list[str]:
    """Ten new codes in clear, to be shown once; the former ones stop working."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user_id)
        codes = replace_backup_codes(user_id)
        tell_of_change(user_id)
        append(Code.SECOND_FACTOR_BACKUP_CODES_MADE, by=None, subject=subject_of(user_id))
    return codes


def replace_backup_codes(user_id: UUID) -> list[str]:
    codes = ["".join(secrets.choice(BACKUP_ALPHABET) for _ in range(BACKUP_LENGTH)) for _ in range(BACKUP_CODES)]
    BackupCode.objects.filter(user=user_id).delete()
    BackupCode.objects.bulk_create(BackupCode(user_id=user_id, digest=digest(user_id, code)) for code in codes)
    return ["-".join(code[at : at + GROUP] for at in range(0, BACKUP_LENGTH, GROUP)) for code in codes]


def digest(user_id: UUID, code: str) -> bytes:
    """A keyed hash: with 60 random bits behind it and the key outside the database, no slow hash is needed."""
    return salted_hmac("nrm.accounts.backup_code", f"{user_id}:{code}", algorithm="sha256").digest()


def spend(user_id: UUID, code: str) -> bool:
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    unused = BackupCode.objects.filter(user=user_id, digest=digest(user_id, plain), used_at=None)
    return unused.update(used_at=timezone.now()) == 1


def locked_device(user_id: UUID) -> TotpDevice | None:
    device: TotpDevice | None = TotpDevice.objects.select_for_update().filter(user=user_id, confirmed=True).first()
    return device


def note_failure(user_id: UUID, step: str) -> None:
    record(Code.SECOND_FACTOR_FAILED, by=None, subject=subject_of(user_id), outcome=Outcome.FAILED, data={"step": step})
