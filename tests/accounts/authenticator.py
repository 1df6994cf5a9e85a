"""A passkey made of software: what a phone, a computer or a security key would answer, honestly or not."""

from __future__ import annotations

import json
import secrets
import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.encode_cbor import encode_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """`verified`: whether somebody unlocked it; `count`: how often it says it was used."""

    origin: str = "http://localhost:8000"
    host: str = "localhost"
    verified: bool = True
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def create(self, question: dict[str, Any]) -> str:
        """The answer to a question for a new passkey."""
        length = struct.pack(">H", len(self.credential_id))
        made = bytes(16) + length + self.credential_id + self.public_key
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": self.data(ATTESTED) + made})
        client = self.client_data("webauthn.create", question)
        return self.told(clientDataJSON=client, attestationObject=attestation)

    def get(self, question: dict[str, Any]) -> str:
        """The signed answer to a question for a passkey; the counter moves on."""
        self.count += 1
        client, data = self.client_data("webauthn.get", question), self.data()
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self.told(clientDataJSON=client, authenticatorData=data, signature=signature)

    @property
    def public_key(self) -> bytes:
        """In the form COSE gives to a P-256 key."""
        point = self.key.public_key().public_numbers()
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})

    def data(self, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verified else 0)
        return sha256(self.host.encode()).digest() + struct.pack(">BI", flags, self.count)

    def client_data(self, act: str, question: dict[str, Any]) -> bytes:
        return json.dumps({"type": act, "challenge": question["challenge"], "origin": self.origin}).encode()

    def told(self, **response: bytes) -> str:
        name = bytes_to_base64url(self.credential_id)
        parts = {part: bytes_to_base64url(value) for part, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": parts})


def challenge_in(question: dict[str, Any]) -> bytes:
    return base64url_to_bytes(question["challenge"])
