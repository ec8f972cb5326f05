"""Model, endpoint configuration, endpoint and its scaling, as CloudFormation resources."""

from typing import Any

# SageMaker refuses an update that renames the variant (deployment guardrails), so the name never changes.
VARIANT = "primary"


def tags() -> list[dict[str, Any]]:
    """Tags of every resource that takes them."""
    values = {
        "project": "ProjectId",
        "stage": "Stage",
        "model-package": "ModelPackageArn",
        "serving-shape": "ServingShape",
    }
    return [{"Key": key, "Value": {"Ref": parameter}} for key, parameter in values.items()]


def attribute(resource: str, name: str) -> dict[str, list[str]]:
    """`Fn::GetAtt`."""
    return {"Fn::GetAtt": [resource, name]}


def model() -> dict[str, Any]:
    """The package's image and artifact. Without a physical name, so that another package replaces it."""
    role = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${ModelRoleName}"}
    return {
        "Type": "AWS::SageMaker::Model",
        "Properties": {
            "Containers": [{"ModelPackageName": {"Ref": "ModelPackageArn"}, "Environment": _environment()}],
            "ExecutionRoleArn": role,
            "VpcConfig": {"Subnets": {"Ref": "SubnetIds"}, "SecurityGroupIds": {"Ref": "SecurityGroupIds"}},
            # SageMaker itself fetches the artifact and writes captured data; the container needs no network.
            "EnableNetworkIsolation": True,
            "Tags": tags(),
        },
    }


def _environment() -> dict[str, Any]:
    """What says of a model in service where it comes from.

    The model server names the package in each answer, since an update serves two at a time. What its checks are is
    there for whoever describes the model: the container, which has no network, makes nothing of it.
    """
    return {
        "MODEL_PACKAGE_ARN": {"Ref": "ModelPackageArn"},
        "CHECKS_URI": {"Ref": "ChecksUri"},
        "CHECKS_SHA256": {"Ref": "ChecksSha256"},
    }


def endpoint_config() -> dict[str, Any]:
    """Volumes under the account's key for them. Every property is create-only, so it has no name."""
    variant = {
        "VariantName": VARIANT,
        "ModelName": attribute("Model", "ModelName"),
        "InstanceType": {"Ref": "InstanceType"},
        "InitialInstanceCount": {"Ref": "InitialInstanceCount"},
        "InitialVariantWeight": 1,
    }
    return {
        "Type": "AWS::SageMaker::EndpointConfig",
        "Properties": {
            "KmsKeyId": {"Ref": "VolumeKeyArn"},
            "ProductionVariants": [variant],
            "DataCaptureConfig": _data_capture(),
            "Tags": tags(),
        },
    }


def _data_capture() -> dict[str, Any]:
    return {
        "EnableCapture": True,
        "InitialSamplingPercentage": {"Ref": "CapturePercentage"},
        # SageMaker appends <endpoint>/<variant>/yyyy/mm/dd/hh/. Source: SageMaker Developer Guide, "Capture data from
        # real-time endpoint".
        "DestinationS3Uri": {"Fn::Sub": "s3://${CaptureBucket}/${ProjectId}"},
        # The bucket takes no other key than its own.
        "KmsKeyId": {"Ref": "CaptureKeyArn"},
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        # What is not named here is captured as base64.
        "CaptureContentTypeHeader": {
            "CsvContentTypes": ["text/csv"],
            "JsonContentTypes": ["application/json", "application/jsonlines"],
        },
    }


def endpoint(rollback_alarms: list[str]) -> dict[str, Any]:
    """Blue/green updates that roll back when one of `rollback_alarms` (logical ids) fires."""
    return {
        "Type": "AWS::SageMaker::Endpoint",
        "Properties": {
            "EndpointName": {"Ref": "EndpointName"},
            "EndpointConfigName": attribute("EndpointConfig", "EndpointConfigName"),
            "DeploymentConfig": {
                **_update_policy(),
                # By reference, so that each alarm exists before an update names it.
                "AutoRollbackConfiguration": {
                    "Alarms": [{"AlarmName": {"Ref": alarm}} for alarm in sorted(rollback_alarms)]
                },
            },
            # An update at peak must not fall back from the scaled count to the initial one. All else is the
            # new configuration's.
            "RetainAllVariantProperties": True,
            "ExcludeRetainedVariantProperties": [
                {"VariantPropertyType": "DesiredWeight"},
                {"VariantPropertyType": "DataCaptureConfig"},
            ],
            "Tags": tags(),
        },
    }


