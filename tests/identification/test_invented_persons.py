"""Invented persons, their results worked out by hand from the source table.

Nobody here exists. Each is a few answers under the name of a tree. Beside every sign stands its strength in the lists
that apply (S strong, M medium, W weak), and (s,m,w) counts them. The rule: two strong; one strong and one other; three
medium; two medium and one weak. Dimensions: DR deceived, CR forced, RV vulnerable when recruited; EX exploited;
CD forced, VD vulnerable where they work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from nrm.identification import actions, selectors
from nrm.identification.models import Answer
from nrm.identification.scoring import Coverage, Explanation, Outcome
from nrm.identification.selectors.results import result_of
from workflows.screening import Conclusion

POSITIVE, NEGATIVE, UNDETERMINED = Outcome.POSITIVE, Outcome.NEGATIVE, Outcome.UNDETERMINED
NAMES = {
    "DR": "deceptive_recruitment",
    "CR": "coercive_recruitment",
    "RV": "recruitment_by_abuse_of_vulnerability",
    "EX": "exploitative_conditions",
    "CD": "coercion_at_destination",
    "VD": "abuse_of_vulnerability_at_destination",
}
ALL = "DR CR RV EX CD VD"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who is in front of the professional, what is answered, and what the answers speak for."""

    name: str
    age: str
    suspicions: tuple[str, ...]
    seen: str = ""
    told: str = ""
    #: What is answered for every other sign of the lists; nothing where it is empty.
    all_others: str = ""
    intent: bool = False
    # Worked out by hand:
    outcome: Outcome
    positive: str = ""
    open: str = ""
    strong: str = ""
    provisional: str = ""
    coverage: Coverage = Coverage.WHOLE
    says: str


SUGGESTS = "What is recorded speaks for presuming the status."
GROUNDS = "What is recorded gives grounds to act and to refer. The picture is not complete yet."
INCOMPLETE = "The picture is not complete: much is still unknown."
JUDGEMENT = "The signs alone do not speak for presuming the status. Your judgement still can."

ADULTS_FOR_LABOUR = [
    # EX01 S + EX04 M = (1,1,0) positive. CD01 S + CD15 M = (1,1,0) positive. Exploited, and by a means.
    # Nobody asked about the other four: their mediums could still make each positive, so they are open.
    Person(
        name="Alder",
        age="adult",
        suspicions=("labour",),
        seen="EX01 CD01",
        told="EX04 CD15",
        outcome=POSITIVE,
        positive="EX CD",
        open="DR CR RV VD",
        strong="EX01 CD01",
        says=SUGGESTS,
    ),
    # EX04 M + EX05 M = (0,2,0), one short. DR05 M + DR08 M + DR10 W = (0,2,1) positive. Deceived, but not exploited by
    # the rule. No strong sign. Everything else was looked for and is not there.
    Person(
        name="Birch",
        age="adult",
        suspicions=("labour",),
        told="EX04 EX05 DR05 DR08 DR10",
        all_others="not_present",
        outcome=NEGATIVE,
        positive="DR",
        says=JUDGEMENT,
    ),
    # One strong sign and nothing else known: enough to act on, not enough to complete the picture.
    Person(
        name="Cedar",
        age="adult",
        suspicions=("labour",),
        seen="CD07",
        outcome=UNDETERMINED,
        open=ALL,
        strong="CD07",
        says=GROUNDS,
    ),
    # Asked about everything, and nothing could be found out. Unknown is never present: no grounds. Never absent either.
    Person(
        name="Damson",
        age="adult",
        suspicions=("servitude",),
        all_others="unknown",
        outcome=UNDETERMINED,
        open=ALL,
        says=INCOMPLETE,
    ),
    # Nothing of the list is there. Even so the words leave the door open.
    Person(
        name="Elder",
        age="adult",
        suspicions=("criminality",),
        all_others="not_present",
        outcome=NEGATIVE,
        says=JUDGEMENT,
    ),
    # Weak signs, one in each of four dimensions, and the two of VD together: (0,0,1) or (0,0,2) is never positive.
    Person(
        name="Fir",
        age="adult",
        suspicions=("labour",),
        seen="RV13 EX09 CD12",
        told="DR10 VD02 VD06",
        all_others="not_present",
        outcome=NEGATIVE,
        says=JUDGEMENT,
    ),
    # Stopped at the border, before any work. DR01 S + DR08 M = (1,1,0) positive; nothing of EX is there. That it was
    # planned is recorded, and stands for EX: intent, and by a means. EX itself stays negative.
    Person(
        name="Gorse",
        age="adult",
        suspicions=("labour",),
        told="DR01 DR08",
        all_others="not_present",
        intent=True,
        outcome=POSITIVE,
        positive="DR",
        strong="DR01",
        says=SUGGESTS,
    ),
    # Stopped early as well, but no means is there: RV13 W = (0,0,1). An adult needs one.
    Person(
        name="Heath",
        age="adult",
        suspicions=("labour",),
        told="RV13",
        all_others="not_present",
        intent=True,
        outcome=NEGATIVE,
        says=JUDGEMENT,
    ),
]

