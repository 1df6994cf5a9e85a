"""Who acts for an organisation in which nobody has an account."""

from __future__ import annotations

from typing import Any

from nrm.access.actor import NOBODY, Actor
from nrm.access.roles import Role
from nrm.referrals.outside.models import OutsideLink


def visitor(link: OutsideLink) -> Actor:
    """Whoever came in through a link and its code. The trail names the link, for there is no user."""
    return Actor(link.pk, NOBODY, link.referral.receiver_id, Role.OUTSIDE_RECIPIENT)


def spoken_for(by: Actor, referral: Any) -> Actor:
    """The lead, writing down what the other organisation told: its step, under the name of who records it."""
    return Actor(by.user_id, by.membership_id, referral.receiver_id, Role.OUTSIDE_RECIPIENT)
