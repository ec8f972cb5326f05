"""The private ways from a VPC to AWS services."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from catalog.scope import Scope, partition_of
from components.rendering import rendered
from policies.documents import endpoints

# SageMaker's services that are named apart from all others (SageMaker Developer Guide, "Connect Studio in a VPC to
# external resources"; AWS PrivateLink Guide, "AWS services that integrate with AWS PrivateLink").
OF_SAGEMAKER = ("experiments", "notebook", "partner-app", "studio")


@dataclass(frozen=True, kw_only=True)
class VpcEndpointsArgs:
    """Which services, from which subnets, and whose credentials and resources pass (accounts, or organization paths).

    `service_names` are AWS's names of services that have another than `service_name` says. Those in `without_policy`
    take no endpoint policy. `existing` holds endpoints by service that are used as they are, policy included;
    `s3_prefix_list` is that of S3's.
    """

    scope: Scope
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    route_table_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    services: Sequence[str]
    service_names: Mapping[str, str] = field(default_factory=dict)
    without_policy: Collection[str] = ()
    accounts: pulumi.Input[Sequence[str]]
    organization_paths: pulumi.Input[Sequence[str]] = ()
    existing: Mapping[str, str] = field(default_factory=dict)
    s3_prefix_list: str | None = None
    # Whether functions of the VPC keep tables: DynamoDB's gateway endpoint.
    tables: bool = False


def service_name(region: str, service: str) -> str:
    """AWS's name of an endpoint service. One that is a whole name already (`com.amazonaws.…`) stays as it is."""
    return service_names(region, service)[0]


def service_names(region: str, service: str) -> tuple[str, ...]:
    """The names that an endpoint service may have in a region: in China some begin with `cn.`, no rule says which."""
    if f".{region}." in service:
        return (service,)
    if service in OF_SAGEMAKER:
        return (f"aws.sagemaker.{region}.{service}",)
    name = f"com.amazonaws.{region}.{service}"
    return (name, f"cn.{name}") if partition_of(region) == "aws-cn" else (name,)


class VpcEndpoints(pulumi.ComponentResource):
    """The S3 gateway endpoint (DynamoDB's too, if asked) and an interface endpoint for each service, with policies.

    Platform accounts' principals reach platform accounts' resources; AWS-owned buckets have statements of their own.
    """

    def __init__(self, name: str, args: VpcEndpointsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:network:VpcEndpoints", name, None, opts)
        self._name, self._args = name, args
        self.s3_id, self.s3_prefix_list = self._s3()
        self.table_prefix_list = self._gateway("dynamodb").prefix_list_id if args.tables else None
        ids = {service: self._interface(service).id for service in args.services if service not in args.existing}
        # By service, made here or there before.
        self.interface_ids: Mapping[str, pulumi.Input[str]] = {**ids, **args.existing}
        self.kms_id: pulumi.Input[str] = args.existing.get("kms") or ids["kms"]
        self.register_outputs({"s3": self.s3_id, "kms": self.kms_id})

    def _s3(self) -> tuple[pulumi.Input[str], pulumi.Input[str]]:
        """Id and prefix list of S3's endpoint."""
        args = self._args
        if "s3" in args.existing and args.s3_prefix_list is not None:
            return args.existing["s3"], args.s3_prefix_list
        made = self._gateway("s3")
        return made.id, made.prefix_list_id

    def _gateway(self, service: str) -> aws.ec2.VpcEndpoint:
        args = self._args
        return aws.ec2.VpcEndpoint(
            f"{self._name}-{service}",
            vpc_id=args.vpc_id,
            service_name=service_name(args.scope.region, service),
            vpc_endpoint_type="Gateway",
            route_table_ids=list(args.route_table_ids),
            policy=rendered(
                endpoints.s3_endpoint,
                scope=args.scope,
                accounts=args.accounts,
                organization_paths=args.organization_paths,
            )
            if service == "s3"
            else self._interface_policy(service),
            tags={"Name": f"{pulumi.get_stack()}-{service}"},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _interface(self, service: str) -> aws.ec2.VpcEndpoint:
        args = self._args
        return aws.ec2.VpcEndpoint(
            f"{self._name}-{service.replace('.', '-')}",
            vpc_id=args.vpc_id,
            service_name=args.service_names.get(service) or service_name(args.scope.region, service),
            vpc_endpoint_type="Interface",
            subnet_ids=list(args.subnet_ids),
            security_group_ids=[args.security_group_id],
            private_dns_enabled=True,
            policy=None if service in args.without_policy else self._interface_policy(service),
            tags={"Name": f"{pulumi.get_stack()}-{service}"},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _interface_policy(self, service: str) -> pulumi.Output[str]:
        return rendered(
            endpoints.api_endpoint if service == "execute-api" else endpoints.interface_endpoint,
            accounts=self._args.accounts,
            organization_paths=self._args.organization_paths,
        )
