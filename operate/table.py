"""Tables in plain text."""

from __future__ import annotations

from collections.abc import Sequence


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns as wide as their widest text; the last column is not filled up."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    shown = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(shown)
