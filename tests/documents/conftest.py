"""Bringing a file to a case, by its page and by its action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from nrm.cases.actions import add_document
from nrm.cases.models import DocumentBlock


@pytest.fixture
def bring(case: Any, cast: Any) -> Callable[..., Any]:
    """Adds a file to the case as its case worker."""

    def brought(content: bytes, file_name: str, **more: Any) -> Any:
        facts = {"by": cast.case_worker.actor, "block": DocumentBlock.CASE, "name": "Letter", **more}
        return add_document(case, content=content, file_name=file_name, **facts)

    return brought


@pytest.fixture
def send(case: Any, cast: Any, sign_in: Callable[[Any], Any]) -> Callable[..., Any]:
    """Sends the form of the page as the case worker."""
    client = sign_in(cast.case_worker)

    def sent(content: bytes, file_name: str, **typed: Any) -> Any:
        data = {"block": "case", "name": "Letter", **typed, "file": SimpleUploadedFile(file_name, content)}
        return client.post(reverse("cases:add_document", args=[case.code]), data)

    return sent
