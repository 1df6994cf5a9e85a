"""A name is found however it was written. Golden rows: everything in a row folds to the same letters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.lib.folding import fold_name

SAME = [
    "Ђорђевић|Đorđević|Djordjevic|Dordevic|ĐORĐEVIĆ|ЂОРЂЕВИЋ",
    "Xhaferi|Џафери|Džaferi|Dzhaferi|Dzaferi",
    "Hoxha|Хоџа|Hodža|Hodzha",
    "Јовановић|Jovanović|Jovanovic",
    "Ѓорѓиевски|Gjorgjievski|Ǵorǵievski|Gorgievski",
    "Ќосев|Kjosev|Kosev",
    "Qamil|Ќамил|Kamil",
    "Shehu|Шеху|Šehu|Sehu",
    "Thaçi|Тачи|Thaci|Tachi",
    "Gëzim|Гезим|Gezim",
    "Živko|Живко|Zhivko|Zivko",
    "Чедомир|Čedomir|Chedomir|Cedomir",
    "Љиљана|Ljiljana",
    "Његош|Njegoš|Njegosh|Njegos",
    "Ѕвездан|Dzvezdan",
    "Марија|Marija|Maria",
    "Aleksandar|Alexandar|Александар",
    "Ilir Meta|ILIR  META|ilir-meta",
    "O'Brien|O’Brien|OBrien",
    "Müller|Muller|Mu\u0308ller",
]
DIFFERENT = ["Marko|Mirko", "Ana|Ivana", "Petrović|Petković", "Agron|Arben", "Стојан|Стојна"]


@pytest.mark.parametrize("row", SAME)
def test_spellings_of_one_name_fold_alike(row: str) -> None:
    assert len({fold_name(name) for name in row.split("|")}) == 1


@pytest.mark.parametrize("row", DIFFERENT)
def test_different_names_stay_different(row: str) -> None:
    assert len({fold_name(name) for name in row.split("|")}) == 2


def test_a_word_typed_in_two_scripts_by_look_is_repaired() -> None:
    assert fold_name("Jоvаnоvić") == fold_name("Jovanović")  # Cyrillic о and а inside
    assert fold_name("Петpовић") == fold_name("Петровић")  # Latin p inside


def test_what_has_no_letter_folds_to_nothing() -> None:
    assert fold_name(" -- ’ ") == ""


def test_another_script_keeps_its_letters() -> None:
    assert fold_name("محمد") == "محمد"


@given(st.text())
def test_folding_forgets_case_and_composition(name: str) -> None:
    assert fold_name(unicodedata.normalize("NFD", name)) == fold_name(unicodedata.normalize("NFC", name))


@given(st.text("абвгдђежзијклљмнњопрстћуфхцчџшѓќѕ АБЂЉЊЏ", max_size=30))
def test_every_letter_of_the_region_becomes_plain_latin(name: str) -> None:
    assert fold_name(name).isascii()