def conditions() -> dict[str, Any]:
    """How an update moves traffic, by the parameter TrafficShifting: `CANARY` alone names a canary, and so on."""
    return {
        name: {"Fn::Equals": [{"Ref": "TrafficShifting"}, value]}
        for name, value in {"Canary": "CANARY", "Linear": "LINEAR", "Rolling": "ROLLING"}.items()
    }


def _update_policy() -> dict[str, Any]:
    """One of the two policies. Steps are counted in instances: no page says how a percentage is rounded."""
    step = {"Type": "INSTANCE_COUNT", "Value": {"Ref": "ShiftStepInstances"}}
    nothing = {"Ref": "AWS::NoValue"}
    timeout = {"MaximumExecutionTimeoutInSeconds": {"Ref": "DeploymentTimeoutSeconds"}}
    routing = {
        "Type": {"Ref": "TrafficShifting"},
        "WaitIntervalInSeconds": {"Ref": "WaitSeconds"},
        "CanarySize": {"Fn::If": ["Canary", step, nothing]},
        "LinearStepSize": {"Fn::If": ["Linear", step, nothing]},
    }
    blue_green = {
        "TrafficRoutingConfiguration": routing,
        "TerminationWaitInSeconds": {"Ref": "KeepSeconds"},
        **timeout,
    }
    rolling = {"MaximumBatchSize": step, "WaitIntervalInSeconds": {"Ref": "WaitSeconds"}, **timeout}
    return {
        "BlueGreenUpdatePolicy": {"Fn::If": ["Rolling", nothing, blue_green]},
        "RollingUpdatePolicy": {"Fn::If": ["Rolling", rolling, nothing]},
    }


# Where it does not hold, the variant is no scalable target.
SCALED = "Scaled"


def scaled() -> dict[str, Any]:
    """The condition of scaling: there is a range to scale in, and the instances can.

    SageMaker refuses another instance type while the variant is a scalable target, and CloudFormation removes what it
    no longer needs only after it has updated the rest. So a release that changes the type comes in two updates: one
    that leaves all as it is but gives both bounds one number, which deregisters, and then the new parameters.
    Source: SageMaker Developer Guide, "Update endpoints that use auto scaling".
    """
    same = {"Fn::Equals": [{"Ref": "MinInstanceCount"}, {"Ref": "MaxInstanceCount"}]}
    can = {"Fn::Equals": [{"Fn::FindInMap": ["Instances", {"Ref": "InstanceType"}, "Scales"]}, "yes"]}
    return {SCALED: {"Fn::And": [{"Fn::Not": [same]}, can]}}


def scalable_target() -> dict[str, Any]:
    """Application Auto Scaling uses its service-linked role; none is named."""
    return {
        "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "Condition": SCALED,
        "DependsOn": "Endpoint",
        "Properties": {
            "ServiceNamespace": "sagemaker",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            "ResourceId": {"Fn::Sub": f"endpoint/${{EndpointName}}/variant/{VARIANT}"},
            "MinCapacity": {"Ref": "MinInstanceCount"},
            "MaxCapacity": {"Ref": "MaxInstanceCount"},
            "Tags": tags(),
        },
    }


def scaling_policy() -> dict[str, Any]:
    """Target tracking on requests a minute and instance."""
    return {
        "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
        "Condition": SCALED,
        "Properties": {
            "PolicyName": {"Fn::Sub": "${EndpointName}-invocations"},
            "PolicyType": "TargetTrackingScaling",
            "ScalingTargetId": {"Ref": "ScalableTarget"},
            "TargetTrackingScalingPolicyConfiguration": {
                "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
                "TargetValue": {"Ref": "TargetInvocationsPerInstance"},
                # Out faster than in: the default is 300 s each way. Source: SageMaker Developer Guide, page
                # endpoint-auto-scaling-policy.
                "ScaleOutCooldown": 60,
                "ScaleInCooldown": 300,
            },
        },
    }
