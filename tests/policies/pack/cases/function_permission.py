"""Cases of the rule in `policies/pack/rules/function_permission.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import function_permission
from tests.policies.pack.pack_factories import ACCOUNT, REGION, make, without
from tests.policies.pack.rule_cases import Cases, on

RULE_ARN = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/nightly"


def permission(**props: Any) -> StackResource:
    right = {"principal": "events.amazonaws.com", "action": "lambda:InvokeFunction", "sourceArn": RULE_ARN}
    return make("aws:lambda/permission:Permission", "invoke", **{**right, **props})


CASES = Cases(
    rule=function_permission.RULE,
    passes=[
        on(permission()),
        on(permission(sourceArn=UNKNOWN)),
        on(permission(sourceArn=None, sourceAccount=UNKNOWN)),
        on(permission(sourceArn=None, principalOrgId=UNKNOWN)),
        on(permission(principal="s3.amazonaws.com", sourceArn="arn:aws:s3:::data", sourceAccount=ACCOUNT)),
    ],
    violations=[
        (on(without(permission(), "sourceArn")), "events.amazonaws.com may invoke the function for anybody's"),
        (on(permission(principal="s3.amazonaws.com", sourceArn="arn:aws:s3:::data")), "s3.amazonaws.com may"),
    ],
    unknown=[(on(permission(principal=UNKNOWN)), "principal of invoke")],
    not_applicable=[(on(permission(principal=ACCOUNT)), "its principal is not an AWS service")],
)
