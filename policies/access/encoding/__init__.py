"""Policies as formulas for an SMT solver, which decide one request or prove something of all requests.

Shares nothing with the evaluator but the type of an authorization request: the two are written apart, both from AWS's
documentation, so that comparing their decisions finds the mistakes of either.
"""

from policies.access.encoding.callers import CallerType, SymbolicCaller
from policies.access.encoding.concrete_request import decide, unlike_aws
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
    "unlike_aws",
]
