"""The quality gate for data that nobody set a threshold for: what any useful model reaches."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from rehearsal.aws.processes import REPOSITORY, container_python
from rehearsal.journey.data import TrainingData

# A model that knows nothing has an AUC of 0.5 and an R2 of 0; for several classes the evaluation's own comparison with
# the naive baseline decides.
LENIENT = {
    "binary": {"metric": "auc", "threshold": 0.6},
    "regression": {"metric": "r2", "threshold": 0.05},
    "multiclass": {"metric": "accuracy", "threshold": 0.2},
}
_CHOOSE_PROBLEM = """
import sys, pandas
sys.path.insert(0, sys.argv[1])
from problem import choose_problem
labels = pandas.read_csv(sys.argv[2], usecols=[sys.argv[3]])[sys.argv[3]]
print(choose_problem(labels.dropna(), sys.argv[4])[0])
"""


def gate_for(data: TrainingData, problem: str | None) -> str | None:
    """A project's `gate` as JSON for the user's data; None if the file cannot be read: the prepare step says why."""
    scripts = REPOSITORY / "seed_code" / "model-build" / "scripts"
    command = [
        str(container_python()),
        "-c",
        _CHOOSE_PROBLEM,
        str(scripts),
        str(data.path.resolve()),
        data.target,
        problem or "auto",
    ]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path("/"))
    problem_type = answer.stdout.strip().rpartition(".")[2].lower()
    return json.dumps(LENIENT[problem_type]) if problem_type in LENIENT else None
