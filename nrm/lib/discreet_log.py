"""Log lines that say where something failed, never with whose data.

The text of an exception can quote a row ("Key (email)=(…) already exists"), a form value or a name. What is written
down is therefore the type of the exception and the places it passed, which is what a developer needs first.
"""

from __future__ import annotations

import logging
import traceback
from types import TracebackType
from typing import TypeAlias

ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class DiscreetFormatter(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name is logging's)
        """A message stays on its line: whoever puts a line break into an address cannot write a line of their own."""
        record.message = one_line(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 (the name is logging's)
        error = ei[1]
        blocks: list[str] = []
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            places = [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
            blocks.append("\n".join([type(error).__qualname__, *places]))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(blocks)


def one_line(text: str) -> str:
    """Line breaks, control characters and marks of direction written out, letters of every script as they are."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
