"""Resource policies, wherever Pulumi's AWS types keep them."""

from __future__ import annotations

from policies.pack.model import NotApplicable, StackResource
from policies.pack.statements import StatementView, parse

BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
KEYS = ("aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey", "aws:kms/keyPolicy:KeyPolicy")
ROLE = "aws:iam/role:Role"

# Where each type keeps its policy.
POLICY_OF = {
    BUCKET_POLICY: "policy",
    **dict.fromkeys(KEYS, "policy"),
    "aws:sns/topic:Topic": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queue:Queue": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:ecr/registryPolicy:RegistryPolicy": "policy",
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy": "resourcePolicy",
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
    "aws:apigateway/restApiPolicy:RestApiPolicy": "policy",
    "aws:lambda/resourcePolicy:ResourcePolicy": "policy",
    "aws:secretsmanager/secret:Secret": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    ROLE: "assumeRolePolicy",
}


def statements(resource: StackResource) -> list[StatementView]:
    """The statements of a resource's policy; raises `NotApplicable` where it has none."""
    where = POLICY_OF[resource.type]
    document = resource.get(where)
    if document in (None, ""):
        raise NotApplicable(f"it has no {where}")
    return parse(document, where)
