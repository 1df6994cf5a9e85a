"""What people may type and what is alike in every language.

Django's own Albanian and Bosnian formats read 05/03/2026 as 3 May: a date of birth or a deadline would silently become
another day. These lists hold for all six languages, English included.
"""

from __future__ import annotations

DATE_INPUT_FORMATS = ["%d.%m.%Y", "%d.%m.%Y.", "%d. %m. %Y.", "%d. %m. %Y", "%d/%m/%Y", "%Y-%m-%d"]
TIME_INPUT_FORMATS = ["%H:%M", "%H.%M", "%H:%M:%S"]
DATETIME_INPUT_FORMATS = [f"{day} {time}" for day in DATE_INPUT_FORMATS for time in TIME_INPUT_FORMATS]
DATETIME_INPUT_FORMATS += ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]

TIME_FORMAT = "H:i"
FIRST_DAY_OF_WEEK = 1
NUMBER_GROUPING = 3
