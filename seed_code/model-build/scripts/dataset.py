"""Reading CSV files, and saying everything that is wrong with them at once.

Memory stays near eight bytes a cell: text is parsed in pieces, and only numbers and the target are kept.
"""

from __future__ import annotations

import codecs
import csv
import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from container import CHUNK_BYTES, JobError

CHUNK_ROWS = 100_000
SHOWN_ROWS = 5
# XGBoost computes in 32-bit floats; a larger value would silently become infinite.
LARGEST = float(np.finfo(np.float32).max)
MAGIC = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "Excel or zip", b"PAR1": "Parquet", b"\x89HDF": "HDF5"}


@dataclass
class RowFault:
    """Rows of one column with the same fault: how many, and the first few, from 1 after the header."""

    count: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, bad: np.ndarray[Any, np.dtype[np.bool_]], offset: int) -> None:
        where = np.flatnonzero(bad)
        self.count += len(where)
        self.rows += [int(row) + offset + 1 for row in where[: SHOWN_ROWS - len(self.rows)]]

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.rows)) + (", …" if self.count > len(self.rows) else "")
        return f"{self.count} row{'s' if self.count != 1 else ''} ({shown})"


def read_folder(folder: Path, target: str) -> tuple[pd.DataFrame, list[Path]]:
    """All CSV files of `folder`, by name, one below the other.

    Returns the table, features as float64 with NaN for empty cells and the target as text, and the files.
    Raises JobError with every problem of every file.
    """
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".csv" and path.is_file())
    if not files:
        file_names = (
            ", ".join(sorted(path.name for path in folder.rglob("*") if path.is_file())[:5]) or "nothing"
        )
        raise JobError(
            f"{folder}: no file ends in .csv (found {file_names}); put a CSV file with a header there"
        )
    headers: dict[Path, list[str]] = {}
    problems: list[str] = []
    for path in files:
        header, found = inspect_file(path, target)
        headers[path] = header
        problems += found
    problems += header_differences(files, headers)
    if problems:
        raise JobError(problems)
    tables = []
    for path in files:
        table, found = read_file(path, headers[path], target)
        tables.append(table)
        problems += found
    if problems:
        raise JobError(problems)
    return pd.concat(tables, ignore_index=True, copy=False) if len(tables) > 1 else tables[0], files


def inspect_file(path: Path, target: str) -> tuple[list[str], list[str]]:
    """The column names of a file, and what is wrong with its form."""
    name = path.name
    if path.stat().st_size == 0:
        return [], [f"{name}: the file is empty; it needs a header and rows"]
    fault = binary_fault(path)
    if fault:
        return [], [f"{name}: {fault}"]
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file)
        try:
            header = [cell.strip() for cell in next(lines, [])]
            has_rows = any(any(cell.strip() for cell in line) for line in lines)
        except csv.Error as error:
            return [], [f"{name}: line {lines.line_num} is not CSV ({error}); quote or remove it"]
    problems = header_faults(name, header, target)
    if not has_rows:
        problems.append(f"{name}: the file has a header and no rows")
    return header, problems


