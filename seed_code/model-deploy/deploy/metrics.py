"""The gate's metrics, recomputed from what an endpoint answered. Pure Python: a thousand rows need no more.

The contract says which metrics there are, for which problems, and which way is better.

Definitions are the training pipeline's, which are scikit-learn's. An answer is a tuple: one
value (regression), the probability of class 1 (binary), or one probability for each class (multiclass).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from deploy import project_contract as contract

Answer = tuple[float, ...]
# One confident mistake is not infinite. The training pipeline clips at the same.
_PROBABILITY_FLOOR = 1e-15

Labels = Sequence[float]
Answers = Sequence[Answer]


@dataclass(frozen=True)
class MetricFunction:
    """How to compute a metric, for which problems it has a meaning, and whether less of it is better."""

    compute: Callable[[Labels, Answers], float]
    problems: frozenset[str]
    lower_is_better: bool = False

    def meets(self, value: float, threshold: float) -> bool:
        """Whether the figure passes a gate. NaN never does."""
        return value <= threshold if self.lower_is_better else value >= threshold


def _rmse(labels: Labels, answers: Answers) -> float:
    squares = [(answer[0] - label) ** 2 for label, answer in zip(labels, answers, strict=True)]
    return math.sqrt(math.fsum(squares) / len(squares))


def _mae(labels: Labels, answers: Answers) -> float:
    return math.fsum(abs(a[0] - label) for label, a in zip(labels, answers, strict=True)) / len(labels)


def _r2(labels: Labels, answers: Answers) -> float:
    mean = math.fsum(labels) / len(labels)
    total = math.fsum((label - mean) ** 2 for label in labels)
    rest = math.fsum((answer[0] - label) ** 2 for label, answer in zip(labels, answers, strict=True))
    return 1 - rest / total if total else math.nan


def _auc(labels: Labels, answers: Answers) -> float:
    """Probability that a positive ranks above a negative (Mann-Whitney); ties count half."""
    positives = sum(1 for label in labels if label == 1)
    negatives = len(labels) - positives
    if not positives or not negatives:
        return math.nan
    ordered = sorted(zip((answer[0] for answer in answers), labels, strict=True))
    rank_sum, start = 0.0, 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and ordered[end][0] == ordered[start][0]:
            end += 1
        mean_rank = (start + 1 + end) / 2
        rank_sum += mean_rank * sum(1 for _, label in ordered[start:end] if label == 1)
        start = end
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def _classes(answer: Answer) -> Answer:
    return (1 - answer[0], answer[0]) if len(answer) == 1 else answer


def predicted_class(answer: Answer) -> int:
    """Class 1 from a probability of 0.5; of several classes the likeliest, of equals the first."""
    if len(answer) == 1:
        return int(answer[0] >= 0.5)
    return max(range(len(answer)), key=answer.__getitem__)


def _logloss(labels: Labels, answers: Answers) -> float:
    losses = [
        -math.log(min(max(_classes(answer)[int(label)], _PROBABILITY_FLOOR), 1))
        for label, answer in zip(labels, answers, strict=True)
    ]
    return math.fsum(losses) / len(losses)


def _accuracy(labels: Labels, answers: Answers) -> float:
    right = sum(predicted_class(answer) == label for label, answer in zip(labels, answers, strict=True))
    return right / len(labels)


def _f1_of(label: float, labels: Labels, predicted: Sequence[int]) -> float:
    pairs = list(zip(labels, predicted, strict=True))
    hits = sum(true == label == found for true, found in pairs)
    wrong = sum((true == label) != (found == label) for true, found in pairs)
    return 2 * hits / (2 * hits + wrong) if hits or wrong else 0.0


def _f1(labels: Labels, answers: Answers) -> float:
    return _f1_of(1, labels, [predicted_class(answer) for answer in answers])


def _macro_f1(labels: Labels, answers: Answers) -> float:
    predicted = [predicted_class(answer) for answer in answers]
    seen = sorted({*labels, *map(float, predicted)})
    return math.fsum(_f1_of(label, labels, predicted) for label in seen) / len(seen)


_COMPUTE: Mapping[str, Callable[[Labels, Answers], float]] = {
    "rmse": _rmse,
    "mae": _mae,
    "r2": _r2,
    "auc": _auc,
    "f1": _f1,
    "logloss": _logloss,
    "accuracy": _accuracy,
    "macro_f1": _macro_f1,
}
METRICS: Mapping[str, MetricFunction] = {
    name: MetricFunction(_COMPUTE[name], frozenset(about["problemTypes"]), about["direction"] == "lower")
    for name, about in contract.metrics().items()
}
