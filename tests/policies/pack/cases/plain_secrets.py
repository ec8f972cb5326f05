"""Cases of the rule in `policies/pack/rules/plain_secrets.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import plain_secrets
from tests.policies.pack.pack_factories import make, without
from tests.policies.pack.resources.builds import ACCESS_KEY_ID, function
from tests.policies.pack.rule_cases import Cases, on


def parameter(name: str = "/mlops/dev/image/uri", value: object = "x", kind: object = "String") -> StackResource:
    return make("aws:ssm/parameter:Parameter", "parameter", name=name, value=value, type=kind)


CASES = Cases(
    rule=plain_secrets.RULE,
    passes=[
        on(parameter()),
        on(parameter(value=UNKNOWN)),
        on(parameter("/mlops/dev/token-arn")),
        on(function()),
        on(without(function(), "environment")),
    ],
    violations=[
        (on(parameter("/mlops/dev/github-token", UNKNOWN)), "a String parameter holds what looks like a secret"),
        (on(parameter(value=f"id={ACCESS_KEY_ID}")), "a String parameter holds what looks like a secret"),
        (on(parameter(value="-----BEGIN RSA PRIVATE KEY-----")), "holds what looks like a secret"),
        (on(function(environment={"variables": {"API_KEY": "x"}})), "variable API_KEY holds what looks like"),
    ],
    unknown=[
        (on(parameter(kind=UNKNOWN)), "type of parameter"),
        (on(function(environment=UNKNOWN)), "environment.variables of stop"),
    ],
    not_applicable=[(on(parameter("/mlops/dev/password", kind="SecureString")), "it is a SecureString")],
)
