"""Lambda functions that run: versions, aliases with weights, execution environments that serve many invocations."""

from rehearsal.lambda_functions.functions import LambdaFunctions
from rehearsal.lambda_functions.results import InvocationResult, Throttled
from rehearsal.lambda_functions.versions import InvocationTarget, UnknownFunction

__all__ = ["InvocationResult", "InvocationTarget", "LambdaFunctions", "Throttled", "UnknownFunction"]
