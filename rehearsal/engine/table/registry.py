"""ECR repositories; SageMaker's model package groups."""

from __future__ import annotations

from rehearsal.engine.table.row import Call, Read, Row, put

REPOSITORY = Row(
    type="aws:ecr/repository:Repository",
    service="ecr",
    create=Call(operation="CreateRepository"),
    id="{name}",
    name="name",
    read=Read(
        operation="DescribeRepositories",
        fills={"repositoryNames": ["{name}"]},
        at="repositories[0]",
        gives={"encryptionConfigurations": "encryptionConfiguration && [encryptionConfiguration]"},
    ),
    update=(
        Call(
            operation="PutImageTagMutability",
            takes=("imageTagMutability", "imageTagMutabilityExclusionFilters"),
        ),
        Call(operation="PutImageScanningConfiguration", takes=("imageScanningConfiguration",)),
    ),
    delete=(Call(operation="DeleteRepository", fills={"repositoryName": "{name}", "force": "{forceDelete}"}),),
    gives={"repositoryUrl": "repository.repositoryUri", "registryId": "repository.registryId"},
    ignored={"forceDelete": "sent when the repository is deleted"},
)

_NAMED = {"repositoryName": "{repository}"}
REPOSITORY_POLICY = Row(
    type="aws:ecr/repositoryPolicy:RepositoryPolicy",
    service="ecr",
    told=True,
    **put("SetRepositoryPolicy", places={"repository": "repositoryName", "policy": "policyText"}),
    id="{repository}",
    replaces=("repository",),
    read=Read(operation="GetRepositoryPolicy", fills=_NAMED),
    delete=(Call(operation="DeleteRepositoryPolicy", fills=_NAMED),),
)

LIFECYCLE_POLICY = Row(
    type="aws:ecr/lifecyclePolicy:LifecyclePolicy",
    service="ecr",
    told=True,
    **put("PutLifecyclePolicy", places={"repository": "repositoryName", "policy": "lifecyclePolicyText"}),
    id="{repository}",
    replaces=("repository",),
    read=Read(operation="GetLifecyclePolicy", fills=_NAMED),
    delete=(Call(operation="DeleteLifecyclePolicy", fills=_NAMED),),
)

GROUP = Row(
    type="aws:sagemaker/modelPackageGroup:ModelPackageGroup",
    service="sagemaker",
    told=True,
    create=Call(operation="CreateModelPackageGroup"),
    id="{modelPackageGroupName}",
    name="modelPackageGroupName",
    read=Read(operation="DescribeModelPackageGroup"),
    delete=(Call(operation="DeleteModelPackageGroup"),),
)

GROUP_POLICY = Row(
    type="aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
    service="sagemaker",
    told=True,
    **put("PutModelPackageGroupPolicy"),
    id="{modelPackageGroupName}",
    replaces=("modelPackageGroupName",),
    read=Read(operation="GetModelPackageGroupPolicy"),
    delete=(Call(operation="DeleteModelPackageGroupPolicy"),),
)

ROWS = (REPOSITORY, REPOSITORY_POLICY, LIFECYCLE_POLICY, GROUP, GROUP_POLICY)
