"""How `make test` spreads the files over the cores: the longest first, and together what begins with the same costly
state. Loaded with `-p tests.spreading`; a bare `pytest` needs none of it."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from xdist.scheduler import LoadFileScheduling

#: Files that one process runs one after another: the invented country is filled once for both.
TOGETHER = {"tests/desk/test_canaries.py": "tests/desk/test_demo.py"}
#: What takes longest, begun first, so that no core waits for the other at the end.
LONGEST = (
    "tests/desk/test_demo.py",
    "tests/permissions/test_urls.py",
    "tests/permissions/test_blocks.py",
    "tests/queries/test_every_page.py",
    "tests/localdb/test_serve.py",
    "tests/hostile/test_dates_and_numbers.py",
    "tests/hostile/test_typed_text.py",
    "tests/hostile/test_other_peoples_ids.py",
    "tests/permissions/test_elsewhere.py",
    "tests/security/test_one_act.py",
    "tests/concurrency/test_last_unit.py",
    "tests/browser/test_one_person.py",
)


def unit_of(file: str) -> str:
    return TOGETHER.get(file, file)


class LongestFirst(LoadFileScheduling):
    """Hands out units in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid.split("::", 1)[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LongestFirst:
    config.option.loadscopereorder = False
    return LongestFirst(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {unit: rank for rank, unit in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(unit_of(file_of(item)), len(ranks)))


def file_of(item: pytest.Item) -> str:
    return PurePath(item.nodeid.split("::", 1)[0]).as_posix()
