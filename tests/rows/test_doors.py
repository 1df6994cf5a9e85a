"""Every place where the database shows more than the reader's own rows, with its reason. A new one is to be noticed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.conf import settings
from django.core.management import get_commands

ROOM = Path(settings.BASE_DIR) / "nrm"
DOOR = "seen_by_the_service"

#: Function -> why.
DOORS: Mapping[str, str] = {
    "nrm/cases/lifecycle.py: act": "every act of writing, which decides by itself who sees the case",
    "nrm/cases/searching.py: _look": "duplicates are sought among the cases of everybody; few of them are told",
    "nrm/cases/selectors/case.py: codes_with_work_for": "the codes of cases of which only a task is left",
    "nrm/cases/selectors/case.py: knows_work_of": "the same of one case",
    "nrm/cases/selectors/work.py: _kept_away_from": "so that nobody is given a task of a case they are kept away from",
    "nrm/cases/selectors/emergency.py: case_in_emergency": "a case by its exact code, to be opened with a mark",
    "nrm/cases/selectors/emergency.py: last_use_of": "one's own use, after the hour as well",
    "nrm/referrals/selectors/one.py: referral_for": "the receiver keeps the bare record of what has ended",
    "nrm/referrals/selectors/one.py: was_taken": "a step that ended its taker's sight, asked about by who took it",
    "nrm/referrals/selectors/choosing.py: gaps_in_country": "sums for the coordinator",
    "nrm/referrals/selectors/opinions.py: feedback_sums": "sums for the coordinator, of five people or more",
    "nrm/referrals/selectors/inbox.py: inbox_page": "the box of bare records",
    "nrm/placements/selectors.py: board": "a place is held also by who is not shown to a colleague",
    "nrm/placements/selectors.py: _free_units": "whether a place is held, by whomever",
    "nrm/referrals/outside/selectors.py: visit_of": "the key of a visit decides, and only then it is known for whom",
    "nrm/audit/actions.py: verify_chain": "digests of every former value",
    "nrm/drafts/actions.py: put_away": "one's own draft, when what was saved has closed the case to oneself",
    "nrm/desk/left.py: to_stop": "what somebody has to stop using, also once they are outside of the case",
    "nrm/desk/management/commands/clocks.py: handle": "time runs in every case",
    "nrm/cases/selectors/documents.py: why_no_room": "what one brought on this day, in whatever case",
    "nrm/cases/telling.py: codes_kept_from": "the codes of cases that are not shown, so that nothing is told of them",
    "nrm/vault/management/commands/vault.py: handle": "the operator's work on keys, index and erasures; opens nothing",
    "nrm/notices/management/commands/worker.py: work": "whether somebody may still be told of a case",
}

#: Commands of ours without the door, and why they need none.
NO_ROW_OF_A_CASE: Mapping[str, str] = {
    "audit": "looks through `verify_chain`",
    "bounced": "notices and accounts only",
    "first_administrator": "staff only",
    "countries": "files only",
    "mechanism": "files only",
    "translate": "files only",
    "indicators": "the catalogue, which belongs to no case",
    "localdb": "the server, not its tables",
    "serve": "starts the others",
    "demo": "never in production; elsewhere commands run as the owner",
}


def doors() -> Iterator[str]:
    """Every function that names the door, wherever it does."""
    for file in sorted(ROOM.rglob("*.py")):
        if file.name == "rows.py" or DOOR not in (source := file.read_text(encoding="utf-8")):
            continue
        place = file.relative_to(ROOM.parent).as_posix()
        functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
        used = {name for name in functions for node in ast.walk(name) if getattr(node, "id", "") == DOOR}
        outside = ast.dump(ast.parse(source)).count(f"id='{DOOR}'") - sum(
            ast.dump(node).count(f"id='{DOOR}'") for node in used
        )
        yield from (f"{place}: {node.name}" for node in used)
        yield from (f"{place}: outside a function" for _ in range(outside))


def test_every_door_is_known() -> None:
    assert sorted(doors()) == sorted(DOORS)


def test_only_actions_are_acts() -> None:
    """`lifecycle.act` opens the same door."""
    files = [file.relative_to(ROOM) for file in ROOM.rglob("*.py") if "lifecycle.act()" in file.read_text("utf-8")]
    assert files
    assert all("actions" in {file.stem, file.parent.name} for file in files)


def test_every_command_has_the_door_or_needs_none() -> None:
    """In production commands sign in as `nrm_app`, to which nothing is shown without it."""
    ours = {name for name, app in get_commands().items() if str(app).startswith("nrm.")}
    behind = {Path(door.partition(":")[0]).stem for door in DOORS if "/commands/" in door}
    assert ours == behind | set(NO_ROW_OF_A_CASE)
