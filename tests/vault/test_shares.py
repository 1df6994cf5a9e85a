"""Recovery by several people: any two of three sheets give the keys back, one gives nothing, a slip is named."""

from __future__ import annotations

import base64
import os
import pty
import stat
import subprocess
import sys
import time
from datetime import date
from io import StringIO
from itertools import combinations
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from pytest_django import Settings

from nrm.access.actor import Actor
from nrm.audit.models import Event
from nrm.vault.actions import create_person, reveal
from nrm.vault.identity import Identity
from nrm.vault.management import sheets as keyboard
from nrm.vault.reasons import RevealReason
from nrm.vault.sealing import KeyMissing, parse_key_ring
from nrm.vault.shares import (
    BY_BEGINNING,
    KNOWN,
    SharesRefused,
    divide,
    name_of_key,
    printed,
    put_together,
    read,
    whole_word,
)

MADE = date(2026, 11, 22)


def fresh(*ids: str) -> str:
    return ",".join(f"{key_id}:{base64.b64encode(os.urandom(32)).decode()}" for key_id in ids)


RING = parse_key_ring(fresh("k2", "k1"))
SHEETS = [read(printed(sheet, MADE)) for sheet in divide(RING, of=3, needed=2)]
PAGES = [printed(sheet, MADE) for sheet in SHEETS]


def run(*arguments: object) -> tuple[str, str]:
    out, said = StringIO(), StringIO()
    call_command("vault", *map(str, arguments), stdout=out, stderr=said)
    return out.getvalue(), said.getvalue()


@pytest.fixture
def folder(tmp_path: Path, settings: Settings, db: None) -> Path:
    """Three sheets of the two keys that are configured."""
    settings.NRM_VAULT_KEYS = ",".join(f"{i}:{base64.b64encode(key).decode()}" for i, key in RING.items())
    run("shares", "--of", 3, "--needed", 2, "--into", tmp_path)
    return tmp_path


def page(folder: Path, number: int) -> Path:
    return folder / f"recovery-sheet-{number}-of-3.txt"


def test_any_two_of_three_open_what_is_in_the_database_when_the_settings_are_lost(
    settings: Settings, tmp_path: Path, elira: Identity, worker: Actor
) -> None:
    """The rehearsal: a person under the old key, one under the new, the keys destroyed, two sheets brought."""
    settings.NRM_VAULT_KEYS = fresh("k1")
    people = [create_person(elira, by=worker, case_code="C-1")]
    settings.NRM_VAULT_KEYS = f"{fresh('k2')},{settings.NRM_VAULT_KEYS}"
    people.append(create_person(elira, by=worker, case_code="C-2"))
    run("shares", "--of", 3, "--needed", 2, "--into", tmp_path)
    settings.NRM_VAULT_KEYS = fresh("k9")
    for person in people:
        with pytest.raises(KeyMissing):
            reveal(person, by=worker, case_code="C-1", reason_code=RevealReason.CARE)
    for one, other in combinations((1, 2, 3), 2):
        line, said = run("recover", page(tmp_path, other), page(tmp_path, one))
        assert line.startswith("NRM_VAULT_KEYS=k2:")
        assert "check values of all keys are right" in said
        settings.NRM_VAULT_KEYS = line.strip().removeprefix("NRM_VAULT_KEYS=")
        for person in people:
            assert reveal(person, by=worker, case_code="C-1", reason_code=RevealReason.CARE) == elira
        settings.NRM_VAULT_KEYS = fresh("k9")


def test_one_sheet_alone_gives_nothing(folder: Path) -> None:
    with pytest.raises(CommandError, match="2 sheets are needed; 1 given"):
        run("recover", page(folder, 2))
    with pytest.raises(CommandError, match="Sheet 2 was given twice"):
        run("recover", page(folder, 2), page(folder, 2))


def test_dividing_the_same_keys_again_gives_other_words() -> None:
    again = divide(RING, of=3, needed=2)
    assert all(one.shares != other.shares for one, other in zip(SHEETS, again, strict=True))


