"""What `postmaster.pid` says, and whether it still tells the truth.

After `kill -9` the file stays, and its process id may be a zombie's or belong to another program by now. PostgreSQL
itself then refuses to start ("lock file already exists"), so the file is judged here first.
"""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from nrm.localdb.errors import LocalDatabaseError

#: Seconds.
ORPHAN_LIMIT = 30


@dataclass(frozen=True)
class Note:
    pid: int
    sockets: Path


def read_note(data: Path) -> Note | None:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    return Note(int(lines[0]), Path(lines[4])) if len(lines) > 4 and lines[4] else None


def is_alive(data: Path) -> bool:
    """Whether the process of the note runs and is the postmaster of this very directory."""
    pid = _pid(data)
    if pid is None:
        return False
    if Path("/proc/self").exists():
        return _works_in(Path("/proc") / str(pid), data)
    listed = subprocess.run(
        ["/bin/ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return str(data) in listed.stdout and not listed.stdout.startswith("Z")


def forget_dead(data: Path) -> None:
    """Remove the note of a postmaster that is gone. Call it only when `is_alive` is false and the lock is held.

    A killed postmaster's children end within moments, but until then they hold the data: without the note nothing
    would keep a second server away from them, so they are waited for first.
    """
    deadline = time.monotonic() + ORPHAN_LIMIT
    while orphans := [process for process in Path("/proc").glob("[0-9]*") if _works_in(process, data)]:
        if time.monotonic() > deadline:
            raise LocalDatabaseError(f"Process {orphans[0].name} of a killed server still holds {data}. End it first.")
        time.sleep(0.05)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _pid(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _works_in(process: Path, data: Path) -> bool:
    """The working directory of a server's processes is the data directory; a zombie has none."""
    try:
        return (process / "cwd").samefile(data)
    except OSError:
        return False
