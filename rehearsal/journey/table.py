"""Judges a table before any stack is built, with the project's own preparation: both refuse the same."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rehearsal.aws.processes import REPOSITORY, base_environment, container_python
from rehearsal.journey.data import NoData, TrainingData
from rehearsal.options import CLASSIFICATION
from settings.metrics import ProblemType

_SCRIPTS = REPOSITORY / "seed_code" / "model-build" / "scripts"
_ERROR = "ERROR "
# Preparation reads what ends in .csv, as the object does that the journey writes, whatever the user's file is named.
_FILE = "data.csv"


@dataclass(frozen=True)
class JudgedTable:
    """What preparation found in a table: its problem, its rows, how many features it has, and its classes, if any."""

    problem: ProblemType
    rows: int
    features: int
    classes: int | None

    def sentence(self) -> str:
        """The table in words."""
        kind = f"{self.problem}, {self.classes} classes" if self.classes else str(self.problem)
        return f"{self.rows} rows, {self.features} features, {kind}"


def judge_table(data: TrainingData, problem: str | None, *, where: str) -> JudgedTable:
    """Run the seed repository's preparation on the table, in the environment that runs it in the journey.

    `problem` is a word of the contract, `classification` for the one that fits, or None to find it from the target.
    `where` begins each message. Raises NoData with everything that is refused.
    """
    asked = ProblemType.MULTICLASS if problem == CLASSIFICATION else problem or "auto"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        source = root / "processing" / "input" / "data"
        source.mkdir(parents=True)
        (source / _FILE).symlink_to(data.path.resolve())
        command = [container_python(), _SCRIPTS / "prepare.py", f"--target={data.target}", f"--problem={asked}"]
        run = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            check=False,
            cwd=root,
            env=base_environment(root, container_python()),
        )
        if run.returncode:
            raise NoData(_refusal(where, run.stdout, run.stderr))
        schema = json.loads((root / "processing" / "output" / "schema" / "schema.json").read_text(encoding="utf-8"))
    return judged(schema, problem)


def judged(schema: dict[str, object], problem: str | None) -> JudgedTable:
    """The table by preparation's own `schema.json`; a classification is binary where there are two classes."""
    classes, rows, features = schema["classes"], schema["rows"], schema["features"]
    assert isinstance(rows, dict)  # noqa: S101 - the contract of schema.json
    assert isinstance(features, list)  # noqa: S101
    count = len(classes) if isinstance(classes, list) else None
    found = ProblemType(str(schema["problem"]))
    if problem == CLASSIFICATION:
        found = ProblemType.BINARY if count == 2 else ProblemType.MULTICLASS
    return JudgedTable(found, sum(rows.values()), len(features), count)


def _refusal(where: str, output: str, errors: str) -> str:
    """What preparation said, a line each, in the words of `make rehearse`."""
    lines = [line.removeprefix(_ERROR) for line in output.splitlines() if line.startswith(_ERROR)]
    said = [
        line.removeprefix(f"{_FILE}: ").replace("--problem ", "PROBLEM=") for line in lines
    ] or errors.strip().splitlines()[-1:]
    return "\n".join(f"{where}: {line}" for line in said)
