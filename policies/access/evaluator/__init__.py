"""AWS's policy evaluation, decided here: `decide` answers a question, `explain` shows every layer's part in it."""

from policies.access.evaluator.decision import Explanation, Lack, Step, allows, decide, explain
from policies.access.evaluator.errors import BadPolicy
from policies.access.evaluator.parse import PARSED, parse
from policies.access.evaluator.policy import Policy, PolicyKind

__all__ = [
    "PARSED",
    "BadPolicy",
    "Explanation",
    "Lack",
    "Policy",
    "PolicyKind",
    "Step",
    "allows",
    "decide",
    "explain",
    "parse",
]
