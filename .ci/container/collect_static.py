"""Collect the static files under hashed names while the image is built, where no secret and no database exist yet."""

import base64
import os
import secrets
import sys


def throwaway_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


os.environ.update(
    NRM_MODE="production",
    NRM_SECRET_KEY=secrets.token_urlsafe(48),
    NRM_VAULT_KEYS=f"k2000_1:{throwaway_key()}",
    NRM_INDEX_KEY=throwaway_key(),
    NRM_CHECKPOINT_KEY=throwaway_key(),
    NRM_BASE_URL="https://localhost",
    NRM_MAIL_URL="consolemail://",
    DATABASE_URL="postgresql://nobody@localhost/none",
    DJANGO_SETTINGS_MODULE="nrm.settings",
)
sys.path.insert(0, os.getcwd())  # noqa: PTH109 (the image's working directory)

from django.core.management import execute_from_command_line  # noqa: E402

execute_from_command_line(["manage.py", "collectstatic", "--noinput"])
