"""What a file is: told by its content, and only if the ending of its name says the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import PurePosixPath

import filetype

from nrm.lib.files.refused import Empty, EndingDiffers, WrongType
from nrm.lib.forms import plain_text

#: What is kept, and how the name of such a file may end.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
}


def type_of(content: bytes, file_name: str) -> str:
    """The media type, from the first bytes alone: nothing is opened here. `Empty`, `WrongType`, `EndingDiffers`."""
    if not content:
        raise Empty
    guessed = filetype.guess(content)
    media_type = guessed.mime if guessed else ""
    if media_type not in ENDINGS:
        raise WrongType
    if ending_of(file_name) not in ENDINGS[media_type]:
        raise EndingDiffers
    return media_type


def ending_of(file_name: str) -> str:
    """The ending as it is stored, not as it is shown: marks that turn the direction of writing are taken out first."""
    plain = plain_text(unicodedata.normalize("NFKC", file_name), lines=False).replace("\\", "/")
    return PurePosixPath(plain).suffix.lower()


def neutral_ending(media_type: str) -> str:
    return ENDINGS[media_type][0]
