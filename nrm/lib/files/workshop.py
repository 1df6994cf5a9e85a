"""The copy of a file that is shared, made by a process that is given nothing but the file and cannot keep any of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from django.conf import settings

from nrm.lib.files.refused import Broken, Locked, TooHeavy, TooManyPixels

#: Run by its path, so that the process starts without Django, settings and keys.
SCRIPT = Path(__file__).with_name("cleaning.py")
#: Of wall time; the process bounds its own work to less.
SECONDS = 30
REFUSALS = {3: Locked, 4: TooManyPixels, 5: TooHeavy}


def cleaned(content: bytes, media_type: str) -> bytes:
    """The copy without metadata. `Broken`, `Locked`, `TooManyPixels`, `TooHeavy`; nothing touches a disk."""
    command = [sys.executable, "-I", "-B", str(SCRIPT), media_type, str(settings.NRM_DOCUMENT_MEGAPIXELS * 1_000_000)]
    try:
        done = subprocess.run(
            command,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TooHeavy from None
    if done.returncode < 0:
        raise TooHeavy
    if done.returncode or not done.stdout:
        raise REFUSALS.get(done.returncode, Broken)
    return done.stdout
