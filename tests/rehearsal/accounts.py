"""Parts of accounts that tests are made of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum

from rehearsal.aws.actors import Actor
from rehearsal.aws.cloud import Cloud

ACCOUNT, STAGING, PRODUCTION = "111111111111", "222222222222", "333333333333"
REGION = "eu-west-1"
BUCKET = "mlops-artifacts"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/model@sha256:{'0' * 64}"


class Role(StrEnum):
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
    for service in endpoints:
        kind = "Gateway" if service == "s3" else "Interface"
        ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{actor.region}.{service}", VpcEndpointType=kind)
    return vpc, subnets, group


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
