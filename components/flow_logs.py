"""A VPC's flow logs."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog.roles import RoleKind
from catalog.scope import Scope
from components.role import Role, RoleArgs
from policies.documents.trust import service_trust
from policies.documents.workload_roles import flow_logs


@dataclass(frozen=True, kw_only=True)
class FlowLogsArgs:
    """What is logged, where, and how long it stays."""

    scope: Scope
    vpc_id: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    log_group: str
    role_name: str
    role_path: str
    role_boundary: pulumi.Input[str]
    retention_days: int


class FlowLogs(pulumi.ComponentResource):
    """Every connection of a VPC, accepted or refused, in an encrypted log group with an end to its keeping."""

    def __init__(self, name: str, args: FlowLogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:network:FlowLogs", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        self.group = aws.cloudwatch.LogGroup(
            f"{name}-group",
            name=args.log_group,
            kms_key_id=args.key_arn,
            retention_in_days=args.retention_days,
            opts=options,
        )
        # Computed, so that a preview shows the policy.
        group = args.scope.arn("logs", f"log-group:{args.log_group}")
        self.role = Role(
            f"{name}-role",
            RoleArgs(
                kind=RoleKind.FLOW_LOGS,
                name=args.role_name,
                path=args.role_path,
                description="VPC flow logs write with it",
                trust=service_trust("vpc-flow-logs.amazonaws.com", args.scope.account),
                policy=flow_logs(group),
                boundary=args.role_boundary,
            ),
            options,
        )
        aws.ec2.FlowLog(
            f"{name}-log",
            vpc_id=args.vpc_id,
            traffic_type="ALL",
            iam_role_arn=self.role.arn,
            log_destination=self.group.arn,
            log_destination_type="cloud-watch-logs",
            max_aggregation_interval=60,
            opts=options,
        )
        self.register_outputs({"logGroupArn": self.group.arn})
