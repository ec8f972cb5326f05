"""Cases of the rule in `policies/pack/rules/public_policy.py`, those of the guide among them."""

from __future__ import annotations

from typing import Any

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import public_policy
from tests.policies.pack.pack_factories import ACCOUNT, ROLE_ARN, having, make
from tests.policies.pack.resources.identity import bucket_policy
from tests.policies.pack.rule_cases import Cases, on

PUBLIC = "Given makes the policy public"


def everybody(**condition: Any) -> StackResource:
    return bucket_policy(Principal={"AWS": "*"}, Condition=condition)


PATHS = {"aws:PrincipalOrgPaths": ["o-a1b2c3d4e5/r-ab12/*"]}
ORGANIZATION = {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}

CASES = Cases(
    rule=public_policy.RULE,
    passes=[
        on(bucket_policy(Principal={"AWS": ROLE_ARN})),
        on(bucket_policy(Principal={"Service": "cloudtrail.amazonaws.com"})),
        on(everybody(StringEquals={"aws:SourceVpc": "vpc-91237329"})),
        on(everybody(**{"ForAnyValue:StringLike": PATHS, "StringEquals": ORGANIZATION})),
        on(everybody(IpAddress={"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"]})),
    ],
    violations=[
        (on(bucket_policy(Principal="*")), PUBLIC),
        (on(bucket_policy(Principal={"Federated": "graph.facebook.com"})), PUBLIC),
        (on(everybody(StringLike={"aws:SourceVpc": "vpc-*"})), PUBLIC),
        (on(everybody(**{"ForAnyValue:StringLike": PATHS})), PUBLIC),
        (on(everybody(StringEqualsIfExists=ORGANIZATION)), PUBLIC),
        (on(everybody(StringNotEquals=ORGANIZATION)), PUBLIC),
        (on(everybody(StringEquals={"aws:PrincipalAccount": ACCOUNT})), PUBLIC),
        (on(everybody(StringEquals={"aws:PrincipalOrgID": "${aws:PrincipalOrgID}"})), PUBLIC),
        (on(everybody(IpAddress={"aws:SourceIp": "0.0.0.0/1"})), PUBLIC),
    ],
    unknown=[(on(having(bucket_policy(), policy=UNKNOWN)), "policy of data-policy")],
    not_applicable=[(on(make("aws:s3/bucketPolicy:BucketPolicy", "data-policy")), "it has no policy")],
)
