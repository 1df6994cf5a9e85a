"""A letter as a PDF, sealed with a password. Made in memory only; nothing of it is written to a disk."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final

import pikepdf
import typst

from nrm.lib.typesetting import SCRIPTS, Part

TEMPLATE = Path(__file__).with_name("letter.typ")
#: AES-256 as of PDF 2.0 (ISO 32000-2, revision 6 of the security handler); the metadata is encrypted too.
REVISION: Final = 6
OWNER_BYTES = 32


@dataclass(frozen=True, slots=True)
class Letter:
    """`tag` is the language as HTML writes it. `marks` stand at the right: day, reference. `address` is a web address
    to be typed or followed, empty for none."""

    tag: str
    sender: Sequence[str]
    marks: Sequence[str]
    recipient: Sequence[str]
    heading: str
    opening: Sequence[str]
    parts: Sequence[Part]
    address: str = ""
    foot: Sequence[str] = field(default=())


def typeset_letter(letter: Letter) -> bytes:
    """The letter as a PDF that anybody could open; `seal` it before it is kept or sent."""
    language, _hyphen, script = letter.tag.partition("-")
    data = {**asdict(letter), "language": language, "script": SCRIPTS.get(script, "auto")}
    made = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, default=str)},
    )
    if not isinstance(made, bytes):
        raise TypeError("A letter is one file.")
    return made


def seal(content: bytes, password: str) -> bytes:
    """The same PDF, which opens with the password only. Nobody has the owner's password, which could lift it."""
    sealed = BytesIO()
    locks = pikepdf.Encryption(
        user=password, owner=secrets.token_urlsafe(OWNER_BYTES), R=REVISION, aes=True, metadata=True
    )
    with pikepdf.open(BytesIO(content)) as pdf:
        pdf.save(sealed, encryption=locks)
    return sealed.getvalue()
