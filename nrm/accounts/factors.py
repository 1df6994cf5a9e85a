"""What people prove themselves with beside a password: an authenticator app, codes on paper, passkeys."""

from __future__ import annotations

import time
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django_otp.models import Device, DeviceManager, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP

from nrm.accounts.sealing import seal, unseal


class TotpDevice(TimestampMixin, ThrottlingMixin, Device):
    """An authenticator app. Its shared secret is sealed and bound to its owner.

    The primary key is an integer because django-otp finds devices by one. `last_t` is the last time step that was
    used: no code works twice. One step either way is accepted (docs/decisions/0007).
    """

    STEP_SECONDS: ClassVar[int] = 30
    TOLERANCE: ClassVar[int] = 1
    #: Repeated failures wait 1, 2, 4 … seconds, at most about a quarter of an hour: nobody is locked out for good.
    LONGEST_WAIT_FAILURES: ClassVar[int] = 10

    throttling_failure_count: int  # a column of ThrottlingMixin, which has no types
    sealed_secret = models.BinaryField()
    last_t = models.BigIntegerField(default=-1)

    objects: ClassVar[models.Manager[TotpDevice]] = DeviceManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "confirmed"], name="device_one_confirmed_one_pending"),
        ]

    def set_secret(self, secret: bytes) -> None:
        self.sealed_secret = seal(secret, self.user_id)

    @property
    def secret(self) -> bytes:
        return unseal(bytes(self.sealed_secret), self.user_id)

    def get_throttle_factor(self) -> int:
        return 1

    def throttle_increment(self, commit: bool = True) -> None:
        self.throttling_failure_count = min(self.throttling_failure_count, self.LONGEST_WAIT_FAILURES)
        super().throttle_increment(commit=commit)

    def verify_token(self, token: str) -> bool:
        """Whether the code is right and unused. The caller holds the row's lock (`select_for_update`)."""
        if not self.verify_is_allowed()[0]:
            return False
        clock = TOTP(self.secret, self.STEP_SECONDS)
        clock.time = time.time()
        if is_a_code(token) and clock.verify(int(token), self.TOLERANCE, self.last_t + 1):
            self.last_t = clock.t()
            self.throttle_reset(commit=False)
            self.set_last_used_timestamp(commit=False)
            self.save()
            return True
        self.throttle_increment()
        return False


def is_a_code(text: str) -> bool:
    return len(text) == 6 and text.isascii() and text.isdigit()


class BackupCode(models.Model):
    """One of ten codes on paper, each good for one sign-in without the phone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="backup_codes")
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="backup_code_unique")]


class Passkey(TimestampMixin, Device):
    """A key pair in a phone, a computer or a security key. Only its public half is here: a stolen dump opens nothing.

    `sign_count` is what the authenticator last counted to; one that counts backwards may be a copy and is refused.
    """

    credential_id = models.BinaryField(max_length=1023, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)

    objects: ClassVar[models.Manager[Passkey]] = DeviceManager()

    class Meta:
        ordering = ("created_at", "id")


class PasskeyAct(models.TextChoices):
    """What an answer of a passkey is for; an answer given for one thing does no other."""

    ENROLMENT = "enrolment"
    SIGN_IN = "sign_in"
    PROOF = "proof"


class PasskeyChallenge(models.Model):
    """What a passkey is asked to sign: soon, once, for one act. Whoever answers takes the row away."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    act = models.CharField(max_length=20, choices=PasskeyAct.choices)
    challenge = models.BinaryField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(act__in=PasskeyAct.values), name="passkey_challenge_act_known"),
        ]
