"""Which language a page is in: what people are offered, what browsers ask for, what HTML says."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language, get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

#: BCP 47 tags with the script where one language has two: they choose the voice of a screen reader and the shapes of
#: italic Cyrillic letters.
HTML_TAGS = {"sr": "sr-Cyrl", "sr-latn": "sr-Latn"}

#: Languages we do not have whose speakers read one we do have.
NEIGHBOURS = {"hr": "bs", "cnr": "bs", "sh": "bs"}
READABLE_BY_NEIGHBOURS = frozenset({"bs", "sr", "sr-latn"})


def offered() -> list[tuple[str, str]]:
    """(code, name in that language) of every language, for a switcher."""
    return list(settings.LANGUAGES)


def html_tag(code: str | None = None) -> str:
    """The `lang` attribute for a language code, by default for the active language."""
    code = code or get_language() or settings.LANGUAGE_CODE
    return HTML_TAGS.get(code, code)


def supported(code: str, *, strict: bool = False) -> str | None:
    """Our code for a language tag (`sr-Latn-RS` is `sr-latn`, `sq-XK` is `sq`), or None."""
    try:
        return get_supported_language_variant(code.lower(), strict=strict)
    except LookupError:
        return None


def asked_for(accept_language: str) -> str | None:
    """The best language for an Accept-Language header.

    The first entry we can serve wins. A neighbour's language stands for Bosnian, unless the reader names a language of
    ours from the same family further down.
    """
    codes = [code for code, _quality in parse_accept_lang_header(accept_language)]
    for place, code in enumerate(codes):
        if ours := supported(code):
            return ours
        if code.split("-")[0] in NEIGHBOURS:
            named = (supported(later) for later in codes[place + 1 :])
            return next((ours for ours in named if ours in READABLE_BY_NEIGHBOURS), for_neighbour(code))
    return None


def for_neighbour(code: str) -> str:
    """Bosnian, or Serbian for those who ask for Cyrillic letters."""
    return "sr" if "-cyrl" in code else NEIGHBOURS[code.split("-", maxsplit=1)[0]]
