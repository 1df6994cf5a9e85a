"""The letter to an organisation without an account: sealed, without identity, answered by telephone or letter."""

from __future__ import annotations

import io
import re
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override, pgettext
from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError

from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.cases.actions import open_document
from nrm.cases.models import Case, Document
from nrm.lib.letter import seal, typeset_letter
from nrm.referrals.models import Message, Referral
from nrm.referrals.outside import actions
from nrm.referrals.outside.letters import address_of, letter_of, make_letter
from nrm.referrals.outside.models import OutsideLink, ToldAnswer
from nrm.vault.fields import opened
from tests.cases.test_consent_sheet import TELLING
from tests.outside import clinic, give, knock, sent_outside

LANGUAGES = [code for code, _name in settings.LANGUAGES]
PHONE = "+389 2 555 0100"
PROTECTED_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


@pytest.fixture
def referral(case: Case, cast: Any) -> Referral:
    return sent_outside(case, cast, channel="letter")


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def told(**values: Any) -> dict[str, Any]:
    return {"means": "telephone", "told_by": "Sister Zana", "told_on": timezone.localdate(), **values}


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_is_asked_and_how_to_answer_and_names_no_programme(referral: Referral, language: str) -> None:
    letter = letter_of(referral, language=language, phone=PHONE, token="T" * 43)
    content = typeset_letter(letter)
    reader = PdfReader(io.BytesIO(content))
    text = text_of(reader)
    assert len(reader.pages) == 1
    for said in (referral.case.code, PHONE, "Hill Clinic", "Open Hand", "She speaks Romani."):
        assert said in text
    assert "".join(address_of("T" * 43).split()) in text.replace(" ", "")
    with override(language):
        assert gettext("Can you help a person?") in text
    assert not TELLING.search(text)
    assert not re.search(r"%\(|\{|\}|None", text)
    assert set(reader.metadata or {}) <= {"/Creator", "/Producer", "/ModDate", "/CreationDate"}
    assert reader.xmp_metadata is None or not reader.xmp_metadata.dc_title


def test_d7_what_is_typed_stays_text_in_it(referral: Referral) -> None:
    typed = '070 #sys.inputs *x* $1$ <a> @b \\ `c` {{ 7*7 }} "'
    content = typeset_letter(letter_of(referral, language="en", phone=typed))
    assert text_of(PdfReader(io.BytesIO(content))).count(typed) >= 1


def test_without_the_password_the_file_tells_nothing(referral: Referral) -> None:
    content = typeset_letter(letter_of(referral, language="en", phone=PHONE))
    sealed = seal(content, "12345678901234567890")
    reader = PdfReader(io.BytesIO(sealed))
    assert reader.is_encrypted
    lock = reader.trailer["/Encrypt"].get_object()
    assert (lock["/R"], lock["/V"], lock["/CF"]["/StdCF"]["/CFM"]) == (6, 5, "/AESV3")
    for wrong in ("", "1234567890123456789", "owner"):
        assert not PdfReader(io.BytesIO(sealed)).decrypt(wrong)
    with pytest.raises(FileNotDecryptedError):
        text_of(reader)
    assert reader.decrypt("12345678901234567890")
    assert "She speaks Romani." in text_of(reader)
    canaries = [
        word.encode(kind) for word in ("Romani", referral.case.code, "Hill Clinic") for kind in ("utf-8", "utf-16-be")
    ]
    assert not any(canary in part for part in unpacked(sealed) for canary in canaries)
    assert any(b"Libertinus" in part for part in unpacked(content))


def unpacked(content: bytes) -> list[bytes]:
    """The file as it is, and each of its streams decompressed where that is possible."""
    parts = [content]
    for stream in PROTECTED_STREAM.findall(content):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            parts.append(stream)
    return parts


def test_z3_no_letter_holds_who_the_person_is(referral: Referral, case: Case, cast: Any) -> None:
    from nrm.vault.actions import write_identity
    from nrm.vault.identity import Identity

    names = Identity(given_names="Blertakanarina", family_names="Kastratikanarin")
    write_identity(case.person, names, by=cast.case_worker.actor, case_code=case.code)
    content = typeset_letter(letter_of(Referral.objects.get(), language="mk", phone=PHONE))
    reader = PdfReader(io.BytesIO(content))
    everything = text_of(reader) + str(reader.metadata) + str(unpacked(content))
    assert "kanarin" not in everything.lower()


