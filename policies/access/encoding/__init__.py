"""Policies as formulas: what holds for every request, and for one. Shares nothing with the evaluator but the request.

The two are written apart so that each can find the other's mistakes; what AWS does is read here from AWS's own pages.
"""

from policies.access.encoding.callers import CallerType, SymbolicCaller
from policies.access.encoding.concrete_request import decide
from policies.access.encoding.decision import Policies, encode
from policies.access.encoding.documents import MalformedDocument
from policies.access.encoding.logic import Undecided, Unsupported
from policies.access.encoding.request import SymbolicRequest
from policies.access.encoding.search import Witness, find

__all__ = [
    "CallerType",
    "MalformedDocument",
    "Policies",
    "SymbolicCaller",
    "SymbolicRequest",
    "Undecided",
    "Unsupported",
    "Witness",
    "decide",
    "encode",
    "find",
]
