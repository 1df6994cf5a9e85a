"""What an operator needs is written down, and the files for a host are well formed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from django.conf import settings

TOP = Path(settings.BASE_DIR)
SETTINGS = TOP.joinpath("nrm/settings.py").read_text(encoding="utf-8")
OPERATIONS = TOP.joinpath("docs/operations.md").read_text(encoding="utf-8")
VARIABLES = sorted(set(re.findall(r"""(?:env(?:\.\w+)?|secret)\(\s*"([A-Z_]+)\"""", SETTINGS)))


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_is_explained(name: str) -> None:
    assert f"| `{name}` |" in OPERATIONS


def test_no_variable_is_explained_that_is_gone() -> None:
    assert set(re.findall(r"^\| `(NRM_\w+)` \|", OPERATIONS, re.MULTILINE)) <= set(VARIABLES)


def test_the_containers_are_wired_to_services_that_exist() -> None:
    compose = yaml.safe_load(TOP.joinpath("docker-compose.yml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert set(services) == {"database", "migrate", "web", "worker", "proxy"}
    for name, service in services.items():
        assert service["init"] is True, name
        assert set(service.get("depends_on", {})) <= set(services), name


def test_only_the_proxy_is_reachable_from_outside() -> None:
    compose = yaml.safe_load(TOP.joinpath("docker-compose.yml").read_text(encoding="utf-8"))
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_files_hold_plain_pins_and_every_direct_dependency(name: str) -> None:
    lines = [line for line in TOP.joinpath(name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+", line) for line in lines)
    project = tomllib.loads(TOP.joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = {re.split(r"[\[<>=]", requirement)[0] for requirement in project["dependencies"]}
    assert direct <= {line.split("==")[0] for line in lines}
    assert len(direct) < 20
