"""SageMaker. Actions, resources and condition keys: Service Authorization Reference, "Amazon SageMaker AI"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from assumptions.entries import outputs_without_encrypt, via_service_of_volume_grants
from assumptions.outcomes import holds
from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    RequiredActions,
    Right,
    RightsFunction,
    arn_template,
    pass_role,
    requires,
    values,
)

_PRINCIPAL = "sagemaker.amazonaws.com"

# Keys that hold several values in any request (Service Authorization Reference: ArrayOf…).
_ARRAYS = ("sagemaker:VpcSubnets", "sagemaker:VpcSecurityGroupIds", "sagemaker:InstanceTypes", "aws:TagKeys")


def _require(action: str, resource: str, **more: Any) -> RequiredAction:
    return RequiredAction(
        action=f"sagemaker:{action}", resource=arn_template("sagemaker", resource), multivalued_keys=_ARRAYS, **more
    )


def _making(action: str, resource: str, keys: dict[str, str] | None = None) -> tuple[RequiredAction, RequiredAction]:
    """Tags at creation are a right of their own (Service Authorization Reference: dependent actions)."""
    made = _require(action, resource, context_keys=keys or {}, tags="Tags")
    return made, _require("AddTags", resource, tags="Tags", when="Tags", constants={"sagemaker:TaggingAction": action})


def _network(path: str) -> dict[str, str]:
    return {
        "sagemaker:VpcSubnets": f"{path}.Subnets",
        "sagemaker:VpcSecurityGroupIds": f"{path}.SecurityGroupIds",
    }


def _volume(path: str, by: str) -> tuple[RightsFunction, ...]:
    """A volume's key is handed to the service by a grant: of the role that a job acts with, else of the caller.

    Source: SageMaker Developer Guide, "Amazon SageMaker AI API Permissions: Actions, Permissions, and Resources
    Reference". In KMS's eyes a caller comes through SageMaker; of a job's role no page says it.
    """

    def rights(request: ApiRequest) -> list[Right]:
        through = not by or holds(via_service_of_volume_grants.ASSUMPTION)
        constants = {"kms:GrantIsForAWSResource": "true"}
        if through:
            constants["kms:ViaService"] = "sagemaker.{region}.amazonaws.com"
        return RequiredAction(
            action="kms:CreateGrant", resource=f"{{{path}}}", when=path, principal_path=by, constants=constants
        ).rights(request)

    return (rights,)


def _output(key: str, targets: str, by: str) -> tuple[RightsFunction, ...]:
    """What a job's output needs of its key beside what S3 asks for when it is written."""

    def rights(request: ApiRequest) -> list[Right]:
        if holds(outputs_without_encrypt.ASSUMPTION):
            return []
        buckets = sorted({uri.split("/")[2] for uri in values(request.parameters, targets) if uri.startswith("s3://")})
        found = []
        for bucket in buckets:
            constants = {
                "kms:ViaService": "s3.{region}.amazonaws.com",
                "aws:ViaAWSService": "true",
                "kms:EncryptionContext:aws:s3:arn": f"arn:{request.partition}:s3:::{bucket}",
            }
            found += RequiredAction(
                action="kms:Encrypt", resource=f"{{{key}}}", when=key, principal_path=by, constants=constants
            ).rights(request)
        return found

    return (rights,)


def _rights(rows: Sequence[RequiredAction | RightsFunction], request: ApiRequest) -> list[Right]:
    every = [row.rights(request) if isinstance(row, RequiredAction) else row(request) for row in rows]
    return [right for rights in every for right in rights]


def _training(request: ApiRequest) -> list[Right]:
    keys = {
        **_network("VpcConfig"),
        "sagemaker:InstanceTypes": "ResourceConfig.InstanceType",
        "sagemaker:VolumeKmsKey": "ResourceConfig.VolumeKmsKeyId",
        "sagemaker:OutputKmsKey": "OutputDataConfig.KmsKeyId",
        "sagemaker:InterContainerTrafficEncryption": "EnableInterContainerTrafficEncryption",
        "sagemaker:NetworkIsolation": "EnableNetworkIsolation",
        "sagemaker:MaxRuntimeInSeconds": "StoppingCondition.MaxRuntimeInSeconds",
    }
    rows: tuple[RequiredAction | Callable[[ApiRequest], Sequence[Right]], ...] = (
        *_making("CreateTrainingJob", "training-job/{TrainingJobName}", keys),
        pass_role("RoleArn", _PRINCIPAL),
        *_volume("ResourceConfig.VolumeKmsKeyId", "RoleArn"),
        *_output("OutputDataConfig.KmsKeyId", "OutputDataConfig.S3OutputPath", "RoleArn"),
    )
    return _rights(rows, request)