def binary_fault(path: Path) -> str | None:
    """Why the file is not UTF-8 text, or None. Reads the whole file, in pieces."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        for magic, kind in MAGIC.items():
            if start.startswith(magic):
                return f"this is a {kind} file, not CSV text; export it as CSV in UTF-8"
        while piece := file.read(CHUNK_BYTES):
            if b"\0" in piece:
                at = done + piece.index(b"\0")
                return f"byte {at} is binary (NUL), so this is not CSV text; export it as CSV in UTF-8"
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                return f"byte {done + error.start} is not UTF-8; save the file with the encoding UTF-8"
            done += len(piece)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return f"the file ends inside a character (byte {done}); it was cut off, write it again"
    return None


def header_faults(name: str, header: list[str], target: str) -> list[str]:
    """What is wrong with the column names."""
    problems = []
    if unnamed := [str(number) for number, column in enumerate(header, 1) if not column]:
        problems.append(f"{name}: the header gives no name to column {', '.join(unnamed)}; name or remove it")
    if repeated := [column for column, times in Counter(header).items() if times > 1 and column]:
        problems.append(f"{name}: the header names {quoted(repeated)} more than once; names must differ")
    if target not in header:
        problems.append(f"{name}: there is no target column {target!r}; {target_hint(header, target)}")
    elif len(header) < 2:
        problems.append(f"{name}: the target {target!r} is the only column; a model needs a feature")
    return problems


def target_hint(header: list[str], target: str) -> str:
    """What the user may have meant."""
    if len(header) == 1:
        return "the header is one column: is the separator a comma?"
    lowered = {column.lower(): column for column in header}
    nearest = difflib.get_close_matches(target.lower(), lowered, 1, 0.5)
    return f"did you mean {lowered[nearest[0]]!r}?" if nearest else f"columns are {quoted(header)}"


def quoted(names: list[str], most: int = 8) -> str:
    return ", ".join(repr(name) for name in names[:most]) + (", …" if len(names) > most else "")


def header_differences(files: list[Path], headers: dict[Path, list[str]]) -> list[str]:
    """Files whose columns are not those of the first file."""
    first = headers[files[0]]
    problems = []
    for path in files[1:]:
        if first and headers[path] and headers[path] != first:
            odd = sorted(set(headers[path]) ^ set(first))
            what = f"differ in {quoted(odd)}" if odd else "are in another order"
            problems.append(
                f"{path.name}: its columns {what} from {files[0].name}; all files need the same header"
            )
    return problems


def read_file(path: Path, header: list[str], target: str) -> tuple[pd.DataFrame, list[str]]:
    """Numbers of one file whose form is sound, and what is wrong with its cells."""
    faults: dict[tuple[str, str], RowFault] = {}
    tables: list[pd.DataFrame] = []
    offset = 0
    try:
        for chunk in chunks(path, header, target):
            for column in header:
                if column != target:
                    chunk[column] = numbers(chunk[column], column, offset, faults)
            labels = chunk[target].str.strip()
            missing = (labels.isna() | (labels == "")).to_numpy()
            fault(faults, target, "missing").add(missing, offset)
            chunk[target] = labels
            tables.append(chunk)
            offset += len(chunk)
    except pd.errors.ParserError as error:
        detail = str(error).replace("Error tokenizing data. C error: ", "").strip()
        return pd.DataFrame(), [f"{path.name}: not CSV: {detail}; each row needs {len(header)} cells"]
    problems = [
        describe(path.name, column, kind, found, offset)
        for (column, kind), found in faults.items()
        if found.count
    ]
    return pd.concat(tables, ignore_index=True, copy=False), problems


def chunks(path: Path, header: list[str], target: str) -> Iterator[pd.DataFrame]:
    """Pieces of the file, as pandas reads them; cells that a row lacks at its end are empty."""
    with pd.read_csv(
        path, names=header, header=0, index_col=None, dtype={target: "str"}, chunksize=CHUNK_ROWS,
        low_memory=False, encoding="utf-8-sig",
    ) as reader:  # fmt: skip
        for chunk in reader:
            if not isinstance(chunk.index, pd.RangeIndex):
                raise pd.errors.ParserError("rows have more cells than the header")
            yield chunk


def numbers(
    cells: pd.Series[Any], column: str, offset: int, faults: dict[tuple[str, str], RowFault]
) -> pd.Series[Any]:
    """Cells as float64; text and numbers that are not finite in 32 bits are noted in `faults`."""
    if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
        values = cells.astype("float64")
    else:
        text = cells.astype("str")
        values = pd.to_numeric(text, errors="coerce").astype("float64")
        fault(faults, column, "text").add((values.isna() & cells.notna()).to_numpy(), offset)
    fault(faults, column, "infinite").add((values.abs() > LARGEST).to_numpy(), offset)
    return values


def fault(faults: dict[tuple[str, str], RowFault], column: str, kind: str) -> RowFault:
    return faults.setdefault((column, kind), RowFault())


def describe(name: str, column: str, kind: str, found: RowFault, total: int) -> str:
    """One line about one column: what, where, what is allowed, what to do. Never a cell's content."""
    where = f"{name}: column {column!r}"
    if kind == "text" and found.count == total:
        return f"{where} holds text in every row; features are numbers: encode it as numbers or remove it"
    if kind == "text":
        return f"{where} has text in {found}; numbers and empty cells are allowed: correct or empty them"
    if kind == "infinite":
        return (
            f"{where} is infinite or above 3.4e38 in {found}; finite 32-bit numbers are allowed: correct them"
        )
    return f"{where} is the target and has no value in {found}; fill in or remove these rows"
