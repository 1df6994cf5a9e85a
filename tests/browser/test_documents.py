"""A document is added and opened in a browser: sealed on the way in, an attachment on the way out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_accessible import PHONE, barriers
from tests.documents.samples import photo
from tests.whole import brought

pytestmark = pytest.mark.browser


def test_a_photo_is_added_refused_and_opened_on_a_phone(
    desk: Callable[..., Any], cast: Any, case: Any, tmp_path: Path
) -> None:
    brought(case, cast)
    picture, letter = tmp_path / "IMG_2026.jpg", tmp_path / "letter.docx"
    picture.write_bytes(photo((40, 30)))
    letter.write_bytes(b"PK\x03\x04" + b"\0" * 60)
    ana = desk(cast.case_worker, viewport=PHONE)
    ana.open(f"/cases/{case.code}/documents/new/")
    ana.choose("Risk and needs")
    ana.write("What it is called", "Photo of the door")
    ana.page.set_input_files("#id_file", str(letter))
    ana.press("Save")
    assert "Save the document as a PDF" in ana.page.inner_text("main")
    assert ana.page.input_value("#id_name") == "Photo of the door"
    assert barriers(ana) == []
    ana.page.set_input_files("#id_file", str(picture))
    ana.press("Save")
    assert barriers(ana) == []
    assert ana.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    with ana.page.expect_download() as download:
        ana.page.get_by_role("link", name="Photo of the door", exact=True).click()
    assert download.value.suggested_filename.startswith("document-")
    assert Path(download.value.path()).read_bytes().startswith(b"\xff\xd8")
