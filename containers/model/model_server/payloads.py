"""Request bodies to rows: CSV, JSON and JSON lines become a float32 array, missing values become NaN.

The common case is read in bulk; only a body that fails there is read cell by cell, to name the row and the column.
Numbers are read as float64 and rounded once to float32, as XGBoost does with a float64 array.
"""

from __future__ import annotations

import csv
import json
from codecs import BOM_UTF8
from collections.abc import Sequence
from itertools import chain
from typing import Any, NoReturn

import numpy as np

from model_server.errors import RequestError, bad_input
from model_server.media_types import MediaType
from model_server.model import Floats

FLOAT32_MAX = float(np.finfo(np.float32).max)
_NUMBERS = {int, float, type(None)}


class PayloadReader:
    """Reads bodies as rows of `features`, at most `max_rows` of them. Every method raises `RequestError`."""

    def __init__(self, features: Sequence[str], max_rows: int) -> None:
        self.features = tuple(features)
        self.max_rows = max_rows
        self._names = frozenset(features)

    def read(self, body: bytes, media: MediaType) -> Floats:
        """The rows in `body`, shape (n, features), n >= 1."""
        try:
            text = body.removeprefix(BOM_UTF8).decode()
        except UnicodeDecodeError as error:
            raise bad_input(f"the body is not UTF-8 text (byte {error.start})") from None
        if media is MediaType.CSV:
            return self._csv(text)
        rows = self._instances(text) if media is MediaType.JSON else self._lines(text)
        return self._array([self._ordered(row, number) for number, row in enumerate(rows, 1)])

    # CSV ---------------------------------------------------------------------------------------------------------

    def _csv(self, text: str) -> Floats:
        lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
        if text and self._is_header(lines[0]):
            del lines[0]
        if not text or not lines:
            raise bad_input("the body has no rows")
        self._check_count(len(lines))
        commas = len(self.features) - 1
        try:
            if "_" in text or any(line.count(",") != commas for line in lines):
                raise ValueError
            values = np.array(list(map(float, ",".join(lines).split(","))), dtype=np.float64)
        except ValueError:
            return self._array([self._csv_row(line, number) for number, line in enumerate(lines, 1)])
        return self._float32(values.reshape(len(lines), commas + 1))

    def _is_header(self, line: str) -> bool:
        if line[:1].isdecimal():
            return False
        return tuple(cell.strip() for cell in _cells(line, 1)) == self.features

    def _csv_row(self, line: str, number: int) -> list[float | None]:
        cells = _cells(line, number) or [""]
        self._check_width(len(cells), number)
        return [self._csv_value(cell.strip(), number, column) for column, cell in enumerate(cells)]

    def _csv_value(self, cell: str, number: int, column: int) -> float | None:
        if not cell:
            return None
        try:
            if "_" in cell:  # Python's float() takes 1_000, no other reader does
                raise ValueError
            return float(cell)
        except ValueError:
            self._refuse(number, column, f"{cell[:40]!r} is not a number")

    # JSON --------------------------------------------------------------------------------------------------------

    def _instances(self, text: str) -> list[Any]:
        document = _json(text, "the body")
        rows = document.get("instances") if isinstance(document, dict) else None
        if not isinstance(rows, list):
            raise bad_input('the body is not of the form {"instances": [[…], …]} or {"instances": [{…}, …]}')
        self._check_count(len(rows))
        return rows

    def _lines(self, text: str) -> list[Any]:
        lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
        self._check_count(len(lines) if text else 0)
        rows = [_json(line, f"row {number}") for number, line in enumerate(lines, 1)]
        return [_dense(row, self._names) for row in rows]

    def _ordered(self, row: Any, number: int) -> list[Any]:
        """A row's values in the features' order."""
        if isinstance(row, dict):
            if row.keys() != self._names:
                self._refuse_names(row, number)
            return [row[name] for name in self.features]
        if not isinstance(row, list):
            raise bad_input(f"row {number} is neither a list of values nor an object of features")
        self._check_width(len(row), number)
        return row

    def _refuse_names(self, row: dict[str, Any], number: int) -> NoReturn:
        unknown = [name for name in row if name not in self._names]
        if unknown:
            raise bad_input(f"row {number}: {unknown[0][:80]!r} is not a feature of the model")
        missing = next(name for name in self.features if name not in row)
        raise bad_input(f"row {number}: feature {missing!r} is missing; send null for a value that is not known")

    # All kinds ---------------------------------------------------------------------------------------------------

    def _array(self, rows: list[list[Any]]) -> Floats:
        if not set(map(type, chain.from_iterable(rows))) <= _NUMBERS:
            self._refuse_type(rows)
        try:
            return self._float32(np.array(rows, dtype=np.float64))
        except OverflowError:  # a JSON integer beyond float64
            self._refuse_large(rows)

    def _float32(self, values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Floats:
        """`values` rounded once; infinite ones and those beyond float32 are refused, NaN stays."""
        with np.errstate(over="ignore"):
            rows = values.astype(np.float32)
        if np.isinf(rows).any():
            row, column = np.argwhere(np.isinf(rows))[0]
            self._refuse(int(row) + 1, int(column), "the number is infinite or too large for float32")
        return rows

    def _refuse_type(self, rows: list[list[Any]]) -> NoReturn:
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if type(value) not in _NUMBERS:
                    self._refuse(number, column, f"{str(value)[:40]!r} is not a number or null")
        raise AssertionError("no value of another type")

    def _refuse_large(self, rows: list[list[Any]]) -> NoReturn:
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, int) and abs(value) > FLOAT32_MAX:
                    self._refuse(number, column, "the number is infinite or too large for float32")
        raise AssertionError("no value too large")

    def _refuse(self, number: int, column: int, reason: str) -> NoReturn:
        raise bad_input(f"row {number}, column {column + 1} ({self.features[column]}): {reason}")

    def _check_width(self, width: int, number: int) -> None:
        if width != len(self.features):
            raise bad_input(f"row {number} has {width} values, the model has {len(self.features)} features")

    def _check_count(self, rows: int) -> None:
        if rows == 0:
            raise bad_input("the body has no rows")
        if rows > self.max_rows:
            raise RequestError(413, "too_many_rows", f"{rows} rows; at most {self.max_rows} are allowed per request")


def _cells(line: str, number: int) -> list[str]:
    """The cells of one CSV line; a quoted line break is not supported, since no number has one."""
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        raise bad_input(f"row {number} is not CSV: check its quotes") from None


def _dense(row: Any, names: frozenset[str]) -> Any:
    """The list in SageMaker's dense form `{"features": […]}`; other rows as they are."""
    if isinstance(row, dict) and row.keys() == {"features"} and isinstance(row["features"], list):
        return row["features"] if "features" not in names or len(names) > 1 else row
    return row


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON; send null for a missing value")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _json(text: str, what: str) -> Any:
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise bad_input(f"{what} is not JSON: {error.msg} (character {error.pos})") from None
    except RecursionError:
        raise bad_input(f"{what} is not JSON that can be read: it is nested too deeply") from None
    except ValueError as error:  # NaN, Infinity, or an integer of thousands of digits
        raise bad_input(f"{what} is not JSON that can be read: {str(error)[:100]}") from None
