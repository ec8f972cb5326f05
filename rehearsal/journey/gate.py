"""The quality gate of a journey: the project's own, or for data that nobody set a threshold for a lenient one. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass

from settings.metrics import Metric, ProblemType
from settings.model import QualityGateSettings

# A model that knows nothing has an AUC of 0.5 and an R2 of 0; for several classes the evaluation's own comparison with
# the naive baseline decides.
LENIENT = {
    ProblemType.BINARY: (Metric.AUC, 0.6),
    ProblemType.REGRESSION: (Metric.R2, 0.05),
    ProblemType.MULTICLASS: (Metric.ACCURACY, 0.2),
}


class NoGate(Exception):
    """The gate that was asked for cannot judge the data."""


@dataclass(frozen=True)
class JourneyGate:
    """A gate, and why it was taken. `override` is the project's `gate` as JSON, None where its own stays."""

    metric: Metric
    threshold: float
    why: str
    override: str | None = None

    def sentence(self) -> str:
        """The gate in words, with the reason."""
        return f"gate: {in_words(self.metric, self.threshold)}, {self.why}"


def in_words(metric: Metric, threshold: float) -> str:
    """A threshold in words."""
    return f"{metric} at {'least' if metric.direction == 'higher' else 'most'} {threshold:g}"


def choose_gate(
    project: str, own: QualityGateSettings, problem: ProblemType, *, meant: bool, instead: str
) -> JourneyGate:
    """The project's gate where it is `meant` for this data, else a lenient one for the data's problem.

    `instead` says how to have the project's own. Raises NoGate where a gate that is meant does not measure the problem.
    """
    its_own = in_words(own.metric, own.threshold)
    if meant:
        if problem not in own.metric.problem_types:
            measured = ", ".join(metric for metric in Metric if problem in metric.problem_types)
            raise NoGate(
                f"the gate of project {project} is {its_own}, which is not measured for {problem} data (measured: "
                f"{measured}): choose another project, say PROBLEM=, or set `gate` in the project's stack file"
            )
        return JourneyGate(own.metric, own.threshold, f"that of project {project}")
    metric, threshold = LENIENT[problem]
    why = f"which any useful model reaches: {its_own} was set for other data; {instead}"
    return JourneyGate(metric, threshold, why, json.dumps({"metric": metric, "threshold": threshold}))