def test_it_is_kept_sealed_and_shown_with_its_password_once(referral: Referral, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    url = reverse("referrals:make_letter", args=[referral.pk])
    assert client.post(url, {"language": "xx", "phone": ""}).status_code == 422
    page = client.post(url, {"language": "mk", "phone": PHONE, "with_link": "on"})
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    shown = re.findall(r'readonly value="([\d ]+)"', page.content.decode())
    password, code = ("".join(digits.split()) for digits in shown)
    assert (len(password), len(code)) == (20, 8)
    document, content = open_document(Document.objects.get().pk, by=cast.case_worker.actor)
    with override("mk"):
        assert opened(document.case.person, document, "name") == f"{pgettext('file name', 'Letter')}.pdf"
    reader = PdfReader(io.BytesIO(content))
    assert reader.decrypt(password)
    address = re.search(r"/reply/([\w-]{43})/", text_of(reader).replace(" ", ""))
    assert address is not None
    assert give(knock(address[1]), code).status_code == 302
    event = Event.objects.get(action="referral.letter_made")
    assert event.data == {"document": str(document.pk), "language": "mk", "with_link": True}
    everything = str(list(Event.objects.values())) + str(list(OutsideLink.objects.values()))
    assert not any(secret in everything for secret in (password, address[1], PHONE))
    taken_out = client.get(reverse("cases:document", args=[document.pk]))
    assert "etter" not in taken_out["Content-Disposition"]


def test_only_the_lead_makes_it_and_only_while_an_answer_is_waited_for(referral: Referral, cast: Any) -> None:
    for who, refusal in ((cast.stranger, NotVisible), (cast.coordinator, NotPermitted)):
        with pytest.raises(refusal):
            actions.keep_letter(referral, by=who.actor, name="x", content=b"x", language="en")
    Referral.objects.update(state="expired")
    with pytest.raises(NotYet):
        make_letter(referral, by=cast.case_worker.actor, language="en", phone=PHONE, with_link=True)
    assert not Document.objects.exists()
    assert not OutsideLink.objects.exists()


def test_what_they_tell_is_recorded_with_who_told_it_to_the_end_of_the_service(
    referral: Referral, cast: Any, sign_in: Any
) -> None:
    client = sign_in(cast.case_worker)
    steps = {
        "ask": {"reason": "Which day?"},
        "accept": {},
        "start_service": {},
        "complete": {"outcome": "provided", "reason": "Three visits."},
    }
    for step, values in steps.items():
        url = reverse("referrals:record_told", args=[referral.pk, step])
        typed = {**told(told_on=timezone.localdate().strftime("%d.%m.%Y")), **values}
        version = Referral.objects.get().version
        assert client.post(url, {**typed, "version": version, "told_by": ""}).status_code == 422
        assert client.post(url, {**typed, "version": version}).status_code == 302, step
    now = Referral.objects.get()
    assert (now.state, now.outcome) == ("completed", "provided")
    assert [row.transition for row in ToldAnswer.objects.all()] == list(steps)
    marks = Event.objects.filter(action="referral.answer_told").order_by("sequence")
    assert [(mark.data["step"], mark.role, mark.user_id) for mark in marks] == [
        (step, "case_worker", cast.case_worker.user.pk) for step in steps
    ]
    done = Event.objects.get(action="referral.complete")
    assert (done.role, done.user_id) == ("outside_recipient", cast.case_worker.user.pk)
    assert done.organisation_id == referral.receiver_id
    assert "Sister Zana" not in str(list(Event.objects.values("data", "subject")))
    page = client.get(reverse("referrals:page", args=[referral.pk])).content.decode()
    assert page.count("Sister Zana") == len(steps)


def test_a_told_answer_stands_or_falls_with_its_step(referral: Referral, cast: Any) -> None:
    by, version = cast.case_worker.actor, referral.version
    with pytest.raises(NotYet):
        actions.record_told(
            referral, "complete", by=by, expected_version=version, **told(), outcome="provided", reason="x"
        )
    with pytest.raises(NotVisible):
        actions.record_told(referral, "withdraw", by=by, expected_version=version, **told(), reason="x")
    with pytest.raises(NotVisible):
        actions.record_told(referral, "accept", by=cast.stranger.actor, expected_version=version, **told())
    assert not ToldAnswer.objects.exists()
    assert not Message.objects.exists()


def test_nobody_tells_before_it_was_sent(referral: Referral, cast: Any, sign_in: Any) -> None:
    Referral.objects.update(sent_at=timezone.now() - timedelta(days=2))
    early = (timezone.localdate() - timedelta(days=5)).strftime("%d.%m.%Y")
    url = reverse("referrals:record_told", args=[referral.pk, "accept"])
    answer = sign_in(cast.case_worker).post(url, {"version": referral.version, **told(told_on=early)})
    assert answer.status_code == 422
    assert "before the referral was sent" in answer.content.decode()


def test_a_referral_inside_is_answered_by_nobody_else(sent: Any, cast: Any, sign_in: Any) -> None:
    """The lead cannot answer for an organisation that answers here."""
    client = sign_in(cast.case_worker)
    for name, *args in (("make_letter",), ("record_told", "accept"), ("make_link",)):
        url = reverse(f"referrals:{name}", args=[sent.pk, *args])
        assert client.get(url).status_code == 404
    with pytest.raises(NotYet):
        actions.record_told(sent, "accept", by=cast.case_worker.actor, expected_version=sent.version, **told())
    assert clinic().pk != sent.receiver_id
