"""The embedded server starts once, keeps what was written, and gets up again after every kind of fall."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from nrm.localdb import postmaster
from nrm.localdb.errors import LocalDatabaseError
from nrm.localdb.server import SOCKET, Server


def test_a_path_with_a_space_is_no_obstacle(server: Server) -> None:
    assert " " in str(server.data)
    assert server.ensure_running() is True
    assert server.ensure_running() is False
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT current_user, current_database()").fetchone() == ("nrm", "nrm")


def test_every_script_has_case_and_trigrams(server: Server) -> None:
    server.ensure_running()
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT lower('ČЉ'), 'Čeda' ILIKE 'č%'").fetchone() == ("čљ", True)
        connection.execute("CREATE EXTENSION pg_trgm")
        assert connection.execute("SELECT cardinality(show_trgm('Љиљана'))").fetchone() == (7,)


def test_nobody_else_can_reach_it(server: Server) -> None:
    server.ensure_running()
    assert server.sockets.stat().st_mode & 0o077 == 0
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_acknowledged_writes_are_on_disk(server: Server) -> None:
    server.ensure_running()
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_a_killed_server_comes_back_with_its_data(server: Server) -> None:
    server.ensure_running()
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    kill_postmaster(server)

    assert not server.is_running()
    assert server.ensure_running() is True
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_a_stale_note_naming_a_living_stranger_is_seen_through(server: Server) -> None:
    server.ensure_running()
    note = (server.data / "postmaster.pid").read_text()
    server.stop()
    (server.data / "postmaster.pid").write_text(note.replace(note.split("\n")[0], str(os.getpid()), 1))

    assert server.ensure_running() is True


def test_a_socket_that_was_taken_away_does_not_lock_us_out(server: Server) -> None:
    server.ensure_running()
    (server.sockets / SOCKET).unlink()
    assert not server.is_running()
    assert server.ensure_running()
    assert server.is_running()


def test_a_swept_temporary_directory_does_not_lock_us_out(server: Server) -> None:
    server.ensure_running()
    shutil.rmtree(server.sockets)

    assert server.ensure_running() is True
    assert server.is_running()


def test_stopping_twice_is_calm(server: Server) -> None:
    server.ensure_running()
    assert server.stop() is True
    assert server.stop() is False
    assert not server.is_running()


@pytest.mark.concurrency
def test_of_four_processes_that_race_one_starts_it(server: Server) -> None:
    command = [sys.executable, "manage.py", "localdb", "start"]
    environment = {**os.environ, "NRM_LOCALDB_HOME": str(server.wanted_home), "DATABASE_URL": ""}
    racers = [
        subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    said = [racer.communicate(timeout=240)[0].splitlines()[0] for racer in racers]

    assert [racer.returncode for racer in racers] == [0, 0, 0, 0]
    assert sorted(said) == ["PostgreSQL started.", *["PostgreSQL was running already."] * 3]


def test_a_half_made_cluster_is_made_anew(server: Server) -> None:
    draft = server.data.with_name(server.data.name + ".new")
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18")

    assert server.ensure_running() is True
    assert not draft.exists()


def test_data_of_another_major_version_are_refused_with_the_way_out(server: Server) -> None:
    (server.home / "pg14").mkdir()

    with pytest.raises(LocalDatabaseError, match="pg_dump") as refusal:
        server.ensure_running()

    assert str(server.home / "pg14") in str(refusal.value)
    assert not server.data.exists()


def test_a_start_that_fails_shows_the_end_of_the_log(server: Server) -> None:
    server.ensure_running()
    server.stop()
    with (server.data / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")

    with pytest.raises(LocalDatabaseError, match="no_such_setting"):
        server.ensure_running()


def kill_postmaster(server: Server) -> None:
    note = postmaster.read_note(server.data)
    assert note is not None
    os.kill(note.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while postmaster.is_alive(server.data) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert Path(server.data / "postmaster.pid").exists()
