"""Recovery sheets as files and at the keyboard."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from shamir_mnemonic.share import Share

from nrm.vault.shares import WORDS, KeyName, SharesRefused, Sheet, share_from, whole_word

KEY_LINE = re.compile(r"(\w+)\s+([0-9A-Fa-f]{4})-?([0-9A-Fa-f]{4})")
#: How often a share may be typed before the recovery ends.
ATTEMPTS = 3

#: Asks with echo, asks without, and says something.
Ask = Callable[[str], str]
Say = Callable[[str], None]


def file_of(folder: Path, number: int, of: int) -> Path:
    return folder / f"recovery-sheet-{number}-of-{of}.txt"


def write_new(files: Sequence[tuple[Path, str]]) -> None:
    """All of them or none, readable by their owner only. FileExistsError rather than writing over anything."""
    written: list[Path] = []
    try:
        for path, text in files:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            written.append(path)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
    except OSError:
        remove(written)
        raise


def remove(files: Sequence[Path]) -> None:
    for path in files:
        path.unlink(missing_ok=True)


def typed_sheets(ask: Ask, ask_unseen: Ask, say: Say) -> list[Sheet]:
    """Asks for the names of the keys, then for one sheet after the other until there are enough."""
    names = typed_names(ask, say)
    sheets: list[Sheet] = []
    needed = 1
    while len(sheets) < needed:
        say(f"Sheet {len(sheets) + 1}. The words are not shown. Four letters of each are enough; several lines may be.")
        shares = [(name, typed_share(name, ask_unseen, say)) for name in names]
        first = shares[0][1]
        needed = max(needed, first.member_threshold)
        # A share does not know how many there are; the paper says so, and nothing hangs on it.
        sheets.append(Sheet(first.index + 1, 0, first.member_threshold, tuple((n, words_of(s)) for n, s in shares)))
        say(f"This is sheet {first.index + 1}. {needed} are needed.")
    return sheets


def typed_names(ask: Ask, say: Say) -> list[KeyName]:
    """The ids and check values, which are no secret."""
    names: list[KeyName] = []
    while line := ask(
        "Key and check value on the sheet, such as k2026_1 0A1B-2C3D; empty when there is no further one: "
    ):
        if match := KEY_LINE.fullmatch(line.strip()):
            names.append(KeyName(match[1], f"{match[2]}-{match[3]}".upper()))
        else:
            say("Write the key's id, a space and the check value.")
    if not names:
        raise SharesRefused("No key was named.")
    return names


def typed_share(name: KeyName, ask_unseen: Ask, say: Say) -> Share:
    for _attempt in range(ATTEMPTS):
        try:
            return share_from(typed_words(name, ask_unseen, say), f"Key {name.id}")
        except SharesRefused as refused:
            say(f"{refused} Type all of them again.")
    raise SharesRefused(f"Key {name.id}: not one of {ATTEMPTS} attempts was right.")


def typed_words(name: KeyName, ask_unseen: Ask, say: Say) -> list[str]:
    """A line with a word that is on no list is asked for again; what came before it stays."""
    words: list[str] = []
    while len(words) < WORDS:
        line = ask_unseen(f"Key {name.id}, from word {len(words) + 1}: ").split()
        wrong = [number for number, word in enumerate(line, start=len(words) + 1) if whole_word(word) is None]
        if wrong:
            say(f"Word {wrong[0]} is not on the list of words. Type again from word {len(words) + 1}.")
        else:
            words += line
    return words


def words_of(share: Share) -> tuple[str, ...]:
    return tuple(share.words())
