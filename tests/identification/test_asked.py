"""What a screening asks: the short list first, then what fits the suspicions, the circumstances, age and sex."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from nrm.access.refusals import NotVisible
from nrm.identification import actions, selectors
from nrm.identification.models import IndicatorSet, Suspected
from nrm.identification.scoring import DIMENSIONS, Coverage, Explanation, Outcome
from nrm.identification.sections import FAMILIES, HINTS, RATED_FAMILY, Section

DIMENSION_SECTIONS = list(DIMENSIONS)


@pytest.fixture
def begun(cast: Any) -> Callable[..., Any]:
    def begin(*suspicions: str, age: str = "adult", sex: str = "woman", circumstances: tuple[str, ...] = ()) -> Any:
        return actions.open_case(
            by=cast.responder.actor,
            lead_organisation_id=cast.organisations.open_hand.pk,
            age_group=age,
            sex=sex,
            suspicions=suspicions,
            safe_to_talk="yes",
            circumstances=circumstances,
        )

    return begin


def sections(screening: Any) -> list[str]:
    return [str(section.key) for section in selectors.questionnaire(screening, "general").sections]


def test_the_short_list_comes_first_and_the_other_general_signs_last(begun: Any) -> None:
    screening = begun("labour")
    assert sections(screening) == ["general", "labour_exploitation", *DIMENSION_SECTIONS, "more_general"]
    short = selectors.questionnaire(screening, "general").questions
    assert len(short) == 16
    assert len(selectors.questionnaire(screening, "more_general").questions) == 32 - 16


def test_forms_come_before_circumstances_and_before_who_the_person_is(begun: Any) -> None:
    screening = begun("begging", "sexual", age="unknown", sex="man", circumstances=("excluded", "online"))
    assert sections(screening) == [
        "general",
        "forced_begging",
        "sexual_exploitation",
        "excluded_communities",
        "online_recruitment",
        "children",
        "men_and_boys",
        *DIMENSION_SECTIONS,
        "more_general",
    ]


@pytest.mark.parametrize(
    ("suspected", "family"),
    [
        ("sexual", "sexual_exploitation"),
        ("labour", "labour_exploitation"),
        ("servitude", "domestic_servitude"),
        ("begging", "forced_begging"),
        ("criminality", "forced_criminality"),
        ("organs", "organ_removal"),
        ("marriage", "forced_marriage"),
        ("adoption", "illegal_adoption_surrogacy"),
    ],
)
def test_each_form_has_its_family(begun: Any, suspected: str, family: str) -> None:
    asked = {indicator.family for indicator in selectors.asked(begun(suspected))}
    lists = {RATED_FAMILY} if suspected not in ("organs", "marriage", "adoption") else set()
    assert asked == {"general", family} | lists


@pytest.mark.parametrize(
    ("circumstance", "family"),
    [
        ("on_the_move", "people_on_the_move"),
        ("online", "online_recruitment"),
        ("excluded", "excluded_communities"),
        ("outing", "outing_pressure"),
    ],
)
def test_each_circumstance_has_its_family(begun: Any, circumstance: str, family: str) -> None:
    screening = begun("other", circumstances=(circumstance,))
    assert sections(screening) == ["general", family, "more_general"]


@pytest.mark.parametrize(
    ("suspicions", "age", "groups", "coverage"),
    [
        (("labour",), "adult", ("A_LAB",), Coverage.WHOLE),
        (("servitude", "begging"), "child", ("C_LAB",), Coverage.WHOLE),
        (("criminality",), "unknown", ("C_LAB",), Coverage.WHOLE),
        (("sexual",), "adult", ("A_SEX",), Coverage.WHOLE),
        (("sexual",), "unknown", ("C_SEX",), Coverage.WHOLE),
        (("sexual", "labour"), "adult", ("A_LAB", "A_SEX"), Coverage.WHOLE),
        (("labour", "organs"), "child", ("C_LAB",), Coverage.PART),
        (("organs",), "adult", (), Coverage.NONE),
        (("marriage", "adoption"), "child", (), Coverage.NONE),
        (("other",), "unknown", (), Coverage.NONE),
    ],
)
def test_the_lists_follow_suspicion_and_age(
    begun: Any, suspicions: tuple[str, ...], age: str, groups: tuple[str, ...], coverage: Coverage
) -> None:
    screening = begun(*suspicions, age=age)
    assert selectors.groups_of(screening) == groups
    assert selectors.coverage_of(screening) is coverage


def test_a_child_is_asked_nothing_that_only_adults_are(begun: Any) -> None:
    """Two signs of the adult list are not in the list for children."""
    adult, child = ({one.code for one in selectors.asked(begun("labour", age=age))} for age in ("adult", "child"))
    assert adult - child == {"EX06", "RV10"}
    assert {code[:2] for code in child - adult} == {"UC"}


def test_reminders_are_read_and_never_answered(begun: Any, cast: Any) -> None:
    screening = begun("other", sex="man", circumstances=("on_the_move",))
    questions = selectors.questionnaire(screening, "men_and_boys")
    assert len(questions.advice) == 2
    assert not {"MB05", "MB07"} & {question.code for question in questions.questions}
    assert selectors.questionnaire(screening, "general").advice == []
    with pytest.raises(NotVisible):
        actions.answer_indicator(screening, "MB05", by=cast.responder.actor, expected_version=0, value="observed")


def test_what_was_answered_stays_asked_and_counts_after_the_focus_changed(begun: Any, cast: Any, answer: Any) -> None:
    screening = begun("labour")
    answer(screening, EX01="observed", EX04="reported", CD01="observed", LB02="observed", LB03="unknown")
    screening = actions.change_focus(screening, by=cast.responder.actor, expected_version=1, suspicions=["marriage"])
    codes = {indicator.code for indicator in selectors.asked(screening)}
    assert {"EX01", "EX04", "CD01", "LB02", "LB03", "FM01"} <= codes
    assert not {"EX02", "LB01"} & codes
    explanation = selectors.explanation_now(screening)
    assert explanation.strong == ("EX01", "CD01")
    assert explanation.gives_grounds
    assert explanation.coverage is Coverage.NONE
    assert "LB02" in explanation.general
    assert {one.name: one.outcome for one in explanation.dimensions} == {
        "exploitative_conditions": Outcome.POSITIVE,
        "coercion_at_destination": Outcome.UNDETERMINED,
    }


def test_a_corrected_age_changes_the_list_and_loses_no_answer(begun: Any, answer: Any) -> None:
    screening = begun("labour")
    answer(screening, EX06="observed", EX01="observed")
    screening.case.age_group = "child"
    assert "EX06" in {indicator.code for indicator in selectors.asked(screening)}
    explanation = selectors.explanation_now(screening)
    (exploited,) = (one for one in explanation.dimensions if one.name == "exploitative_conditions")
    assert exploited.present == ("EX01", "EX06")
    assert exploited.outcome is Outcome.UNDETERMINED


def test_a_draft_of_the_first_set_asks_what_it_always_asked(screening: Any) -> None:
    screening.indicator_set = IndicatorSet.objects.get(number=1)
    assert [one.position for one in selectors.asked(screening)] == list(range(1, 100))
    assert sections(screening) == ["general", *DIMENSION_SECTIONS]


@pytest.mark.django_db
def test_the_plan_of_the_catalogue_knows_every_suspicion() -> None:
    plan = IndicatorSet.objects.get(number=2).plan
    assert set(Suspected.values) - set(plan["families"]) == {"other"}
    assert {family for several in plan["families"].values() for family in several} == FAMILIES - {
        "general",
        RATED_FAMILY,
    }


def test_every_section_says_what_to_keep_in_mind_and_none_who_somebody_is() -> None:
    assert set(HINTS) == set(Section)
    words = " ".join([*(str(section.label) for section in Section), *map(str, HINTS.values())]).lower()
    assert not any(word in words for word in ("roma", "egyptian", "ethnic", "nationality", "religio", "victim"))


# The words of a result


def completed(screening: Any, cast: Any, **facts: Any) -> Any:
    return actions.complete_screening(screening, by=cast.responder.actor, expected_version=screening.version, **facts)


def result_page(screening: Any, client: Any) -> str:
    html: str = client.get(reverse("identification:screening", args=[screening.pk])).content.decode()
    return " ".join(html.split())


def test_provisional_weighting_is_marked_in_the_headline_and_where_it_matters(
    begun: Any, cast: Any, answer: Any, sign_in: Any
) -> None:
    screening = begun("sexual")
    answer(screening, CD04="reported", EX01="observed")
    shown = result_page(completed(screening, cast), sign_in(cast.responder))
    explanation = Explanation.from_codes(type(screening).objects.get(pk=screening.pk).result)
    marked = sum(bool(one.present) + bool(one.unknown) for one in explanation.dimensions if one.is_provisional)
    assert shown.count("Provisional weighting") == 1 + marked
    assert "Not every weighting could be checked against its source" in shown


def test_nothing_is_marked_where_every_strength_was_read(begun: Any, cast: Any, answer: Any, sign_in: Any) -> None:
    screening = begun("labour")
    answer(screening, CD04="reported", EX01="observed")
    assert "Provisional" not in result_page(completed(screening, cast), sign_in(cast.responder))


def test_without_a_rule_the_words_say_that_judgement_counts(begun: Any, cast: Any, answer: Any, sign_in: Any) -> None:
    screening = begun("organs")
    answer(screening, OR01="observed", GN05="observed")
    shown = result_page(completed(screening, cast), sign_in(cast.responder))
    assert "there is no published rule" in shown
    assert "your judgement count" in shown
    assert "Signs of the removal of organs" in shown
    assert "Recent unexplained surgical scar" in shown


def test_reasons_for_an_incomplete_screening_are_shown_to_the_body(
    begun: Any, cast: Any, answer: Any, sign_in: Any
) -> None:
    from nrm.cases.actions import take_status_step

    screening = begun("labour")
    answer(screening, EX01="observed")
    done = completed(screening, cast, conclusion="unclear", incomplete_because=["no_interpreter", "no_privacy"])
    case = done.case
    case.refresh_from_db()
    take_status_step(case, "presume", by=cast.responder.actor, expected_version=case.version)
    url = reverse("identification:decision", args=[case.code])
    shown = sign_in(cast.officer).get(url).content.decode()
    assert "Not clear yet" in shown
    assert "No interpreter" in shown
    assert "That a sign was not seen does not mean that it is not there." in shown
