"""Chapters of what is shared and kept: legal bases beside consent, documents, and what is erased in the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from nrm.cases import actions as cases
from nrm.cases import keeping
from nrm.cases.consent_sheet import make_sheet, nearest_language
from nrm.cases.models import Basis, DataCategory, Document, DocumentBlock, MediaType
from nrm.desk.demo.life import Life
from nrm.languages.choice import html_tag
from nrm.lib.typesetting import Part, Sheet, typeset

Waits = Iterator[timedelta]


def danger_shared(life: Life) -> Waits:
    """Tonight there is no time to ask; the person is told afterwards."""
    cases.record_basis(
        life.case,
        by=life.worker,
        basis=Basis.VITAL_INTEREST,
        categories=[DataCategory.IDENTITY, DataCategory.RISK],
        recipient_id=life.organisation("police").pk,
        reason=life.text("danger"),
    )
    yield life.minutes(10, 30)


def shared_for_a_child(life: Life) -> Waits:
    cases.record_basis(
        life.case,
        by=life.worker,
        basis=Basis.CHILD_PROTECTION,
        categories=[DataCategory.RISK],
        recipient_id=life.organisation("police").pk,
        reason=life.text("for_the_child"),
        told=life.text("child_told"),
        was_told=True,
    )
    yield life.days(1)


def papers_kept(life: Life) -> Waits:
    """What the person agreed to, on a sheet to take along, and a paper that they brought."""
    consent = life.consents[0]
    make_sheet(consent, by=life.worker, language=nearest_language(consent))
    _brought(life, "course", MediaType.PDF, certificate(life))
    yield life.days(1)


def drawing_kept(life: Life) -> Waits:
    _brought(life, "drawing", MediaType.PNG, drawing())
    yield life.days(1)


def _brought(life: Life, topic: str, media_type: MediaType, content: bytes) -> None:
    """Made here a moment ago, so nothing has to be looked through: the copy is the original."""
    document = Document(case=life.case, block=DocumentBlock.CASE, media_type=media_type)
    ending = media_type.label.lower()
    cases.keep_brought(document, by=life.worker, name=f"{life.text(topic)}.{ending}", shared=content, original=content)


def certificate(life: Life) -> bytes:
    language = nearest_language(life.consents[0])
    return typeset(Sheet(html_tag(language), life.text("course"), [Part("", [life.text("course_text")])]))


def drawing() -> bytes:
    """A house, a tree and the sun."""
    image = Image.new("RGB", (480, 320), "#fdfaf2")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 250, 480, 320), fill="#a9c98c")
    pen.rectangle((90, 150, 230, 260), fill="#e8c39a", outline="#6b4a2f", width=4)
    pen.polygon(((75, 155), (160, 80), (245, 155)), fill="#b5553c")
    pen.rectangle((140, 200, 180, 260), fill="#6b4a2f")
    pen.rectangle((330, 190, 346, 262), fill="#6b4a2f")
    pen.ellipse((290, 110, 386, 206), fill="#5f8f56")
    pen.ellipse((400, 20, 456, 76), fill="#f2c14e")
    kept = BytesIO()
    image.save(kept, "PNG", optimize=True)
    return kept.getvalue()


def erasure_proposed(life: Life) -> Waits:
    """A year after it was closed; the service asks, because it cannot count for whom it knows no birthday."""
    yield life.days(364)
    if keeping.may_be_proposed_by_hand(life.case):
        cases.propose_erasure(life.case, by=life.worker, grounds=life.text("age_known"))
    yield life.days(1)
