"""The sender of mails is read over a shoulder: it must not say what the service is for."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004  its name is Django's

#: What says it in the languages of the region, both scripts, folded to lower case.
TELLING = re.compile(r"traf+ick|trafik|trgov|viktim|victim|žrtv|zrtv|referral|shelter|nrm|трафик|трговин|жртв")


@register(deploy=True)
def neutral_sender(**_options: Any) -> list[CheckMessage]:
    if not TELLING.search(settings.DEFAULT_FROM_EMAIL.lower()):
        return []
    hint = "Choose a name and an address that say nothing, such as News <news@example.org>."
    return [Warning("NRM_MAIL_FROM says what the service is for.", hint=hint, id="notices.W001")]