_PROCESSING = {
    **_network("NetworkConfig.VpcConfig"),
    "sagemaker:InstanceTypes": "ProcessingResources.ClusterConfig.InstanceType",
    "sagemaker:VolumeKmsKey": "ProcessingResources.ClusterConfig.VolumeKmsKeyId",
    "sagemaker:OutputKmsKey": "ProcessingOutputConfig.KmsKeyId",
    "sagemaker:InterContainerTrafficEncryption": "NetworkConfig.EnableInterContainerTrafficEncryption",
    "sagemaker:NetworkIsolation": "NetworkConfig.EnableNetworkIsolation",
    "sagemaker:MaxRuntimeInSeconds": "StoppingCondition.MaxRuntimeInSeconds",
}

_TRANSFORM = {
    "sagemaker:InstanceTypes": "TransformResources.InstanceType",
    "sagemaker:VolumeKmsKey": "TransformResources.VolumeKmsKeyId",
    "sagemaker:OutputKmsKey": "TransformOutput.KmsKeyId",
}

_MODEL = {**_network("VpcConfig"), "sagemaker:NetworkIsolation": "EnableNetworkIsolation"}

_ENDPOINT_CONFIG = {
    "sagemaker:InstanceTypes": "ProductionVariants.InstanceType",
    "sagemaker:VolumeKmsKey": "KmsKeyId",
    "sagemaker:ServerlessMemorySize": "ProductionVariants.ServerlessConfig.MemorySizeInMB",
    "sagemaker:ServerlessMaxConcurrency": "ProductionVariants.ServerlessConfig.MaxConcurrency",
}

_PACKAGE = {"sagemaker:ModelApprovalStatus": "ModelApprovalStatus"}

_DOMAIN = {
    "sagemaker:AppNetworkAccessType": "AppNetworkAccessType",
    "sagemaker:VpcSubnets": "SubnetIds",
    "sagemaker:VpcSecurityGroupIds": "DefaultUserSettings.SecurityGroups",
    "sagemaker:VolumeKmsKey": "KmsKeyId",
}

# Instance types stand in the settings of each kind of app.
_APPS = ("JupyterServerAppSettings", "KernelGatewayAppSettings", "JupyterLabAppSettings", "CodeEditorAppSettings")


def _studio(action: str, resource: str, settings: str, keys: dict[str, str]) -> RequiredActions:
    def rights(request: ApiRequest) -> list[Right]:
        made, tagged = _making(action, resource, keys)
        types = [
            instance_type
            for app in _APPS
            for instance_type in values(request.parameters, f"{settings}.{app}.DefaultResourceSpec.InstanceType")
        ]
        found = [right for row in (made, tagged) for right in row.rights(request)]
        if types:
            unique = tuple(dict.fromkeys(types))
            first = found[0]
            found[0] = Right(
                action=first.action,
                resource=first.resource,
                context={**first.context, "sagemaker:InstanceTypes": unique},
            )
        return found

    return rights, pass_role(f"{settings}.ExecutionRole", _PRINCIPAL)


def _home(request: ApiRequest) -> list[Right]:
    """A domain's key serves its file system and its spaces' volumes (same page, CreateDomain)."""
    key = str(request.parameters.get("KmsKeyId", ""))
    if not key:
        return []
    via = {"kms:ViaService": "sagemaker.{region}.amazonaws.com", "aws:ViaAWSService": "true"}
    grant = {**via, "kms:GrantIsForAWSResource": "true"}
    arn = "{KmsKeyId}" if key.startswith("arn:") else arn_template("kms", "key/{KmsKeyId}")
    rows = [RequiredAction(action="kms:CreateGrant", resource=arn, constants=grant)]
    for action in ("Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext"):
        rows.append(RequiredAction(action=f"kms:{action}", resource=arn, constants=via))
    return _rights(rows, request)


