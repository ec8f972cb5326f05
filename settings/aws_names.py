"""AWS's own names of regions, zones, instance types and endpoint services; the committed lists come from here.

Regions and instance types are botocore's; zones and services are those that moto knows. Neither is a dependency of the
program: only whoever refreshes or tests the lists needs them.
"""

from __future__ import annotations

import json
from typing import Any

from settings.closed_lists import DATA, SERVICES, ZONES

# Shapes of the sagemaker model that name an instance type of an endpoint, a job or an app.
SHAPES = ("ProductionVariantInstanceType", "TrainingInstanceType", "ProcessingInstanceType", "AppInstanceType")


# SageMaker's services that are named apart from all others, and those that moto does not know yet.
# Source: AWS PrivateLink Guide, "AWS services that integrate with AWS PrivateLink".
SAGEMAKER_SERVICES = ("experiments", "notebook", "partner-app", "studio")
MORE_SERVICES = (
    *("ram", "resource-groups", "s3tables", "sagemaker.api-fips", "sagemaker.featurestore-runtime-fips"),
    *("servicequotas", "sqs-fips", "sts-fips", "tagging"),
)
# Those that a VPC reaches by a gateway endpoint, or only from outside it: no interface endpoint of theirs answers to
# the service's own name. Source: AWS PrivateLink Guide, "Gateway endpoints".
NOT_BY_INTERFACE = ("dynamodb", "s3", "s3express", "s3-outposts")


def endpoint_services() -> list[str]:
    """Services with an interface endpoint, by the end of the endpoint service's name."""
    from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES

    return sorted({*AWS_ENDPOINT_SERVICES, *SAGEMAKER_SERVICES, *MORE_SERVICES} - {*NOT_BY_INTERFACE})


def regions(loader: Any) -> list[str]:
    """Regions of every partition. Pseudo regions of global services (`aws-global`) are none."""
    models = (loader.load_data("endpoints"), loader.load_data("partitions"))
    names = {name for model in models for partition in model["partitions"] for name in partition["regions"]}
    return sorted(name for name in names if not name.endswith("-global"))


def instance_types(loader: Any) -> list[str]:
    """SageMaker's instance types (`ml.…`) for endpoints, training, processing and apps; `system` is none."""
    shapes = loader.load_service_model("sagemaker", "service-2")["shapes"]
    names = {name for shape in SHAPES for name in shapes[shape]["enum"]}
    return sorted(name for name in names if name.startswith("ml."))


def studio_instance_types(loader: Any) -> list[str]:
    """SageMaker's instance types for apps of Studio; `system` is none that a person starts."""
    names = loader.load_service_model("sagemaker", "service-2")["shapes"]["AppInstanceType"]["enum"]
    return sorted(name for name in names if name.startswith("ml."))


# What stacks are made of, by the names of botocore's endpoints; each kind of stack needs most of them.
NEEDED = (
    *("api.ecr", "api.sagemaker", "application-autoscaling", "cloudformation", "codebuild", "codepipeline", "ec2"),
    *(
        "elasticfilesystem",
        "events",
        "kms",
        "lambda",
        "logs",
        "monitoring",
        "resource-groups",
        "runtime.sagemaker",
        "s3",
    ),
    *("secretsmanager", "sns", "sqs", "ssm", "sts"),
)
# What a foundation switches on.
SWITCHED = ("access-analyzer", "cloudtrail", "config", "guardduty", "macie2", "securityhub")


def lacking(loader: Any) -> dict[str, list[str]]:
    """Services that are not in a region, by region: botocore knows no endpoint, or S3's operations no such location."""
    endpoints = loader.load_data("endpoints")["partitions"]
    locations = loader.load_service_model("s3", "service-2")["shapes"]["BucketLocationConstraint"]["enum"]
    found: dict[str, list[str]] = {}
    for region in regions(loader):
        there = {
            name
            for partition in endpoints
            for name, service in partition["services"].items()
            if region in service["endpoints"]
        }
        # Source: Amazon S3 API Reference, "CreateBucket": us-east-1 is the location that is not named.
        there -= set() if region in (*locations, "us-east-1") else {"s3"}
        if missing := sorted({*NEEDED, *SWITCHED} - there):
            found[region] = missing
    return found


# Older in moto's list than the region's third zone: left to AWS.
ZONES_UNKNOWN = ("cn-north-1",)


def zones() -> dict[str, list[str]]:
    """Ids of the zones that each region gives an account; regions that nobody's list has are left out."""
    from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

    found = RegionsAndZonesBackend.zones
    known = sorted(found.keys() - set(ZONES_UNKNOWN))
    return {region: sorted(str(zone.zone_id) for zone in found[region]) for region in known}


def write() -> list[str]:
    """Writes all lists anew. Returns what was written."""
    import botocore
    import moto
    from botocore.loaders import Loader

    loader = Loader()
    models = f"botocore {botocore.__version__}"
    page = 'AWS PrivateLink Guide, "AWS services that integrate with AWS PrivateLink"'
    lists = {
        "regions": (f"{models}: endpoints.json, partitions.json", regions(loader)),
        "instance-types": (f"{models}: sagemaker service-2.json, {', '.join(SHAPES)}", instance_types(loader)),
        "studio-instance-types": (
            f"{models}: sagemaker service-2.json, AppInstanceType",
            studio_instance_types(loader),
        ),
        "endpoint-services": (f"moto {moto.__version__}: AWS_ENDPOINT_SERVICES; {page}", endpoint_services()),
    }
    for name, (source, names) in lists.items():
        content = {"source": source, "names": names}
        (DATA / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n")
    of_regions = {"source": f"moto {moto.__version__}: RegionsAndZonesBackend", "zones": zones()}
    ZONES.write_text(json.dumps(of_regions, indent=1) + "\n")
    models = f"{models}: endpoints.json; s3 service-2.json, BucketLocationConstraint"
    SERVICES.write_text(json.dumps({"source": models, "lacking": lacking(loader)}, indent=1) + "\n")
    return [*(str(DATA / f"{name}.json") for name in lists), str(ZONES), str(SERVICES)]
