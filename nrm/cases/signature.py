"""A signature drawn on the screen: text of an SVG path, and nothing but pen down, pen moved and numbers."""

from __future__ import annotations

import re

WIDTH, HEIGHT = 600, 200
LONGEST = 12_000
#: A stroke is where the pen came down and at least one place it went to.
STROKE = re.compile(r"M\d{1,3} \d{1,3}(?:L\d{1,3} \d{1,3})+", re.ASCII)
DRAWING = re.compile(rf"(?:{STROKE.pattern})+", re.ASCII)

Point = tuple[int, int]


def strokes_of(path: str) -> list[list[Point]]:
    """The strokes of a drawing; none of an empty one. `ValueError` for whatever is not a drawing inside its field."""
    if not path:
        return []
    if len(path) > LONGEST or DRAWING.fullmatch(path) is None:
        raise ValueError("no drawing")
    strokes = [[_point(place) for place in stroke[1:].split("L")] for stroke in STROKE.findall(path)]
    if any(x > WIDTH or y > HEIGHT for stroke in strokes for x, y in stroke):
        raise ValueError("outside its field")
    return strokes


def _point(place: str) -> Point:
    x, y = place.split(" ")
    return int(x), int(y)
