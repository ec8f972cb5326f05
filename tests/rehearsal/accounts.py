"""Parts of accounts that tests are made of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud
from rehearsal.cloudformation.service import CloudFormation
from rehearsal.sagemaker.service import SageMaker

ACCOUNT, STAGING, PRODUCTION = "111111111111", "222222222222", "333333333333"
REGION = "eu-west-1"
BUCKET = "mlops-artifacts"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/model@sha256:{'0' * 64}"


class AccountRoleName(StrEnum):
    """Roles of the data science account."""

    JOB = "job"
    PIPELINE = "pipeline"


def make_bucket(cloud: Cloud, actor: Actor, name: str) -> str:
    """A bucket; gives the ARN of a key for it."""
    location = {"LocationConstraint": actor.region}
    cloud.client(actor, "s3").create_bucket(Bucket=name, CreateBucketConfiguration=location)
    return str(cloud.client(actor, "kms").create_key()["KeyMetadata"]["Arn"])


def make_vpc(cloud: Cloud, actor: Actor, endpoints: Sequence[str]) -> tuple[str, list[str], str]:
    """A VPC with endpoints; gives its id, two subnets and a security group."""
    ec2 = cloud.client(actor, "ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24", AvailabilityZone=f"{actor.region}{zone}")["Subnet"][
            "SubnetId"
        ]
        for i, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(VpcId=vpc, GroupName="jobs", Description="jobs")["GroupId"]
    make_endpoints(ec2, vpc, subnets, group, endpoints)
    return vpc, subnets, group


def make_endpoints(ec2: Any, vpc: str, subnets: Sequence[str], group: str, services: Sequence[str]) -> None:
    """Endpoints that what is in the group reaches from the VPC, S3's by its main route table."""
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        ec2.modify_vpc_attribute(VpcId=vpc, **{name: {"Value": True}})
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": group}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    main = {"Filters": [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]}
    table = ec2.describe_route_tables(**main)["RouteTables"][0]["RouteTableId"]
    for service in services:
        kind = "Gateway" if service == "s3" else "Interface"
        placed: dict[str, Any] = {"SubnetIds": list(subnets), "SecurityGroupIds": [group], "PrivateDnsEnabled": True}
        ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName=f"com.amazonaws.{ec2.meta.region_name}.{service}",
            VpcEndpointType=kind,
            **({"RouteTableIds": [table]} if kind == "Gateway" else placed),
        )


def make_role(cloud: Cloud, actor: Actor, name: str, service: str, path: str = "/") -> str:
    """A role that a service may assume."""
    return _role(cloud, actor, name, {"Service": service}, path)


def make_role_for(cloud: Cloud, actor: Actor, name: str, principal: str) -> str:
    """A role that another role may assume."""
    return _role(cloud, actor, name, {"AWS": principal}, "/")


def _role(cloud: Cloud, actor: Actor, name: str, principal: dict[str, str], path: str) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    answer = cloud.client(actor, "iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust, Path=path)
    return str(answer["Role"]["Arn"])


@dataclass
class DataScienceAccount:
    """The account, who acts in it and what was emitted."""

    cloud: Cloud
    sagemaker: SageMaker
    deployer: Actor
    vpc: str
    subnet: str
    group: str
    key: str
    roles: dict[AccountRoleName, str]
    events: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def client(self, service: str) -> Any:
        return self.cloud.client(self.deployer, service)

    def put(self, key: str, content: str | bytes) -> str:
        body = content.encode() if isinstance(content, str) else content
        self.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def read(self, key: str) -> bytes:
        body: bytes = self.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return body

    def keys(self, prefix: str = "") -> list[str]:
        answer = self.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [entry["Key"] for entry in answer.get("Contents", ())]

    @property
    def network(self) -> dict[str, list[str]]:
        return {"Subnets": [self.subnet], "SecurityGroupIds": [self.group]}

    def processing(self, script: str, **more: Any) -> dict[str, Any]:
        """Arguments of CreateProcessingJob, without a name, for a script."""
        code = self.put(f"code/{abs(hash(script))}/run.py", script)
        source = {"S3Uri": code, "LocalPath": "/opt/ml/processing/input/code", "S3DataType": "S3Prefix"}
        target = {
            "S3Uri": f"s3://{BUCKET}/out",
            "LocalPath": "/opt/ml/processing/output/out",
            "S3UploadMode": "EndOfJob",
        }
        cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}
        return {
            "ProcessingInputs": [{"InputName": "code", "S3Input": {**source, "S3InputMode": "File"}}],
            "ProcessingOutputConfig": {
                "Outputs": [{"OutputName": "out", "S3Output": target}],
                "KmsKeyId": self.key,
            },
            "ProcessingResources": {"ClusterConfig": cluster},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            "AppSpecification": {
                "ImageUri": IMAGE,
                "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/run.py"],
            },
            "NetworkConfig": {"VpcConfig": self.network},
            "RoleArn": self.roles[AccountRoleName.JOB],
            **more,
        }

    def training(self, script: str, **more: Any) -> dict[str, Any]:
        """Arguments of CreateTrainingJob, without a name, for a script."""
        code = self.put(f"code/{abs(hash(script))}/train.py", script)
        source = {"S3Uri": code, "S3DataType": "S3Prefix", "S3DataDistributionType": "FullyReplicated"}
        return {
            "AlgorithmSpecification": {
                "TrainingImage": IMAGE,
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/train.py"],
                "MetricDefinitions": [{"Name": "auc", "Regex": r"auc=([0-9.]+)"}],
            },
            "HyperParameters": {"max_depth": "3"},
            "InputDataConfig": [{"ChannelName": "code", "DataSource": {"S3DataSource": source}}],
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models", "KmsKeyId": self.key},
            "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            "VpcConfig": self.network,
            "EnableNetworkIsolation": True,
            "RoleArn": self.roles[AccountRoleName.JOB],
            **more,
        }


def requests_of(data_science: DataScienceAccount, role: AccountRoleName) -> list[Any]:
    """The recorded requests of a role."""
    return [line for line in data_science.cloud.recorder.requests if line.role == data_science.roles[role]]


def json_lines(content: bytes) -> list[Any]:
    """JSON lines, parsed."""
    return [json.loads(line) for line in content.decode().splitlines()]


@contextmanager
def data_science_account(folder: Path) -> Iterator[DataScienceAccount]:
    """A fresh account with a VPC, a bucket, a key and roles; its SageMaker runs, and logs into the folder."""
    with Cloud(REGION, folder / "requests.jsonl") as cloud:
        events: list[tuple[str, str, dict[str, Any]]] = []
        sagemaker = SageMaker(cloud, on_event=lambda *event: events.append(event), folder=folder / "logs")
        with sagemaker, CloudFormation(cloud):
            deployer = cloud.deployer(ACCOUNT)
            key = make_bucket(cloud, deployer, BUCKET)
            vpc, subnets, group = make_vpc(cloud, deployer, ("s3", "sagemaker.api", "sts"))
            roles = {name: make_role(cloud, deployer, name, "sagemaker.amazonaws.com") for name in AccountRoleName}
            yield DataScienceAccount(cloud, sagemaker, deployer, vpc, subnets[0], group, key, roles, events)
