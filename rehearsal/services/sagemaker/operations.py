"""SageMaker. Actions, resources and condition keys: Service Authorization Reference, "Amazon SageMaker AI"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rehearsal.service_model.required_action import (
    ApiRequest,
    Operations,
    RequiredAction,
    RequiredActions,
    Right,
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


def _volume(path: str, by: str) -> tuple[RequiredAction, ...]:
    """A volume's key is handed to the service by a grant of the role that it acts with (SageMaker
    Developer Guide, "How to use SageMaker AI execution roles")."""

    return (
        RequiredAction(
            action="kms:CreateGrant",
            resource=f"{{{path}}}",
            when=path,
            principal_path=by,
            constants={"kms:ViaService": "sagemaker.{region}.amazonaws.com", "kms:GrantIsForAWSResource": "true"},
        ),
    )


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
    rows = (
        *_making("CreateTrainingJob", "training-job/{TrainingJobName}", keys),
        pass_role("RoleArn", _PRINCIPAL),
        *_volume("ResourceConfig.VolumeKmsKeyId", "RoleArn"),
    )
    return [right for row in rows for right in row.rights(request)]


_PROCESSING = {
    **_network("NetworkConfig.VpcConfig"),
    "sagemaker:InstanceTypes": "ProcessingResources.ClusterConfig.InstanceType",
    "sagemaker:VolumeKmsKey": "ProcessingResources.ClusterConfig.VolumeKmsKeyId",
    "sagemaker:OutputKmsKey": "ProcessingOutputConfig.KmsKeyId",
    "sagemaker:InterContainerTrafficEncryption": "NetworkConfig.EnableInterContainerTrafficEncryption",
    "sagemaker:NetworkIsolation": "NetworkConfig.EnableNetworkIsolation",
    "sagemaker:MaxRuntimeInSeconds": "StoppingCondition.MaxRuntimeInSeconds",
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
            one
            for app in _APPS
            for one in values(request.parameters, f"{settings}.{app}.DefaultResourceSpec.InstanceType")
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
    foreign = [one for one in packages if one.startswith("arn:") and one.split(":")[4] != request.account]
    (made,) = _require("CreateModel", "model/{ModelName}", context_keys=_MODEL, tags="Tags").rights(request)
    return [replace(made, resource=one) for one in foreign]


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
    "CreateDomain": _studio("CreateDomain", "domain/*", "DefaultUserSettings", _DOMAIN),
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
    ),
    "CreateTrainingJob": (_training,),
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
