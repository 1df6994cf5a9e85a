"""Answering indicators: one by one or a section at a time, by whoever of the lead or the reporter goes on."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible
from nrm.audit.models import Event
from nrm.identification import actions, selectors
from nrm.identification.models import Answer

NOTE = "He showed Plavi Kamen canary bruises"


def answers_url(screening: Any, section: str = "general") -> str:
    return f"{reverse('identification:save_answers', args=[screening.pk])}?section={section}"


def page_url(screening: Any, section: str = "general") -> str:
    return f"{reverse('identification:screening', args=[screening.pk])}?section={section}"


def typed(code: str, value: str = "", *, version: int = 0, basis: str = "", note: str = "") -> dict[str, Any]:
    return {f"{code}-version": version, f"{code}-value": value, f"{code}-basis": basis, f"{code}-note": note}


def test_an_answer_is_kept_with_author_basis_and_sealed_note(screening: Any, cast: Any, sign_in: Any) -> None:
    data = typed("GN05", "observed", basis="seen", note=NOTE)
    response = sign_in(cast.responder).post(answers_url(screening), data, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "Saved" in response.content.decode()
    answer = screening.answers.get()
    assert (answer.value, answer.basis, answer.version) == ("observed", "seen", 1)
    assert answer.answered_by == cast.responder.user.pk
    row = answer.history.get()
    assert row.transition == "screening.answered"
    event = Event.objects.latest("sequence")
    assert (event.action, event.case_code, event.data) == (
        "screening.answered",
        screening.case.code,
        {"indicator": "GN05"},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT note FROM identification_answer UNION ALL SELECT note FROM identification_historicalanswer"
        )
        assert all(NOTE.encode() not in bytes(note) for (note,) in cursor.fetchall())
    assert NOTE in sign_in(cast.case_worker).get(page_url(screening)).content.decode()


def test_a_section_is_saved_at_once_without_scripts(screening: Any, cast: Any, sign_in: Any) -> None:
    data = typed("EX01", "observed") | typed("EX02", "not_present") | typed("EX03") | typed("EX04", "unknown")
    response = sign_in(cast.responder).post(answers_url(screening, "exploitative_conditions"), data)
    assert response["Location"] == page_url(screening, "coercion_at_destination")
    kept = dict(screening.answers.values_list("indicator__code", "value"))
    assert kept == {"EX01": "observed", "EX02": "not_present", "EX04": "unknown"}


def test_the_last_section_leads_to_completion(screening: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    last = selectors.questionnaire(screening, "general").sections[-1].key
    code = selectors.questionnaire(screening, last).questions[0].code
    response = client.post(answers_url(screening, last), typed(code, "unknown"))
    assert response["Location"] == reverse("identification:screening_step", args=[screening.pk, "complete"])


def test_a_script_goes_on_only_when_it_is_told_to(screening: Any, cast: Any, sign_in: Any) -> None:
    """A redirect followed by the browser would end on its own error page when the line breaks."""
    headers = {"HX-Request": "true", "HX-Trigger": "signs"}
    response = sign_in(cast.responder).post(answers_url(screening), typed("GN05", "observed"), headers=headers)
    assert response.status_code == 200
    assert response["HX-Redirect"].startswith(f"{reverse('identification:screening', args=[screening.pk])}?section=")
    assert screening.answers.get().value == "observed"


def test_the_same_answer_again_writes_nothing(screening: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    client.post(answers_url(screening), typed("GN01", "reported", note=NOTE))
    client.post(answers_url(screening), typed("GN01", "reported", note=NOTE, version=1))
    assert screening.answers.get().history.count() == 1


def test_the_button_may_overtake_the_saving_of_the_last_answer(screening: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    client.post(answers_url(screening), typed("GN05", "observed"), headers={"HX-Request": "true"})
    whole_page = client.post(answers_url(screening), typed("GN05", "observed", version=0))
    assert whole_page.status_code == 302
    assert screening.answers.get().version == 1


def test_a_changed_answer_keeps_the_former_one(screening: Any, cast: Any, sign_in: Any) -> None:
    sign_in(cast.responder).post(answers_url(screening), typed("GN01", "unknown"))
    sign_in(cast.case_worker).post(answers_url(screening), typed("GN01", "reported", version=1))
    answer = screening.answers.get()
    assert (answer.value, answer.answered_by, answer.version) == ("reported", cast.case_worker.user.pk, 2)
    assert list(answer.history.order_by("history_id").values_list("value", flat=True)) == ["unknown", "reported"]
    assert not screening.case.was_screened_by(cast.officer.user.pk)
    assert screening.case.was_screened_by(cast.case_worker.user.pk)


@pytest.mark.parametrize("by_htmx", [True, False])
def test_a_colleague_s_answer_is_not_overwritten_unseen(screening: Any, cast: Any, sign_in: Any, by_htmx: bool) -> None:
    sign_in(cast.case_worker).post(answers_url(screening), typed("GN01", "not_present"))
    client = sign_in(cast.responder)
    headers = {"HX-Request": "true"} if by_htmx else {}
    response = client.post(answers_url(screening), typed("GN01", "observed", note=NOTE), headers=headers)
    shown = response.content.decode()
    assert response.status_code == 409
    assert "Recorded by a colleague meanwhile: Not present" in shown
    assert by_htmx or NOTE in shown
    assert screening.answers.get().value == "not_present"
    assert Event.objects.filter(action="screening.answered", outcome="refused").count() == 1
    client.post(answers_url(screening), typed("GN01", "observed", note=NOTE, version=1))
    assert screening.answers.get().value == "observed"


def test_what_is_wrong_comes_back_and_the_rest_is_saved(screening: Any, cast: Any, sign_in: Any) -> None:
    data = typed("GN01", "observed") | typed("GN02", note=NOTE) | typed("GN03", "stolen")
    response = sign_in(cast.responder).post(answers_url(screening), data)
    assert response.status_code == 422
    shown = response.content.decode()
    assert NOTE in shown
    assert "Choose an answer too" in shown
    assert [answer.indicator.code for answer in screening.answers.all()] == ["GN01"]


HOSTILE = "<script>alert(1)</script>\u202e\x00 05/03/2026"


def test_hostile_text_is_kept_harmlessly(screening: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    client.post(answers_url(screening), typed("GN01", "observed", note=HOSTILE))
    shown = client.get(page_url(screening)).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 05/03/2026" in shown


def test_a_huge_note_is_refused_and_not_lost(screening: Any, cast: Any, sign_in: Any) -> None:
    response = sign_in(cast.responder).post(answers_url(screening), typed("GN01", "observed", note="ab" * 100_000))
    assert response.status_code == 422
    assert "ab" * 100_000 in response.content.decode()


@pytest.mark.parametrize("version", ["", "-1", "abc", "99999999999999999999"])
def test_an_invented_version_is_refused(screening: Any, cast: Any, sign_in: Any, version: Any) -> None:
    response = sign_in(cast.responder).post(answers_url(screening), typed("GN01", "observed", version=version))
    assert response.status_code == 422
    assert not screening.answers.exists()


def test_invented_signs_and_advice_are_not_taken(screening: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    advice = screening.indicator_set.indicators.filter(use="reminder").first().code
    client.post(answers_url(screening), typed("XX99", "observed") | typed(advice, "observed"))
    assert not screening.answers.exists()
    assert client.get(page_url(screening, "nonsense")).status_code == 404
    assert client.post(answers_url(screening, "nonsense")).status_code == 404
    with pytest.raises(NotVisible):
        actions.answer_indicator(screening, "XX99", by=cast.responder.actor, expected_version=0, value="observed")


@pytest.mark.parametrize("by_htmx", [True, False])
def test_an_answer_is_kept_though_a_colleague_changed_what_is_asked(
    screening: Any, cast: Any, sign_in: Any, by_htmx: bool
) -> None:
    """The page was made while labour exploitation was suspected; its section is gone when the answer arrives."""
    actions.change_focus(screening, by=cast.case_worker.actor, expected_version=1, suspicions=["begging"])
    url = answers_url(screening, "exploitative_conditions")
    headers = {"HX-Request": "true"} if by_htmx else {}
    client = sign_in(cast.responder)
    assert client.post(url, typed("EX01", "observed"), headers=headers).status_code == (200 if by_htmx else 302)
    assert screening.answers.get().value == "observed"
    response = client.post(url, typed("EX02", note=NOTE), headers=headers)
    assert response.status_code == 422
    assert by_htmx or NOTE in response.content.decode()


def test_a_note_of_a_colleague_is_shown_and_not_overwritten_unseen(screening: Any, cast: Any, sign_in: Any) -> None:
    theirs = "She looks at the <driver>"
    sign_in(cast.case_worker).post(answers_url(screening), typed("GN01", "observed", note=theirs))
    client = sign_in(cast.responder)
    headers = {"HX-Request": "true"}
    response = client.post(answers_url(screening), typed("GN01", "observed", note=NOTE), headers=headers)
    assert response.status_code == 409
    shown = response.content.decode()
    assert "She looks at the &lt;driver&gt;" in shown
    assert "Save my answer" in shown
    kept = selectors.questions_named(screening, {"GN01"})[0]
    assert (kept.version, kept.note) == (1, theirs)
    client.post(answers_url(screening), typed("GN01", "observed", note=NOTE, version=1), headers=headers)
    assert selectors.questions_named(screening, {"GN01"})[0].note == NOTE
    assert screening.answers.get().history.count() == 2


def test_what_was_left_as_it_stood_does_not_undo_what_a_colleague_changed(
    screening: Any, cast: Any, sign_in: Any
) -> None:
    """The button sends a whole section, also the answers nobody touched."""
    mara, ana = sign_in(cast.responder), sign_in(cast.case_worker)
    mara.post(answers_url(screening), typed("GN01", "observed", note=NOTE))
    ana.post(answers_url(screening), typed("GN01", "unknown", note="No bruises today", version=1))
    stale = typed("GN01", "observed", note=NOTE, version=1) | typed("GN02", "reported")
    response = mara.post(answers_url(screening), stale)
    assert response.status_code == 302
    kept = dict(screening.answers.values_list("indicator__code", "value"))
    assert kept == {"GN01": "unknown", "GN02": "reported"}


def test_a_change_back_is_a_change_when_a_reply_was_lost(screening: Any, cast: Any, sign_in: Any) -> None:
    """Saved, but the phone never heard of it: its page still has the version before."""
    client = sign_in(cast.responder)
    client.post(answers_url(screening), typed("GN01", "observed"))
    client.post(answers_url(screening), typed("GN01", "unknown", version=1))
    assert client.post(answers_url(screening), typed("GN01", "observed", version=1)).status_code == 409


def test_a_child_is_asked_the_child_list(screening: Any, case: Any) -> None:
    case.age_group = "unknown"
    screening.case = case
    codes = {indicator.code for indicator in selectors.asked(screening)}
    assert "EX01" in codes
    assert not {"EX06", "RV10"} & codes


def test_without_suspicion_of_labour_only_general_signs_are_asked(case: Any, cast: Any) -> None:
    screening = actions.begin_screening(case, by=cast.responder.actor, suspicions=["other"], safe_to_talk="unknown")
    assert {indicator.family for indicator in selectors.asked(screening)} == {"general"}


def test_strangers_and_other_roles_cannot_answer(screening: Any, cast: Any, sign_in: Any) -> None:
    assert sign_in(cast.stranger).post(answers_url(screening), typed("GN01", "observed")).status_code == 404
    assert sign_in(cast.coordinator).post(answers_url(screening), typed("GN01", "observed")).status_code == 403
    assert sign_in(cast.coordinator).get(page_url(screening)).status_code == 403
    for player, refusal in ((cast.stranger, NotVisible), (cast.coordinator, NotPermitted)):
        with pytest.raises(refusal):
            actions.answer_indicator(screening, "GN01", by=player.actor, expected_version=0, value="observed")
    assert not screening.answers.exists()


def test_a_completed_screening_takes_no_answer(completed: Any, cast: Any, sign_in: Any) -> None:
    response = sign_in(cast.responder).post(answers_url(completed), typed("GN01", "observed", note=NOTE))
    assert response.status_code == 409
    assert NOTE in response.content.decode()
    with pytest.raises(MovedOn):
        actions.answer_indicator(completed, "GN01", by=cast.responder.actor, expected_version=0, value="observed")


def test_the_database_freezes_answers_too(completed: Any, cast: Any) -> None:
    answer = completed.answers.first()
    for write in (
        lambda: Answer.objects.filter(pk=answer.pk).update(value="unknown"),
        lambda: connection.cursor().execute("DELETE FROM identification_answer WHERE id = %s", [answer.pk]),
        lambda: Answer(
            screening=completed, indicator=completed.indicator_set.indicators.first(), value="unknown",
            answered_by=cast.responder.user.pk,
        ).save(),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            write()


def test_queries_of_the_page_do_not_grow_with_answers(
    screening: Any, answer: Any, cast: Any, sign_in: Any, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(cast.responder)
    with django_assert_max_num_queries(30) as empty:
        client.get(page_url(screening))
    answer(screening, note=NOTE, **{f"GN{number:02}": "observed" for number in range(1, 11)})
    with django_assert_max_num_queries(30) as full:
        client.get(page_url(screening))
    assert len(full) == len(empty)
