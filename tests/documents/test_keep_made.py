"""What the service makes itself is kept sealed in a part of the case, by whoever may add to that part."""

from __future__ import annotations

from typing import Any

import pytest

from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.cases.actions import choose_track, keep_made
from nrm.cases.models import DocumentBlock, DocumentContent
from nrm.vault.fields import opened, place_of
from nrm.vault.sealing import unseal_bytes

SHEET = b"%PDF-1.7 an invented consent sheet of Blerta Kastrati"


def test_a_sheet_is_sealed_and_named_in_the_trail_without_its_name(whole: Any, cast: Any) -> None:
    kept = keep_made(
        whole.case,
        by=cast.case_worker.actor,
        block=DocumentBlock.CONSENT,
        name="Sheet of Blerta",
        content=SHEET,
        consent=whole.consent,
    )
    row = DocumentContent.objects.get(document=kept)
    person = kept.case.person
    assert SHEET not in row.content
    assert unseal_bytes(person, place_of(row, "content"), row.content) == SHEET
    assert opened(person, kept, "name") == "Sheet of Blerta"
    event = Event.objects.get(action="document.made")
    assert event.data == {"block": "consent", "type": "application/pdf", "size": len(SHEET)}
    assert len(event.history) == 1


@pytest.mark.parametrize(("who", "refusal"), [("shelter_worker", NotPermitted), ("stranger", NotVisible)])
def test_only_who_may_add_to_that_part(whole: Any, cast: Any, who: str, refusal: type[Exception]) -> None:
    by = getattr(cast, who).actor
    with pytest.raises(refusal):
        keep_made(whole.case, by=by, block=DocumentBlock.CONSENT, name="Sheet", content=SHEET)
    assert not DocumentContent.objects.exclude(document=whole.document).exists()


def test_a_consent_of_another_case_is_not_to_be_found(whole: Any, case: Any, cast: Any) -> None:
    with pytest.raises(NotVisible):
        keep_made(
            case, by=cast.case_worker.actor, block=DocumentBlock.CONSENT, name="x", content=SHEET, consent=whole.consent
        )


def test_a_case_without_a_name_holds_no_identity_papers(case: Any, cast: Any) -> None:
    by = cast.case_worker.actor
    nameless = choose_track(case, "stay_nameless", by=by, expected_version=case.version)
    with pytest.raises(NotYet):
        keep_made(nameless, by=by, block=DocumentBlock.IDENTITY, name="Passport", content=SHEET)
    assert keep_made(nameless, by=by, block=DocumentBlock.CASE, name="Letter", content=SHEET)
