"""The settings of the service in test mode, so that a bare `pytest` does the same as `make test`."""

import os

os.environ.setdefault("NRM_MODE", "test")

from nrm.settings import *

#: Tests run at any hour; those of quiet hours choose their own.
NRM_QUIET_HOURS = ""
