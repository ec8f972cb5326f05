"""The pieces that a page is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading; 1 is the page's title."""

    level: int
    text: str


@dataclass(frozen=True)
class Line:
    """A line that stands alone."""

    text: str


@dataclass(frozen=True)
class Item:
    """An item of a list; items of depth 1 stand below the one before them."""

    text: str
    depth: int = 0


Block = Heading | Line | Item


def number(count: int, one: str, many: str = "") -> str:
    """`1 resource`, `2 resources`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
