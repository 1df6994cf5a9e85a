"""Why a file is not taken in. Each reason carries a sentence for whoever brought it and a code for the audit."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ONLY = _("Only PDF, JPEG and PNG files are kept here. Save the document as a PDF, or take a picture of it.")


class FileRefused(Exception):
    """Base of all. Its text is the code: never the file's name, never a part of its content."""

    code: ClassVar[str]
    said: ClassVar[str | Promise]

    def __init__(self) -> None:
        super().__init__(self.code)

    @property
    def sentence(self) -> str | Promise:
        return self.said


class TooLarge(FileRefused):
    code = "too_large"

    @property
    def sentence(self) -> str:
        limit = {"megabytes": settings.NRM_DOCUMENT_MB}
        return _("The file is larger than %(megabytes)s MB. Save it smaller, or in several parts.") % limit


class Empty(FileRefused):
    code = "empty"
    said = _("The file is empty. Choose it again.")


class WrongType(FileRefused):
    code = "wrong_type"
    said = ONLY


class EndingDiffers(FileRefused):
    code = "ending_differs"
    said = _("The file is not what the ending of its name says. Open it and save it again as PDF, JPEG or PNG.")


class Broken(FileRefused):
    code = "broken"
    said = _("The file is damaged or incomplete. Open it, save it again, then try once more.")


class Locked(FileRefused):
    code = "locked"
    said = _("The PDF is protected with a password. Save it without one, then try once more.")


class TooManyPixels(FileRefused):
    code = "too_many_pixels"
    said = _("The picture is too large. Save it with fewer pixels, then try once more.")


class TooHeavy(FileRefused):
    code = "too_heavy"
    said = _("The file takes too long to look through. Save it smaller or simpler, then try once more.")


class Infected(FileRefused):
    code = "infected"
    said = _("The virus scanner found something harmful in this file. It was not kept. Tell your administrator.")


class NotScanned(FileRefused):
    code = "not_scanned"
    said = _("The file cannot be checked for viruses just now, so it was not kept. Try again later.")
