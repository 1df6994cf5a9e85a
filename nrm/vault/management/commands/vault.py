"""`manage.py vault keys | new-key | rotate | shares | recover | reindex | erased | fields`: keys, index, columns."""

from __future__ import annotations

import base64
import os
import re
import sys
from collections.abc import Callable
from getpass import getpass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import models
from django.utils import timezone

from nrm.access.rows import seen_by_the_service
from nrm.vault import classification, erasures
from nrm.vault.actions import record_shares, reindex, reseal_second_factors, rewrap_keys
from nrm.vault.management import sheets
from nrm.vault.sealing import KEY_BYTES, key_ring
from nrm.vault.selectors import (
    held_by_key,
    ids_in_batches,
    key_holders,
    people_to_index,
    second_factors_by_key,
    to_rewrap,
    unopened,
)
from nrm.vault.shares import SharesRefused, divide, name_of_key, printed, put_together, read

#: In place of a file: what is printed, or given on the way in.
STREAM = Path("-")
AFTER_WRITING = """Any {needed} of them give back: {keys}.
1. Print each one from here, on a printer without a memory, and give it to its holder in a closed envelope.
2. Try them from the paper: `manage.py vault recover --check` must name the check values of `manage.py vault keys`.
3. Destroy the files: shred --remove {folder}/recovery-sheet-*.txt
   On a disk nothing is destroyed for certain; --into a folder in memory, such as /dev/shm, is better."""
AFTER_RECOVERY = """The check values of all keys are right. Put the line below into the service's environment,
as it is, and clear the screen. Everybody present has seen the keys: rotate them and make new sheets."""


def name_of(holder: type[models.Model]) -> str:
    """The rows a key belongs to, as the operator calls them."""
    return str(holder._meta.verbose_name_plural)


