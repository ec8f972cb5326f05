"""IAM-01: a resource policy does not let everybody in."""

from __future__ import annotations

from collections.abc import Sequence

from policies.pack.model import NotApplicable, Resource, Rule, Severity
from policies.pack.statements import parse

# Where each type keeps its policy.
POLICY_OF = {
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:kms/key:Key": "policy",
    "aws:kms/replicaKey:ReplicaKey": "policy",
    "aws:kms/keyPolicy:KeyPolicy": "policy",
    "aws:sns/topic:Topic": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queue:Queue": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:ecr/registryPolicy:RegistryPolicy": "policy",
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": "resourcePolicy",
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:iam/role:Role": "assumeRolePolicy",
}
LAMBDA_PERMISSION = "aws:lambda/permission:Permission"
# Keys that hold a caller to somebody. S3 API, PublicAccessBlockConfiguration (what is not public), and IAM's
# reference_policies_condition-keys for organizations and principals.
NARROWING = (
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "kms:calleraccount",
)


def check(resource: Resource, stack: Sequence[Resource]) -> list[str]:  # noqa: ARG001 (every rule's signature)
    """No Allow to everybody, unless a condition names who that is."""
    if resource.type == LAMBDA_PERMISSION:
        return _of_function(resource)
    where = POLICY_OF[resource.type]
    document = resource.get(where)
    if document in (None, ""):
        raise NotApplicable(f"it has no {where}")
    return [
        f"{statement.label} allows everybody, and no condition names whom"
        for statement in parse(document, where)
        if statement.allows and statement.for_everybody and not statement.fixes(NARROWING)
    ]


def _of_function(permission: Resource) -> list[str]:
    narrowed = any(permission.present(key) for key in ("principalOrgId", "sourceAccount", "sourceArn"))
    if permission.text("principal") == "*" and not narrowed:
        return ["everybody may invoke the function, and no organization, account or ARN says whom"]
    return []


RULE = Rule(
    id="IAM-01",
    name="iam-no-open-principal",
    title="Resource policies name whom they let in",
    why="Principal * in an Allow is every AWS account there is.",
    fix="Name the principal, or hold aws:PrincipalOrgID, aws:PrincipalArn, aws:SourceAccount or the like to values.",
    severity=Severity.CRITICAL,
    # Security Hub user guide, s3-controls: S3.2 and S3.3, for bucket policies.
    frameworks=("FSBP S3.2", "FSBP S3.3", "NIST 800-53 AC-3"),
    types=(*POLICY_OF, LAMBDA_PERMISSION),
    check=check,
)
