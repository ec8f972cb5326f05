"""What every account of the platform stands on: a perimeter, a key for operations, a bucket for access logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog import names
from components.alarm_topic import AlarmTopic, AlarmTopicArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.flow_logs import FlowLogs, FlowLogsArgs
from components.network import ExistingNetwork, Network, NetworkArgs
from components.private_bucket import PrivateBucket, PrivateBucketArgs
from components.rendering import rendered
from components.security_groups import SecurityGroups, SecurityGroupsArgs
from components.vpc_endpoints import VpcEndpoints, VpcEndpointsArgs
from policies.documents.buckets import log_bucket as log_bucket_policy
from policies.documents.buckets import service_bucket as service_bucket_policy
from policies.documents.keys import Place
from policies.documents.keys import operations_key as operations_key_policy
from settings.model import DataScienceNetwork
from stacks.account import inside, zones
from stacks.existing import Existing

# Access logs are read when something has happened, which may be noticed late.
ACCESS_LOG_DAYS = 730


@dataclass(frozen=True, kw_only=True)
class Perimeter:
    """A VPC with what surrounds it."""

    network: Network | ExistingNetwork
    groups: SecurityGroups
    endpoints: VpcEndpoints


def perimeter(
    place: Place,
    here: names.Names,
    settings: DataScienceNetwork,
    accounts: pulumi.Input[Sequence[str]],
    logs_key: pulumi.Input[str],
    provider: aws.Provider,
    *,
    boundary: str,
    existing: Existing,
    studio: bool = False,
    organization_paths: pulumi.Input[Sequence[str]] = (),
) -> Perimeter:
    """A VPC, its flow logs, its security groups and its endpoints.

    `accounts`, or those beneath `organization_paths` where there are some, may be reached through the endpoints.
    """
    options = inside(provider)
    network = existing.network or _network(settings, provider)
    _flow_logs(place, here, settings, network, logs_key, boundary, options)
    groups = _security_groups(here, settings, network, existing, studio, options)
    endpoints = VpcEndpoints(
        "endpoints",
        VpcEndpointsArgs(
            partition=place.partition,
            region=place.region,
            vpc_id=network.vpc_id,
            subnet_ids=network.subnet_ids,
            route_table_ids=network.route_table_ids,
            security_group_id=groups.endpoints.id,
            services=[endpoint.value for endpoint in settings.endpoints],
            accounts=accounts,
            organization_paths=organization_paths,
            existing={service: one.id for service, one in existing.endpoints.items()},
            s3_prefix_list=existing.endpoints["s3"].prefix_list if "s3" in existing.endpoints else None,
        ),
        options,
    )
    groups.reach_s3(endpoints.s3_prefix_list)
    return Perimeter(network=network, groups=groups, endpoints=endpoints)


def _network(settings: DataScienceNetwork, provider: aws.Provider) -> Network:
    found = zones(provider, settings.availability_zones)
    return Network("network", NetworkArgs(cidr=settings.cidr, zones=found, nat=settings.nat), inside(provider))


def _flow_logs(
    place: Place,
    here: names.Names,
    settings: DataScienceNetwork,
    network: Network | ExistingNetwork,
    key: pulumi.Input[str],
    boundary: str,
    options: pulumi.ResourceOptions,
) -> FlowLogs:
    args = FlowLogsArgs(
        partition=place.partition,
        region=place.region,
        account=place.account,
        vpc_id=network.vpc_id,
        key_arn=key,
        log_group=here.log_group("flow-logs"),
        role_name=here.role("flow-logs"),
        role_path=names.platform_path(here.prefix),
        role_boundary=boundary,
        retention_days=settings.flow_log_retention_days,
    )
    return FlowLogs("flow-logs", args, options)


def _security_groups(
    here: names.Names,
    settings: DataScienceNetwork,
    network: Network | ExistingNetwork,
    existing: Existing,
    studio: bool,
    options: pulumi.ResourceOptions,
) -> SecurityGroups:
    args = SecurityGroupsArgs(
        vpc_id=network.vpc_id,
        prefix=here.of("access"),
        studio=studio,
        internet=settings.nat,
        existing=existing.groups,
        endpoint_groups=sorted({group for one in existing.endpoints.values() for group in one.groups}),
    )
    return SecurityGroups("access", args, options)


def operations_key(
    place: Place,
    here: names.Names,
    provider: aws.Provider,
    protect: bool,
    publishers: Sequence[str] = (),
    *,
    existing: str | None = None,
) -> EncryptionKey:
    """Key of logs and alarms: losing it would lose what happened, so it stands apart from data.

    `publishers` are role ARN patterns that publish to the topics themselves.
    """
    base = f"arn:{place.partition}"
    where = f"{place.region}:{place.account}"
    groups = [f"/{here.prefix}/*", f"/aws/codebuild/{here.prefix}-*", f"/aws/lambda/{here.prefix}-*"]
    policy = operations_key_policy(
        place,
        log_groups=[f"{base}:logs:{where}:log-group:{group}" for group in groups],
        topics=[f"{base}:sns:{where}:{here.prefix}-*"],
        publishers=publishers,
    )
    args = EncryptionKeyArgs(
        purpose="operations",
        alias=here.alias("operations"),
        description=f"Logs and alarms of {here.environment}",
        policy=policy,
        protect=protect,
        existing=existing,
    )
    return EncryptionKey("operations-key", args, inside(provider))


def alarm_topic(
    place: Place, here: names.Names, key_arn: pulumi.Input[str], emails: Sequence[str], provider: aws.Provider
) -> AlarmTopic:
    """Where the account's alarms go."""
    args = AlarmTopicArgs(name=here.of("alarms"), account=place.account, key_arn=key_arn, emails=emails)
    return AlarmTopic("alarms", args, inside(provider))


def log_bucket(place: Place, here: names.Names, provider: aws.Provider, protect: bool) -> PrivateBucket:
    """Where the account's other buckets log who touched them."""
    name = here.bucket("logs", place.account, place.region)
    arn = f"arn:{place.partition}:s3:::{name}"
    sources = [f"arn:{place.partition}:s3:::{here.prefix}-{here.environment}-*"]
    args = PrivateBucketArgs(
        bucket=name,
        purpose="logs",
        policy=log_bucket_policy(arn, place.account, sources),
        protect=protect,
        old_versions_days=30,
        expire_days=ACCESS_LOG_DAYS,
    )
    return PrivateBucket("logs", args, inside(provider))


def service_bucket(
    purpose: str,
    place: Place,
    here: names.Names,
    key_arn: pulumi.Input[str],
    logs: PrivateBucket,
    provider: aws.Provider,
    protect: bool,
    *,
    events: bool = False,
) -> PrivateBucket:
    """A bucket that AWS services fill for a role, from outside the VPC."""
    name = here.bucket(purpose, place.account, place.region)
    arn = f"arn:{place.partition}:s3:::{name}"
    args = PrivateBucketArgs(
        bucket=name,
        key_arn=key_arn,
        purpose=purpose,
        policy=rendered(service_bucket_policy, bucket=arn, key=key_arn),
        log_bucket=logs.name,
        protect=protect,
        events=events,
    )
    return PrivateBucket(purpose, args, inside(provider))
