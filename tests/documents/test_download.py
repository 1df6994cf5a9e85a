"""A file is given to whoever sees its part of the case, as an attachment, after the audit has it; else nothing is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible
from nrm.audit import actions as audit
from nrm.audit.models import Event
from nrm.cases.actions import open_document, remove_document
from nrm.cases.documents import BLOCK_RIGHTS
from nrm.cases.models import Case, Copy, Document, DocumentBlock, DocumentContent
from nrm.cases.selectors import standing_in
from tests.whole import brought

#: Who opens a document of each part of the whole case, besides the lead. Written by hand from design section 4.
OPENED_BY = {
    "case": set(),
    "identity": {"shelter_worker", "clinician", "officer", "second_officer"},
    "consent": {"shelter_worker", "clinician"},
    "screening": {"responder", "clinician", "officer", "second_officer"},
    "risk": {"shelter_worker", "clinician", "officer", "second_officer"},
    "clinical": {"clinician"},
}
LEAD = {"case_worker", "second_case_worker"}
#: The lead writes every part but the clinical, which it does not even see.
LED = [block for block in OPENED_BY if block != "clinical"]


@pytest.fixture
def one_of_each(whole: Any, cast: Any) -> dict[str, Document]:
    """A document in every part; the clinical one is the clinician's."""
    found = {block: brought(whole.case, cast, block) for block in LED}
    return found | {"clinical": brought(whole.case, cast, "clinical", by=cast.clinician)}


def test_f7_only_who_sees_the_part_opens_its_documents(one_of_each: dict[str, Document], cast: Any) -> None:
    got: dict[str, set[str]] = {block: set() for block in one_of_each}
    for who, player in cast.everybody.items():
        for block, document in one_of_each.items():
            with suppress(NotVisible):
                assert open_document(document.pk, by=player.actor)[1] == b"%PDF-1.7 shared"
                got[block].add(who)
    expected = {block: found | (LEAD if block in LED else set()) for block, found in OPENED_BY.items()}
    assert got == expected


def test_f7_every_part_has_its_rights() -> None:
    assert set(BLOCK_RIGHTS) == set(DocumentBlock)


def test_the_table_of_rights_is_printed_as_it_is() -> None:
    printed = (settings.BASE_DIR / "docs" / "documents.md").read_text(encoding="utf-8")
    for block, rights in BLOCK_RIGHTS.items():
        assert f"| {block.label} | `{rights.see}` | `{rights.add}` | `{rights.original}` |" in printed


