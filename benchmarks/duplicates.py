"""How well the duplicate finder does: recall and precision over invented people, a perturbation at a time.

    NRM_MODE=development .venv/bin/python benchmarks/duplicates.py [how many]

Names are put together from syllables, the same ones every time; nobody is called so on purpose. Each perturbed copy
is looked for among all people by the index and the comparison that the service uses, without its database.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nrm.vault.identity import Identity

MANY = 10_000
#: Copies tried of each perturbation at most.
TRIED = 2_000
MISSES_LISTED = 10

#: Language: beginnings, middles and ends of given names, then of family names, as that language writes them.
SYLLABLES: dict[str, tuple[tuple[str, str, str], tuple[str, str, str]]] = {
    "sq": (
        (
            "Al Ar Be Bu Çe Dri El Er Fa Gji Gë He Il Je Kë La Li Mi Në Qen Rre Shpë Te Va Xha Zhe",
            "ba bu da di fë go li le më na ri ro ta të va zë",
            "na ta ra je ëza ime ora ita dë sa on im ar ent it",
        ),
        (
            "Ba Be Bë Ça Çe De Do Dre Fa Ga Gje Ha Ho Hy Ja Ka Ko Kra Le Ma Më Mu Ni Pa Pre Qe Ra Rra Sha Ta Xhe Zo",
            "bu ca do gë ja la li lë ma me në ra ri së sha të va",
            "aj i u ani xha qi ku shi oli ari eni eci ja",
        ),
    ),
    "sr": (
        (
            "Би Бо Вла Во Га Го Да Ди Ђу Зо Је Јо Ка Љи Ље Ма Ми Мла На Не Њи Ра Ру Са Сла Сне Со Та Ће Џе",
            "ва ви га ди жа ја ли ло ма ми на не ра ри ро са сла та ти",
            "на ка ра ја на ла да ица ан ар ен ко мир слав ша",
        ),
        (
            "Ба Бла Бо Ву Гру Да Де Ђо Ђу Жи Је Јо Ко Кне Љу Ма Ми Не Ни Њe Па Пе Ра Си Ста Те То Ћи Ца Шо",
            "ба ва ве го да ди ђе ја ки ко ла ло ма ми на не ра ри са ста то",
            "вић јић нић тић ровић шевић ковић чић ац ић",
        ),
    ),
    "bs": (
        (
            "A Al Am Be Da Dže E Ed Fa Ha I Is Ja Le Li Me Mi Na Ne Ra Sa Se Še Ta Ve Ze Zla Đu",
            "bi da di dža fi hi ja li ma mi na ne ra ri sa šu ta ti",
            "na ra ma ta da la ir an el in ad isa ida ija",
        ),
        (
            "Ali Ba Be Bu Ča De Dže Đu Fe Ha Hu I Ja Ka Ko Ku Me Mu Na O Pa Pe Ra Sa Se Še Su Ta Za Zu Žu",
            "ba bi ča da de đe gi ha ja ka li lo ma me na ra ri sa še ta to",
            "vić hodžić begović spahić čić ić ović ević agić kić",
        ),
    ),
    "mk": (
        (
            "Би Бо Ва Ве Го Да До Ѓо Ѕве Зо Је Ки Ко Ла Љу Ма Ми На Не Ра Са Сла Со Те Фи Це Ќе Џе",
            "ва ве ди ѓи ја ки ли ло ма ми на не ра ри ро са та ти",
            "на ка ра ја ла та це ица ан ар ко мир",
        ),
        (
            "Ан Ба Бо Ва Го Гру Да Ди Ѓо Је Ка Ко Кр Ла Ма Ми На Ни Па Пе Ра Си Сто Та То Три Цве Чу Џа",
            "ба ва ве го да де ѓе ја ки ко ла ло ма не ра ри са ста то фи",
            "ски ска ев ев ова ова оски ова иќ евски",
        ),
    ),
    "cnr": (
        (
            "An Bi Bo Da Do Đi Go I Je Jo Kr Lu Ma Mi Mla Na Ne Ni Pe Ra Sa Slo Śe Ta Va Ve Vu Ža",
            "bo da di dra ja li lo ma mi na ne ni ra ri ro sa ta ve",
            "na ka ra ja la da ica an ar en ko mir o",
        ),
        (
            "Ba Bo Bra Bu Ća Da Đu Du Go Ja Jo Ka Kne Kr Lu Ma Mi Ni Pe Po Ra Ro Sa Še Sto Va Vu Za Ži",
            "ba če da do đa ja ka ko la lo ma na ne no ra ri ša ta to",
            "vić ović ević ić nić čević tić aš ač",
        ),
    ),
}
LANGUAGES = tuple(SYLLABLES)
CYRILLIC = {"sr", "mk"}

#: Cyrillic letter by letter as documents write it in Latin.
PAIRS = (
    "а=a б=b в=v г=g д=d е=e ж=ž з=z и=i ј=j к=k л=l м=m н=n о=o п=p р=r с=s т=t ћ=ć у=u ф=f х=h ц=c ч=č ш=š "
    "ђ=đ љ=lj њ=nj џ=dž ѓ=gj ќ=kj ѕ=dz"
)
TO_LATIN = dict(pair.split("=") for pair in PAIRS.split())
TO_CYRILLIC = {latin: letter for letter, latin in TO_LATIN.items() if latin not in {"gj", "kj", "dz"}}
BARE = str.maketrans("čćžšśźëçČĆŽŠŚŹËÇ", "cczsszecCCZSSZEC")


@dataclass
class Result:
    """What came of one perturbation. `wrong` are people found that are not the one perturbed."""

    name: str
    tried: int = 0
    found: int = 0
    wrong: int = 0
    misses: list[tuple[str, str]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.tried if self.tried else 1.0

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.wrong) if self.found + self.wrong else 1.0


# Invented people


def people(count: int) -> list[tuple[str, Identity]]:
    """Language and identity of each; the same every time. One in eight has a double surname."""
    from nrm.lib.partial_date import PartialDate
    from nrm.vault.identity import Identity

    chance = random.Random(20261121)  # noqa: S311  deterministic on purpose
    everybody: dict[tuple[str, str, int], tuple[str, Identity]] = {}
    while len(everybody) < count:
        language = LANGUAGES[len(everybody) % len(LANGUAGES)]
        given, family = (word(SYLLABLES[language][part], chance) for part in (0, 1))
        if chance.random() < 0.125:
            family = f"{family}-{word(SYLLABLES[language][1], chance)}"
        born = PartialDate(chance.randint(1960, 2012), chance.randint(1, 12), chance.randint(1, 28))
        person = Identity(given_names=given, family_names=family, birth=born)
        everybody.setdefault((given, family, born.year or 0), (language, person))
    return list(everybody.values())


def word(syllables: tuple[str, str, str], chance: random.Random) -> str:
    first, middle, last = (part.split() for part in syllables)
    middles = chance.choices(middle, k=chance.choice((0, 1, 1, 2)))
    return "".join([chance.choice(first), *middles, chance.choice(last)])


# Perturbations: a copy of the identity, or None where there is nothing to change


def other_script(one: Identity, language: str, chance: random.Random) -> Identity | None:
    return both(one, in_latin if language in CYRILLIC else in_cyrillic)


def without_diacritics(one: Identity, language: str, chance: random.Random) -> Identity | None:
    return changed(one, both(one, lambda name: in_latin(name).translate(BARE).replace("đ", "dj").replace("Đ", "Dj")))


def dj_for_d(one: Identity, language: str, chance: random.Random) -> Identity | None:
    latin = both(one, in_latin)
    return changed(latin, both(latin, lambda name: name.replace("đ", "dj").replace("Đ", "Dj")))


def bare_d_for_d(one: Identity, language: str, chance: random.Random) -> Identity | None:
    latin = both(one, in_latin)
    return changed(latin, both(latin, lambda name: name.replace("đ", "d").replace("Đ", "D")))


def e_for_e(one: Identity, language: str, chance: random.Random) -> Identity | None:
    return changed(one, both(one, lambda name: name.replace("ë", "e").replace("Ë", "E")))


def c_for_c(one: Identity, language: str, chance: random.Random) -> Identity | None:
    return changed(one, both(one, lambda name: name.replace("ç", "c").replace("Ç", "C")))


def one_of_two_surnames(one: Identity, language: str, chance: random.Random) -> Identity | None:
    parts = one.family_names.split("-")
    return replace(one, family_names=chance.choice(parts)) if len(parts) > 1 else None


def another_surname_more(one: Identity, language: str, chance: random.Random) -> Identity | None:
    return replace(one, family_names=f"{one.family_names} {word(SYLLABLES[language][1], chance)}")


def other_order(one: Identity, language: str, chance: random.Random) -> Identity | None:
    return replace(one, given_names=one.family_names, family_names=one.given_names)


def year_only(one: Identity, language: str, chance: random.Random) -> Identity | None:
    return replace(one, birth=replace(one.birth, month=None, day=None))


def slip_in_the_family_name(one: Identity, language: str, chance: random.Random) -> Identity | None:
    return replace(one, family_names=slip(one.family_names, chance))


def slip_in_the_given_name(one: Identity, language: str, chance: random.Random) -> Identity | None:
    return replace(one, given_names=slip(one.given_names, chance))


def slip_and_year_only(one: Identity, language: str, chance: random.Random) -> Identity | None:
    slipped = slip_in_the_family_name(one, language, chance)
    return slipped and year_only(slipped, language, chance)


def slip_in_both_names(one: Identity, language: str, chance: random.Random) -> Identity | None:
    slipped = slip_in_the_family_name(one, language, chance)
    return slipped and slip_in_the_given_name(slipped, language, chance)


def bare_latin_and_slip(one: Identity, language: str, chance: random.Random) -> Identity | None:
    return slip_in_the_family_name(without_diacritics(one, language, chance) or one, language, chance)


def order_and_slip(one: Identity, language: str, chance: random.Random) -> Identity | None:
    slipped = slip_in_the_family_name(one, language, chance)
    return slipped and other_order(slipped, language, chance)


Perturbation = Callable[["Identity", str, random.Random], "Identity | None"]
PERTURBATIONS: tuple[Perturbation, ...] = (
    other_script,
    without_diacritics,
    dj_for_d,
    bare_d_for_d,
    e_for_e,
    c_for_c,
    one_of_two_surnames,
    another_surname_more,
    other_order,
    year_only,
    slip_in_the_family_name,
    slip_in_the_given_name,
    slip_and_year_only,
    slip_in_both_names,
    bare_latin_and_slip,
    order_and_slip,
)


def both(one: Identity, change: Callable[[str], str]) -> Identity:
    return replace(one, given_names=change(one.given_names), family_names=change(one.family_names))


def changed(before: Identity, after: Identity) -> Identity | None:
    return None if before == after else after


def in_latin(name: str) -> str:
    return "".join(as_cased(letter, TO_LATIN.get(letter.lower(), letter.lower())) for letter in name)


def in_cyrillic(name: str) -> str:
    """Letter by letter, pairs first, as the other script writes the sound."""
    written, rest = "", name.translate(str.maketrans("ëçśË", "ečšE")).replace("Ç", "Č").replace("Ś", "Š")
    rest = rest.replace("xh", "dž").replace("Xh", "Dž").replace("sh", "š").replace("Sh", "Š")
    rest = rest.replace("zh", "ž").replace("Zh", "Ž").replace("gj", "đ").replace("Gj", "Đ")
    rest = rest.replace("q", "k").replace("Q", "K").replace("y", "i").replace("rr", "r").replace("Rr", "R")
    while rest:
        size = 2 if rest[:2].lower() in TO_CYRILLIC else 1
        written += as_cased(rest[0], TO_CYRILLIC.get(rest[:size].lower(), rest[:size].lower()))
        rest = rest[size:]
    return written


def as_cased(model: str, letters: str) -> str:
    return letters.capitalize() if model.isupper() else letters


def slip(name: str, chance: random.Random) -> str:
    """One letter wrong, missing, doubled by another or in the place of its neighbour, never the first."""
    if len(name) < 3:
        return name
    place = chance.randrange(1, len(name) - 1)
    letters = "абвгдеиклмнопрстуз" if any(letter >= "\u0400" for letter in name) else "abvgdeiklmnoprstuz"
    other = chance.choice([letter for letter in letters if letter != name[place].lower()])
    kind = chance.choice(("wrong", "missing", "more", "swapped"))
    if kind == "swapped":
        return f"{name[:place]}{name[place + 1]}{name[place]}{name[place + 2 :]}"
    return name[:place] + {"wrong": other, "missing": "", "more": other + name[place]}[kind] + name[place + 1 :]


# The finder, without its database


class Index:
    """The table of the vault in memory, with the same digests, the same chance rows and the same cap."""

    def __init__(self, everybody: list[Identity]) -> None:
        from nrm.vault.blind_index import entries_of

        self.everybody = everybody
        self.holders: dict[tuple[object, bytes], list[int]] = defaultdict(list)
        self.rows = 0
        for number, identity in enumerate(everybody):
            for entry in entries_of(identity):
                self.holders[entry].append(number)
                self.rows += 1
        self.opened: list[int] = []

    def people_like(self, sought: Identity) -> Iterator[int]:
        from nrm.vault.blind_index import sought_traits
        from nrm.vault.likeness import likeness
        from nrm.vault.selectors import MOST_CANDIDATES

        wanted = {(trait.kind, trait.digest) for trait in sought_traits(sought)}
        shared = Counter(number for entry in wanted for number in self.holders.get(entry, ()))
        nearest = sorted(shared, key=lambda number: (-shared[number], number))[:MOST_CANDIDATES]
        self.opened.append(len(nearest))
        return (number for number in nearest if likeness(sought, self.everybody[number]))


def measured(count: int, index: Index | None = None) -> list[Result]:
    everybody = people(count)
    index = index or Index([identity for _language, identity in everybody])
    return [tried(perturbation, everybody, index) for perturbation in PERTURBATIONS]


def tried(perturbation: Perturbation, everybody: list[tuple[str, Identity]], index: Index) -> Result:
    result = Result(perturbation.__name__.replace("_", " "))
    chance = random.Random(perturbation.__name__)  # noqa: S311  deterministic on purpose
    for number, (language, identity) in enumerate(everybody):
        sought = perturbation(identity, language, chance) if result.tried < TRIED else None
        if sought is None:
            continue
        found = set(index.people_like(sought))
        result.tried += 1
        result.found += number in found
        result.wrong += len(found - {number})
        if number not in found:
            result.misses.append((shown(identity), shown(sought)))
    return result


def shown(one: Identity) -> str:
    return f"{one.given_names} {one.family_names}"


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
    import django

    django.setup()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    index = Index([identity for _language, identity in people(count)])
    start = time.perf_counter()
    results = measured(count, index)
    searches = sum(result.tried for result in results)
    print(f"{'perturbation':<28}{'tried':>7}{'recall':>9}{'precision':>11}")
    for result in results:
        print(f"{result.name:<28}{result.tried:>7}{result.recall:>9.1%}{result.precision:>11.1%}")
    each = (time.perf_counter() - start) / searches * 1000
    opened = sorted(index.opened)
    print(f"{count} people, {index.rows} rows of index, {searches} searches, {each:.1f} ms each without opening;")
    print(f"opened for one search: {opened[len(opened) // 2]} in the middle, {opened[-1]} at most")
    for result in results:
        for known, sought in result.misses[:MISSES_LISTED]:
            print(f"missed, {result.name}: {known} <- {sought}")


if __name__ == "__main__":
    main()
