"""The message catalogues under `locale/`: update from the source, fill in, generate, compile, judge.

Imports polib, a development tool: only the `translate` command and tests import this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polib
from polib import POEntry, POFile

from nrm.languages.extract import Key, Message
from nrm.languages.lint import faults
from nrm.languages.transliterate import to_latin

#: Catalogues people translate, by the name of their directory, with the plural rule of Django's own catalogue: Django
#: keeps catalogues with different rules apart.
SOUTH_SLAVIC = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
PLURAL_FORMS = {
    "sq": "nplurals=2; plural=(n != 1);",
    "bs": SOUTH_SLAVIC,
    "sr": SOUTH_SLAVIC,
    "mk": "nplurals=2; plural=(n % 10 == 1 && n % 100 != 11) ? 0 : 1;",
    "sr_Latn": SOUTH_SLAVIC,
}
TRANSLATED = ("sq", "bs", "sr", "mk")
MASTER, GENERATED = "sr", "sr_Latn"
CONTEXT_SEPARATOR = "\x04"
UNWRAPPED = 0

Translation = str | Sequence[str]


@dataclass(frozen=True)
class Folder:
    """`locale/`, one catalogue a language."""

    path: Path

    def po(self, language: str) -> Path:
        return self.path / language / "LC_MESSAGES" / "django.po"

    def mo(self, language: str) -> Path:
        return self.po(language).with_suffix(".mo")

    def read(self, language: str) -> POFile:
        po = self.po(language)
        return polib.pofile(str(po), wrapwidth=UNWRAPPED) if po.exists() else empty(language)

    def write(self, language: str, catalogue: POFile) -> None:
        self.po(language).parent.mkdir(parents=True, exist_ok=True)
        self.po(language).write_text(text_of(catalogue), encoding="utf-8")
        self.mo(language).write_bytes(catalogue.to_binary())


class CannotFill(Exception):
    """A translation that is not accepted, each with the reason; nothing was written."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = list(reasons)
        super().__init__("\n".join(self.reasons))


def empty(language: str) -> POFile:
    catalogue = polib.POFile(wrapwidth=UNWRAPPED)
    catalogue.metadata = {
        "Project-Id-Version": "nrm",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURAL_FORMS[language],
    }
    return catalogue


def text_of(catalogue: POFile) -> str:
    return f"{catalogue}".rstrip("\n") + "\n"


def updated(language: str, former: POFile, messages: Mapping[Key, Message]) -> POFile:
    """A catalogue of exactly `messages`, with the translations that `former` has for them. Nothing is ever fuzzy."""
    kept = {key_of(entry): entry for entry in former if not entry.obsolete and not entry.fuzzy}
    catalogue = empty(language)
    for message in messages.values():
        entry = polib.POEntry(
            msgctxt=message.context,
            msgid=message.text,
            msgid_plural=message.plural,
            comment="\n".join(sorted(message.comments)),
            occurrences=[(file, "") for file in sorted(message.files)],
            flags=["python-format"] if "%(" in message.text + message.plural else [],
        )
        put(entry, language, translation_of(kept.get(message.key), plural=bool(message.plural)))
        catalogue.append(entry)
    return catalogue


def key_of(entry: POEntry) -> Key:
    return entry.msgctxt, entry.msgid


def number_of_forms(language: str) -> int:
    return int(PLURAL_FORMS[language].removeprefix("nplurals=")[0])


def translation_of(entry: POEntry | None, *, plural: bool) -> Translation:
    """What a former entry says, if it is still of the same kind."""
    if entry is None or bool(entry.msgid_plural) != plural:
        return ""
    return [entry.msgstr_plural[form] for form in sorted(entry.msgstr_plural)] if plural else entry.msgstr


def put(entry: POEntry, language: str, translation: Translation) -> None:
    if not entry.msgid_plural:
        entry.msgstr = str(translation)
        return
    forms = list(translation) if not isinstance(translation, str) else []
    wanted = number_of_forms(language)
    entry.msgstr_plural = dict(enumerate(forms if len(forms) == wanted else [""] * wanted))


def in_latin(master: POFile, messages: Mapping[Key, Message]) -> POFile:
    """The Latin catalogue, letter for letter from the Cyrillic one."""
    catalogue = updated(GENERATED, master, messages)
    for entry in catalogue:
        entry.msgstr = to_latin(entry.msgstr)
        entry.msgstr_plural = {form: to_latin(text) for form, text in entry.msgstr_plural.items()}
    return catalogue


def all_updated(folder: Folder, messages: Mapping[Key, Message]) -> dict[str, POFile]:
    """Every catalogue as it should be for this source, the generated one included."""
    catalogues = {language: updated(language, folder.read(language), messages) for language in TRANSLATED}
    catalogues[GENERATED] = in_latin(catalogues[MASTER], messages)
    return catalogues


def missing(catalogue: Iterable[POEntry]) -> list[POEntry]:
    return [entry for entry in catalogue if not entry.translated()]


def asked_as_json(entry: POEntry) -> tuple[str, Translation]:
    """An untranslated entry as a translator gets it: key, and the English text or texts to replace."""
    key = f"{entry.msgctxt}{CONTEXT_SEPARATOR}{entry.msgid}" if entry.msgctxt else entry.msgid
    return key, [entry.msgid, entry.msgid_plural] if entry.msgid_plural else entry.msgid


def fill(language: str, catalogue: POFile, answers: Mapping[str, Translation]) -> list[str]:
    """Puts answers into the catalogue: all of them, or none when one is faulty. Returns the keys the source lost."""
    entries = {asked_as_json(entry)[0]: entry for entry in catalogue}
    gone = [key for key in answers if key not in entries]
    reasons: list[str] = []
    for key in answers.keys() & entries.keys():
        reasons += refused(language, entries[key], answers[key])
        put(entries[key], language, answers[key])
        reasons += [f"{key!r}: {fault}" for fault in faults(language, entries[key])]
    if reasons:
        raise CannotFill(sorted(reasons))
    return gone


def refused(language: str, entry: POEntry, answer: Translation) -> list[str]:
    wanted = number_of_forms(language) if entry.msgid_plural else 0
    given = 0 if isinstance(answer, str) else len(answer)
    if given == wanted:
        return []
    return [f"{entry.msgid!r}: {wanted or 'no'} plural forms are wanted, {given or 'none'} given."]


def problems(folder: Folder, messages: Mapping[Key, Message]) -> list[str]:
    """Everything `translate --check` complains about, one sentence each; empty when all catalogues are whole."""
    found = []
    for language, wanted in all_updated(folder, messages).items():
        po, mo = folder.po(language), folder.mo(language)
        if not po.exists() or po.read_text(encoding="utf-8") != text_of(wanted):
            found.append(f"{language}: django.po is stale; run `manage.py translate`.")
        if not mo.exists() or mo.read_bytes() != wanted.to_binary():
            found.append(f"{language}: django.mo differs from django.po; run `manage.py translate`.")
        if fuzzy := sum(entry.fuzzy for entry in folder.read(language)):
            found.append(f"{language}: {fuzzy} messages are fuzzy.")
        if count := len(missing(wanted)):
            found.append(f"{language}: {count} of {len(wanted)} messages are not translated.")
        found += [f"{language}: {entry.msgid!r}: {fault}" for entry in wanted for fault in faults(language, entry)]
    return found
