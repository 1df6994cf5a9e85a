"""`make test` stops the database server that it started. A bare `pytest` leaves it running for the next one."""

from __future__ import annotations

from contextlib import ExitStack

import pytest


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):  # one of several processes; the first one owns the server
        return
    from nrm.localdb.server import borrowed_server

    until_the_end = ExitStack()
    until_the_end.enter_context(borrowed_server())
    config.add_cleanup(until_the_end.close)