def _packages(request: ApiRequest) -> list[Right]:
    """`model-package/<group>/*`: the group is a name, or the ARN where it is another account's."""
    group = str(request.parameters.get("ModelPackageGroupName", "*"))
    if group.startswith("arn:"):
        resource = group.replace(":model-package-group/", ":model-package/") + "/*"
    else:
        resource = f"arn:{request.partition}:sagemaker:{request.region}:{request.account}:model-package/{group}/*"
    keys = _PACKAGE if request.operation == "CreateModelPackage" else {}
    made = RequiredAction(
        action=f"sagemaker:{request.operation}", resource=resource, context_keys=keys, tags="Tags"
    ).rights(request)
    tagged = RequiredAction(action="sagemaker:AddTags", resource=resource, tags="Tags", when="Tags").rights(request)
    return [*made, *tagged]


def _deploying(request: ApiRequest) -> list[Right]:
    """A model of a package needs the package as well (SageMaker Developer Guide, page model-registry-deploy)."""
    packages = values(request.parameters, "Containers.ModelPackageName")
    packages += values(request.parameters, "PrimaryContainer.ModelPackageName")
    foreign = [
        package for package in packages if package.startswith("arn:") and package.split(":")[4] != request.account
    ]
    (made,) = _require("CreateModel", "model/{ModelName}", context_keys=_MODEL, tags="Tags").rights(request)
    return [replace(made, resource=package) for package in foreign]


def _plain(*operations: tuple[str, str]) -> Operations:
    return {name: (_require(name, resource),) for name, resource in operations}


_GROUP = "model-package-group/{ModelPackageGroupName}"

