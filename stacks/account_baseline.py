"""What every account of the platform stands on: a network perimeter, a key for operations, a bucket for access logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from catalog import names
from catalog.roles import ROLES, RoleKind, RoleName
from components.alarm_topic import AlarmTopic, AlarmTopicArgs
from components.chat_channel import ChatChannel, ChatChannelArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.flow_logs import FlowLogs, FlowLogsArgs
from components.network import ExistingNetwork, Network, NetworkArgs
from components.private_bucket import PrivateBucket, PrivateBucketArgs
from components.rendering import rendered
from components.security_groups import SecurityGroups, SecurityGroupsArgs
from components.vpc_endpoints import VpcEndpoints, VpcEndpointsArgs
from policies.documents.buckets import log_bucket as log_bucket_policy
from policies.documents.buckets import service_bucket as service_bucket_policy
from policies.documents.operations_key import DeadLetterQueues
from policies.documents.operations_key import operations_key as operations_key_policy
from settings.alerts import SlackChannel
from stacks.context import StackContext
from stacks.data_science_context import DataScienceContext
from stacks.existing import Existing
from stacks.workload_context import WorkloadContext

# Access logs are read when something has happened, which may be noticed late.
ACCESS_LOG_DAYS = 730

NetworkedContext = DataScienceContext | WorkloadContext


@dataclass(frozen=True, kw_only=True)
class Perimeter:
    """A VPC with what surrounds it."""

    network: Network | ExistingNetwork
    groups: SecurityGroups
    endpoints: VpcEndpoints


def perimeter(
    context: NetworkedContext,
    accounts: pulumi.Input[Sequence[str]],
    logs_key: pulumi.Input[str],
    *,
    existing: Existing,
    studio: bool = False,
    organization_paths: pulumi.Input[Sequence[str]] = (),
) -> Perimeter:
    """A VPC, its flow logs, its security groups and its endpoints.

    `accounts`, or those beneath `organization_paths` where there are some, may be reached through the endpoints.
    """
    network = existing.network or _network(context)
    _flow_logs(context, network, logs_key)
    groups = _security_groups(context, network, existing, studio)
    endpoints = VpcEndpoints(
        "endpoints",
        VpcEndpointsArgs(
            scope=context.scope,
            vpc_id=network.vpc_id,
            subnet_ids=network.subnet_ids,
            route_table_ids=network.route_table_ids,
            security_group_id=groups.endpoints.id,
            services=context.services.made,
            service_names=context.services.names,
            without_policy=context.services.without_policy,
            accounts=accounts,
            organization_paths=organization_paths,
            existing={service: endpoint.id for service, endpoint in existing.endpoints.items()},
            s3_prefix_list=existing.endpoints["s3"].prefix_list if "s3" in existing.endpoints else None,
            # In a network that exists its owner decides on gateways.
            tables=isinstance(context, WorkloadContext) and bool(context.settings.apis) and not existing.network,
        ),
        context.child_options(),
    )
    groups.reach_s3(endpoints.s3_prefix_list)
    if endpoints.table_prefix_list is not None:
        groups.reach_tables(endpoints.table_prefix_list)
    return Perimeter(network=network, groups=groups, endpoints=endpoints)


def _network(context: NetworkedContext) -> Network:
    settings = context.settings.network
    args = NetworkArgs(cidr=settings.cidr, zones=context.services.zones, nat=settings.nat)
    return Network("network", args, context.child_options())


def _flow_logs(context: NetworkedContext, network: Network | ExistingNetwork, key: pulumi.Input[str]) -> FlowLogs:
    args = FlowLogsArgs(
        scope=context.scope,
        vpc_id=network.vpc_id,
        key_arn=key,
        log_group=context.env_names.log_group("flow-logs"),
        role_name=context.env_names.role(RoleKind.FLOW_LOGS),
        role_path=names.path_of(RoleKind.FLOW_LOGS, context.settings.prefix),
        role_boundary=context.boundary,
        retention_days=context.settings.network.flow_log_retention_days,
    )
    return FlowLogs("flow-logs", args, context.child_options())


def _security_groups(
    context: NetworkedContext, network: Network | ExistingNetwork, existing: Existing, studio: bool
) -> SecurityGroups:
    args = SecurityGroupsArgs(
        vpc_id=network.vpc_id,
        prefix=context.env_names.name("access"),
        studio=studio,
        internet=context.settings.network.nat,
        existing=existing.groups,
        endpoint_groups=sorted({group for endpoint in existing.endpoints.values() for group in endpoint.groups}),
    )
    return SecurityGroups("access", args, context.child_options())


def operations_key(
    context: NetworkedContext,
    publishers: Sequence[str] = (),
    *,
    dead_letters: DeadLetterQueues | None = None,
    existing: str | None = None,
) -> EncryptionKey:
    """Key of logs and alarms: losing it would lose what happened, so it stands apart from data.

    `publishers` are role ARN patterns that publish to the topics themselves; `dead_letters` are queues of events.
    """
    scope, env_names = context.scope, context.env_names
    groups = [f"/{scope.prefix}/*", f"/aws/codebuild/{scope.prefix}-*", f"/aws/lambda/{scope.prefix}-*"]
    policy = operations_key_policy(
        scope,
        log_groups=[scope.arn("logs", f"log-group:{group}") for group in groups],
        topics=[scope.arn("sns", f"{scope.prefix}-*")],
        publishers=publishers,
        dead_letters=dead_letters,
    )
    args = EncryptionKeyArgs(
        purpose="operations",
        alias=env_names.alias("operations"),
        description=f"Logs and alarms of {env_names.environment}",
        policy=policy,
        protect=context.settings.protect,
        existing=existing,
    )
    return EncryptionKey("operations-key", args, context.child_options())


def alarm_topic(
    context: StackContext[Any],
    key_arn: pulumi.Input[str],
    *,
    chat_role: RoleKind = RoleKind.CHAT,
    boundary: pulumi.Input[str] | None = None,
) -> AlarmTopic:
    """Where the account's alarms go, and a chat that hears of them where the settings name one.

    `chat_role` is the kind of the chat's role; `boundary` is what it carries, if that is made by the same stack.
    """
    args = AlarmTopicArgs(
        name=context.env_names.name("alarms"),
        account=context.scope.account,
        key_arn=key_arn,
        emails=context.settings.alerts.emails,
    )
    topic = AlarmTopic("alarms", args, context.child_options())
    slack: SlackChannel | None = context.settings.alerts.slack
    if slack is not None:
        ChatChannel(
            "alarms-chat",
            _chat(context, slack, topic, chat_role, context.boundary if boundary is None else boundary),
            context.child_options(),
        )
    return topic


def _chat(
    context: StackContext[Any], slack: SlackChannel, topic: AlarmTopic, kind: RoleKind, boundary: pulumi.Input[str]
) -> ChatChannelArgs:
    prefix = context.settings.prefix
    of_account = ROLES[kind].name is RoleName.ACCOUNT
    return ChatChannelArgs(
        name=context.env_names.name("alarms"),
        scope=context.scope,
        role_kind=kind,
        role_name=names.account_role(kind, prefix) if of_account else context.env_names.role(kind),
        role_path=names.path_of(kind, prefix),
        boundary=boundary,
        workspace=slack.workspace,
        channel=slack.channel,
        topics=[topic.arn],
    )


def log_bucket(context: StackContext[Any]) -> PrivateBucket:
    """Where the account's other buckets log who touched them."""
    scope, name = context.scope, context.env_names.bucket_in(context.scope, "logs")
    sources = [scope.bucket_arn(context.env_names.name("*"))]
    args = PrivateBucketArgs(
        purpose="logs",
        bucket=name,
        policy=log_bucket_policy(scope.bucket_arn(name), scope.account, sources),
        protect=context.settings.protect,
        old_versions_days=30,
        expire_days=ACCESS_LOG_DAYS,
    )
    return PrivateBucket("logs", args, context.child_options())


def service_bucket(
    purpose: str,
    context: NetworkedContext,
    key_arn: pulumi.Input[str],
    logs: PrivateBucket,
    *,
    events: bool = False,
    expire_days: int | None = None,
) -> PrivateBucket:
    """A bucket that AWS services fill for a role, from outside the VPC."""
    name = context.env_names.bucket_in(context.scope, purpose)
    args = PrivateBucketArgs(
        purpose=purpose,
        bucket=name,
        key_arn=key_arn,
        policy=rendered(service_bucket_policy, bucket=context.scope.bucket_arn(name), key=key_arn),
        log_bucket=logs.name,
        protect=context.settings.protect,
        events=events,
        expire_days=expire_days,
    )
    return PrivateBucket(purpose, args, context.child_options())
