"""Cases of the rules on buckets, keys and images."""

from __future__ import annotations

from typing import Any

from policies.pack.accounts import PROVIDER
from policies.pack.model import UNKNOWN, Resource
from policies.pack.rules import (
    bucket_encryption,
    bucket_foreign_writes,
    bucket_lifecycle,
    bucket_logging,
    bucket_ownership,
    bucket_versioning,
    image_lifecycle,
    image_policy,
    image_repository,
    key_deletion,
    key_rotation,
    key_separation,
    key_use_everywhere,
    plain_transport,
    public_access_block,
)
from tests.policies.pack.cases.case import Cases, on
from tests.policies.pack.pack_factories import ACCOUNT, BUCKET_ARN, KEY_ARN, REGION, allow, at, document, having, make
from tests.policies.pack.test_pack_bucket_rules import (
    FIRST_RULE,
    block,
    bucket,
    encryption,
    logging,
    policy,
    tls_only,
    versioning,
)
from tests.policies.pack.test_pack_identity_rules import boundary, role, role_policy
from tests.policies.pack.test_pack_key_rules import administration, key
from tests.policies.pack.test_pack_service_rules import images

STRANGER = "arn:aws:iam::999999999999:root"
EVERY_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"


def provider(**props: Any) -> Resource:
    tags = '{"tags": {"owner": "ml-platform", "cost-centre": "4711", "data-class": "confidential"}}'
    return make(PROVIDER, "account", **{"allowedAccountIds": f'["{ACCOUNT}"]', "defaultTags": tags, **props})


def logged() -> Resource:
    return having(logging(), bucket="mlops-data", targetBucket="mlops-logs")


def lifecycle(**rule: Any) -> Resource:
    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    first = {"id": "old", "status": "Enabled", "noncurrentVersionExpiration": {"noncurrentDays": 90}, **rule}
    return make(token, "data-lifecycle", bucket="mlops-data", rules=[first])


def two_rules() -> Resource:
    ending = {"status": "Enabled", "noncurrentVersionExpiration": {"noncurrentDays": 90}}
    return having(lifecycle(), rules=[{"status": "Disabled"}, ending])


def ownership(owner: str = "BucketOwnerEnforced") -> Resource:
    token = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    return make(token, "data-ownership", bucket="mlops-data", rule={"objectOwnership": owner})


def given(action: str, principal: str = STRANGER) -> Resource:
    return policy(allow(Principal={"AWS": principal}, Action=action, Resource=f"{BUCKET_ARN}/*"))


def decrypt(resource: object = KEY_ARN, **elements: Any) -> Resource:
    return role_policy(Action=["kms:Decrypt"], Resource=resource, **elements)


def alias(operator: str) -> dict[str, Any]:
    return {operator: {"kms:ResourceAliases": "alias/mlops/dev/models"}}


def image_lifecycle_policy(repository: str = "mlops/model") -> Resource:
    return make("aws:ecr/lifecyclePolicy:LifecyclePolicy", "model-lifecycle", repository=repository, policy="{}")


def image_grant(*actions: str) -> Resource:
    text = document(allow(Principal={"AWS": STRANGER}, Action=list(actions)))
    return make("aws:ecr/repositoryPolicy:RepositoryPolicy", "model-policy", repository="mlops/model", policy=text)


def repository() -> Resource:
    return having(images(), name="mlops/model")


ELSEWHERE = having(ownership(), bucket=UNKNOWN)

