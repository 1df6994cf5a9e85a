"""Chapters with an organisation in which nobody has an account: a letter goes out, the answer comes by telephone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from nrm.desk.demo.life import Life
from nrm.desk.demo.referring import ask_outside
from nrm.desk.demo.words import COUNTRIES
from nrm.directory.services import Service
from nrm.lib.clock import today
from nrm.referrals.models import Channel
from nrm.referrals.outside import actions as outside
from nrm.referrals.outside.letters import make_letter
from nrm.referrals.outside.models import Means

Waits = Iterator[timedelta]
PHONE = "+000 2 555 010"


def letter_sent(life: Life) -> Waits:
    """In the language of whoever reads it there, with a link in it for those who would rather answer so."""
    ask_outside(life, "lawyers", Channel.LETTER, Service.REPRESENTATION)
    language = COUNTRIES[life.world.country].language
    make_letter(life.referral, by=life.worker, language=language, phone=PHONE, with_link=True)
    yield life.days(1)


def answer_told(life: Life) -> Waits:
    life.referral = outside.record_told(
        life.referral,
        "accept",
        by=life.worker,
        expected_version=life.referral.version,
        means=Means.TELEPHONE,
        told_by=life.text("told_by"),
        told_on=today(),
    )
    yield life.minutes(30, 90)