ADULTS_FOR_SEXUAL_EXPLOITATION = [
    # No sign of EX is strong in this list. EX01 M + EX04 M + EX06 W = (0,2,1) positive. CD04 S + CD07 S = (2,0,0)
    # positive. Only CD04 was read in a source; EX, CD and the open ones rest on reconstructed strengths.
    Person(
        name="Juniper",
        age="adult",
        suspicions=("sexual",),
        seen="EX01 EX06",
        told="EX04 CD04 CD07",
        outcome=POSITIVE,
        positive="EX CD",
        open="DR CR RV VD",
        strong="CD04 CD07",
        provisional=ALL,
        says=SUGGESTS,
    ),
    # The answers of Alder, in this list: EX01 M + EX04 M = (0,2,0), open. CD01 S + CD15 M = (1,1,0) positive.
    Person(
        name="Laurel",
        age="adult",
        suspicions=("sexual",),
        seen="EX01 CD01",
        told="EX04 CD15",
        outcome=UNDETERMINED,
        positive="CD",
        open="DR CR RV EX VD",
        strong="CD01",
        provisional=ALL,
        says=GROUNDS,
    ),
    # CD04 S alone = (1,0,0), all else not there: negative, but a strong sign, and its strength was read in a source:
    # nothing about this result is provisional.
    Person(
        name="Myrtle",
        age="adult",
        suspicions=("sexual",),
        told="CD04",
        all_others="not_present",
        outcome=NEGATIVE,
        strong="CD04",
        says=GROUNDS,
    ),
    # CR01 S + CR03 S = (2,0,0) positive, by reconstructed strengths (both M for labour). EX02 M + EX07 M = (0,2,0).
    Person(
        name="Nutmeg",
        age="adult",
        suspicions=("sexual",),
        told="CR01 CR03 EX02 EX07",
        all_others="not_present",
        outcome=NEGATIVE,
        positive="CR",
        strong="CR01 CR03",
        provisional="CR EX",
        says=GROUNDS,
    ),
]

CHILDREN_FOR_LABOUR = [
    # EX02 M + EX04 M + EX09 M = (0,3,0) positive. A child needs no means.
    Person(
        name="Olive",
        age="child",
        suspicions=("begging",),
        seen="EX02 EX09",
        told="EX04",
        all_others="not_present",
        outcome=POSITIVE,
        positive="EX",
        says=SUGGESTS,
    ),
    # EX02 M + EX09 M = (0,2,0), and this list has no weak sign to add. CD03 S + CD10 S = (2,0,0) positive: a means,
    # which does not count for a child. Two strong signs are more than enough to act on.
    Person(
        name="Pear",
        age="child",
        suspicions=("criminality",),
        seen="EX02 EX09 CD03",
        told="CD10",
        all_others="not_present",
        outcome=NEGATIVE,
        positive="CD",
        strong="CD03 CD10",
        says=GROUNDS,
    ),
    # Age disputed: the rule and the list for children. EX01 S + EX03 M = (1,1,0) positive.
    Person(
        name="Quince",
        age="unknown",
        suspicions=("labour",),
        seen="EX01",
        told="EX03",
        outcome=POSITIVE,
        positive="EX",
        open="DR CR RV CD VD",
        strong="EX01",
        says=SUGGESTS,
    ),
    # The same answers, had the person been an adult: no means is known yet.
    Person(
        name="Quince, grown up",
        age="adult",
        suspicions=("labour",),
        seen="EX01",
        told="EX03",
        outcome=UNDETERMINED,
        positive="EX",
        open="DR CR RV CD VD",
        strong="EX01",
        says=GROUNDS,
    ),
    # Met on the way to a farm: nothing of EX is there yet, intent is recorded. RV04 M = (0,1,0). Intent is enough.
    Person(
        name="Rowan",
        age="child",
        suspicions=("labour",),
        told="RV04",
        all_others="not_present",
        intent=True,
        outcome=POSITIVE,
        says=SUGGESTS,
    ),
    # All unknown, age too.
    Person(
        name="Sorrel",
        age="unknown",
        suspicions=("begging",),
        all_others="unknown",
        outcome=UNDETERMINED,
        open=ALL,
        says=INCOMPLETE,
    ),
]

