"""The sheet that the person takes along: one page, in their language, from which nobody else learns anything."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext, override
from pypdf import PdfReader

from nrm.access.refusals import NotPermitted, NotVisible
from nrm.cases.actions import keep_brought, record_consent
from nrm.cases.consent_sheet import make_sheet, nearest_language, sheet_of
from nrm.cases.models import Case, Consent, Document
from nrm.lib.typesetting import Part, Sheet, typeset
from nrm.vault.fields import opened

SignIn = Callable[[Any], Client]
LANGUAGES = [code for code, _name in settings.LANGUAGES]
#: Letters by which a typeface fails first, by language.
LETTERS = {
    "en": "“you” – it’s",
    "sq": "ë ç Ë Ç “ë” t’u",
    "bs": "č ć đ š ž Č Ć Đ Š Ž „da” ‘ne’",
    "sr": "ђ ј љ њ ћ џ Ђ Ј Љ Њ Ћ Џ „да“",
    "sr-latn": "č ć đ š ž lj nj dž „da“",
    "mk": "ѓ ѕ ј љ њ ќ џ ѝ ѐ Ѓ Ѕ Ќ „да“ ‚не‘",
}
TELLING = re.compile(
    r"traffick|trafik|trgovin|трговин|трговиј|NRM|mechanism|mehaniz|механиз|victim|viktim|žrtv|жртв", re.IGNORECASE
)


@pytest.fixture
def consent(case: Case, cast: Any) -> Consent:
    return record_consent(
        case,
        by=cast.case_worker.actor,
        purpose="referral",
        recipient_id=cast.organisations.quiet_room.pk,
        categories=["identity", "account", "risk", "health"],
        given_how="oral_with_witness",
        witness="Zana Gështenja",
        given_on=localdate(),
        ends_on=localdate() + timedelta(days=90),
        explained_in="rom",
        with_interpreter=True,
        signature="M10 20L300 150L590 20M20 180L580 180",
        note="Only on the phone of her sister.",
    )


def read(content: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(io.BytesIO(content))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_one_page_in_its_language_that_tells_nobody_else_anything(
    consent: Consent, case: Case, cast: Any, language: str
) -> None:
    sheet = sheet_of(consent, language=language)
    reader, text = read(typeset(sheet))
    assert len(reader.pages) == 1
    for part in sheet.parts:
        for written in (part.heading, *part.lines, *part.points):
            assert squeezed(written) in squeezed(text)
    assert not re.search(r"%\(|\{|\}|None", text)
    for hidden in (
        case.code,
        "Quiet Room",
        "Open Hand",
        "Zana",
        "phone of her sister",
        cast.case_worker.user.display_name,
    ):
        assert hidden not in text
    assert TELLING.search(text) is None
    with override(language):
        assert squeezed(gettext("What you agreed to")) in squeezed(text)
    assert set(reader.metadata or {}) <= {"/Creator"}
    assert "Typst" in (reader.metadata or {}).get("/Creator", "Typst")


def squeezed(text: str) -> str:
    """Without spaces: where a line breaks, a reader of PDF sees one or none."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_of_the_language_is_in_the_typeface(language: str) -> None:
    reader, text = read(typeset(Sheet(language, "A", [Part("B", [LETTERS[language]])])))
    assert squeezed(LETTERS[language]) in squeezed(text)
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    assert all("LibertinusSerif" in font.get_object()["/BaseFont"] for font in fonts)


def test_what_is_printed_never_becomes_markup() -> None:
    hostile = '#panic("x") $1/0$ *b* <label> @ref \\ #include "/etc/passwd" // no'
    _reader, text = read(typeset(Sheet("en", hostile, [Part(hostile, [hostile], [hostile])], foot=[hostile])))
    assert squeezed(text).count(squeezed(hostile)) == 5


def test_the_same_sheet_is_the_same_bytes(consent: Consent) -> None:
    assert typeset(sheet_of(consent, language="sq")) == typeset(sheet_of(consent, language="sq"))


def test_the_name_of_the_recipient_stands_there_only_if_asked_for(consent: Consent) -> None:
    _reader, text = read(typeset(sheet_of(consent, language="en", with_name=True)))
    assert "Quiet Room" in text


@pytest.mark.parametrize(
    ("explained_in", "spoken", "nearest"),
    [
        ("mk", "sq", "mk"),
        ("hr", "sq", "bs"),
        ("cnr", "", "bs"),
        ("rom", "sq", "sq"),
        ("", "sr", "sr"),
        ("ar", "ar", ""),
    ],
)
def test_it_starts_in_the_language_nearest_to_the_person(
    consent: Consent, explained_in: str, spoken: str, nearest: str
) -> None:
    consent.explained_in, consent.case.spoken_language = explained_in, spoken
    assert nearest_language(consent) == (nearest or "mk")


def test_it_is_made_by_a_post_and_kept_sealed_with_the_consent(consent: Consent, cast: Any, sign_in: SignIn) -> None:
    client, url = sign_in(cast.case_worker), reverse("cases:consent_sheet", args=[consent.pk])
    assert client.get(url).status_code == 200
    assert not Document.objects.exists()
    assert client.post(url, {"language": "xx"}).status_code == 422
    answer = client.post(url, {"language": "bs"})
    document = Document.objects.get()
    assert (document.block, document.consent, document.is_made_here) == ("consent", consent, True)
    assert "traffick" not in opened(consent.case.person, document, "name").lower()
    page = client.get(answer["Location"]).content.decode()
    download = reverse("cases:document", args=[document.pk])
    assert download in page
    file = client.get(download)
    content = b"".join(file.streaming_content) if file.streaming else file.content
    assert content.startswith(b"%PDF")
    assert consent.case.code not in file["Content-Disposition"]


def test_a_signed_paper_that_was_brought_is_found_there_too(consent: Consent, cast: Any, sign_in: SignIn) -> None:
    brought = Document(case=consent.case, block="consent", media_type="application/pdf")
    by = cast.case_worker.actor
    keep_brought(brought, by=by, name="Scan", shared=b"%PDF-1.7 x", original=b"%PDF-1.7 x")
    page = sign_in(cast.case_worker).get(reverse("cases:sharing", args=[consent.case.code])).content.decode()
    assert reverse("cases:document", args=[brought.pk]) in page


@pytest.mark.parametrize(("player", "status"), [("stranger", 404), ("responder", 403)])
def test_nobody_else_makes_one(consent: Consent, cast: Any, sign_in: SignIn, player: str, status: int) -> None:
    other = getattr(cast, player)
    assert (
        sign_in(other).post(reverse("cases:consent_sheet", args=[consent.pk]), {"language": "bs"}).status_code == status
    )
    with pytest.raises(NotVisible if status == 404 else NotPermitted):
        make_sheet(consent, by=other.actor, language="bs")
    assert not Document.objects.exists()
