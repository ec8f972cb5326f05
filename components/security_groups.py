"""Who may speak to whom inside a VPC."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

HTTPS = 443
# Studio's file system and its apps' own traffic (SM: studio-updated-and-internet-access).
NFS = 2049
APPS = (8192, 65535)


@dataclass(frozen=True, kw_only=True)
class SecurityGroupsArgs:
    """The VPC, and what its workloads may reach beside its endpoints."""

    vpc_id: pulumi.Input[str]
    prefix: str
    studio: bool = False
    internet: bool = False


class SecurityGroups(pulumi.ComponentResource):
    """One group for the workloads, one for the interface endpoints, one for Studio where there is one.

    Workloads reach the endpoints and S3 on 443 and nothing else. Only where the network has NAT do they reach the
    internet, on 443 too.
    """

    def __init__(self, name: str, args: SecurityGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:network:SecurityGroups", name, None, opts)
        self._name, self._args = name, args
        self.endpoints = self._group("endpoints", "Interface endpoints: HTTPS from the workloads")
        self.workloads = self._group("workloads", "Jobs, builds and model endpoints: HTTPS to AWS services")
        self._reaches_endpoints("workloads", self.workloads)
        self.studio: aws.ec2.SecurityGroup | None = None
        if args.studio:
            self.studio = self._group("studio", "Studio apps: HTTPS to AWS services, and each other")
            self._reaches_endpoints("studio", self.studio)
            self._studio_among_itself(self.studio)
        self.register_outputs({"workloads": self.workloads.id, "endpoints": self.endpoints.id})

    def reach_s3(self, prefix_list: pulumi.Input[str]) -> None:
        """Open the way to S3's gateway endpoint, known by its prefix list only once it exists."""
        for suffix, group in self._callers():
            self._egress(f"{suffix}-s3", group, "S3 through the gateway endpoint", to_prefix_list=prefix_list)

    def _callers(self) -> list[tuple[str, aws.ec2.SecurityGroup]]:
        callers = [("workloads", self.workloads)]
        return [*callers, ("studio", self.studio)] if self.studio else callers

    def _group(self, suffix: str, description: str) -> aws.ec2.SecurityGroup:
        return aws.ec2.SecurityGroup(
            f"{self._name}-{suffix}",
            name=f"{self._args.prefix}-{suffix}",
            description=description,
            vpc_id=self._args.vpc_id,
            tags={"Name": f"{self._args.prefix}-{suffix}"},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _reaches_endpoints(self, suffix: str, group: aws.ec2.SecurityGroup) -> None:
        self._egress(f"{suffix}-endpoints", group, "Interface endpoints", to_group=self.endpoints.id)
        self._ingress(f"endpoints-{suffix}", self.endpoints, (HTTPS, HTTPS), f"HTTPS from {suffix}", group)
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
        self, suffix: str, group: aws.ec2.SecurityGroup, ports: tuple[int, int], why: str, source: aws.ec2.SecurityGroup
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
