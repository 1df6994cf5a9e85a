"""Makes the copy of a file that is shared: the same pages or picture, without what tells of place, time and author.

A script for a process of its own (see `workshop.py`), without Django, keys or settings:
`python -I cleaning.py application/pdf 60000000 < original > copy`. Whatever goes wrong ends it with a status.
"""

from __future__ import annotations

import base64
import binascii
import re
import resource
import sys
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pikepdf
from PIL import Image, ImageOps

LOCKED, TOO_MANY_PIXELS, TOO_HEAVY = 3, 4, 5
MEMORY = 1_200 * 1024 * 1024
SECONDS = 20

#: What stays of a catalogue: pages, and how they are found, read aloud and filled in.
CATALOGUE = {
    "/Type",
    "/Pages",
    "/PageLabels",
    "/Outlines",
    "/Dests",
    "/Names",
    "/PageLayout",
    "/PageMode",
    "/ViewerPreferences",
    "/AcroForm",
    "/Lang",
    "/StructTreeRoot",
    "/MarkInfo",
    "/OCProperties",
}
#: Gone wherever it stands: notes about the file, what runs by itself, files inside files, places on a map.
DROPPED = (
    "/Metadata",
    "/PieceInfo",
    "/LastModified",
    "/SpiderInfo",
    "/AA",
    "/OpenAction",
    "/JS",
    "/JavaScript",
    "/XFA",
    "/AF",
    "/EF",
    "/EmbeddedFiles",
    "/Collection",
    "/VP",
    "/LGIDict",
)
#: Emptied: what starts a program, leads into other files, sends or changes something. Links to addresses stay.
ACTIONS = {
    "/GoToR",
    "/GoToE",
    "/GoToDp",
    "/Launch",
    "/Thread",
    "/Sound",
    "/Movie",
    "/Hide",
    "/SubmitForm",
    "/ResetForm",
    "/ImportData",
    "/JavaScript",
    "/SetOCGState",
    "/Rendition",
    "/Trans",
    "/GoTo3DView",
    "/RichMediaExecute",
}
ANNOTATIONS_DROPPED = {"/FileAttachment", "/Sound", "/Movie", "/Screen", "/RichMedia", "/3D"}
WHO_AND_WHEN = ("/M", "/CreationDate", "/NM")

NEXT_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
START_OF_SCAN, END_OF_IMAGE, COMMENT = 0xDA, 0xD9, 0xFE
#: JFIF's own and Adobe's, which say how colours are stored.
APPLICATION_KEPT = {0xE0, 0xEE}
BOXES_DROPPED = {b"xml ", b"uuid", b"uinf", b"jp2i"}


class Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def picture(content: bytes, kind: str, most_pixels: int) -> bytes:
    """Decoded and encoded anew, the right way up. Its size is read from the header before anything is decoded."""
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(BytesIO(content), formats=[kind]) as header:
        if header.width * header.height > most_pixels:
            raise Refused(TOO_MANY_PIXELS)
        header.verify()
    with Image.open(BytesIO(content), formats=[kind]) as image:
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        plain = image.convert(_mode(image, kind)) if _mode(image, kind) != image.mode else image
        plain.info.clear()
        copy = BytesIO()
        plain.save(copy, kind, **({"quality": 90, "optimize": True} if kind == "JPEG" else {}))
    return copy.getvalue()


def _mode(image: Image.Image, kind: str) -> str:
    if kind == "JPEG":
        return "L" if image.mode in {"L", "1"} else "RGB"
    return "RGBA" if "transparency" in image.info or image.mode == "PA" else image.mode


