"""The shared copy tells nothing of place, time and author; the original does, and is kept sealed for the lead."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from nrm.cases.models import Copy, DocumentContent
from nrm.lib.files import workshop
from nrm.lib.files.refused import Broken, FileRefused, Locked, TooHeavy
from nrm.lib.files.workshop import cleaned
from nrm.vault.fields import place_of
from nrm.vault.sealing import unseal_bytes
from tests.documents.samples import CANARY, drawing, full_paper, photo, plain_paper, plain_picture, written

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"


def everything_in(pdf: bytes) -> bytes:
    """The file with all its streams unpacked."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return pdf + written(opened, stream_decode_level=pikepdf.StreamDecodeLevel.generalized, compress_streams=False)


def test_f8_a_photo_loses_place_camera_and_notes_and_stands_upright() -> None:
    before = photo((8, 6))
    assert CANARY.encode() in before
    after = cleaned(before, JPEG)
    assert not [mark for mark in (CANARY.encode(), b"Exif", b"adobe", b"ICC_PROFILE") if mark in after]
    with Image.open(io.BytesIO(after)) as shown:
        assert shown.size == (6, 8)
        assert not shown.getexif()


def test_f8_a_drawing_loses_its_notes() -> None:
    before = drawing()
    assert CANARY.encode() in before
    after = cleaned(before, PNG)
    assert not [mark for mark in (CANARY.encode(), b"tEXt", b"iTXt", b"tIME", b"eXIf", b"iCCP") if mark in after]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16"])
def test_a_picture_keeps_its_pixels(mode: str) -> None:
    before = plain_picture("PNG", mode=mode)
    with Image.open(io.BytesIO(before)) as one, Image.open(io.BytesIO(cleaned(before, PNG))) as other:
        assert one.convert("RGBA").tobytes() == other.convert("RGBA").tobytes()


def test_f8_a_pdf_loses_author_scripts_attachments_and_the_places_of_its_photos() -> None:
    before = full_paper()
    assert before.count(CANARY.encode()) > 8
    after = cleaned(before, PDF)
    whole = everything_in(after)
    assert CANARY.encode() not in whole
    forbidden = (b"/JavaScript", b"/OpenAction", b"/AA", b"/EmbeddedFile", b"/Launch", b"/Metadata", b"Exif", b"/Info ")
    assert not [mark for mark in forbidden if mark in whole]
    with pikepdf.open(io.BytesIO(after)) as pdf:
        notes = list(pdf.pages[0].Annots)
        assert [str(note.Subtype) for note in notes] == ["/Text", "/Link", "/Link"]
        assert str(notes[0].Contents) == "See page two"
        assert str(notes[2].A.URI) == "https://help.example/"
        images: list[Any] = [pdf.pages[0].Resources.XObject[name] for name in ("/Im0", "/Im1")]
        assert [pikepdf.PdfImage(image).as_pil_image().size for image in images] == [(8, 6), (8, 6)]


def test_the_pages_of_a_pdf_stay() -> None:
    pdf = pikepdf.new()
    for _page in range(3):
        pdf.add_blank_page().contents_add(b"BT /F1 12 Tf (What stands on the page) Tj ET")
    with pikepdf.open(io.BytesIO(cleaned(written(pdf), PDF))) as shared:
        assert len(shared.pages) == 3
        shared.pages[2].contents_coalesce()
        assert b"What stands on the page" in shared.pages[2].Contents.read_bytes()


def test_f8_the_original_is_sealed_beside_the_copy(bring: Callable[..., Any]) -> None:
    before = photo()
    document = bring(before, "photo.jpg")
    inside = {}
    for row in DocumentContent.objects.filter(document=document):
        assert CANARY.encode() not in row.content
        inside[row.copy] = unseal_bytes(document.case.person, place_of(row, "content"), row.content)
    assert inside[Copy.ORIGINAL] == before
    assert CANARY.encode() not in inside[Copy.SHARED]
    assert document.size == len(inside[Copy.SHARED])


LOCKED = pikepdf.Encryption(owner="a", user=""), pikepdf.Encryption(owner="a", user="b")


@pytest.mark.parametrize(
    ("content", "media_type", "refusal"),
    [
        *((plain_paper(encryption=how), PDF, Locked) for how in LOCKED),
        (plain_paper()[:-60], PDF, Broken),
        (b"%PDF-1.7\n" + b"\0" * 500, PDF, Broken),
        (b"%PDF-1.7 <script>alert(1)</script>", PDF, Broken),
        (plain_picture("JPEG", (400, 400))[:-500], JPEG, Broken),
        (plain_picture("PNG", (40, 40))[:-20], PNG, Broken),
        (plain_picture("PNG"), JPEG, Broken),
    ],
)
def test_what_is_locked_or_broken_is_refused(content: bytes, media_type: str, refusal: type[FileRefused]) -> None:
    with pytest.raises(refusal):
        cleaned(content, media_type)


HOGS = {
    "memory": "sys.stdin.buffer.read(); held = bytearray(3 << 30)",
    "time": "\nwhile True: pass",
    "disk": "file = open(sys.argv[1], 'wb', 0); file.write(b'plain'); sys.stdout.write('done')",
}


@pytest.mark.parametrize("kind", ["memory", "time", "disk"])
def test_f4_a_file_that_unpacks_without_end_costs_little(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that looks through files is bound before it reads: in memory, in time, and never a byte to a disk."""
    script, target = tmp_path / "hog.py", tmp_path / "kept"
    bound = f"import runpy, sys; runpy.run_path({str(workshop.SCRIPT)!r})['bound'](); "
    script.write_text(bound + HOGS[kind])
    monkeypatch.setattr(workshop, "SCRIPT", script)
    monkeypatch.setattr(workshop, "SECONDS", 4)
    with pytest.raises((Broken, TooHeavy)):
        cleaned(b"", str(target))
    assert not target.exists() or target.read_bytes() == b""


def test_f4_a_stream_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    """A page of a PDF may be packed a thousand times smaller than it is; the copy is made without looking inside."""
    packer = zlib.compressobj(9)
    packed = [packer.compress(b"\0" * 1_000_000) for _megabyte in range(300)]
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    page.obj.Contents = pdf.make_stream(b"".join([*packed, packer.flush()]))
    page.obj.Contents.Filter = pikepdf.Name.FlateDecode
    bomb = written(pdf, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert len(cleaned(bomb, PDF)) < 2 * len(bomb) < 2_000_000


def test_the_process_knows_no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "look.py"
    script.write_text("import os, sys; sys.stdout.write(','.join(sorted(os.environ)) or 'none')")
    monkeypatch.setattr(workshop, "SCRIPT", script)
    monkeypatch.setenv("NRM_VAULT_KEYS", "secret")
    assert b"NRM" not in cleaned(b"", PDF)
