"""What leaves the service on paper says no more than it has to, and by every other way nothing of a person.

Every test with a `stage` is judged that way at its end; here are the papers, and the proof that the search finds what
is there.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.errors import FileNotDecryptedError

from tests.browser.speaking import Leaks, Speaker
from tests.browser.test_referral_life import NAME, PROGRAMME, Stage, stage
from tests.cases.test_consent_sheet import TELLING
from tests.conferences.conftest import ask_the_person, call, come, join, take, write
from tests.outside import clinic
from tests.referrals.test_outside_letter import text_of, unpacked

__all__ = ["stage"]

pytestmark = pytest.mark.browser

ASKED, PLAN, RISK = "CANARY-asked calm talks.", f"CANARY-plan {NAME} moves.", f"CANARY-risk {NAME} is followed."


def test_a_letter_and_minutes(stage: Stage, leaks: Leaks) -> None:
    ana = stage.ana()
    letter(stage, ana)
    minutes(stage, ana)
    for player in (stage.cast.case_worker, stage.cast.clinician):
        leaks.subscribe(player)
    found = {way for way, _code in leaks.ways_of(stage.case.code)}
    assert found == {"mail", "mail as read", "calendar", "record of acts"}, "The control: codes are no secret."


def letter(stage: Stage, ana: Speaker) -> None:
    """Closed, it tells nothing; open, what is asked, and neither a name nor a programme."""
    receiver = clinic()
    stage.share_with(receiver)
    referral = stage.sent(receiver, channel="letter", summary=ASKED)
    ana.open(f"/referrals/{referral.pk}/letter/")
    ana.write("Telephone for the answer", "+389 2 555 0100")
    ana.press("Make the letter")
    password = ana.labelled("Password of the letter, to tell by telephone only").input_value()
    content = taken_out(ana, "Take the letter out")
    secrets = (NAME, PROGRAMME, ASKED, stage.case.code, "Open Hand")
    closed = b"".join(unpacked(content)).lower()
    assert not [one for one in secrets for kind in ("utf-8", "utf-16-be") if one.lower().encode(kind) in closed]
    reader = PdfReader(io.BytesIO(content))
    with pytest.raises(FileNotDecryptedError):
        text_of(reader)
    assert reader.decrypt("".join(password.split()))
    assert ASKED in text_of(reader)
    assert not TELLING.search(text_of(reader))
    says_nothing_of_itself(reader, text_of(reader), NAME, PROGRAMME)


def minutes(stage: Stage, ana: Speaker) -> None:
    """Each part of them for whoever reads that part of the case, under a heading that says nothing."""
    case, cast = stage.case, stage.cast
    join(case, cast.organisations.quiet_room, "treats")
    asked = {"agenda": ["risk", "plan"], "organisations": [cast.organisations.quiet_room.pk]}
    conference = call(case, cast.case_worker, cast, details=PLAN, **asked)
    ask_the_person(conference, cast, wish=PLAN)
    come(conference)
    conference = take(conference, "hold", cast.case_worker, attended=[cast.organisations.quiet_room.pk])
    for topic, said in (("risk", RISK), ("plan", PLAN)):
        write(conference, topic, cast.case_worker, said)
    take(conference, "close", cast.case_worker)
    reads = {}
    for desk in (ana, stage.teuta()):
        desk.open(f"/conferences/{conference.pk}/")
        reader = PdfReader(io.BytesIO(taken_out(desk, "Minutes as PDF")))
        reads[desk.language] = text_of(reader)
        says_nothing_of_itself(reader)
        assert not TELLING.search(text_of(reader))
    assert {language: (RISK in text, PLAN in text) for language, text in reads.items()} == {
        "mk": (True, True),
        "sq": (True, False),
    }


def taken_out(desk: Speaker, link: str) -> bytes:
    with desk.page.expect_download() as started:
        desk.follow(link)
    name = started.value.suggested_filename.lower()
    assert not [one for one in (NAME, PROGRAMME, "canary") if one.lower() in name]
    return Path(started.value.path()).read_bytes()


def says_nothing_of_itself(reader: PdfReader, text: str = "", *secrets: str) -> None:
    about = f"{reader.metadata} {reader.xmp_metadata and reader.xmp_metadata.dc_title} {list(reader.attachments)}"
    assert set(reader.metadata or {}) <= {"/Creator", "/Producer", "/ModDate", "/CreationDate"}
    assert not [one for one in (NAME, PROGRAMME, "canary") if one.lower() in about.lower()]
    assert not [one for one in secrets if one.lower() in text.lower()]
