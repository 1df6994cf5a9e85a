"""Serbian in Latin letters: written like Serbian in Cyrillic ones."""

from nrm.languages.formats.sr.formats import *  # noqa: F403
