"""Cases of the rule in `policies/pack/rules/bucket_foreign_writes.py`."""

from __future__ import annotations

from policies.pack.model import UNKNOWN, StackResource
from policies.pack.rules import bucket_foreign_writes
from tests.policies.pack.pack_factories import ACCOUNT, BUCKET_ARN, allow, having
from tests.policies.pack.resources.storage import FOREIGN_ACCOUNT, policy, provider
from tests.policies.pack.rule_cases import Cases, on


def given(action: str, principal: str = FOREIGN_ACCOUNT) -> StackResource:
    return policy(allow(Principal={"AWS": principal}, Action=action, Resource=f"{BUCKET_ARN}/*"))


CASES = Cases(
    rule=bucket_foreign_writes.RULE,
    passes=[
        on(given("s3:GetObject"), provider()),
        on(given("s3:PutObject", f"arn:aws:iam::{ACCOUNT}:role/build"), provider()),
        on(policy(allow(Principal={"Service": "logging.s3.amazonaws.com"}, Action="s3:PutObject")), provider()),
        on(policy(), provider()),
    ],
    violations=[
        (on(given("s3:PutObject"), provider()), "Given lets 999999999999 do s3:PutObject"),
        (on(given("s3:Delete*"), provider()), "s3:DeleteBucketPolicy, s3:DeleteObject, s3:DeleteObjectVersion"),
        (on(given("s3:PutBucketPolicy", "999999999999"), provider()), "s3:PutBucketPolicy"),
    ],
    unknown=[
        (on(having(policy(), policy=UNKNOWN), provider()), "policy of data-policy"),
        (on(given("s3:PutObject")), "allowedAccountIds of the stack's AWS provider"),
        (on(given("s3:PutObject"), provider(allowedAccountIds=UNKNOWN)), "allowedAccountIds of account"),
    ],
    not_applicable=[(on(having(policy(), policy=None), provider()), "it has no policy")],
)
