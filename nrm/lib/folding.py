"""One searchable form for a name, whatever script, spelling or keyboard wrote it.

Ђорђевић, Đorđević, Djordjevic and Dordevic fold to the same letters; so do Xhaferi, Џафери, Džaferi and Dzhaferi.
Folding is for finding only: the name itself is kept as in the document. It leans towards finding too much, because
whoever compares afterwards sees the original spelling.
"""

from __future__ import annotations

import re
import unicodedata

#: Letter by letter. The last line is for documents from elsewhere: Bulgarian, Russian, Ukrainian, Belarusian.
LETTER_PAIRS = (
    "а=a б=b в=v г=g д=d е=e ж=z з=z и=i ј=j к=k л=l м=m н=n о=o п=p р=r с=s т=t ћ=c у=u ф=f х=h ц=c ч=c ш=s "
    "ђ=dj љ=lj њ=nj џ=dz ѓ=gj ќ=kj ѕ=dz ѐ=e ѝ=i "
    "й=j щ=st ъ=a ь= ю=ju я=ja ы=i э=e ё=e і=i ї=ji є=e ґ=g ў=v"
)
CYRILLIC = dict(pair.split("=") for pair in LETTER_PAIRS.split())
LATIN = {"đ": "dj", "ð": "d", "þ": "t", "ł": "l", "ø": "o", "œ": "oe", "æ": "ae", "ß": "ss", "ı": "i"}
LETTERS = str.maketrans(CYRILLIC | LATIN)

#: Letters that look the same in both scripts and are therefore typed in the wrong one.
TO_LATIN = str.maketrans("аеорсухјѕі", "aeopcyxjsi")
TO_CYRILLIC = str.maketrans("aeopcyxjsi", "аеорсухјѕі")

#: One sound, many spellings: Albanian and Macedonian romanisation (xh, zh, sh, gj, kj, q), Serbian and Bosnian (dj),
#: and the bare ASCII of forms and ticket printers. Applied in this order.
SPELLINGS = [
    *[("xh", "dz"), ("x", "ks"), ("zh", "z"), ("sh", "s"), ("ch", "c"), ("th", "t"), ("dh", "d"), ("ph", "f")],
    *[("dj", "d"), ("gj", "g"), ("kj", "k"), ("lj", "l"), ("nj", "n")],
    *[("q", "k"), ("w", "v"), ("j", "i"), ("y", "i")],
]

WORD = re.compile(r"[^\W\d_]+|\d+")
APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ`´"))


def fold_name(name: str) -> str:
    """Lower-case words of `name`, one space between them; empty when nothing in it is a letter or digit.

    Latin and Cyrillic become ASCII. A script that is neither keeps its letters.
    """
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).translate(APOSTROPHES)
    composed = "".join(character for character in composed if not unicodedata.combining(character))
    folded = (fold_word(word) for word in WORD.findall(composed))
    return " ".join(word for word in folded if word)


def fold_word(word: str) -> str:
    letters = in_one_script(word).translate(LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(c))
    for spelling, sound in SPELLINGS:
        plain = plain.replace(spelling, sound)
    return re.sub(r"([^\W\d_])\1+", r"\1", plain)


def in_one_script(word: str) -> str:
    """Repairs a word typed in two scripts by look: the script with more letters of its own wins."""
    cyrillic = sum("\u0400" <= character <= "\u04ff" for character in word)
    if not cyrillic or cyrillic == len(word):
        return word
    return word.translate(TO_LATIN if 2 * cyrillic < len(word) else TO_CYRILLIC)
