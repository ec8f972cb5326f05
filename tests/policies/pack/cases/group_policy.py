"""Cases of the rule in `policies/pack/rules/group_policy.py`."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import group_policy
from tests.policies.pack.pack_factories import ACCOUNT, REGION, allow, document, having, make
from tests.policies.pack.rule_cases import Cases, on

GROUP_ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package-group/mlops-screening"
WORKLOAD = "arn:aws:iam::222222222222:root"


def registry(*, resource: str = GROUP_ARN, **elements: Any) -> StackResource:
    statement = {"Principal": {"AWS": WORKLOAD}, "Action": ["sagemaker:DescribeModelPackageGroup"], **elements}
    text = document(allow(Resource=resource, **statement))
    token = "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy"
    return make(token, "registry", modelPackageGroupName="mlops-screening", resourcePolicy=text)


CASES = Cases(
    rule=group_policy.RULE,
    passes=[on(registry()), on(registry(Action=["sagemaker:CreateModel", "sagemaker:ListModelPackages"]))],
    violations=[
        (on(registry(Principal="*")), "Given names no accounts"),
        (on(registry(Action="sagemaker:Describe*")), "Given gives sagemaker:Describe* instead of named actions"),
        (on(registry(Action=["sagemaker:UpdateModelPackage"])), "Given gives sagemaker:UpdateModelPackage"),
        (on(registry(resource="*")), "Given covers every resource"),
    ],
    unknown=[(on(having(registry(), resourcePolicy=UNKNOWN)), "resourcePolicy of registry")],
    not_applicable=[(on(having(registry(), resourcePolicy=None)), "it has no resourcePolicy")],
)
