"""Who runs the server and where its files lie.

PostgreSQL refuses to run as root. For root the children run as the owner of the data, else as `postgres` or `nobody`;
that user must be able to enter the data directory, the sockets and the programs. Where it cannot (a checkout under a
closed home directory), the data and a copy of the programs go to the system's own place; no permission is widened.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nrm.localdb.binaries import Binaries
from nrm.localdb.errors import LocalDatabaseError

SYSTEM_PLACES = (Path("/var/lib"), Path("/var/tmp"))
#: `sun_path` holds 104 bytes on macOS and 108 on Linux; PostgreSQL adds `/.s.PGSQL.5432` to the directory.
LONGEST_SOCKET_DIRECTORY = 85


@dataclass(frozen=True)
class ServerUser:
    """The operating system user of the server. `drop` is true when that is not the user of this process."""

    uid: int
    gid: int
    name: str
    drop: bool

    def may_enter(self, directory: Path) -> bool:
        """Whether the directory, or what exists of the way to it, can be passed through by this user."""
        if not self.drop:
            return True
        existing = [path for path in (directory, *directory.parents) if path.exists()]
        return all(self._may_search(path.stat()) for path in existing)

    def _may_search(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)

    def own(self, directory: Path) -> None:
        """Make the directory, closed to everyone else, this user's."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.drop:
            os.chown(directory, self.uid, self.gid)
        directory.chmod(0o700)


def server_user(data: Path) -> ServerUser:
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid(), _name(os.geteuid()), drop=False)
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return ServerUser(owner.st_uid, owner.st_gid, _name(owner.st_uid), drop=True)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(entry.pw_uid, entry.pw_gid, name, drop=True)
    raise LocalDatabaseError(
        "PostgreSQL does not run as root, and there is no user postgres or nobody to run it. "
        "Use an ordinary user, or set DATABASE_URL to a server."
    )


def home_of(wanted: Path, user: ServerUser) -> Path:
    """Where the cluster lies: the wanted directory, or a system place when the server's user cannot enter that."""
    if user.may_enter(wanted):
        return wanted
    for place in SYSTEM_PLACES:
        if user.may_enter(place) and os.access(place, os.W_OK):
            return place / "nrm-localdb" / _digest(wanted)
    raise LocalDatabaseError(
        f"The user {user.name} can enter neither {wanted} nor a system directory. Set DATABASE_URL to a server."
    )


def socket_directory(data: Path, user: ServerUser) -> Path:
    """A short path, the same for the same data: the name of a Unix socket has no room for a long one."""
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        directory = Path(place).resolve() / f"nrm-{_digest(data)}"
        if len(os.fsencode(directory)) <= LONGEST_SOCKET_DIRECTORY and user.may_enter(directory.parent):
            return directory
    raise LocalDatabaseError(
        f"The user {user.name} cannot enter any temporary directory. Set DATABASE_URL to a server."
    )


def refuse_foreign(directory: Path, user: ServerUser) -> None:
    """Never trust a directory that someone else made: whoever owns the socket can play the server."""
    if directory.is_symlink() or directory.stat().st_uid != user.uid:
        raise LocalDatabaseError(
            f"{directory} belongs to another user than {user.name}, who runs the server here. "
            "Use the user who made it, or remove it."
        )


def reachable_binaries(binaries: Binaries, home: Path, user: ServerUser) -> Binaries:
    """The programs, or a copy in the cluster's home when the server's user cannot read them where they are."""
    program = Path(binaries.program("postgres"))
    if user.may_enter(program.parent) and (not user.drop or program.stat().st_mode & stat.S_IXOTH):
        return binaries
    copy = home / f"programs-{binaries.version}"
    if not copy.exists():
        _copy_programs(binaries, copy)
    return Binaries(copy / binaries.tree.parent.name / binaries.tree.name / binaries.directory.name, binaries.version)


def _copy_programs(binaries: Binaries, target: Path) -> None:
    """Keep the layout: the programs find `share`, `lib` and the wheel's bundled libraries relative to themselves."""
    package = binaries.tree.parent
    draft = target.with_name(target.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(binaries.tree, draft / package.name / binaries.tree.name, symlinks=True)
    bundled = package.with_name(package.name + ".libs")
    if bundled.is_dir():
        shutil.copytree(bundled, draft / bundled.name, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    draft.rename(target)


def _name(uid: int) -> str:
    """Containers may run as a number without a name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]
