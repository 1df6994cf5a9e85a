"""Invented files of every kind, good and bad, made where they are needed."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from typing import Any

import pikepdf
from PIL import Image, PngImagePlugin

#: Written wherever a file can hold a note; none may be left in the shared copy.
CANARY = "Blerta-Kastrati"
GPS = {1: "N", 2: (41.0, 59.0, 45.0), 3: "E", 4: (21.0, 25.0, 53.0)}
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def plain_picture(kind: str = "PNG", size: tuple[int, int] = (8, 6), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1 if mode == "1" else None).save(out, kind, **options)
    return out.getvalue()


def photo(size: tuple[int, int] = (8, 6)) -> bytes:
    """A JPEG as a phone makes it: place, camera, author, a note, and lying on its side."""
    exif = Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x0112] = CANARY, CANARY, 6
    exif.get_ifd(0x8825).update(GPS)
    marks: dict[str, Any] = {"exif": exif, "comment": CANARY.encode(), "xmp": f"<x>{CANARY}</x>".encode()}
    return plain_picture("JPEG", size, icc_profile=b"profile of " + CANARY.encode(), **marks)


def drawing() -> bytes:
    """A PNG with notes in clear and compressed, and a time."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", CANARY)
    notes.add_itxt("XML:com.adobe.xmp", CANARY, zip=True)
    notes.add(b"tIME", struct.pack(">HBBBBB", 2026, 3, 5, 10, 0, 0))
    exif = Image.Exif()
    exif[0x013B] = CANARY
    return plain_picture("PNG", pnginfo=notes, exif=exif, icc_profile=b"profile of " + CANARY.encode())


def plain_paper(**options: Any) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(100, 100))
    return written(pdf, **options)


def written(pdf: Any, **options: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def full_paper() -> bytes:
    """A PDF with everything that must not be shared: author, metadata, a script that runs when it is opened, a file
    inside, a link that starts a program, a remark with its writer, and a photograph with its place."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(100, 100))
    pdf.docinfo["/Author"] = CANARY
    with pdf.open_metadata() as metadata:
        metadata["dc:creator"] = [CANARY]
    script = pikepdf.Dictionary(Type=pikepdf.Name.Action, S=pikepdf.Name.JavaScript, JS=f"app.alert('{CANARY}')")
    pdf.Root.OpenAction = script
    pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=[CANARY, script]))
    pdf.attachments[f"{CANARY}.txt"] = CANARY.encode()
    page.obj.AA = pikepdf.Dictionary(O=script)
    page.obj.PieceInfo = pikepdf.Dictionary(Word=pikepdf.Dictionary(Private=CANARY))
    page.obj.Metadata = pdf.make_stream(CANARY.encode())
    page.obj.Annots = pikepdf.Array([remark(), launch(), attachment(pdf), link()])
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=embedded(pdf, photo()), Im1=wrapped(pdf)))
    return written(pdf, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)


def annotation(kind: str, **more: Any) -> Any:
    return pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name(f"/{kind}"), Rect=[0, 0, 9, 9], **more)


def remark() -> Any:
    return annotation("Text", Contents="See page two", T=CANARY, M="D:20260305")


def launch() -> Any:
    return annotation("Link", A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=f"C:/Users/{CANARY}/a.exe"))


def link() -> Any:
    return annotation("Link", A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://help.example/"))


def attachment(pdf: Any) -> Any:
    return annotation("FileAttachment", FS=pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F=CANARY))


def embedded(pdf: Any, jpeg: bytes) -> Any:
    image = pdf.make_stream(jpeg)
    image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    image.Width, image.Height, image.BitsPerComponent = 8, 6, 8
    image.ColorSpace, image.Filter = pikepdf.Name.DeviceRGB, pikepdf.Name.DCTDecode
    return image


def wrapped(pdf: Any) -> Any:
    image = embedded(pdf, zlib.compress(photo()))
    image.Filter = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.DCTDecode])
    return image


def archive(name: str = "letter.txt", content: bytes = b"0", *, is_link: bool = False) -> bytes:
    out = io.BytesIO()
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16 if is_link else 0
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def zip_bomb(layers: int = 3) -> bytes:
    """A few kilobytes that would unpack to many megabytes, in archives within archives."""
    bomb = archive(content=b"0" * 20_000_000)
    for _layer in range(layers):
        bomb = archive("inner.zip", bomb)
    return bomb


def pixel_bomb(kind: str) -> bytes:
    """A picture of a few hundred bytes whose header says 65,000 by 65,000."""
    small, size = plain_picture(kind), struct.pack(">II" if kind == "PNG" else ">HH", 65_000, 65_000)
    if kind == "JPEG":
        at = small.index(b"\xff\xc0") + 5
        return small[:at] + size + small[at + 4 :]
    header = b"IHDR" + size + small[24:29]
    return small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
