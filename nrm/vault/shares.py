"""Recovery sheets: the vault keys divided among several people, so that no one of them can open anything.

Each key of `NRM_VAULT_KEYS` is divided by SLIP-39 (Shamir's scheme over GF(256), words with a checksum of their own)
into as many shares as there are sheets. A sheet carries one share of every key. Fewer sheets than are needed do not
help to find a key. The index, checkpoint and session keys are not divided, for the reasons of decision 0018.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.share import Share
from shamir_mnemonic.wordlist import WORDLIST

from nrm.vault.sealing import KEY_BYTES, KeyRing, bind

#: Words of one share of a 32-byte key.
WORDS = 33
#: SLIP-39 divides among 16 people at most. One alone must never be enough.
MOST_SHEETS, FEWEST_NEEDED = 16, 2
#: No word of the list shares its first four letters with another one.
LETTERS = 4
#: SLIP-39 can add a passphrase and slow guessing of it down; there is none, so there is nothing to slow down.
PASSPHRASE, ITERATION_EXPONENT = b"", 0
CHECK = b"nrm.vault/check/1"
CHECK_BYTES = 4

BY_BEGINNING = {word[:LETTERS]: word for word in WORDLIST}
KNOWN = frozenset(WORDLIST)

TITLE = re.compile(r"^RECOVERY SHEET (\d+) OF (\d+), ANY (\d+) NEEDED$", re.MULTILINE)
BLOCK = re.compile(
    r"^Key (?P<id>\w+)\nCheck value (?P<check>[0-9A-F]{4}-[0-9A-F]{4})\n(?P<words>(?: +\d+ \S+.*\n)+)", re.MULTILINE
)
NUMBERED = re.compile(r"(\d+) (\S+)")
COLUMNS, WIDTH = 3, 20


class SharesRefused(ValueError):
    """These shares give no key back. The sentence says which sheet and which word; it carries no word."""


@dataclass(frozen=True, slots=True)
class KeyName:
    """What is printed of a key: its id, and a check value that tells it from another and does not help to find it."""

    id: str
    check: str


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """What one holder has: for each key, the newest first, the words of one share."""

    number: int
    of: int
    needed: int
    shares: tuple[tuple[KeyName, tuple[str, ...]], ...]

    @property
    def names(self) -> tuple[KeyName, ...]:
        return tuple(name for name, _words in self.shares)


def name_of_key(key_id: str, key: bytes) -> KeyName:
    digest = hashlib.sha256(bind(CHECK, key_id.encode(), key)).digest()[:CHECK_BYTES].hex().upper()
    return KeyName(key_id, f"{digest[:4]}-{digest[4:]}")


def divide(ring: KeyRing, *, of: int, needed: int) -> list[Sheet]:
    """One sheet a holder. Every sheet was tried together with its neighbours before it is given out."""
    if not FEWEST_NEEDED <= needed <= of <= MOST_SHEETS:
        raise SharesRefused(
            f"At least {FEWEST_NEEDED} sheets must be needed, no more than there are, and {MOST_SHEETS} at most."
        )
    divided = [(name_of_key(key_id, key), _shares_of(key, of, needed)) for key_id, key in ring.items()]
    sheets = [
        Sheet(number + 1, of, needed, tuple((name, tuple(shares[number].split())) for name, shares in divided))
        for number in range(of)
    ]
    for first in range(of):
        if put_together([sheets[(first + step) % of] for step in range(needed)]) != ring:
            raise SharesRefused("The sheets did not give the keys back and were thrown away.")
    return sheets


def _shares_of(key: bytes, of: int, needed: int) -> list[str]:
    groups = generate_mnemonics(1, [(needed, of)], key, PASSPHRASE, iteration_exponent=ITERATION_EXPONENT)
    return list(groups[0])


def put_together(sheets: Sequence[Sheet]) -> KeyRing:
    """The keys of the sheets. `SharesRefused` when they are too few, of several sets, or a word is wrong."""
    _refuse_mixed(sheets)
    return KeyRing(tuple((name.id, _key(name, sheets)) for name in sheets[0].names))


def _refuse_mixed(sheets: Sequence[Sheet]) -> None:
    if not sheets:
        raise SharesRefused("No sheet was given.")
    first, *others = sheets
    for other in others:
        if (other.of, other.needed, other.names) != (first.of, first.needed, first.names):
            raise SharesRefused(f"Sheets {first.number} and {other.number} do not belong together: not the same keys.")
    numbers = [sheet.number for sheet in sheets]
    if twice := {number for number in numbers if numbers.count(number) > 1}:
        raise SharesRefused(f"Sheet {min(twice)} was given twice.")
    if len(sheets) < first.needed:
        raise SharesRefused(f"{first.needed} sheets are needed; {len(sheets)} given.")


def _key(name: KeyName, sheets: Sequence[Sheet]) -> bytes:
    shares = [share_on(sheet, name) for sheet in sheets]
    if len({share.identifier for share in shares}) > 1:
        raise SharesRefused(f"Key {name.id}: the sheets do not belong together; they were made at different times.")
    try:
        key: bytes = combine_mnemonics([share.mnemonic() for share in shares[: sheets[0].needed]], PASSPHRASE)
    except MnemonicError:
        raise SharesRefused(f"Key {name.id}: the sheets do not belong together.") from None
    if len(key) != KEY_BYTES or name_of_key(name.id, key) != name:
        raise SharesRefused(f"Key {name.id}: what came out does not have the check value of the sheets.")
    return key


def share_on(sheet: Sheet, name: KeyName) -> Share:
    """The share of this key, its words checked against one another and against the number of the sheet."""
    share = share_from(dict(sheet.shares)[name], f"Sheet {sheet.number}, key {name.id}")
    if (share.index + 1, share.member_threshold) != (sheet.number, sheet.needed):
        raise SharesRefused(f"Sheet {sheet.number}, key {name.id}: these words are of sheet {share.index + 1}.")
    return share


def share_from(words: Sequence[str], called: str) -> Share:
    """`SharesRefused` for a word that is on no list, too few words, and words whose checksum is wrong."""
    whole = [whole_word(word) for word in words]
    if None in whole:
        raise SharesRefused(f"{called}: word {whole.index(None) + 1} is not on the list of words.")
    if len(words) != WORDS:
        raise SharesRefused(f"{called}: {WORDS} words are needed; {len(words)} given.")
    try:
        return Share.from_mnemonic(" ".join(filter(None, whole)))
    except MnemonicError:
        raise SharesRefused(f"{called}: the words do not fit together. At least one is wrong or misplaced.") from None


def whole_word(typed: str) -> str | None:
    """A word of the list, written out or by its first four letters; None when it is neither."""
    word = typed.strip().lower()
    return word if word in KNOWN else BY_BEGINNING.get(word) if len(word) == LETTERS else None


HEAD = """RECOVERY SHEET {number} OF {of}, ANY {needed} NEEDED
Made on {made}.                  Holder: ______________________________

