"""My work of somebody whose organisation has 5,000 open tasks: queries, and how long it takes beside a bare page of the
same bytes. On a ground of its own; everything it adds
is taken back."""

from __future__ import annotations

import re
import statistics
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

ROUNDS = 40
TASKS = 5000
PERSON = "worker"
#: Everything, what is one's own, what nobody is on yet.
PAGES = ("/", "/?whose=mine", "/?whose=nobodys")


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import ground

    ground.stand()
    from django.db import transaction
    from pages import signed_in

    print(ground.machine())
    with transaction.atomic():
        client, actor = signed_in(PERSON)
        print(heading("tasks"))
        for count in (0, TASKS):
            fill(actor, count)
            for page in PAGES:
                report(client, count, page)
        transaction.set_rollback(True)


def fill(actor: Any, count: int) -> None:
    """Tasks in as many cases, as an organisation with many open ones has: a third taken, a tenth put off, due within
    two months around now."""
    from django.db import connection
    from django.utils import timezone

    from nrm.tasks.models import Task

    at = timezone.now()
    codes = cases(actor, count)
    Task.objects.bulk_create(
        [
            Task(
                kind="assess_risk",
                case_code=code,
                subject=f"cases.case:{number}",
                organisation_id=actor.organisation_id,
                role=actor.role,
                opened_at=at,
                opened_by=actor.user_id,
                due_at=at + timedelta(hours=number % 1440 - 720) if number % 5 else None,
                claimed_by_id=actor.user_id if not number % 3 else None,
                snoozed_until=at + timedelta(days=3) if not number % 10 else None,
            )
            for number, code in enumerate(codes)
        ],
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def cases(actor: Any, count: int) -> list[str]:
    """Cases that the organisation leads, each with its person and the one row that opens it."""
    from nrm.cases.models import Case, Participation
    from nrm.vault.actions import create_person

    made = [Case(person=create_person(), age_group="adult", sex="woman") for _number in range(count)]
    Case.objects.bulk_create(made, batch_size=1000)
    Participation.objects.bulk_create(
        [
            Participation(
                case=case,
                organisation_id=actor.organisation_id,
                relation="leads",
                because=f"cases.case:{case.pk}",
                opened_by=actor.user_id,
            )
            for case in made
        ],
        batch_size=1000,
    )
    return [case.code for case in made]


def heading(rows: str) -> str:
    columns = f"{'p50 ms':>8}{'p95 ms':>8}{'work ms':>9}{'kB':>5}{'bare ms':>9}{'ratio':>7}"
    return f"{rows:>6} {'page':<42}{'queries':>8}{columns}"


def report(client: Any, count: int, page: str) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(page)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(page)
    if answer.status_code != 200:
        raise SystemExit(f"{page} answered {answer.status_code}")
    asked, size = len(queries), len(answer.content)
    middle, late, work = measured(lambda: client.get(page))
    bare, _late, _work = measured(lambda: bare_page(client, size))
    took = f"{middle:>8.1f}{late:>8.1f}{work:>9.1f}{size / 1000:>5.0f}{bare:>9.1f}{middle / bare:>7.1f}"
    print(f"{count:>6} {short(page):<42}{asked:>8}{took}", flush=True)


def short(page: str) -> str:
    """A place in a list needs not be read whole."""
    return re.sub(r"after=.*", "after=…", page)


def bare_page(client: Any, size: int) -> object:
    """The page of the account for the same reader, made as long as the other: session, reader, frame, nothing else."""
    answer = client.get("/account/activity/")
    return answer.content + b" " * max(size - len(answer.content), 0)


def measured(act: Callable[[], object]) -> tuple[float, float, float]:
    """Median and 95th percentile of wall time, and the median of the time worked, in milliseconds."""
    from ground import worked
    from pages import timed

    times, works = [], []
    for _round in range(ROUNDS):
        before = worked()
        times.append(timed(act))
        works.append(worked() - before)
    return statistics.median(times), sorted(times)[int(ROUNDS * 0.95) - 1], statistics.median(works)


if __name__ == "__main__":
    main()