CHILDREN_FOR_SEXUAL_EXPLOITATION = [
    # EX01 S + EX03 S = (2,0,0) positive. EX03 was read in a source, EX01 was not.
    Person(
        name="Tansy",
        age="child",
        suspicions=("sexual",),
        told="EX01 EX03",
        outcome=POSITIVE,
        positive="EX",
        open="DR CR RV CD VD",
        strong="EX01 EX03",
        provisional=ALL,
        says=SUGGESTS,
    ),
    # EX03 S alone = (1,0,0): negative, a strong sign, and sourced.
    Person(
        name="Vetch",
        age="child",
        suspicions=("sexual",),
        told="EX03",
        all_others="not_present",
        outcome=NEGATIVE,
        strong="EX03",
        says=GROUNDS,
    ),
    # EX03 S + EX02 M = (1,1,0) positive; EX02 is reconstructed, so the dimension is provisional.
    Person(
        name="Walnut",
        age="child",
        suspicions=("sexual",),
        seen="EX02",
        told="EX03",
        all_others="not_present",
        outcome=POSITIVE,
        positive="EX",
        strong="EX03",
        provisional="EX",
        says=SUGGESTS,
    ),
    # Groomed and invited to travel, stopped before: RV15 M + DR09 M, intent recorded.
    Person(
        name="Yarrow",
        age="unknown",
        suspicions=("sexual",),
        told="RV15 DR09",
        all_others="not_present",
        intent=True,
        outcome=POSITIVE,
        provisional="RV DR",
        says=SUGGESTS,
    ),
    Person(
        name="Zinnia",
        age="child",
        suspicions=("sexual",),
        all_others="not_present",
        outcome=NEGATIVE,
        says=JUDGEMENT,
    ),
]

BOTH_LISTS = [
    # Labour: EX01 S + EX02 M = (1,1,0) positive; sexual: EX01 M + EX02 M = (0,2,0). Labour: CD10 M + CD11 M = (0,2,0);
    # sexual: CD10 S + CD11 S = (2,0,0) positive. Exploited by the one list, forced by the other: both count.
    Person(
        name="Aspen",
        age="adult",
        suspicions=("labour", "sexual"),
        seen="EX01 EX02",
        told="CD10 CD11",
        all_others="not_present",
        outcome=POSITIVE,
        positive="EX CD",
        strong="EX01 CD10 CD11",
        provisional="EX CD",
        says=SUGGESTS,
    ),
    # Labour: EX03 M + EX09 M = (0,2,0); sexual: EX03 S + EX09 M = (1,1,0) positive.
    Person(
        name="Beech",
        age="child",
        suspicions=("begging", "sexual"),
        seen="EX09",
        told="EX03",
        all_others="not_present",
        outcome=POSITIVE,
        positive="EX",
        strong="EX03",
        provisional="EX",
        says=SUGGESTS,
    ),
    # The strengths of two lists are never added up: labour EX01 S, sexual EX01 M is one sign, (1,0,0) or (0,1,0).
    Person(
        name="Clover",
        age="unknown",
        suspicions=("sexual", "servitude"),
        told="EX01",
        all_others="not_present",
        outcome=NEGATIVE,
        strong="EX01",
        provisional="EX",
        says=GROUNDS,
    ),
]

WITHOUT_A_RULE = [
    # No list speaks of the removal of organs. Family signs are no part of any rule.
    Person(
        name="Dogwood",
        age="adult",
        suspicions=("organs",),
        seen="OR01",
        told="OR03 OR04",
        outcome=UNDETERMINED,
        coverage=Coverage.NONE,
        says=INCOMPLETE,
    ),
    Person(
        name="Furze",
        age="child",
        suspicions=("marriage", "adoption"),
        told="FM01 FM03",
        outcome=UNDETERMINED,
        coverage=Coverage.NONE,
        says=INCOMPLETE,
    ),
    Person(
        name="Ginkgo",
        age="adult",
        suspicions=("other",),
        seen="GN02 GN05 GN17",
        outcome=UNDETERMINED,
        coverage=Coverage.NONE,
        says=INCOMPLETE,
    ),
    # The list for labour rules out what it speaks of, and cannot rule out the rest.
    Person(
        name="Hawthorn",
        age="adult",
        suspicions=("organs", "labour"),
        told="OR08",
        all_others="not_present",
        outcome=UNDETERMINED,
        coverage=Coverage.PART,
        says=INCOMPLETE,
    ),
    # And where the list is met, it is met.
    Person(
        name="Iris",
        age="child",
        suspicions=("marriage", "servitude"),
        told="FM01 EX01 EX02",
        outcome=POSITIVE,
        positive="EX",
        open="DR CR RV CD VD",
        strong="EX01",
        coverage=Coverage.PART,
        says=SUGGESTS,
    ),
]

