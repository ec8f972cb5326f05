"""A stack set with its roles, and the delivered template in the staging account."""

from __future__ import annotations

import json
import time
from typing import Any

from catalog.serving import ServingShape
from delivery import template as delivered
from settings import contract
from tests.rehearsal.accounts import (
    BUCKET,
    IMAGE,
    PRODUCTION,
    REGION,
    STAGING,
    DataScienceAccount,
    make_role,
    make_role_for,
)
from tests.rehearsal.workload import CAPTURE, ENDPOINT, ServingAccount


def stages_document() -> dict[str, Any]:
    """The project's `deploy/stages`."""
    staging = {
        "stackSetName": "s",
        "accounts": [STAGING],
        "regions": [REGION],
        "endpointName": ENDPOINT,
        "instanceType": "ml.m5.large",
        "initialInstanceCount": 1,
        "minInstanceCount": 1,
        "maxInstanceCount": 2,
        "capturePercentage": 100,
        "modelRoleName": "mlops/projects/screening/model",
        "testRoleArns": {STAGING: f"arn:aws:iam::{STAGING}:role/test"},
        "parametersPath": "/mlops/staging",
        "changeSetRoleName": "mlops/projects/screening/mlops-change-set",
        "latencyLimitMs": 2000,
        "trafficShifting": "ALL_AT_ONCE",
        "shiftStepInstances": 1,
        "waitSeconds": 60,
        "keepSeconds": 60,
        "deploymentTimeoutSeconds": 3720,
    }
    roles = {PRODUCTION: f"arn:aws:iam::{PRODUCTION}:role/test"}
    return {"staging": staging, "production": {**staging, "accounts": [PRODUCTION], "testRoleArns": roles}}


class StackSetClient:
    """A stack set `s` with its roles."""

    def __init__(self, data_science: DataScienceAccount, *accounts: str) -> None:
        self.data_science = data_science
        self.admin = make_role(data_science.cloud, data_science.deployer, "admin", "cloudformation.amazonaws.com")
        for account in accounts:
            make_role_for(data_science.cloud, data_science.cloud.deployer(account), "execution", self.admin)
        self.client = data_science.client("cloudformation")

    def create(self, template: Any, **more: Any) -> None:
        self.client.create_stack_set(
            StackSetName="s",
            TemplateBody=json.dumps(template),
            AdministrationRoleARN=self.admin,
            ExecutionRoleName="execution",
            **more,
        )

    def instances(self, *accounts: str, **more: Any) -> dict[str, Any]:
        answer = self.client.create_stack_instances(StackSetName="s", Accounts=list(accounts), Regions=[REGION], **more)
        return self.wait(answer["OperationId"])

    def update(self, template: Any, **more: Any) -> dict[str, Any]:
        answer = self.client.update_stack_set(StackSetName="s", TemplateBody=json.dumps(template), **more)
        return self.wait(answer["OperationId"])

    def delete(self, *accounts: str) -> dict[str, Any]:
        answer = self.client.delete_stack_instances(
            StackSetName="s", Accounts=list(accounts), Regions=[REGION], RetainStacks=False
        )
        return self.wait(answer["OperationId"])

    def wait(self, operation: str) -> dict[str, Any]:
        for _ in range(1200):
            found: dict[str, Any] = self.client.describe_stack_set_operation(StackSetName="s", OperationId=operation)
            if found["StackSetOperation"]["Status"] != "RUNNING":
                return dict(found["StackSetOperation"])
            time.sleep(0.05)
        raise AssertionError("the operation does not end")

    def shown(self) -> dict[str, dict[str, Any]]:
        listed = self.client.list_stack_instances(StackSetName="s")["Summaries"]
        return {instance["Account"]: instance for instance in listed}


class DeployedTemplate:
    """The delivered template in the staging account."""

    def __init__(self, data_science: DataScienceAccount, workload: ServingAccount) -> None:
        self.workload, self.stack_sets = workload, StackSetClient(data_science, STAGING)
        topic = workload.client("sns").create_topic(Name="alarms")["TopicArn"]
        values = {
            "network/subnet-ids": ",".join(workload.network["Subnets"]),
            "network/security-group-ids": ",".join(workload.network["SecurityGroupIds"]),
            "keys/volumes": workload.key,
            "keys/capture": workload.key,
            "storage/capture-bucket": CAPTURE,
            "alarms/topic-arn": topic,
        }
        for name, value in values.items():
            kind = "StringList" if name in contract.account_lists() else "String"
            workload.client("ssm").put_parameter(Name=f"/mlops/staging/{name}", Value=value, Type=kind)

    def parameters(self, package: str, shape: ServingShape = ServingShape.SINGLE, **more: str) -> list[dict[str, str]]:
        staging = stages_document()["staging"]
        rules = contract.template_parameters()
        values: dict[str, Any] = {
            "ProjectId": "screening",
            "Stage": "staging",
            "ModelPackageArn": package,
            "LatencyLimitMicroseconds": staging["latencyLimitMs"] * 1000,
            "TargetInvocationsPerInstance": 6000,
            "ServingShape": shape,
            **dict.fromkeys(("ChallengerPackageArn", "ChallengerChecksUri", "ChallengerChecksSha256"), "none"),
            "PrimaryPercentage": 100,
            "ChallengerPercentage": 50,
            "SameVariants": "yes",
            "MemoryMegabytes": 2048,
            "MaxConcurrency": 5,
            "InvocationsPerInstance": 4,
            "ImageUri": IMAGE,
            "ModelsUri": f"s3://{BUCKET}/models/",
        }
        values |= {f"{key[0].upper()}{key[1:]}": value for key, value in staging.items()}
        values |= {
            name: f"{staging['parametersPath']}/{rule['x-account-parameter']}"
            for name, rule in rules.items()
            if "x-account-parameter" in rule
        }
        values = {"ChecksUri": "none", "ChecksSha256": "none"} | values | more
        declared = delivered(shape)["Parameters"]
        return [{"ParameterKey": name, "ParameterValue": str(values[name])} for name in sorted(declared)]

    def first(self, package: str, shape: ServingShape = ServingShape.SINGLE, **more: str) -> dict[str, Any]:
        self.stack_sets.create(delivered(shape), Parameters=self.parameters(package, shape, **more))
        return self.stack_sets.instances(STAGING)

    def next(self, package: str, shape: ServingShape = ServingShape.SINGLE, **more: str) -> dict[str, Any]:
        return self.stack_sets.update(delivered(shape), Parameters=self.parameters(package, shape, **more))
