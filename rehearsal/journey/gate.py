"""The gate for data that nobody set a threshold for: what any useful model reaches."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from rehearsal.aws.processes import REPOSITORY, container_python
from rehearsal.journey.data import Data

# A model that knows nothing has an AUC of 0.5 and an R2 of 0; for several classes the evaluation's own comparison with
# the naive baseline decides.
LENIENT = {
    "binary": {"metric": "auc", "threshold": 0.6},
    "regression": {"metric": "r2", "threshold": 0.05},
    "multiclass": {"metric": "accuracy", "threshold": 0.2},
}
_ASK = """
import sys, pandas
sys.path.insert(0, sys.argv[1])
from problem import choose_problem
labels = pandas.read_csv(sys.argv[2], usecols=[sys.argv[3]])[sys.argv[3]]
print(choose_problem(labels.dropna(), sys.argv[4])[0])
"""


def gate_for(data: Data, problem: str | None) -> str | None:
    """A project's `gate` as JSON for the user's data; None for a file that cannot be read: preparation says why."""
    scripts = REPOSITORY / "seed_code" / "model-build" / "scripts"
    asked = [
        str(container_python()),
        "-c",
        _ASK,
        str(scripts),
        str(data.path.resolve()),
        data.target,
        problem or "auto",
    ]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=Path("/"))
    found = answer.stdout.strip().rpartition(".")[2].lower()
    return json.dumps(LENIENT[found]) if found in LENIENT else None
