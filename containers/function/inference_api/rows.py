"""Checks a body against the model's columns before it is sent on: what the endpoint would refuse never reaches it."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Sequence
from typing import Any, NoReturn

from inference_api.errors import ApiError
from inference_api.media_types import MediaType

# The model computes with 32-bit floats (numpy, finfo(float32).max).
LARGEST = 3.4028234663852886e38


class RowReader:
    """Reads bodies of rows of the model's columns. Details name rows and columns and never a value."""

    def __init__(self, count: int, names: Sequence[str] | None, max_rows: int) -> None:
        self._count, self._names, self._max_rows = count, tuple(names) if names else None, max_rows
        self._known = frozenset(names or ())

    def check(self, body: bytes, media: MediaType) -> int:
        """How many rows the body has. Raises ApiError 400 for what cannot be read, 413 for too many rows, 422 for rows
        that are none of the model's."""
        try:
            text = body.removeprefix(BOM_UTF8).decode()
        except UnicodeDecodeError as error:
            raise ApiError(400, "malformed_body", f"the body is not UTF-8 text (byte {error.start})") from None
        return self._csv(text) if media is MediaType.CSV else self._json(text)

    def _json(self, text: str) -> int:
        document = _parsed(text)
        if not isinstance(document, dict) or set(document) != {"instances"}:
            raise ApiError(422, "invalid_rows", 'the body is not an object with the one member "instances"')
        rows = document["instances"]
        if not isinstance(rows, list):
            raise ApiError(422, "invalid_rows", '"instances" is not a list of rows')
        self._counted(len(rows))
        for number, row in enumerate(rows, 1):
            self._row(row, number)
        return len(rows)

    def _row(self, row: Any, number: int) -> None:
        if isinstance(row, dict):
            self._named(row, number)
            values, names = list(row.values()), list(row)
        elif isinstance(row, list):
            self._width(len(row), number)
            values, names = row, list(self._names or ())
        else:
            raise ApiError(422, "invalid_rows", f"row {number} is neither a list of values nor an object of columns")
        for column, value in enumerate(values):
            if not _is_number(value):
                where = f"column {column + 1}" + (f" ({names[column]})" if self._names else "")
                raise ApiError(422, "invalid_rows", f"row {number}, {where}: not a finite number in range, nor null")

    def _named(self, row: dict[str, Any], number: int) -> None:
        if self._names is None:
            self._width(len(row), number)
            return
        unknown = sum(1 for name in row if name not in self._known)
        if unknown:
            raise ApiError(422, "unknown_columns", f"row {number}: {unknown} of its members are no column of the model")
        missing = next((name for name in self._names if name not in row), None)
        if missing is not None:
            hint = "send null for a value that is not known"
            raise ApiError(422, "missing_columns", f"row {number}: column {missing} is missing; {hint}")

    def _csv(self, text: str) -> int:
        lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []
        if lines and self._names and tuple(cell.strip().strip('"') for cell in lines[0].split(",")) == self._names:
            del lines[0]
        self._counted(len(lines))
        for number, line in enumerate(lines, 1):
            cells = line.split(",")
            self._width(len(cells), number)
            for column, cell in enumerate(cells):
                if not _is_cell(cell.strip()):
                    raise ApiError(
                        422,
                        "invalid_rows",
                        f"row {number}, column {column + 1}: not a finite number in range, nor empty",
                    )
        return len(lines)

    def _width(self, width: int, number: int) -> None:
        if width != self._count:
            message = f"row {number} has {width} values, the model has {self._count} columns"
            raise ApiError(422, "invalid_rows", message)

    def _counted(self, rows: int) -> None:
        if rows == 0:
            raise ApiError(422, "invalid_rows", "the body has no rows")
        if rows > self._max_rows:
            raise ApiError(413, "too_many_rows", f"{rows} rows; at most {self._max_rows} are allowed per request")


def _is_number(value: Any) -> bool:
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


def _is_cell(cell: str) -> bool:
    if not cell:
        return True
    try:
        # Python's float() takes 1_000, no other reader does.
        return "_" not in cell and abs(float(cell)) <= LARGEST
    except ValueError:
        return False


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names stand once: of two values, readers differ in which one counts (RFC 8259, section 4)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_distinct)
    except json.JSONDecodeError as error:
        raise ApiError(400, "malformed_body", f"the body is not JSON (character {error.pos})") from None
    except RecursionError:
        raise ApiError(400, "malformed_body", "the body is not JSON that can be read: nested too deeply") from None
    except ValueError as error:
        reason = str(error) if str(error).startswith(("NaN", "a name")) else "a number has too many digits"
        raise ApiError(400, "malformed_body", f"the body is not JSON that can be read: {reason}") from None
