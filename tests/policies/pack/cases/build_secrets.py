"""Cases of the rule in `policies/pack/rules/build_secrets.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import build_secrets
from tests.policies.pack.pack_factories import having
from tests.policies.pack.resources.builds import ACCESS_KEY_ID
from tests.policies.pack.resources.services import build
from tests.policies.pack.rule_cases import Cases, on


def variable(name: str, value: object = "x", kind: str = "PLAINTEXT") -> StackResource:
    given = {"name": name, "value": value, "type": kind}
    return having(build(), environment={"privilegedMode": False, "environmentVariables": [given]})


CASES = Cases(
    rule=build_secrets.RULE,
    passes=[
        on(variable("MLOPS_PARAMETERS", "/mlops/dev")),
        on(variable("GITHUB_TOKEN", "mlops/github", "SECRETS_MANAGER")),
        on(variable("GITHUB_TOKEN_ARN", "arn:aws:secretsmanager:x")),
        on(build()),
    ],
    violations=[
        (on(variable("GITHUB_TOKEN")), "variable GITHUB_TOKEN is in plain text"),
        (on(variable("AWS_SECRET_ACCESS_KEY")), "variable AWS_SECRET_ACCESS_KEY is in plain text"),
        (on(variable("dbPassword")), "variable dbPassword is in plain text"),
        (on(variable("REMOTE", f"x {ACCESS_KEY_ID}")), "variable REMOTE is in plain text"),
    ],
    unknown=[(on(variable("REMOTE", UNKNOWN)), "environment.environmentVariables.0.value of build")],
)