Any {needed} of the {of} sheets together give back the keys named below. Fewer give
nothing. Keep it in a closed envelope, signed across the flap, where no other
holder comes. Do not copy, photograph or type it, except at a recovery, with
another holder beside you. If it is lost or was opened, say so at once: then
the keys are changed and new sheets are made.
"""


def printed(sheet: Sheet, made: date) -> str:
    """Plain text of one page, which `read` understands again."""
    head = HEAD.format(number=sheet.number, of=sheet.of, needed=sheet.needed, made=made.isoformat())
    return "\n".join([head, *(_block(name, words) for name, words in sheet.shares)])


def _block(name: KeyName, words: Sequence[str]) -> str:
    cells = [f"{number:>4} {word}".ljust(WIDTH) for number, word in enumerate(words, start=1)]
    lines = ("".join(cells[start : start + COLUMNS]).rstrip() for start in range(0, len(cells), COLUMNS))
    return "\n".join([f"Key {name.id}", f"Check value {name.check}", *lines, ""])


def read(text: str) -> Sheet:
    """The sheet that `printed` wrote. `SharesRefused` for anything else."""
    text = text.replace("\r\n", "\n") + "\n"
    title, blocks = TITLE.search(text), list(BLOCK.finditer(text))
    if title is None or not blocks:
        raise SharesRefused("This is no recovery sheet.")
    shares = []
    for block in blocks:
        cells = NUMBERED.findall(block["words"])
        if [int(number) for number, _word in cells] != list(range(1, len(cells) + 1)):
            raise SharesRefused(f"Sheet {title[1]}, key {block['id']}: the words are not numbered one after the other.")
        shares.append((KeyName(block["id"], block["check"]), tuple(word for _number, word in cells)))
    return Sheet(int(title[1]), int(title[2]), int(title[3]), tuple(shares))
