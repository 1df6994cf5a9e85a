"""The inbox of referrals where an organisation sent, and another received, 50,000 of them: queries, and how long it
takes beside a bare page of the same bytes. On a ground of its own; everything it adds
is taken back."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

REFERRALS = 50_000
CASES = 1_000
SENDER, RECEIVER = "worker", "clinician"
#: Each box, further down, and narrowed by a filter.
PAGES = {
    SENDER: ("?box=waiting", "?box=sent", "?box=sent&after={deep}", "?box=sent&state=completed&service=legal"),
    RECEIVER: ("?box=waiting", "?box=running", "?box=ended", "?box=ended&after={deep}"),
}
#: Of a hundred referrals: most are over.
STATES = ("sent",) * 2 + ("more_info",) + ("accepted",) * 3 + ("in_service",) * 4
OVER = ("completed", "declined", "withdrawn", "expired")


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import ground

    ground.stand()
    from django.db import transaction
    from inbox import heading, report
    from pages import signed_in

    print(ground.machine())
    with transaction.atomic():
        people = {person: signed_in(person) for person in PAGES}
        print(heading("rows"))
        for count in (0, REFERRALS):
            deep = fill(people[SENDER][1], people[RECEIVER][1], count)
            for person, pages in PAGES.items():
                print(person)
                for page in pages:
                    report(people[person][0], count, f"/referrals/{page.format(deep=deep)}")
        transaction.set_rollback(True)


def fill(sender: Any, receiver: Any, count: int) -> str:
    """Spread over cases that the sender leads; returns a place deep in the list."""
    from urllib.parse import quote

    from django.db import connection
    from django.utils import timezone
    from inbox import cases

    from nrm.cases.models import Case, Participation
    from nrm.referrals.models import Referral

    if not count:
        return ""
    at = timezone.now()
    led = list(Case.objects.filter(code__in=cases(sender, CASES)))
    rows = [
        Referral(
            case=led[number % CASES],
            sender_id=sender.organisation_id,
            receiver_id=receiver.organisation_id,
            service=("legal", "mhpss", "health")[number % 3],
            urgency=("routine", "urgent", "immediate")[number % 3],
            prepared_by=sender.user_id,
            sent_at=at - timedelta(minutes=number),
            state=STATES[number % 100] if number % 100 < len(STATES) else OVER[number % 4],
        )
        for number in range(count)
    ]
    Referral.objects.bulk_create(rows, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE referrals_referral SET prepared_at = sent_at WHERE sender_id = %s AND sent_at IS NOT NULL",
            [sender.organisation_id],
        )
    open_to = {row.case_id for row in rows if row.state in STATES}
    Participation.objects.bulk_create(
        [
            Participation(
                case_id=case_id,
                organisation_id=receiver.organisation_id,
                relation="accepted_referral",
                because="benchmark",
                opened_by=sender.user_id,
            )
            for case_id in open_to
        ],
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    middle = rows[count // 2]
    return quote(f"{middle.sent_at.isoformat()}~{middle.pk}")


if __name__ == "__main__":
    main()