OPERATIONS: Operations = {
    **_plain(
        ("DeleteApp", "app/{DomainId}/*/{AppType}/{AppName}"),
        ("DeleteDomain", "domain/{DomainId}"),
        ("DeleteEndpoint", "endpoint/{EndpointName}"),
        ("DeleteEndpointConfig", "endpoint-config/{EndpointConfigName}"),
        ("DeleteModel", "model/{ModelName}"),
        ("DeleteModelPackage", "model-package/{ModelPackageName}"),
        ("DeleteModelPackageGroup", _GROUP),
        ("DeleteModelPackageGroupPolicy", _GROUP),
        ("DeletePipeline", "pipeline/{PipelineName}"),
        ("DeleteSpace", "space/{DomainId}/{SpaceName}"),
        ("DeleteUserProfile", "user-profile/{DomainId}/{UserProfileName}"),
        ("DescribeApp", "app/{DomainId}/*/{AppType}/{AppName}"),
        ("DescribeDomain", "domain/{DomainId}"),
        ("DescribeEndpoint", "endpoint/{EndpointName}"),
        ("DescribeEndpointConfig", "endpoint-config/{EndpointConfigName}"),
        ("DescribeModel", "model/{ModelName}"),
        ("DescribeModelPackage", "model-package/{ModelPackageName}"),
        ("DescribeModelPackageGroup", _GROUP),
        ("DescribeNotebookInstance", "notebook-instance/{NotebookInstanceName}"),
        ("DescribePipeline", "pipeline/{PipelineName}"),
        ("DescribePipelineExecution", "{PipelineExecutionArn}"),
        ("DescribeProcessingJob", "processing-job/{ProcessingJobName}"),
        ("DescribeSpace", "space/{DomainId}/{SpaceName}"),
        ("DescribeTrainingJob", "training-job/{TrainingJobName}"),
        ("DescribeTransformJob", "transform-job/{TransformJobName}"),
        ("DescribeUserProfile", "user-profile/{DomainId}/{UserProfileName}"),
        ("GetModelPackageGroupPolicy", _GROUP),
        ("ListPipelineExecutions", "pipeline/{PipelineName}"),
        ("ListPipelineExecutionSteps", "{PipelineExecutionArn}"),
        ("ListPipelineParametersForExecution", "{PipelineExecutionArn}"),
        ("ListTags", "{ResourceArn}"),
        ("PutModelPackageGroupPolicy", _GROUP),
        ("StartPipelineExecution", "pipeline/{PipelineName}"),
        ("StopPipelineExecution", "{PipelineExecutionArn}"),
        ("StopProcessingJob", "processing-job/{ProcessingJobName}"),
        ("StopTrainingJob", "training-job/{TrainingJobName}"),
        ("StopTransformJob", "transform-job/{TransformJobName}"),
        ("UpdateEndpointWeightsAndCapacities", "endpoint/{EndpointName}"),
    ),
    "AddTags": (_require("AddTags", "{ResourceArn}", tags="Tags"),),
    "CreateDomain": (*_studio("CreateDomain", "domain/*", "DefaultUserSettings", _DOMAIN), _home),
    # The configuration is a resource of the action, too (Service Authorization Reference).
    "CreateEndpoint": (
        *_making("CreateEndpoint", "endpoint/{EndpointName}"),
        _require("CreateEndpoint", "endpoint-config/{EndpointConfigName}", tags="Tags"),
    ),
    "CreateEndpointConfig": (
        *_making("CreateEndpointConfig", "endpoint-config/{EndpointConfigName}", _ENDPOINT_CONFIG),
        *_volume("KmsKeyId", ""),
    ),
    "CreateModel": (
        *_making("CreateModel", "model/{ModelName}", _MODEL),
        pass_role("ExecutionRoleArn", _PRINCIPAL),
        _deploying,
    ),
    "CreateModelPackage": (_packages,),
    "CreateModelPackageGroup": _making("CreateModelPackageGroup", _GROUP),
    "CreatePipeline": (*_making("CreatePipeline", "pipeline/{PipelineName}"), pass_role("RoleArn", _PRINCIPAL)),
    "CreatePresignedDomainUrl": (_require("CreatePresignedDomainUrl", "user-profile/{DomainId}/{UserProfileName}"),),
    "CreateProcessingJob": (
        *_making("CreateProcessingJob", "processing-job/{ProcessingJobName}", _PROCESSING),
        pass_role("RoleArn", _PRINCIPAL),
        *_volume("ProcessingResources.ClusterConfig.VolumeKmsKeyId", "RoleArn"),
        *_output("ProcessingOutputConfig.KmsKeyId", "ProcessingOutputConfig.Outputs.S3Output.S3Uri", "RoleArn"),
    ),
    "CreateTrainingJob": (_training,),
    "CreateTransformJob": (
        *_making("CreateTransformJob", "transform-job/{TransformJobName}", _TRANSFORM),
        *_volume("TransformResources.VolumeKmsKeyId", ""),
    ),
    "CreateUserProfile": _studio(
        "CreateUserProfile",
        "user-profile/{DomainId}/{UserProfileName}",
        "UserSettings",
        {"sagemaker:VpcSecurityGroupIds": "UserSettings.SecurityGroups"},
    ),
    "DeleteTags": (_require("DeleteTags", "{ResourceArn}", context_keys={"aws:TagKeys": "TagKeys"}),),
    # These know no resource (Service Authorization Reference).
    "ListDomains": requires("sagemaker:ListDomains"),
    "ListEndpoints": requires("sagemaker:ListEndpoints"),
    "ListModelPackageGroups": requires("sagemaker:ListModelPackageGroups"),
    "ListModelPackages": (_packages,),
    "ListModels": requires("sagemaker:ListModels"),
    "ListPipelines": requires("sagemaker:ListPipelines"),
    "ListProcessingJobs": requires("sagemaker:ListProcessingJobs"),
    "ListTrainingJobs": requires("sagemaker:ListTrainingJobs"),
    "ListUserProfiles": requires("sagemaker:ListUserProfiles"),
    "UpdateDomain": _studio("UpdateDomain", "domain/{DomainId}", "DefaultUserSettings", _DOMAIN),
    "UpdateEndpoint": (
        _require("UpdateEndpoint", "endpoint/{EndpointName}"),
        _require("UpdateEndpoint", "endpoint-config/{EndpointConfigName}"),
    ),
    "UpdateModelPackage": (_require("UpdateModelPackage", "{ModelPackageArn}", context_keys=_PACKAGE),),
    "UpdatePipeline": (_require("UpdatePipeline", "pipeline/{PipelineName}"), pass_role("RoleArn", _PRINCIPAL)),
    "UpdateUserProfile": _studio(
        "UpdateUserProfile",
        "user-profile/{DomainId}/{UserProfileName}",
        "UserSettings",
        {"sagemaker:VpcSecurityGroupIds": "UserSettings.SecurityGroups"},
    ),
}