EVERYBODY = [
    *ADULTS_FOR_LABOUR,
    *ADULTS_FOR_SEXUAL_EXPLOITATION,
    *CHILDREN_FOR_LABOUR,
    *CHILDREN_FOR_SEXUAL_EXPLOITATION,
    *BOTH_LISTS,
    *WITHOUT_A_RULE,
]


def screened(person: Person, cast: Any) -> Any:
    """The screening as a first responder does it, to its end."""
    by = cast.responder.actor
    screening = actions.open_case(
        by=by,
        lead_organisation_id=cast.organisations.open_hand.pk,
        age_group=person.age,
        sex="unknown",
        suspicions=person.suspicions,
        safe_to_talk="yes",
    )
    values = dict.fromkeys(person.seen.split(), "observed") | dict.fromkeys(person.told.split(), "reported")
    if person.all_others:
        answer_all_others(screening, set(values), person.all_others)
    for code, value in values.items():
        actions.answer_indicator(screening, code, by=by, expected_version=0, value=value)
    return actions.complete_screening(
        screening,
        by=by,
        expected_version=1,
        conclusion=Conclusion.UNCLEAR,
        judgement="What was planned is in the messages." if person.intent else "",
        intent_recorded=person.intent,
    )


def answer_all_others(screening: Any, told: set[str], value: str) -> None:
    """The other signs of the lists, written at once: one by one they would take a minute."""
    Answer.objects.bulk_create(
        Answer(screening=screening, indicator=one, value=value, answered_by=screening.started_by)
        for one in selectors.asked(screening)
        if one.dimension and one.code not in told
    )


def dimensions(prefixes: str) -> set[str]:
    return {NAMES[prefix] for prefix in prefixes.split()}


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda person: person.name)
def test_the_result_is_what_was_worked_out(person: Person, cast: Any) -> None:
    screening = screened(person, cast)
    explanation = Explanation.from_codes(screening.result)
    found = {one.name: one for one in explanation.dimensions}
    assert explanation.outcome is person.outcome
    assert {name for name, one in found.items() if one.outcome is POSITIVE} == dimensions(person.positive)
    assert {name for name, one in found.items() if one.outcome is UNDETERMINED} == dimensions(person.open)
    assert set(explanation.strong) == set(person.strong.split())
    assert {name for name, one in found.items() if one.is_provisional} == dimensions(person.provisional)
    assert explanation.coverage is person.coverage
    assert explanation.for_child is (person.age != "adult")
    assert screening.gives_grounds is (person.outcome is POSITIVE or bool(person.strong))
    assert str(result_of(screening).headline) == person.says
    screening.case.refresh_from_db()
    assert (screening.case.stage, screening.case.status) == ("identification", "potential")


def test_every_group_and_every_mix_has_its_persons() -> None:
    groups = {
        (person.age == "adult", "sexual" in person.suspicions)
        for person in EVERYBODY
        if person.coverage is Coverage.WHOLE
    }
    assert len(groups) == 4
    assert {person.age for person in EVERYBODY} == {"adult", "child", "unknown"}
    assert {person.outcome for person in EVERYBODY} == set(Outcome)


def named(name: str) -> Person:
    return next(person for person in EVERYBODY if person.name == name)


def test_what_to_ask_next_begins_with_the_most_telling(cast: Any) -> None:
    """Exploitation before means, strong before medium: EX01 S, then EX02 to EX06, all M."""
    explanation = Explanation.from_codes(screened(named("Damson"), cast).result)
    assert explanation.ask_next == ("EX01", "EX02", "EX03", "EX04", "EX05", "EX06")


def test_once_exploitation_is_clear_only_a_means_is_asked_for(cast: Any) -> None:
    """The strong ones of every open means, in the order of the list: DR01; CR09; CD01, CD02, CD07, CD14."""
    explanation = Explanation.from_codes(screened(named("Quince, grown up"), cast).result)
    assert explanation.ask_next == ("DR01", "CR09", "CD01", "CD02", "CD07", "CD14")


def test_where_no_rule_reaches_its_family_is_asked_on(cast: Any) -> None:
    result = result_of(screened(named("Dogwood"), cast))
    assert result.explanation.ask_next == ("OR02", "OR05", "OR06", "OR07", "OR08", "GN01")
    assert "there is no published rule" in str(result.beyond_the_rule)
    assert [str(signs.heading) for signs in result.speaks_for] == ["Signs of the removal of organs"]


def test_what_speaks_for_it_stands_under_its_heading(cast: Any) -> None:
    result = result_of(screened(named("Iris"), cast))
    found = {str(signs.heading): len(signs.labels) for signs in result.speaks_for}
    assert found == {"Conditions of work and life": 2, "Signs of forced marriage": 1}
    assert "For a part of what is suspected" in str(result.beyond_the_rule)
