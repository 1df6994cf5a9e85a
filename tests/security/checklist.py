"""The list of what is to be shown about security, and which tests show it. Run as a module it prints the page.

    python -m tests.security.checklist      # writes docs/security-tests.md

Tests are read, not run: a test belongs to a line when its name starts with the line's identifier, `test_c1_...`, or
with several, `test_a3_s10_...`.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("checklist.toml")
PAGE = TOP / "docs" / "security-tests.md"
TITLES = {
    "A": "Authentication",
    "S": "Sessions",
    "Z": "Access",
    "C": "Cryptography",
    "L": "Logging",
    "D": "Data and browser",
    "F": "Files",
    "B": "Business and platform",
}
MARKED = re.compile(r"test_((?:[a-z]\d+_)+)")
HEAD = """# Security tests

Printed by `make docs` from `tests/security/checklist.toml`. Each line is shown by the tests named beside it; ASVS is
OWASP's Application Security Verification Standard 5.0, with the level its requirement belongs to. *Not yet* says what
is missing and why.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to be shown."""

    identifier: str
    text: str
    asvs: tuple[str, ...]
    level: int
    later: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """A test by file, relative to the tests, and name."""

    file: str
    name: str


def lines(text: str | None = None) -> list[Line]:
    """TypeError for an unknown or missing key."""
    listed = tomllib.loads(LIST.read_text(encoding="utf-8") if text is None else text)
    return [Line(name, **{**line, "asvs": tuple(line["asvs"])}) for name, line in listed.items()]


def all_tests(folder: Path = TOP / "tests") -> Iterator[Named]:
    for path in sorted(folder.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield Named(path.relative_to(folder).as_posix(), node.name)


def identifiers(name: str) -> list[str]:
    """Which lines a test's name claims: `test_a3_s10_x` claims A3 and S10."""
    marked = MARKED.match(name)
    return marked[1].rstrip("_").upper().split("_") if marked else []


def by_line(tests: Iterator[Named] | Sequence[Named]) -> Mapping[str, list[Named]]:
    found: dict[str, list[Named]] = defaultdict(list)
    for test in tests:
        for identifier in identifiers(test.name):
            found[identifier].append(test)
    return found


def problems(listed: Sequence[Line], shown: Mapping[str, Sequence[Named]]) -> list[str]:
    """Sentences; empty when every line has a test or a reason, and every marked test a line."""
    known = {line.identifier for line in listed}
    bare = [line.identifier for line in listed if not shown.get(line.identifier) and not line.later.strip()]
    strays = [(name, test) for name, tests in shown.items() if name not in known for test in tests]
    return [
        *(f"{name} has neither a test nor a reason why not yet" for name in bare),
        *(f"{test.file}::{test.name} names {name}, which is on no list" for name, test in sorted(strays)),
    ]


def page(listed: Sequence[Line], shown: Mapping[str, Sequence[Named]]) -> str:
    blocks = [HEAD]
    for letter, title in TITLES.items():
        rows = [row(line, shown.get(line.identifier, ())) for line in listed if line.identifier[0] == letter]
        blocks.append(
            "\n".join([f"## {title}\n", "| Line | ASVS | Level | Shown by |", "|---|---|---|---|", *rows, ""])
        )
    return "\n".join(blocks)


def row(line: Line, tests: Sequence[Named]) -> str:
    files: dict[str, list[str]] = defaultdict(list)
    for test in sorted(tests):
        files[test.file].append(f"`{test.name}`")
    shown = [f"{file}: {', '.join(names)}" for file, names in files.items()]
    later = [f"*Not yet*: {line.later}"] if line.later else []
    return (
        f"| **{line.identifier}** {line.text} | {', '.join(line.asvs)} | {line.level} | {'<br>'.join(shown + later)} |"
    )


if __name__ == "__main__":
    PAGE.write_text(page(lines(), by_line(all_tests())), encoding="utf-8")
