"""A machine as a picture: a column for each state, a row for each transition, an arrow from where to where.

Rows cannot cross or cover each other, whatever the length of the words in a language.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from workflows.lifecycle import Edge, Lifecycle

COLUMN = 132
MARGIN = 20
HEADER = 76
ROW = 40
#: Letters of a state's name on one line of its heading.
HEADING_WIDTH = 16
#: Half the width that a label may need beside the middle of its arrow, in pixels a letter.
LETTER = 3.4


@dataclass(frozen=True, slots=True)
class Heading:
    x: float
    lines: list[tuple[float, str]]
    is_first: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    y: float
    sources: list[float]
    #: From where to where each line is drawn; a line that does not move is a loop.
    pieces: list[tuple[float, float]]
    left: float
    label: str
    label_x: float
    anchor: str
    #: The transition comes back to the state it started from.
    is_loop: bool


@dataclass(frozen=True, slots=True)
class Diagram:
    title: str
    width: float
    height: float
    top: float
    bottom: float
    headings: list[Heading]
    arrows: list[Arrow]


def diagram_of(flow: type[Lifecycle]) -> Diagram:
    """In the language that is active now."""
    x_of = {str(state): MARGIN + COLUMN * (index + 0.5) for index, state in enumerate(flow.states.values)}
    width = 2 * MARGIN + COLUMN * len(x_of)
    rows = transitions(flow)
    bottom = HEADER + ROW * (len(rows) + 0.5)
    return Diagram(
        title=str(flow.title),
        width=width,
        height=bottom + MARGIN,
        top=HEADER,
        bottom=bottom,
        headings=[
            _heading(x, str(flow.states(state).label), state == flow.beginning.state) for state, x in x_of.items()
        ],
        arrows=[_arrow(edges, x_of, width, HEADER + ROW * (row + 1)) for row, edges in enumerate(rows)],
    )


def transitions(flow: type[Lifecycle]) -> list[list[Edge]]:
    """The arrows of each transition together, in the machine's order."""
    found: dict[str, list[Edge]] = {}
    for edge in flow.edges():
        found.setdefault(edge.name, []).append(edge)
    return list(found.values())


def _heading(x: float, label: str, is_first: bool) -> Heading:
    lines = textwrap.wrap(label, HEADING_WIDTH, max_lines=3, placeholder="…")
    first = HEADER / 2 - 7 * (len(lines) - 1) + 2
    return Heading(x, [(first + 14 * index, line) for index, line in enumerate(lines)], is_first)


def _arrow(edges: list[Edge], x_of: dict[str, float], width: float, y: float) -> Arrow:
    sources = sorted({x_of[edge.source] for edge in edges})
    targets = sorted({x_of[edge.target] for edge in edges})
    left, right = min(sources + targets), max(sources + targets)
    label = str(edges[0].label)
    middle, half = (left + right) / 2, len(label) * LETTER
    anchor = "start" if middle - half < MARGIN else "end" if middle + half > width - MARGIN else "middle"
    label_x = {"start": MARGIN, "end": width - MARGIN, "middle": middle}[anchor]
    pieces = [(min(sources, key=lambda x: -abs(x - target)), target) for target in targets]
    moving = [(start, end) for start, end in pieces if start != end]
    return Arrow(y, sources, moving, left, label, label_x, anchor, is_loop=left == right)