def paper(content: bytes, most_pixels: int) -> bytes:
    """The same pages, written anew from what they need. A PDF that has to be guessed at is refused."""
    try:
        pdf = pikepdf.open(BytesIO(content), attempt_recovery=False)
    except pikepdf.PasswordError:
        raise Refused(LOCKED) from None
    with pdf:
        if pdf.is_encrypted:
            raise Refused(LOCKED)
        if not len(pdf.pages):
            raise ValueError("no pages")
        _keep_only(pdf.trailer, {"/Root", "/Size"})
        _keep_only(pdf.Root, CATALOGUE)
        if "/Names" in pdf.Root:
            _keep_only(pdf.Root.Names, {"/Dests"})
        for page in pdf.pages:
            _without_attachments(page.obj)
        for found in pdf.objects:
            for each in _all_inside(found):
                _scrub(each, most_pixels)
        copy = BytesIO()
        pdf.save(copy, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return copy.getvalue()


def _keep_only(dictionary: Any, kept: set[str]) -> None:
    for key in set(dictionary.keys()) - kept:
        del dictionary[key]


def _without_attachments(page: Any) -> None:
    if "/Annots" in page:
        page.Annots = pikepdf.Array(
            [one for one in page.Annots if str(one.get("/Subtype", "")) not in ANNOTATIONS_DROPPED]
        )


def _all_inside(found: Any) -> Iterator[Any]:
    """Every dictionary and stream inside, down to where another object of the file begins."""
    waiting = [found]
    while waiting:
        each = waiting.pop()
        if isinstance(each, (pikepdf.Dictionary, pikepdf.Stream)):
            yield each
            inner = [value for _key, value in each.items()]
        else:
            inner = list(each) if isinstance(each, pikepdf.Array) else []
        waiting += [value for value in inner if isinstance(value, pikepdf.Object) and not value.is_indirect]


def _scrub(found: Any, most_pixels: int) -> None:
    for key in DROPPED:
        if key in found:
            del found[key]
    if str(found.get("/S", "")) in ACTIONS:
        _keep_only(found, set())
    if "/Subtype" in found and "/Rect" in found:
        author = () if str(found.Subtype) == "/Widget" else ("/T",)
        _keep_only(found, set(found.keys()) - {*WHO_AND_WHEN, *author})
    if isinstance(found, pikepdf.Stream):
        _scrub_stream(found, most_pixels)


def _scrub_stream(stream: Any, most_pixels: int) -> None:
    """A picture inside a page is kept as it is, but for the notes a camera wrote into it."""
    for key in ("/F", "/FFilter", "/FDecodeParms"):
        if key in stream:
            del stream[key]
    if str(stream.get("/Subtype", "")) != "/Image":
        return
    if int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) > most_pixels:
        raise Refused(TOO_MANY_PIXELS)
    given = stream.get("/Filter", [])
    filters = [str(one) for one in given] if isinstance(given, pikepdf.Array) else [str(given)] if given != [] else []
    if filters and filters[-1] in INSIDE:
        raw = stream.read_raw_bytes()
        for name in filters[:-1]:
            raw = UNWRAP[name](raw)
        parameters = stream.get("/DecodeParms")
        if isinstance(parameters, pikepdf.Array):
            parameters = parameters[-1]
        kept = parameters if isinstance(parameters, pikepdf.Dictionary) else None
        stream.write(INSIDE[filters[-1]](raw), filter=pikepdf.Name(filters[-1]), decode_parms=kept)


def without_marks(jpeg: bytes) -> bytes:
    """A JPEG without comments and application data, its pixels untouched, cut off where it ends."""
    if jpeg[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    kept, at = [b"\xff\xd8"], 2
    while found := NEXT_MARKER.search(jpeg, at):
        marker, start = jpeg[found.start() + 1], found.start()
        if marker == END_OF_IMAGE:
            return b"".join([*kept, b"\xff\xd9"])
        end = start + 2 + int.from_bytes(jpeg[start + 2 : start + 4], "big")
        if marker == START_OF_SCAN:
            following = NEXT_MARKER.search(jpeg, end)
            end = following.start() if following else len(jpeg)
        if marker != COMMENT and (not 0xE0 <= marker <= 0xEF or marker in APPLICATION_KEPT):
            kept.append(jpeg[start:end])
        at = end
    return b"".join(kept)


def without_boxes(jp2: bytes) -> bytes:
    """A JPEG 2000 file without its notes in XML and of makers; a bare code stream stays as it is."""
    if jp2[:4] == b"\xff\x4f\xff\x51":
        return jp2
    kept, at = [], 0
    while at < len(jp2):
        length, kind = int.from_bytes(jp2[at : at + 4], "big"), jp2[at + 4 : at + 8]
        if length == 1:
            length = int.from_bytes(jp2[at + 8 : at + 16], "big")
        length = length or len(jp2) - at
        if length < 8:
            raise ValueError("no JPEG 2000")
        if kind not in BOXES_DROPPED:
            kept.append(jp2[at : at + length])
        at += length
    return b"".join(kept)


INSIDE: dict[str, Callable[[bytes], bytes]] = {"/DCTDecode": without_marks, "/JPXDecode": without_boxes}
UNWRAP: dict[str, Callable[[bytes], bytes]] = {
    "/FlateDecode": zlib.decompress,
    "/ASCII85Decode": lambda raw: base64.a85decode(raw.strip().removesuffix(b"~>")),
    "/ASCIIHexDecode": lambda raw: binascii.unhexlify(b"".join(raw.strip().removesuffix(b">").split())),
}


def bound() -> None:
    """From here on: so much memory, so many seconds, and no byte into any file, not even when it crashes."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(media_type: str, most_pixels: int) -> int:
    bound()
    content = sys.stdin.buffer.read()
    try:
        if media_type == "application/pdf":
            copy = paper(content, most_pixels)
        else:
            copy = picture(content, {"image/jpeg": "JPEG", "image/png": "PNG"}[media_type], most_pixels)
    except Refused as refused:
        return refused.status
    except MemoryError:
        return TOO_HEAVY
    sys.stdout.buffer.write(copy)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
