"""One embedded PostgreSQL server: create the cluster, start, probe, stop.

Reached through a Unix socket in a directory that only the server's user (and root) can enter; there is no network port
and therefore no password. Every change of its state happens under a file lock, so that processes may race to start it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

import psycopg
from django.conf import settings

from nrm.localdb import places, postmaster
from nrm.localdb.binaries import Binaries, find_binaries
from nrm.localdb.errors import LocalDatabaseError

ENGINE = "nrm.localdb.backend"
ROLE = "nrm"
DATABASE = "nrm"
#: The name of the socket inside its directory, by PostgreSQL's rule for the default port.
SOCKET = ".s.PGSQL.5432"
#: Seconds. Generous, because a start after a crash replays the write-ahead log first.
START_LIMIT = 180
CONFIGURATION = """
# Written by manage.py localdb. Data are durable (synchronous_commit stays on); only a Unix socket is opened.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
"""

OTHER_MAJOR = """{found} was made by another major version of PostgreSQL than {installed}, which is installed now.
To keep the data: install the former version, then
    python manage.py localdb start
    pg_dump --format=custom --file=var/nrm.dump "$(python manage.py localdb url)"
    python manage.py localdb stop
Move {found} away, install the new version, then
    python manage.py localdb start
    pg_restore --no-owner --dbname="$(python manage.py localdb url)" var/nrm.dump
To start anew: remove {found}."""


@dataclass(frozen=True)
class Server:
    wanted_home: Path
    home: Path
    data: Path
    binaries: Binaries
    user: places.ServerUser

    @classmethod
    def at(cls, wanted_home: Path) -> Server:
        binaries = find_binaries()
        name = f"pg{binaries.major}"
        user = places.server_user(wanted_home / name)
        home = places.home_of(wanted_home, user)
        return cls(wanted_home=wanted_home, home=home, data=home / name, binaries=binaries, user=user)

    @property
    def sockets(self) -> Path:
        """Where a running server listens, else where the next one will."""
        note = postmaster.read_note(self.data)
        return note.sockets if note else places.socket_directory(self.data, self.user)

    @property
    def url(self) -> str:
        """In the one form that DATABASE_URL, psql and pg_dump all understand."""
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self.sockets))}"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    def is_running(self) -> bool:
        """Asked with a real connection: process ids lie after a crash."""
        try:
            places.refuse_foreign(self.sockets, self.user)
            self._connect().close()
        except (psycopg.OperationalError, FileNotFoundError):
            return False
        return True

    def ensure_running(self) -> bool:
        """Start the server unless it answers already; whether this call started it."""
        if self.is_running():
            return False
        with self._locked():
            if self.is_running():
                return False
            self._refuse_other_major()
            if not self.data.exists():
                self._create_cluster()
            places.refuse_foreign(self.data, self.user)
            self._start()
            self._create_database()
            return True

    def stop(self) -> bool:
        """Stop the server, ending its connections; whether there was one."""
        with self._locked():
            if not postmaster.is_alive(self.data):
                return False
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", str(START_LIMIT))
            return True

    def destroy(self) -> None:
        """Stop the server and delete its data for good."""
        self.stop()
        with self._locked():
            shutil.rmtree(self.data, ignore_errors=True)
            shutil.rmtree(self.sockets, ignore_errors=True)

    def _start(self) -> None:
        if postmaster.is_alive(self.data) and not (self.sockets / SOCKET).exists():
            # Somebody swept the temporary directory, or a former server of this path took its socket along when it
            # ended: the server runs on but nobody can reach it.
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w")
        if not postmaster.is_alive(self.data):
            postmaster.forget_dead(self.data)
            sockets = self._fresh_socket_directory()
            options = ("-w", "-t", str(START_LIMIT), "-s", "-l", str(self.log), "-o", f"-k '{sockets}'")
            self._run("pg_ctl", "start", "-D", str(self.data), *options)
        deadline = time.monotonic() + START_LIMIT
        while not self.is_running():
            if time.monotonic() > deadline:
                raise LocalDatabaseError(f"PostgreSQL does not answer. The end of {self.log}:\n{self._end_of_log()}")
            time.sleep(0.05)

    def _fresh_socket_directory(self) -> Path:
        """Emptied, because the lock file beside a killed server's socket would refuse the next one."""
        sockets = places.socket_directory(self.data, self.user)
        if sockets.is_symlink() or sockets.exists():
            places.refuse_foreign(sockets, self.user)
            shutil.rmtree(sockets)
        sockets.mkdir(mode=0o700)
        self.user.own(sockets)
        return sockets

    def _create_cluster(self) -> None:
        """Into a draft directory, renamed when whole: a half-made cluster is never mistaken for one."""
        if self.home != self.wanted_home:
            sys.stderr.write(
                f"The database is kept in {self.home}: PostgreSQL refuses to run as root, so it runs as "
                f"{self.user.name}, who cannot enter {self.wanted_home}.\n"
            )
        draft = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        self.user.own(draft)
        self._run(
            "initdb", "-D", str(draft), "-U", ROLE, "-A", "trust", "-E", "UTF8", "--no-instructions", *self._locale()
        )
        with (draft / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write(CONFIGURATION)
        draft.rename(self.data)

    def _locale(self) -> list[str]:
        """Upper and lower case of every script, and trigrams of every letter; code point order on every machine."""
        if self.binaries.major < 17:
            return ["--locale=C.UTF-8"]
        options = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        probe = "import locale; locale.setlocale(locale.LC_CTYPE, 'C.UTF-8')"
        has_ctype = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=False).returncode == 0
        return [*options, "--lc-ctype=C.UTF-8"] if has_ctype else options

    def _create_database(self) -> None:
        with self._connect() as connection:
            exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not exists:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.sockets), user=ROLE, dbname="postgres", autocommit=True, connect_timeout=10
        )

    def _refuse_other_major(self) -> None:
        others = [path for path in self.home.glob("pg[0-9][0-9]") if path != self.data]
        version_file = self.data / "PG_VERSION"
        wrong = version_file.exists() and version_file.read_text().strip() != str(self.binaries.major)
        if wrong or (others and not self.data.exists()):
            found = self.data if wrong else others[0]
            raise LocalDatabaseError(OTHER_MAJOR.format(found=found, installed=self.binaries.version))

    def _run(self, program: str, *arguments: str) -> None:
        """As the server's user, from a directory it can enter, in an environment that no setting of ours leaks into."""
        reachable = places.reachable_binaries(self.binaries, self.home, self.user)
        drop = self.user.drop
        done = subprocess.run(
            [reachable.program(program), *arguments],
            user=self.user.uid if drop else None,
            group=self.user.gid if drop else None,
            extra_groups=[] if drop else None,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            umask=0o077,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise LocalDatabaseError(f"{program} failed:\n{done.stdout.strip()}\n{self._end_of_log()}".rstrip())

    def _end_of_log(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:]) if self.log.exists() else ""

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "localdb.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@cache
def local_server() -> Server:
    """The server of this checkout."""
    return Server.at(Path(settings.LOCALDB_HOME))


@contextmanager
def borrowed_server() -> Iterator[Server | None]:
    """Running as long as needed; stopped at the end only if it was started here. None where `DATABASE_URL` rules."""
    if settings.DATABASES["default"]["ENGINE"] != ENGINE:
        yield None
        return
    server = local_server()
    started = server.ensure_running()
    try:
        yield server
    finally:
        if started:
            server.stop()
