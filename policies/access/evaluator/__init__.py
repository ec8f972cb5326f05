"""AWS's policy evaluation: `decide` answers a request, `explain` shows every layer's part in the decision."""

from policies.access.evaluator.decision import Explanation, LayerResult, MissingAllow, allows, decide, explain
from policies.access.evaluator.errors import BadPolicy
from policies.access.evaluator.parse import PARSED, parse
from policies.access.evaluator.policy import ParsedPolicy, PolicyKind

__all__ = [
    "PARSED",
    "BadPolicy",
    "Explanation",
    "LayerResult",
    "MissingAllow",
    "ParsedPolicy",
    "PolicyKind",
    "allows",
    "decide",
    "explain",
    "parse",
]