CASES = (
    Cases(
        rule=public_access_block.RULE,
        passes=[on(bucket(), block())],
        mistakes=[(on(bucket()), "no public access block")],
        unknown=[(on(bucket(), having(block(), ignorePublicAcls=UNKNOWN)), "ignorePublicAcls of data-block")],
    ),
    Cases(
        rule=bucket_encryption.RULE,
        passes=[on(bucket(), encryption())],
        mistakes=[(on(bucket(), at(encryption(), f"{FIRST_RULE}.sseAlgorithm", "AES256")), "encrypts with AES256")],
        unknown=[
            (on(bucket(), at(encryption(), f"{FIRST_RULE}.sseAlgorithm", UNKNOWN)), "sseAlgorithm of data-encryption")
        ],
        excused=[(on(bucket(), logging()), "only to a bucket with SSE-S3")],
    ),
    Cases(
        rule=bucket_versioning.RULE,
        passes=[on(bucket(), versioning())],
        mistakes=[(on(bucket(), at(versioning(), "versioningConfiguration.status", "Suspended")), "Suspended")],
        unknown=[(on(bucket(), at(versioning(), "versioningConfiguration.status", UNKNOWN)), "status of data-version")],
    ),
    Cases(
        rule=plain_transport.RULE,
        passes=[on(bucket(), policy())],
        mistakes=[(on(bucket(), policy(tls_only(Action=["s3:GetObject"]))), "no statement that denies every request")],
        unknown=[(on(bucket(), having(policy(), policy=UNKNOWN)), "policy of data-policy")],
    ),
    Cases(
        rule=bucket_logging.RULE,
        passes=[on(bucket(), logged())],
        mistakes=[
            (on(bucket()), "accesses to the bucket are not logged"),
            (on(bucket(), having(logged(), bucket="mlops-models")), "accesses to the bucket are not logged"),
        ],
        unknown=[(on(bucket(), having(logged(), bucket=UNKNOWN)), "bucket of models-logging")],
        excused=[(on(bucket(), logging()), "it receives the access logs of other buckets")],
    ),
    Cases(
        rule=bucket_lifecycle.RULE,
        passes=[
            on(bucket(), lifecycle()),
            on(bucket(), two_rules()),
            on(bucket(), lifecycle(), lifecycle(status="Disabled")),
            on(bucket(), lifecycle(noncurrentVersionExpiration=UNKNOWN)),
            on(bucket(), lifecycle(noncurrentVersionExpiration=None, noncurrentVersionTransitions=[{"days": 30}])),
        ],
        mistakes=[
            (on(bucket()), "the bucket has no lifecycle configuration"),
            (on(bucket(), lifecycle(status="Disabled")), "no enabled rule of data-lifecycle ends old versions"),
            (
                on(bucket(), lifecycle(noncurrentVersionExpiration=None, expiration={"days": 30})),
                "no enabled rule of data-lifecycle ends old versions",
            ),
        ],
        unknown=[(on(bucket(), lifecycle(status=UNKNOWN)), "rules.0.status of data-lifecycle")],
    ),
    Cases(
        rule=bucket_ownership.RULE,
        passes=[on(bucket(), ownership())],
        mistakes=[
            (on(bucket()), "the bucket has no ownership controls"),
            (
                on(bucket(), ownership("ObjectWriter")),
                "data-ownership sets ObjectWriter, allowed is BucketOwnerEnforced",
            ),
        ],
        unknown=[
            (on(bucket(), ELSEWHERE), "bucket of data-ownership"),
            (on(bucket(), at(ownership(), "rule.objectOwnership", UNKNOWN)), "rule.objectOwnership of data-ownership"),
        ],
    ),
    Cases(
        rule=bucket_foreign_writes.RULE,
        passes=[
            on(given("s3:GetObject"), provider()),
            on(given("s3:PutObject", f"arn:aws:iam::{ACCOUNT}:role/build"), provider()),
            on(policy(allow(Principal={"Service": "logging.s3.amazonaws.com"}, Action="s3:PutObject")), provider()),
            on(policy(), provider()),
        ],
        mistakes=[
            (on(given("s3:PutObject"), provider()), "Given lets 999999999999 do s3:PutObject"),
            (on(given("s3:Delete*"), provider()), "s3:DeleteBucketPolicy, s3:DeleteObject, s3:DeleteObjectVersion"),
            (on(given("s3:PutBucketPolicy", "999999999999"), provider()), "s3:PutBucketPolicy"),
        ],
        unknown=[
            (on(having(policy(), policy=UNKNOWN), provider()), "policy of data-policy"),
            (on(given("s3:PutObject")), "allowedAccountIds of the stack's AWS provider"),
            (on(given("s3:PutObject"), provider(allowedAccountIds=UNKNOWN)), "allowedAccountIds of account"),
        ],
        excused=[(on(having(policy(), policy=None), provider()), "it has no policy")],
    ),
    Cases(
        rule=key_rotation.RULE,
        passes=[on(key())],
        mistakes=[(on(having(key(), enableKeyRotation=False)), "the key does not rotate")],
        unknown=[(on(having(key(), enableKeyRotation=UNKNOWN)), "enableKeyRotation of data")],
        excused=[(on(having(key(), keyUsage="SIGN_VERIFY")), "KMS rotates no key")],
    ),
    Cases(
        rule=key_separation.RULE,
        passes=[on(key())],
        mistakes=[(on(key(administration(Action="kms:*"))), "administers the key")],
        unknown=[(on(having(key(), policy=UNKNOWN)), "policy of data")],
        excused=[
            (
                on(having(key(), policy=None), make("aws:kms/keyPolicy:KeyPolicy", "data-policy", keyId="0f1e2d3c")),
                "its policy is a resource of its own",
            )
        ],
    ),
    Cases(
        rule=key_deletion.RULE,
        passes=[on(key()), on(having(key(), deletionWindowInDays=30))],
        mistakes=[(on(having(key(), deletionWindowInDays=7)), "deletionWindowInDays is 7, allowed is 30")],
        unknown=[(on(having(key(), deletionWindowInDays=UNKNOWN)), "deletionWindowInDays of data")],
    ),
    Cases(
        rule=key_use_everywhere.RULE,
        passes=[
            on(decrypt()),
            on(decrypt(EVERY_KEY, Condition=alias("ForAnyValue:StringEquals"))),
            on(role_policy(Action="kms:DescribeKey", Resource="*")),
        ],
        mistakes=[
            (on(decrypt("*")), "Given of policy decrypts with every key"),
            (on(decrypt([KEY_ARN, "*"])), "Given of policy decrypts with every key"),
            (on(decrypt(EVERY_KEY)), "Given of policy decrypts with every key"),
            (on(decrypt(EVERY_KEY, Condition=alias("ForAllValues:StringEquals"))), "decrypts with every key"),
            (on(role_policy(Action="kms:*", Resource="arn:aws:kms:*:*:key/*")), "decrypts with every key"),
        ],
        unknown=[(on(having(decrypt(), policy=UNKNOWN)), "policy of training")],
        excused=[(on(boundary(), role(permissionsBoundary=boundary().props["arn"])), "it is a permissions boundary")],
    ),
    Cases(
        rule=image_repository.RULE,
        passes=[on(images())],
        mistakes=[(on(having(images(), imageTagMutability="MUTABLE")), "imageTagMutability is MUTABLE")],
        unknown=[(on(having(images(), imageTagMutability=UNKNOWN)), "imageTagMutability of model")],
    ),
    Cases(
        rule=image_lifecycle.RULE,
        passes=[on(repository(), image_lifecycle_policy())],
        mistakes=[
            (on(repository()), "the repository has no lifecycle policy"),
            (on(repository(), image_lifecycle_policy("mlops/function")), "the repository has no lifecycle policy"),
        ],
        unknown=[(on(repository(), having(image_lifecycle_policy(), repository=UNKNOWN)), "repository of model-lif")],
    ),
    Cases(
        rule=image_policy.RULE,
        passes=[on(image_grant("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"))],
        mistakes=[
            (on(image_grant("ecr:BatchGetImage", "ecr:PutImage")), "Given gives ecr:PutImage"),
            (on(image_grant("ecr:*")), "ecr:DeleteRepository"),
        ],
        unknown=[(on(having(image_grant("ecr:PutImage"), policy=UNKNOWN)), "policy of model-policy")],
        excused=[(on(having(image_grant("ecr:PutImage"), policy=None)), "it has no policy")],
    ),
)
