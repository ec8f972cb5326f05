"""Cases of the rule in `policies/pack/rules/function_url.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import function_url
from tests.policies.pack.pack_factories import make
from tests.policies.pack.rule_cases import Cases, on


def url(kind: object) -> StackResource:
    return make("aws:lambda/functionUrl:FunctionUrl", "url", functionName="stop", authorizationType=kind)


CASES = Cases(
    rule=function_url.RULE,
    passes=[on(url("AWS_IAM"))],
    violations=[(on(url("NONE")), "authorizationType is NONE, allowed is AWS_IAM")],
    unknown=[(on(url(UNKNOWN)), "authorizationType of url")],
)