class Command(BaseCommand):
    help = "The vault's keys: which are in use, a fresh one, moving to the newest; and the classes of its columns."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        tasks = parser.add_subparsers(dest="task", required=True)
        keys = tasks.add_parser("keys", help="what each key holds, and its check value; never prints a key")
        keys.add_argument("--try", action="store_true", dest="attempt", help="see whether every data key opens")
        fresh = tasks.add_parser("new-key", help="print a fresh key for NRM_VAULT_KEYS")
        fresh.add_argument("--id", default="", help="the key's id, such as k2027_1; left out, only the key is printed")
        rotate = tasks.add_parser("rotate", help="move everything to the newest key; may be stopped and run again")
        rotate.add_argument("--batch", type=int, default=200, help="rows in one transaction (default 200)")
        renew = tasks.add_parser("reindex", help="write the index anew where it is out of date; may be stopped")
        renew.add_argument("--batch", type=int, default=200, help="people in one transaction (default 200)")
        shares = tasks.add_parser("shares", help="divide the keys among several people: one printable sheet for each")
        shares.add_argument("--of", type=int, default=3, help="how many sheets (default 3)")
        shares.add_argument("--needed", type=int, default=2, help="how many of them give the keys back (default 2)")
        shares.add_argument("--into", type=Path, required=True, help="an existing folder, best one in memory")
        recover = tasks.add_parser("recover", help="give the keys back from sheets; needs neither keys nor database")
        recover.add_argument(
            "files", nargs="*", type=Path, help="sheets as files; left out, you are asked for the words"
        )
        recover.add_argument("--check", action="store_true", help="only say whether the sheets are right; print no key")
        erased = tasks.add_parser("erased", help="who was erased: the list to keep outside, and to replay on a restore")
        way = erased.add_mutually_exclusive_group(required=True)
        way.add_argument("--export", type=Path, metavar="FILE", help="write the list; - prints it")
        way.add_argument("--replay", type=Path, metavar="FILE", help="erase again whoever is on it; - reads it")
        fields = tasks.add_parser("fields", help="problems in the list of column classes")
        fields.add_argument("--missing", action="store_true", help="print the lines to add")

    @seen_by_the_service()  # Keys, index and erasures are everybody's; nothing is opened here.
    def handle(self, *_: Any, **options: Any) -> None:
        acts: dict[str, Callable[[], None]] = {
            "keys": lambda: self.print_keys(attempt=options["attempt"]),
            "new-key": lambda: self.print_new_key(options["id"]),
            "rotate": lambda: self.rotate(options["batch"]),
            "shares": lambda: self.write_shares(options["into"], of=options["of"], needed=options["needed"]),
            "recover": lambda: self.recover(options["files"], only_check=options["check"]),
            "reindex": lambda: self.reindex(options["batch"]),
            "erased": lambda: self.erased(options["export"], options["replay"]),
            "fields": lambda: self.print_fields(only_missing=options["missing"]),
        }
        acts[options["task"]]()

    def print_keys(self, *, attempt: bool) -> None:
        held = {name_of(holder): held_by_key(holder) for holder in key_holders()}
        held["second factors"] = second_factors_by_key()
        ring = key_ring()
        used = {key_id for counts in held.values() for key_id in counts}
        for key_id in [*ring, *sorted(used - ring.keys())]:
            newest = " (newest)" if key_id == ring.newest else ""
            line = f"{key_id}: {', '.join(f'{counts[key_id]} {what}' for what, counts in held.items())}"
            if key_id in ring:
                self.stdout.write(f"{line}, check value {name_of_key(key_id, ring[key_id]).check}{newest}")
            else:
                self.stdout.write(self.style.ERROR(f"{line}. NOT CONFIGURED: these cannot be opened"))
        if attempt:
            self.try_keys()

    def try_keys(self) -> None:
        """For a rehearsal: no value is opened, so nobody learns a name by it."""
        broken = [pk for holder in key_holders() for pk in unopened(holder)]
        if broken:
            raise CommandError(f"{len(broken)} data keys do not open: {', '.join(map(str, broken))}")
        self.stdout.write(self.style.SUCCESS("Every data key opens."))

    def print_new_key(self, key_id: str) -> None:
        if key_id and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,31}", key_id):
            raise CommandError("An id has letters, digits and _ only, such as k2027_1.")
        key = base64.b64encode(os.urandom(KEY_BYTES)).decode()
        self.stdout.write(f"{key_id}:{key}" if key_id else key)

    def rotate(self, size: int) -> None:
        if size < 1:
            raise CommandError("A batch has at least one row.")
        broken = [row for holder in key_holders() for row in self.rewrap(holder, size)]
        factors = reseal_second_factors()
        self.stdout.write(f"{factors} second factors sealed by {key_ring().newest}")
        if broken:
            named = ", ".join(map(str, broken))
            raise CommandError(f"{len(broken)} data keys did not open and were left as they are: {named}")
        self.stdout.write(self.style.SUCCESS(f"Everything is wrapped by {key_ring().newest}."))

    def rewrap(self, holder: type[models.Model], size: int) -> list[UUID]:
        """The ids of those whose data key did not open."""
        total = to_rewrap(holder).count()
        done, broken = 0, list[UUID]()
        for ids in ids_in_batches(to_rewrap(holder), size):
            result = rewrap_keys(holder, ids)
            done += result.done
            broken += result.broken
            self.stdout.write(f"{done} of {total} {name_of(holder)} wrapped by {key_ring().newest}")
        return broken

    def write_shares(self, folder: Path, *, of: int, needed: int) -> None:
        try:
            files = [
                (sheets.file_of(folder, sheet.number, of), sheet) for sheet in divide(key_ring(), of=of, needed=needed)
            ]
            sheets.write_new([(path, printed(sheet, timezone.localdate())) for path, sheet in files])
        except SharesRefused as refused:
            raise CommandError(str(refused)) from None
        except OSError as failed:
            raise CommandError(f"No sheet was written: {failed.strerror}: {failed.filename}") from None
        paths = [path for path, _sheet in files]
        try:
            record_shares(of=of, needed=needed)
        except BaseException:
            sheets.remove(paths)
            raise
        for path in paths:
            self.stdout.write(str(path))
        self.stdout.write(AFTER_WRITING.format(needed=needed, keys=", ".join(key_ring()), folder=folder))

    def recover(self, files: list[Path], *, only_check: bool) -> None:
        try:
            given = [read(path.read_text(encoding="utf-8")) for path in files]
            ring = put_together(given or sheets.typed_sheets(self.ask, getpass, self.say))
        except (SharesRefused, UnicodeDecodeError) as refused:
            raise CommandError(
                str(refused) if isinstance(refused, SharesRefused) else "This is no recovery sheet."
            ) from None
        except OSError as failed:
            raise CommandError(f"{failed.strerror}: {failed.filename}") from None
        except EOFError:
            raise CommandError("No more was typed. Nothing was recovered.") from None
        if only_check:
            named = ", ".join(f"{name_of_key(key_id, key).check} of {key_id}" for key_id, key in ring.items())
            self.stdout.write(f"These sheets give the keys back. Check values: {named}.")
            return
        self.say(AFTER_RECOVERY)
        pairs = (f"{key_id}:{base64.b64encode(key).decode()}" for key_id, key in ring.items())
        self.stdout.write(f"NRM_VAULT_KEYS={','.join(pairs)}")

    def say(self, sentence: str, ending: str = "\n") -> None:
        """Beside the output, which may go to a file, so that no key is on a screen."""
        self.stderr.write(sentence, style_func=str, ending=ending)
        self.stderr.flush()

    def ask(self, question: str) -> str:
        self.say(question, ending="")
        return input()

    def reindex(self, size: int) -> None:
        if size < 1:
            raise CommandError("A batch has at least one row.")
        total = people_to_index().count()
        done, broken = 0, list[UUID]()
        for ids in ids_in_batches(people_to_index(), size):
            result = reindex(ids)
            done += result.done
            broken += result.broken
            self.stdout.write(f"{done} of {total} people indexed")
        if broken:
            named = ", ".join(map(str, broken))
            raise CommandError(f"{len(broken)} identities did not open and were left as they are: {named}")
        self.stdout.write(self.style.SUCCESS("The index of everybody is written by the present inputs and key."))

    def erased(self, export: Path | None, replay: Path | None) -> None:
        if export:
            self.export_erased(export)
        if replay:
            self.replay_erased(replay)

    def export_erased(self, path: Path) -> None:
        listed = erasures.erasures()
        text = erasures.printed(listed)
        if path == STREAM:
            self.stdout.write(text, ending="")
            return
        new = path.with_name(f"{path.name}.new")
        try:
            new.write_text(text, encoding="utf-8")
            new.replace(path)
        except OSError as failed:
            raise CommandError(f"{failed.strerror}: {failed.filename}") from None
        self.stdout.write(f"{len(listed)} erased people listed. Keep the list apart from the backups.")

    def replay_erased(self, path: Path) -> None:
        try:
            listed = erasures.read(sys.stdin.read() if path == STREAM else path.read_text(encoding="utf-8"))
        except (erasures.ListRefused, UnicodeDecodeError) as refused:
            named = str(refused) if isinstance(refused, erasures.ListRefused) else "This is no list of erased people."
            raise CommandError(f"{named} Nobody was erased.") from None
        except OSError as failed:
            raise CommandError(f"{failed.strerror}: {failed.filename}") from None
        found = erasures.replay(listed)
        told = f"{found.erased} erased again, {found.already} were erased already, {found.unknown} are not in here."
        self.stdout.write(self.style.SUCCESS(told))

    def print_fields(self, *, only_missing: bool) -> None:
        if only_missing:
            self.stdout.write(classification.missing_lines(), ending="")
            return
        problems = classification.problems()
        for problem in problems:
            self.stdout.write(self.style.ERROR(problem))
        if problems:
            raise CommandError(f"{len(problems)} problems in {classification.FILE.name}")
        self.stdout.write(self.style.SUCCESS("Every column has its class."))
