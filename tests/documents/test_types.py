"""What a file is: its content decides, its name must agree, and nothing else is opened to find out."""

from __future__ import annotations

import gzip
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from nrm.audit.models import Event
from nrm.cases.actions import FileNotKept
from nrm.cases.models import Copy, Document, DocumentContent
from nrm.lib.files import workshop
from nrm.lib.files.refused import EndingDiffers, WrongType
from nrm.lib.files.types import ending_of, type_of
from nrm.vault.fields import opened, place_of
from nrm.vault.sealing import unseal_bytes
from tests.documents.samples import EICAR, archive, pixel_bomb, plain_paper, plain_picture, written, zip_bomb


@pytest.fixture
def nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened_after_all(*_: Any, **__: Any) -> None:
        raise AssertionError("a file of a wrong type was opened")

    for module, name in ((zipfile, "ZipFile"), (tarfile, "open"), (gzip, "GzipFile"), (subprocess, "run")):
        monkeypatch.setattr(module, name, opened_after_all)


WRONG = {
    "page.html": b"<!doctype html><script>alert(1)</script>",
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "letter.txt": b"Dear colleague",
    "program.exe": b"MZ" + b"\0" * 200,
    "letter.doc": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600,
    "picture.gif": b"GIF89a" + b"\0" * 30,
    "picture.heic": b"\0\0\0\x18ftypheic" + b"\0" * 30,
    "virus.com": EICAR,
    "junk.pdf": b"some lines first\n%PDF-1.7",
}


@pytest.mark.usefixtures("nothing_is_opened")
@pytest.mark.parametrize("file_name", WRONG)
def test_f3_other_types_are_refused_whatever_they_are_called(file_name: str) -> None:
    for name in (file_name, "letter.pdf", "picture.png"):
        with pytest.raises(WrongType):
            type_of(WRONG[file_name], name)


@pytest.mark.usefixtures("nothing_is_opened")
@pytest.mark.parametrize(
    "name", ["scan.pdf", "scan.jpg", "scan.exe", "scan", "scan.png.html", "png", "scan.png\u202egpj.exe"]
)
def test_f3_the_ending_must_say_the_same_as_the_content(name: str) -> None:
    with pytest.raises(EndingDiffers):
        type_of(b"\x89PNG\r\n\x1a\n" + b"\0" * 40, name)


def test_f3_an_empty_file_is_refused(send: Callable[..., Any]) -> None:
    answer = send(b"", "scan.png")
    assert answer.status_code == 422
    assert not Document.objects.exists()


def test_f4_the_refusal_says_what_to_do_and_keeps_what_was_typed(
    send: Callable[..., Any], request: pytest.FixtureRequest
) -> None:
    bomb = zip_bomb()
    request.getfixturevalue("nothing_is_opened")
    answer = send(bomb, "letter.docx", name="What the doctor wrote")
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Save the document as a PDF, or take a picture of it." in shown
    assert 'value="What the doctor wrote"' in shown
    assert Event.objects.get(action="document.added").data == {"refusal": "wrong_type"}


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "bomb.zip": zip_bomb,
    "link.zip": lambda: archive("letter.pdf", b"/etc/passwd", is_link=True),
    "climbing.zip": lambda: archive("../../letter.pdf"),
    "letter.docx": lambda: archive("word/document.xml"),
    "table.xlsx": lambda: archive("xl/workbook.xml"),
    "letter.odt": lambda: archive("mimetype", b"application/vnd.oasis.opendocument.text"),
    "bomb.gz": lambda: gzip.compress(b"0" * 10_000_000),
    "files.7z": lambda: b"7z\xbc\xaf\x27\x1c" + b"\0" * 60,
    "files.rar": lambda: b"Rar!\x1a\x07\x00" + b"\0" * 60,
}


@pytest.mark.parametrize("file_name", ARCHIVES)
def test_f4_archives_and_office_files_are_refused_unopened(file_name: str, request: pytest.FixtureRequest) -> None:
    content = ARCHIVES[file_name]()
    request.getfixturevalue("nothing_is_opened")
    for name in (file_name, "letter.pdf"):
        with pytest.raises(WrongType):
            type_of(content, name)


def test_f4_an_archive_behind_a_pdf_is_not_in_the_shared_copy() -> None:
    both = plain_paper() + archive("small.txt")
    shared = workshop.cleaned(both, "application/pdf")
    assert shared.startswith(b"%PDF")
    assert b"PK\x03\x04" not in shared


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "photo.jpg"), ("PNG", "photo.png")])
def test_f5_a_picture_of_too_many_pixels_is_refused_by_its_header(
    bring: Callable[..., Any], kind: str, name: str
) -> None:
    with pytest.raises(FileNotKept, match="too_many_pixels") as refused:
        bring(pixel_bomb(kind), name)
    assert "fewer pixels" in str(refused.value.sentence)


def test_f5_nor_hidden_in_a_pdf(bring: Callable[..., Any]) -> None:
    import pikepdf

    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    image = pdf.make_stream(b"\0")
    image.Subtype, image.Width, image.Height = pikepdf.Name.Image, 60_000, 60_000
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    with pytest.raises(FileNotKept, match="too_many_pixels"):
        bring(written(pdf), "scan.pdf")


#: The last breaks out of the header that names the file: what is left of it has no ending.
HARMFUL = (
    "../../../etc/scan.png",
    "..\\..\\windows\\scan.png",
    "/etc/scan.png",
    "scan\u202egnp.exe\u202c.png",
    "Blerta Kastrati passport.png",
    'a"; filename="evil.html".png',
    "scan\r\nSet-Cookie: a=b.png",
)


def test_f6_the_name_of_the_file_is_forgotten(send: Callable[..., Any], whole: Any) -> None:
    """Only the name that was typed is kept, sealed and without marks; a page shows it as text."""
    picture = plain_picture()
    answers = [send(picture, name, name="Scan \u202e'\"<b>\x07").status_code for name in HARMFUL]
    assert answers == [302] * 6 + [422]
    for document in Document.objects.exclude(pk=whole.document.pk):
        assert opened(document.case.person, document, "name") == "Scan '\"<b>"
    told = str(list(Event.objects.filter(action="document.added").values_list("data", flat=True)))
    assert not [name for name in ("etc", "evil", "Blerta", "scan") if name in told]


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("a.PDF", ".pdf"),
        ("a.b\\c.Jpeg", ".jpeg"),
        ("a\u202efdp.exe", ".exe"),
        ("a.png/", ".png"),
        (".png", ""),
        ("", ""),
    ],
)
def test_f6_the_ending_is_read_as_it_is_stored(name: str, ending: str) -> None:
    assert ending_of(name) == ending


def test_the_original_is_kept_apart_byte_for_byte(bring: Callable[..., Any]) -> None:
    content = plain_picture()
    document = bring(content, "scan.png")
    rows = {row.copy: row for row in DocumentContent.objects.filter(document=document)}
    assert set(rows) == {Copy.SHARED, Copy.ORIGINAL}
    original = rows[Copy.ORIGINAL]
    assert unseal_bytes(document.case.person, place_of(original, "content"), original.content) == content
