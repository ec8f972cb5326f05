"""What the prepared data looks like: the contract between preparation, training, evaluation and serving."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from container import JobError, read_json, write_json

ProblemType = Literal["regression", "binary", "multiclass"]
PROBLEMS: tuple[ProblemType, ...] = get_args(ProblemType)
Label = str | int


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """One file that the data came from. `version_id` is its S3 object version, None outside S3."""

    name: str
    bytes: int
    sha256: str
    version_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class TableSchema:
    """Features in the order of the model's columns, and everything that is needed to read its answers.

    `classes[i]` is the label of class i, None for regression. `train_mean` and `train_class_counts` describe
    the training split alone; the naive baseline is made of them.
    """

    features: list[str]
    target: str
    problem: ProblemType
    classes: list[Label] | None
    rows: dict[str, int]
    seed: int
    inputs: list[InputFile] = field(default_factory=list)
    train_mean: float | None = None
    train_class_counts: list[int] | None = None

    def save(self, path: Path) -> None:
        write_json(path, asdict(self))


def load_schema(path: Path) -> TableSchema:
    """Read a schema; unknown keys are left alone, so that older models stay comparable."""
    raw: dict[str, Any] = read_json(path)
    stored = {name: raw[name] for name in TableSchema.__dataclass_fields__ if name in raw}
    stored["inputs"] = [InputFile(**each) for each in raw.get("inputs", [])]
    try:
        schema = TableSchema(**stored)
    except TypeError as error:
        raise JobError(f"{path}: not a schema ({error}); prepare.py writes it") from None
    if schema.problem not in PROBLEMS:
        raise JobError(f"{path}: problem is {schema.problem!r}, allowed: {', '.join(PROBLEMS)}")
    return schema
