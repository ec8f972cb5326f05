"""Who may speak to whom inside a VPC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pulumi
import pulumi_aws as aws

HTTPS = 443
# Studio's file system and its apps' own traffic (SageMaker Developer Guide, "Connect Studio in a VPC to external
# resources").
NFS = 2049
APPS = (8192, 65535)


@dataclass(frozen=True, kw_only=True)
class SecurityGroupsArgs:
    """The VPC, and what its workloads may reach beside its endpoints.

    `existing` holds groups by purpose (`workloads`, `endpoints`, `studio`) that are used as they are;
    `endpoint_groups` are the groups of endpoints that exist.
    """

    vpc_id: pulumi.Input[str]
    prefix: str
    studio: bool = False
    internet: bool = False
    existing: Mapping[str, str] = field(default_factory=dict)
    endpoint_groups: Sequence[str] = ()


@dataclass(frozen=True)
class ExistingGroup:
    """A security group that somebody else made: its rules are not ours to change."""

    id: str


Group: TypeAlias = aws.ec2.SecurityGroup | ExistingGroup


class SecurityGroups(pulumi.ComponentResource):
    """One group for the workloads, one for the interface endpoints, one for Studio where there is one.

    Workloads reach the endpoints and S3 on 443 and nothing else. Only where the network has NAT do they reach the
    internet, on 443 too. Groups that exist already are used with the rules that they have.
    """

    def __init__(self, name: str, args: SecurityGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:network:SecurityGroups", name, None, opts)
        self._name, self._args = name, args
        self.endpoints = self._group("endpoints", "Interface endpoints: HTTPS from the workloads")
        self.workloads = self._group("workloads", "Jobs, builds and model endpoints: HTTPS to AWS services")
        self._reaches_endpoints("workloads", self.workloads)
        self.studio: Group | None = None
        if args.studio:
            self.studio = self._group("studio", "Studio apps: HTTPS to AWS services, and each other")
            self._reaches_endpoints("studio", self.studio)
            if isinstance(self.studio, aws.ec2.SecurityGroup):
                self._studio_among_itself(self.studio)
        self.register_outputs({"workloads": self.workloads.id, "endpoints": self.endpoints.id})

    def reach_s3(self, prefix_list: pulumi.Input[str]) -> None:
        """Open the way to S3's gateway endpoint, known by its prefix list only once it exists."""
        for suffix, group in self._callers():
            self._egress(f"{suffix}-s3", group, "S3 through the gateway endpoint", to_prefix_list=prefix_list)

    def reach_tables(self, prefix_list: pulumi.Input[str]) -> None:
        """Open workloads' way to DynamoDB's gateway endpoint."""
        if isinstance(self.workloads, aws.ec2.SecurityGroup):
            text = "DynamoDB through the gateway endpoint"
            self._egress("workloads-dynamodb", self.workloads, text, to_prefix_list=prefix_list)

    def _callers(self) -> list[tuple[str, aws.ec2.SecurityGroup]]:
        """The groups that are ours to give rules to."""
        callers = [("workloads", self.workloads), ("studio", self.studio)]
        return [(suffix, group) for suffix, group in callers if isinstance(group, aws.ec2.SecurityGroup)]

    def _group(self, suffix: str, description: str) -> Group:
        if suffix in self._args.existing:
            return ExistingGroup(self._args.existing[suffix])
        return aws.ec2.SecurityGroup(
            f"{self._name}-{suffix}",
            name=f"{self._args.prefix}-{suffix}",
            description=description,
            vpc_id=self._args.vpc_id,
            tags={"Name": f"{self._args.prefix}-{suffix}"},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _reaches_endpoints(self, suffix: str, group: Group) -> None:
        if isinstance(self.endpoints, aws.ec2.SecurityGroup):
            self._ingress(f"endpoints-{suffix}", self.endpoints, (HTTPS, HTTPS), f"HTTPS from {suffix}", group)
        if not isinstance(group, aws.ec2.SecurityGroup):
            return
        self._egress(f"{suffix}-endpoints", group, "Interface endpoints", to_group=self.endpoints.id)
        for other in self._args.endpoint_groups:
            self._egress(f"{suffix}-{other}", group, "Interface endpoints that exist already", to_group=other)
        if self._args.internet:
            self._egress(f"{suffix}-nat", group, "Internet through NAT", to_cidr="0.0.0.0/0")

    def _studio_among_itself(self, group: aws.ec2.SecurityGroup) -> None:
        for suffix, ports in (("nfs", (NFS, NFS)), ("apps", APPS)):
            self._ingress(f"studio-{suffix}", group, ports, f"Studio's own {suffix} traffic", group)
            aws.vpc.SecurityGroupEgressRule(
                f"{self._name}-studio-{suffix}-out",
                security_group_id=group.id,
                referenced_security_group_id=group.id,
                ip_protocol="tcp",
                from_port=ports[0],
                to_port=ports[1],
                description=f"Studio's own {suffix} traffic",
                opts=pulumi.ResourceOptions(parent=self),
            )

    def _egress(
        self,
        suffix: str,
        group: aws.ec2.SecurityGroup,
        why: str,
        *,
        to_group: pulumi.Input[str] | None = None,
        to_prefix_list: pulumi.Input[str] | None = None,
        to_cidr: str | None = None,
    ) -> None:
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-{suffix}-out",
            security_group_id=group.id,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            referenced_security_group_id=to_group,
            prefix_list_id=to_prefix_list,
            cidr_ipv4=to_cidr,
            description=why,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _ingress(
        self, suffix: str, group: aws.ec2.SecurityGroup, ports: tuple[int, int], why: str, source: Group
    ) -> None:
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-{suffix}-in",
            security_group_id=group.id,
            referenced_security_group_id=source.id,
            ip_protocol="tcp",
            from_port=ports[0],
            to_port=ports[1],
            description=why,
            opts=pulumi.ResourceOptions(parent=self),
        )
