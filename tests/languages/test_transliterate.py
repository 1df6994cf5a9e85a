"""Serbian Latin is made from Serbian Cyrillic, letter by letter, and nothing else is touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.languages.transliterate import to_latin


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("Људи", "Ljudi"),
        ("ЉУДИ", "LJUDI"),
        ("Његош и Џеп", "Njegoš i Džep"),
        ("ЊЕГОШ", "NJEGOŠ"),
        ("ЦЗЖТЉ", "CZŽTLJ"),
        ("Љ", "Lj"),
        ("конјункција, инјекција, наџивети", "konjunkcija, injekcija, nadživeti"),
        ("НМУ, ЦСР, МУП, ОЕБС", "NMU, CSR, MUP, OEBS"),
        ("ЛГБТИК+ особе", "LGBTIQ+ osobe"),
        ("кôд и ко\u0302д", "kod i kod"),
        ("Ђорђевић", "Đorđević"),
        ("QR кôд у PDF датотеци", "QR kod u PDF datoteci"),
    ],
)
def test_letters(cyrillic: str, latin: str) -> None:
    assert to_latin(cyrillic) == latin


KEPT = ["%(име)s", "{назив}", '<a title="ђ" href="/ж">', "&nbsp;", "https://центар.срб/ђ", "пошта@пример.срб", "ABC đ"]


@pytest.mark.parametrize("kept", KEPT)
def test_placeholders_tags_and_addresses_are_left_alone(kept: str) -> None:
    assert to_latin(f"ђ {kept} ђ") == f"đ {kept} đ"


@given(st.text("абвгдђежзијклљмнњопрстћуфхцчџшАБЂЉЊЏ %()s{}<>1"))
def test_converting_twice_changes_nothing_more(text: str) -> None:
    assert to_latin(to_latin(text)) == to_latin(text)