def test_f7_it_comes_as_an_attachment_that_may_do_nothing(
    whole: Any, cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    answer = sign_in(cast.case_worker).get(reverse("cases:document", args=[whole.document.pk]))
    assert (answer.status_code, answer.content) == (200, b"%PDF-1.7 shared")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    name = answer["Content-Disposition"].removeprefix('attachment; filename="document-').removesuffix('.pdf"')
    assert len(name) == 6
    assert int(name, 16) >= 0
    event = Event.objects.get(action="document.read")
    assert (event.case_code, event.data) == (whole.case.code, {"block": "case", "copy": "shared"})


def test_f7_a_stranger_gets_what_a_missing_document_gives(
    one_of_each: dict[str, Document], cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    """So does the lead for a clinical paper, on every address of it."""
    for who, document in (("stranger", one_of_each["case"]), ("case_worker", one_of_each["clinical"])):
        client = sign_in(getattr(cast, who))
        for view in ("document", "original", "remove_document"):
            there, missing = (client.get(reverse(f"cases:{view}", args=[pk])) for pk in (document.pk, uuid4()))
            assert (there.status_code, there.content) == (404, missing.content)
    assert not Event.objects.filter(action="document.read").exists()


def test_f7_originals_go_to_the_lead_and_clinical_ones_to_the_clinician(
    one_of_each: dict[str, Document], cast: Any
) -> None:
    got: dict[str, set[str]] = {block: set() for block in one_of_each}
    for who, player in cast.everybody.items():
        for block, document in one_of_each.items():
            with suppress(NotVisible, NotPermitted):
                assert open_document(document.pk, by=player.actor, copy=Copy.ORIGINAL)[1] == b"%PDF-1.7 original"
                got[block].add(who)
    assert got == dict.fromkeys(LED, LEAD) | {"clinical": {"clinician"}}


def test_f7_nothing_is_given_when_it_cannot_be_recorded(
    whole: Any, cast: Any, sign_in: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk of the trail is full")

    client = sign_in(cast.case_worker)
    client.raise_request_exception = False
    monkeypatch.setattr(audit, "append", full)
    answer = client.get(reverse("cases:document", args=[whole.document.pk]))
    assert answer.status_code == 500
    assert b"shared" not in answer.content


def test_f7_a_broken_seal_gives_nothing_and_is_recorded(
    whole: Any, cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    row = DocumentContent.objects.get(document=whole.document, copy=Copy.SHARED)
    flipped = row.content[:-1] + bytes([row.content[-1] ^ 1])
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE cases_documentcontent SET content = %s WHERE id = %s", [flipped, row.pk])
        cursor.execute("RESET session_replication_role")
    client = sign_in(cast.case_worker)
    client.raise_request_exception = False
    answer = client.get(reverse("cases:document", args=[whole.document.pk]))
    assert answer.status_code >= 400
    assert b"%PDF" not in answer.content
    assert Event.objects.filter(action="seal.broken", outcome="failed").exists()
    assert not Event.objects.filter(action="document.read").exists()


def test_the_content_is_written_once(whole: Any) -> None:
    from django.db import DatabaseError, transaction

    for statement in ("UPDATE cases_documentcontent SET copy = copy", "DELETE FROM cases_documentcontent"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_removed_document_is_shown_as_removed_and_opens_for_nobody(
    whole: Any, cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    client, url = sign_in(cast.case_worker), reverse("cases:remove_document", args=[whole.document.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"version": 1, "reason": ""}).status_code == 422
    assert client.post(url, {"version": 1, "reason": "Another person’s paper."}).status_code == 302
    assert client.post(url, {"version": 1, "reason": "Twice."}).status_code == 409
    page = client.get(reverse("desk:case_page", args=[whole.case.code])).content.decode()
    opening = reverse("cases:document", args=[whole.document.pk])
    assert "Letter" in page
    assert "Removed" in page
    assert "Another person’s paper." in page
    assert opening not in page
    assert client.get(opening).status_code == 422
    assert client.get(reverse("cases:original", args=[whole.document.pk])).status_code == 422
    event = Event.objects.get(action="document.removed", outcome="done")
    assert (event.data, len(event.history)) == ({"block": "case"}, 1)


def test_only_who_may_add_removes(one_of_each: dict[str, Document], cast: Any) -> None:
    got = set()
    for who, player in cast.everybody.items():
        with suppress(NotVisible, NotPermitted):
            with pytest.raises(MovedOn):
                remove_document(one_of_each["consent"].pk, by=player.actor, expected_version=2, reason="No.")
            got.add(who)
    assert got == LEAD


def test_the_case_page_shows_each_reader_their_documents_and_reads_no_content(
    one_of_each: dict[str, Document], cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    from django.test.utils import CaptureQueriesContext

    code = one_of_each["case"].case.code
    for who in ("case_worker", "clinician", "shelter_worker", "officer", "responder", "coordinator"):
        with CaptureQueriesContext(connection) as queries:
            page = sign_in(getattr(cast, who)).get(reverse("desk:case_page", args=[code])).content.decode()
        shown = {block for block, document in one_of_each.items() if str(document.pk) in page}
        may = {block for block in OPENED_BY if who in OPENED_BY[block] | (LEAD if block in LED else set())}
        assert shown == may, who
        assert not [query for query in queries if "documentcontent" in query["sql"]]


def test_acts_on_papers_of_other_parts_are_in_no_timeline(one_of_each: dict[str, Document], cast: Any) -> None:
    from nrm.desk.readers import readers_of
    from nrm.desk.timeline import timeline_of

    open_document(one_of_each["clinical"].pk, by=cast.clinician.actor)
    case = Case.objects.get(pk=one_of_each["clinical"].case_id)
    told = {
        who: [str(moment.sentence) for moment in timeline_of(case, standing_in(getattr(cast, who).actor, case)) or []]
        for who in ("case_worker", "clinician")
    }
    assert told["case_worker"].count("Document added") == len(LED) + 1
    assert told["clinician"].count("Document added") == 1
    read = [str(line.what) for line in readers_of(cast.case_worker.actor, case.code).lines]
    assert "Document opened" not in read
    open_document(one_of_each["risk"].pk, by=cast.officer.actor)
    assert "Document opened" in [str(line.what) for line in readers_of(cast.case_worker.actor, case.code).lines]
