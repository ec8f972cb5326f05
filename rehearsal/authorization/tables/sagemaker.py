"""SageMaker. Actions, resources and condition keys: SAR list_amazonsagemaker (copy of June 2026); aws-facts 2.2."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rehearsal.authorization.need import Asked, Need, Right, Row, Table, needs, own, passes, values

SERVICE = "sagemaker.amazonaws.com"
# Keys that hold several values in any request (SAR: ArrayOf…).
_ARRAYS = ("sagemaker:VpcSubnets", "sagemaker:VpcSecurityGroupIds", "sagemaker:InstanceTypes", "aws:TagKeys")


def _on(action: str, resource: str, **more: Any) -> Need:
    return Need(action=f"sagemaker:{action}", resource=own("sagemaker", resource), several=_ARRAYS, **more)


def _making(action: str, resource: str, keys: dict[str, str] | None = None) -> tuple[Need, Need]:
    """Tags at creation are a right of their own (SAR: dependent actions)."""
    made = _on(action, resource, keys=keys or {}, tags="Tags")
    return made, _on("AddTags", resource, tags="Tags", when="Tags", fixed={"sagemaker:TaggingAction": action})


def _network(path: str) -> dict[str, str]:
    return {
        "sagemaker:VpcSubnets": f"{path}.Subnets",
        "sagemaker:VpcSecurityGroupIds": f"{path}.SecurityGroupIds",
    }


def _volume(path: str, by: str) -> tuple[Need, ...]:
    """A volume's key is handed to the service by a grant of the role that it acts with (SM sagemaker-roles)."""

    return (
        Need(
            action="kms:CreateGrant",
            resource=f"{{{path}}}",
            when=path,
            by=by,
            fixed={"kms:ViaService": "sagemaker.{region}.amazonaws.com", "kms:GrantIsForAWSResource": "true"},
        ),
    )


def _training(asked: Asked) -> list[Right]:
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
        passes("RoleArn", SERVICE),
        *_volume("ResourceConfig.VolumeKmsKeyId", "RoleArn"),
    )
    return [right for row in rows for right in row.rights(asked)]


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


def _studio(action: str, resource: str, settings: str, keys: dict[str, str]) -> Row:
    def rights(asked: Asked) -> list[Right]:
        made, tagged = _making(action, resource, keys)
        types = [
            one
            for app in _APPS
            for one in values(asked.parameters, f"{settings}.{app}.DefaultResourceSpec.InstanceType")
        ]
        found = [right for row in (made, tagged) for right in row.rights(asked)]
        if types:
            unique = tuple(dict.fromkeys(types))
            first = found[0]
            found[0] = Right(
                action=first.action,
                resource=first.resource,
                context={**first.context, "sagemaker:InstanceTypes": unique},
            )
        return found

    return rights, passes(f"{settings}.ExecutionRole", SERVICE)


def _packages(asked: Asked) -> list[Right]:
    """`model-package/<group>/*`: the group is a name, or the ARN where it is another account's (SM model-registry)."""
    group = str(asked.parameters.get("ModelPackageGroupName", "*"))
    if group.startswith("arn:"):
        resource = group.replace(":model-package-group/", ":model-package/") + "/*"
    else:
        resource = f"arn:{asked.partition}:sagemaker:{asked.region}:{asked.account}:model-package/{group}/*"
    keys = _PACKAGE if asked.operation == "CreateModelPackage" else {}
    made = Need(action=f"sagemaker:{asked.operation}", resource=resource, keys=keys, tags="Tags").rights(asked)
    tagged = Need(action="sagemaker:AddTags", resource=resource, tags="Tags", when="Tags").rights(asked)
    return [*made, *tagged]


def _deploying(asked: Asked) -> list[Right]:
    """A model of a package needs the package as well (SM model-registry-deploy names CreateModel on it)."""
    packages = values(asked.parameters, "Containers.ModelPackageName")
    packages += values(asked.parameters, "PrimaryContainer.ModelPackageName")
    foreign = [one for one in packages if one.startswith("arn:") and one.split(":")[4] != asked.account]
    (made,) = _on("CreateModel", "model/{ModelName}", keys=_MODEL, tags="Tags").rights(asked)
    return [replace(made, resource=one) for one in foreign]


def _plain(*operations: tuple[str, str]) -> Table:
    return {name: (_on(name, resource),) for name, resource in operations}


GROUP = "model-package-group/{ModelPackageGroupName}"