def test_a_wrong_word_is_named_by_its_number(folder: Path) -> None:
    text = page(folder, 1).read_text()
    word = read(text).shares[1][1][13]
    page(folder, 1).write_text("  14 zzzz".join(text.rsplit(f"  14 {word}", 1)))
    with pytest.raises(CommandError, match=r"Sheet 1, key k1: word 14 is not on the list of words\.") as refused:
        run("recover", page(folder, 1), page(folder, 2))
    assert "zzzz" not in str(refused.value)


def test_a_word_exchanged_for_another_of_the_list_is_noticed(folder: Path) -> None:
    text = page(folder, 3).read_text()
    word = read(text).shares[0][1][20]
    other = next(known for known in sorted(KNOWN) if known != word)
    page(folder, 3).write_text(text.replace(f"  21 {word}", f"  21 {other}", 1))
    with pytest.raises(CommandError, match=r"Sheet 3, key k2: the words do not fit together\. At least one is wrong"):
        run("recover", page(folder, 3), page(folder, 2))


def test_sheets_of_two_sets_are_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same keys divided a second time: the old sheets do not mix with the new ones."""
    later = tmp_path_factory.mktemp("later")
    run("shares", "--of", 3, "--needed", 2, "--into", later)
    with pytest.raises(CommandError, match="made at different times"):
        run("recover", page(folder, 1), page(later, 2))


def test_sheets_of_other_keys_are_refused() -> None:
    other = divide(parse_key_ring(fresh("k2", "k1")), of=3, needed=2)
    with pytest.raises(SharesRefused, match="Sheets 1 and 2 do not belong together: not the same keys"):
        put_together([SHEETS[0], other[1]])


def test_words_under_another_sheet_s_number_are_refused() -> None:
    swapped = PAGES[0].replace("SHEET 1 OF 3", "SHEET 2 OF 3")
    with pytest.raises(SharesRefused, match="Sheet 2, key k2: these words are of sheet 1"):
        put_together([read(swapped), SHEETS[2]])


def test_a_key_that_is_not_the_one_on_the_sheets_is_refused() -> None:
    """Right words under a wrong check value, the same on both sheets."""
    check = SHEETS[0].names[0].check
    wrong = [read(text.replace(check, "0000-0000")) for text in PAGES]
    with pytest.raises(SharesRefused, match="does not have the check value"):
        put_together(wrong[:2])


def test_more_sheets_than_needed_do_as_well() -> None:
    assert put_together(SHEETS) == RING


@pytest.mark.parametrize(("of", "needed"), [(3, 1), (1, 1), (2, 3), (17, 2), (3, 0)])
def test_one_person_alone_is_never_enough(of: int, needed: int) -> None:
    with pytest.raises(SharesRefused, match="At least 2 sheets must be needed"):
        divide(RING, of=of, needed=needed)


def test_a_sheet_names_keys_and_check_values_and_no_key(folder: Path) -> None:
    text = page(folder, 1).read_text()
    for key_id, key in RING.items():
        assert f"Key {key_id}\nCheck value {name_of_key(key_id, key).check}\n" in text
        assert base64.b64encode(key).decode() not in text
        assert key.hex() not in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_the_check_value_is_the_one_that_the_list_of_keys_prints(folder: Path) -> None:
    printed_keys, _said = run("keys")
    for name in SHEETS[0].names:
        assert f"check value {name.check}" in printed_keys


def test_a_rehearsal_prints_no_key(folder: Path) -> None:
    out, said = run("recover", "--check", page(folder, 1), page(folder, 3))
    named = ", ".join(f"{name.check} of {name.id}" for name in SHEETS[0].names)
    assert (out.strip(), said) == (f"These sheets give the keys back. Check values: {named}.", "")
    with pytest.raises(CommandError, match="2 sheets are needed"):
        run("recover", "--check", page(folder, 1))


def test_a_rehearsal_tries_every_data_key_and_opens_nothing_else(
    settings: Settings, elira: Identity, worker: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = create_person(elira, by=worker, case_code="C-1")
    monkeypatch.setattr("nrm.vault.selectors.unseal_text", None)
    assert "Every data key opens." in run("keys", "--try")[0]
    settings.NRM_VAULT_KEYS = fresh("dev1")
    with pytest.raises(CommandError, match=f"1 data keys do not open: {person.pk}"):
        run("keys", "--try")


def test_nothing_is_written_over_and_nobody_else_may_read(folder: Path) -> None:
    assert {stat.S_IMODE(page(folder, number).stat().st_mode) for number in (1, 2, 3)} == {0o600}
    before = page(folder, 3).read_bytes()
    page(folder, 1).unlink()
    with pytest.raises(CommandError, match=r"No sheet was written: File exists: .*recovery-sheet-2-of-3\.txt"):
        run("shares", "--of", 3, "--needed", 2, "--into", folder)
    assert not page(folder, 1).exists(), "a set is whole or not there"
    assert page(folder, 3).read_bytes() == before


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, db: None) -> None:
    with pytest.raises(CommandError, match="No such file or directory"):
        run("shares", "--into", tmp_path / "missing")


def test_dividing_is_in_the_trail_without_a_key_or_word(folder: Path) -> None:
    event = Event.objects.get(action="vault.keys_shared")
    assert event.data == {"keys": ["k2", "k1"], "of": 3, "needed": 2}


def test_what_cannot_be_recorded_is_not_written(tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("nrm.vault.management.commands.vault.record_shares", failing)
    with pytest.raises(RuntimeError):
        run("shares", "--into", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_to_do_with_the_files_is_said(tmp_path: Path, db: None) -> None:
    out, _said = run("shares", "--into", tmp_path)
    assert "Print each one" in out
    assert f"shred --remove {tmp_path}/recovery-sheet-*.txt" in out


@pytest.mark.parametrize(
    "text", ["", "RECOVERY SHEET 1 OF 3, ANY 2 NEEDED\n", "Key k1\nCheck value 0000-0000\n   1 acid\n"]
)
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    tmp_path.joinpath("x").write_text(text)
    with pytest.raises(CommandError, match="This is no recovery sheet"):
        run("recover", tmp_path / "x")


def test_a_missing_row_of_words_is_noticed() -> None:
    lines = PAGES[0].splitlines(keepends=True)
    gone = next(number for number, line in enumerate(lines) if line.startswith("   4 "))
    with pytest.raises(SharesRefused, match="Sheet 1, key k2: the words are not numbered one after the other"):
        read("".join(lines[:gone] + lines[gone + 1 :]))


@pytest.mark.parametrize(("of", "needed"), [(2, 2), (5, 3), (16, 2), (16, 16)])
def test_every_division_comes_back(of: int, needed: int) -> None:
    ring = parse_key_ring(fresh("only"))
    sheets = [read(printed(sheet, MADE)) for sheet in divide(ring, of=of, needed=needed)]
    assert put_together(sheets[-needed:]) == ring
    with pytest.raises(SharesRefused, match=f"{needed} sheets are needed; {needed - 1} given"):
        put_together(sheets[: needed - 1])


def test_four_letters_say_which_word() -> None:
    assert len(BY_BEGINNING) == len(KNOWN) == 1024
    assert (whole_word("Acad"), whole_word("ACADEMIC"), whole_word("acid")) == ("academic", "academic", "acid")
    assert (whole_word("acade"), whole_word("aca"), whole_word("")) == (None, None, None)


# At the keyboard


def typed(*answers: str) -> tuple[keyboard.Ask, list[str]]:
    waiting, asked = list(answers), list[str]()

    def ask(question: str) -> str:
        asked.append(question)
        if not waiting:
            raise EOFError
        return waiting.pop(0)

    return ask, asked


def names_as_typed() -> list[str]:
    return [*(f"{name.id} {name.check.lower()}" for name in SHEETS[0].names), ""]


def short(words: tuple[str, ...]) -> str:
    return " ".join(word[:4] for word in words)


def test_words_are_typed_sheet_by_sheet_and_key_by_key() -> None:
    ask, _questions = typed(*names_as_typed())
    unseen, questions = typed(*(short(words) for sheet in SHEETS[1:] for _name, words in sheet.shares))
    said: list[str] = []
    assert put_together(keyboard.typed_sheets(ask, unseen, said.append)) == RING
    assert questions == ["Key k2, from word 1: ", "Key k1, from word 1: "] * 2
    assert "This is sheet 3. 2 are needed." in said


def test_a_line_with_a_wrong_word_is_asked_for_again() -> None:
    name, words = SHEETS[0].shares[0]
    unseen, questions = typed(" ".join(words[:10]), f"{words[10]} wrongword", " ".join(words[10:]))
    said: list[str] = []
    assert keyboard.words_of(keyboard.typed_share(name, unseen, said.append)) == words
    assert questions[-1] == f"Key {name.id}, from word 11: "
    assert said == ["Word 12 is not on the list of words. Type again from word 11."]


def test_a_share_that_does_not_fit_together_may_be_typed_three_times() -> None:
    name, words = SHEETS[0].shares[0]
    unseen, _questions = typed(*[" ".join(reversed(words))] * 3)
    with pytest.raises(SharesRefused, match="not one of 3 attempts was right"):
        keyboard.typed_share(name, unseen, lambda _said: None)


def test_nonsense_for_a_key_s_name_is_asked_for_again() -> None:
    said: list[str] = []
    ask, _questions = typed("k2", *names_as_typed())
    assert tuple(keyboard.typed_names(ask, said.append)) == SHEETS[0].names
    assert said == ["Write the key's id, a space and the check value."]
    with pytest.raises(SharesRefused, match="No key was named"):
        keyboard.typed_names(typed("")[0], said.append)


def test_at_a_real_terminal_neither_words_nor_keys_are_shown_and_neither_keys_nor_database_are_needed(
    tmp_path: Path,
) -> None:
    """As docs/recovery.md has it: a computer with the checkout and nothing else, two people, one after the other."""
    ours, theirs = pty.openpty()
    lines = [*names_as_typed(), *(short(words) for sheet in SHEETS[:2] for _name, words in sheet.shares)]
    environment = {"PATH": os.environ["PATH"], "NRM_MODE": "development", "NRM_LOCALDB_HOME": str(tmp_path / "none")}
    where = {"cwd": configured.BASE_DIR, "env": environment, "start_new_session": True}
    command = [sys.executable, "manage.py", "vault", "recover"]
    with (
        (tmp_path / "line").open("wb") as out,
        subprocess.Popen(command, stdin=theirs, stdout=out, stderr=theirs, **where) as process,  # type: ignore[call-overload]
    ):
        os.close(theirs)
        seen = answer(ours, lines)
        assert process.wait(30) == 0, seen
    os.close(ours)
    line = (tmp_path / "line").read_text().strip()
    assert parse_key_ring(line.removeprefix("NRM_VAULT_KEYS=")) == RING
    assert not (tmp_path / "none").exists(), "no database was started"
    words = {word[:4] for sheet in SHEETS[:2] for _name, words in sheet.shares for word in words}
    while_typing = seen.split("The check values")[0].split("Sheet 1.")[1]
    assert [word for word in words if f" {word} " in f" {while_typing} "] == []
    assert base64.b64encode(RING["k2"]).decode() not in seen


def answer(terminal: int, lines: list[str]) -> str:
    """Types each line when the program asks for it; what the screen showed."""
    seen, answered, until = "", 0, time.monotonic() + 40
    while time.monotonic() < until:
        try:
            seen += os.read(terminal, 4096).decode()
        except OSError:  # The program has closed its side.
            break
        if answered < len(lines) and seen.endswith(": ") and seen.count(": ") > answered:
            os.write(terminal, lines[answered].encode() + b"\n")
            answered += 1
    return seen
