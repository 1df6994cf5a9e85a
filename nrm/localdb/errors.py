"""What can go wrong, said so that a newcomer knows what to do next."""

from __future__ import annotations

from django.core.management.base import CommandError


class LocalDatabaseError(CommandError):
    """Printed as one plain sentence by every management command, without a traceback."""