TABLE: Table = {
    **_plain(
        ("DeleteApp", "app/{DomainId}/*/{AppType}/{AppName}"),
        ("DeleteDomain", "domain/{DomainId}"),
        ("DeleteEndpoint", "endpoint/{EndpointName}"),
        ("DeleteEndpointConfig", "endpoint-config/{EndpointConfigName}"),
        ("DeleteModel", "model/{ModelName}"),
        ("DeleteModelPackage", "model-package/{ModelPackageName}"),
        ("DeleteModelPackageGroup", GROUP),
        ("DeleteModelPackageGroupPolicy", GROUP),
        ("DeletePipeline", "pipeline/{PipelineName}"),
        ("DeleteSpace", "space/{DomainId}/{SpaceName}"),
        ("DeleteUserProfile", "user-profile/{DomainId}/{UserProfileName}"),
        ("DescribeApp", "app/{DomainId}/*/{AppType}/{AppName}"),
        ("DescribeDomain", "domain/{DomainId}"),
        ("DescribeEndpoint", "endpoint/{EndpointName}"),
        ("DescribeEndpointConfig", "endpoint-config/{EndpointConfigName}"),
        ("DescribeModel", "model/{ModelName}"),
        ("DescribeModelPackage", "model-package/{ModelPackageName}"),
        ("DescribeModelPackageGroup", GROUP),
        ("DescribeNotebookInstance", "notebook-instance/{NotebookInstanceName}"),
        ("DescribePipeline", "pipeline/{PipelineName}"),
        ("DescribePipelineExecution", "{PipelineExecutionArn}"),
        ("DescribeProcessingJob", "processing-job/{ProcessingJobName}"),
        ("DescribeSpace", "space/{DomainId}/{SpaceName}"),
        ("DescribeTrainingJob", "training-job/{TrainingJobName}"),
        ("DescribeTransformJob", "transform-job/{TransformJobName}"),
        ("DescribeUserProfile", "user-profile/{DomainId}/{UserProfileName}"),
        ("GetModelPackageGroupPolicy", GROUP),
        ("ListPipelineExecutions", "pipeline/{PipelineName}"),
        ("ListPipelineExecutionSteps", "{PipelineExecutionArn}"),
        ("ListPipelineParametersForExecution", "{PipelineExecutionArn}"),
        ("ListTags", "{ResourceArn}"),
        ("PutModelPackageGroupPolicy", GROUP),
        ("StartPipelineExecution", "pipeline/{PipelineName}"),
        ("StopPipelineExecution", "{PipelineExecutionArn}"),
        ("StopProcessingJob", "processing-job/{ProcessingJobName}"),
        ("StopTrainingJob", "training-job/{TrainingJobName}"),
        ("StopTransformJob", "transform-job/{TransformJobName}"),
        ("UpdateEndpointWeightsAndCapacities", "endpoint/{EndpointName}"),
    ),
    "AddTags": (_on("AddTags", "{ResourceArn}", tags="Tags"),),
    "CreateDomain": _studio("CreateDomain", "domain/*", "DefaultUserSettings", _DOMAIN),
    # The configuration is a resource of the action, too (SAR CreateEndpoint).
    "CreateEndpoint": (
        *_making("CreateEndpoint", "endpoint/{EndpointName}"),
        _on("CreateEndpoint", "endpoint-config/{EndpointConfigName}", tags="Tags"),
    ),
    "CreateEndpointConfig": (
        *_making("CreateEndpointConfig", "endpoint-config/{EndpointConfigName}", _ENDPOINT_CONFIG),
        *_volume("KmsKeyId", ""),
    ),
    "CreateModel": (
        *_making("CreateModel", "model/{ModelName}", _MODEL),
        passes("ExecutionRoleArn", SERVICE),
        _deploying,
    ),
    "CreateModelPackage": (_packages,),
    "CreateModelPackageGroup": _making("CreateModelPackageGroup", GROUP),
    "CreatePipeline": (*_making("CreatePipeline", "pipeline/{PipelineName}"), passes("RoleArn", SERVICE)),
    "CreatePresignedDomainUrl": (_on("CreatePresignedDomainUrl", "user-profile/{DomainId}/{UserProfileName}"),),
    "CreateProcessingJob": (
        *_making("CreateProcessingJob", "processing-job/{ProcessingJobName}", _PROCESSING),
        passes("RoleArn", SERVICE),
        *_volume("ProcessingResources.ClusterConfig.VolumeKmsKeyId", "RoleArn"),
    ),
    "CreateTrainingJob": (_training,),
    "CreateUserProfile": _studio(
        "CreateUserProfile",
        "user-profile/{DomainId}/{UserProfileName}",
        "UserSettings",
        {"sagemaker:VpcSecurityGroupIds": "UserSettings.SecurityGroups"},
    ),
    "DeleteTags": (_on("DeleteTags", "{ResourceArn}", keys={"aws:TagKeys": "TagKeys"}),),
    # These know no resource (SAR).
    "ListDomains": needs("sagemaker:ListDomains"),
    "ListEndpoints": needs("sagemaker:ListEndpoints"),
    "ListModelPackageGroups": needs("sagemaker:ListModelPackageGroups"),
    "ListModelPackages": (_packages,),
    "ListModels": needs("sagemaker:ListModels"),
    "ListPipelines": needs("sagemaker:ListPipelines"),
    "ListProcessingJobs": needs("sagemaker:ListProcessingJobs"),
    "ListTrainingJobs": needs("sagemaker:ListTrainingJobs"),
    "ListUserProfiles": needs("sagemaker:ListUserProfiles"),
    "UpdateDomain": _studio("UpdateDomain", "domain/{DomainId}", "DefaultUserSettings", _DOMAIN),
    "UpdateEndpoint": (
        _on("UpdateEndpoint", "endpoint/{EndpointName}"),
        _on("UpdateEndpoint", "endpoint-config/{EndpointConfigName}"),
    ),
    "UpdateModelPackage": (_on("UpdateModelPackage", "{ModelPackageArn}", keys=_PACKAGE),),
    "UpdatePipeline": (_on("UpdatePipeline", "pipeline/{PipelineName}"), passes("RoleArn", SERVICE)),
    "UpdateUserProfile": _studio(
        "UpdateUserProfile",
        "user-profile/{DomainId}/{UserProfileName}",
        "UserSettings",
        {"sagemaker:VpcSecurityGroupIds": "UserSettings.SecurityGroups"},
    ),
}

RUNTIME: Table = {
    "InvokeEndpoint": (
        _on("InvokeEndpoint", "endpoint/{EndpointName}", keys={"sagemaker:TargetModel": "TargetModel"}),
    ),
    "InvokeEndpointAsync": (_on("InvokeEndpointAsync", "endpoint/{EndpointName}"),),
}
