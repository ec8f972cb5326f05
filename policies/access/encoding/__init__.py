"""Policies as formulas: what holds for every request, and for one. Shares nothing with the evaluator but the question.

The two are written apart so that each can find the other's mistakes; what AWS does is read here from AWS's own pages.
"""

from policies.access.encoding.answer import decide
from policies.access.encoding.callers import Caller, CallerKind
from policies.access.encoding.decision import Policies, encode
from policies.access.encoding.documents import BadDocument
from policies.access.encoding.logic import Undecided, Unsupported
from policies.access.encoding.request import Request
from policies.access.encoding.search import Witness, find

__all__ = [
    "BadDocument",
    "Caller",
    "CallerKind",
    "Policies",
    "Request",
    "Undecided",
    "Unsupported",
    "Witness",
    "decide",
    "encode",
    "find",
]
