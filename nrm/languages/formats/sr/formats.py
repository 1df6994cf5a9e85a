"""Serbian: written like Bosnian."""

from nrm.languages.formats.bs.formats import *  # noqa: F403
