"""A workload account: the network, keys and roles with which models are served."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import pulumi

from catalog import names
from catalog.roles import RoleKind
from catalog.serving import ServingShape
from components.alarm_topic import AlarmTopic
from components.discovery import Discovery, DiscoveryArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.event_bus import EventBus, EventBusArgs, queue_name
from components.private_bucket import PrivateBucket
from components.rendering import rendered
from components.role import Role
from policies.documents import trust, workload_roles
from policies.documents.keys import storage_key, volume_key
from policies.documents.operations_key import DeadLetterQueues
from policies.documents.workload_scope import WorkloadScope
from settings import contract
from settings.model import WorkloadSettings
from stacks import workload_api
from stacks.account_baseline import Perimeter, alarm_topic, log_bucket, operations_key, perimeter, service_bucket
from stacks.context import common_tags
from stacks.existing_roles import ExistingRole, stack_set_execution
from stacks.references import WorkloadOutputs, publish
from stacks.workload_checks import endpoint_checkers, lost_checks
from stacks.workload_context import WorkloadContext
from stacks.workload_role import project_role


def workload(stack: str, settings: WorkloadSettings) -> None:
    """Declare a workload account."""
    context = WorkloadContext(stack, settings)
    operations = operations_key(
        context, dead_letters=_lost_events(context), existing=context.existing.keys.get("operations")
    )
    logs = log_bucket(context)
    accounts = [settings.account, settings.registry.account]
    net = perimeter(context, accounts, operations.arn, existing=context.existing)
    volumes = _volume_key(context)
    capture_key = _capture_key(context, net)
    capture = service_bucket("capture", context, capture_key.arn, logs, expire_days=context.settings.capture_days)
    topic = alarm_topic(context, operations.arn)
    bus = _event_bus(context, topic, operations.arn)
    scope = _workload_scope(context, volumes, capture_key)
    roles = {project: _project_roles(context, project, scope) for project in settings.projects}
    workload_api.apis(context, scope)
    endpoint_checkers(context, scope, net, topic, operations)
    _discovery(context, net, operations, volumes, capture_key, capture, topic)
    publish(_outputs(context, net, volumes, capture, topic, bus, roles))


def _outputs(
    context: WorkloadContext,
    net: Perimeter,
    volumes: EncryptionKey,
    capture: PrivateBucket,
    topic: AlarmTopic,
    bus: EventBus,
    roles: dict[str, dict[str, Role | ExistingRole]],
) -> WorkloadOutputs:
    return WorkloadOutputs(
        account=context.settings.account,
        region=context.settings.region,
        stage=context.stage,
        vpc_id=net.network.vpc_id,
        subnet_ids=pulumi.Output.all(*net.network.subnet_ids),
        workload_security_group_id=net.groups.workloads.id,
        s3_endpoint_id=net.endpoints.s3_id,
        kms_endpoint_id=net.endpoints.kms_id,
        volume_key_arn=volumes.arn,
        capture_bucket=capture.name,
        alarm_topic_arn=topic.arn,
        event_bus_arn=bus.arn,
        project_roles=pulumi.Output.all(
            **{
                project: pulumi.Output.all(**{purpose: role.arn for purpose, role in own.items()})
                for project, own in roles.items()
            }
        ),
        serverless_roles=pulumi.Output.all(
            *(
                roles[project][RoleKind.MODEL].arn
                for project, shapes in sorted(context.settings.serving_shapes.items())
                if ServingShape.SERVERLESS in shapes
            )
        ),
    )


def _volume_key(context: WorkloadContext) -> EncryptionKey:
    # Endpoints are made by CloudFormation's roles, and run as model roles.
    policy = volume_key(
        context.scope,
        users=[
            context.project_roles(RoleKind.STACK_SET_EXECUTION),
            context.project_roles(RoleKind.MODEL),
            *_batch_testers(context),
        ],
        services=["sagemaker"],
    )
    args = EncryptionKeyArgs(
        purpose="volumes",
        alias=context.env_names.alias("volumes"),
        description=f"Volumes of the endpoints of {context.stack}",
        policy=policy,
        protect=context.settings.protect,
        existing=context.existing.keys.get("volumes"),
    )
    return EncryptionKey("volumes-key", args, context.child_options())


def _batch_testers(context: WorkloadContext) -> list[str]:
    """Roles that start transform jobs, whose volumes have the key: of the projects that may."""
    shapes = context.settings.serving_shapes
    return [
        context.project_names(project).stage_role_arn(context.scope, context.stage, RoleKind.TEST)
        for project in context.settings.projects
        if ServingShape.BATCH in shapes.get(project, ())
    ]


def _capture_key(context: WorkloadContext, net: Perimeter) -> EncryptionKey:
    settings = context.settings
    args = EncryptionKeyArgs(
        purpose="capture",
        alias=context.env_names.alias("capture"),
        description=f"Requests and answers captured in {context.stack}",
        policy=rendered(
            storage_key,
            scope=context.scope,
            users=[context.project_roles(kind) for kind in (RoleKind.MODEL, RoleKind.TEST, *workload_api.READERS)],
            kms_endpoints=[net.endpoints.kms_id],
            inspectors=[names.macie_role_arn(context.scope)] if "capture" in settings.inspected else [],
        ),
        protect=settings.protect,
        existing=context.existing.keys.get("capture"),
    )
    return EncryptionKey("capture-key", args, context.child_options())


def _lost_events(context: WorkloadContext) -> DeadLetterQueues:
    """The queue of events that told nobody of an endpoint's failure, to which no function sends, and the checks'."""
    queue = context.scope.arn("sqs", queue_name(context.env_names.name("events")))
    checks = lost_checks(context)
    return DeadLetterQueues(queues=[queue, *checks.queues], senders=checks.senders)


def _event_bus(context: WorkloadContext, topic: AlarmTopic, key_arn: pulumi.Input[str]) -> EventBus:
    settings = context.settings
    args = EventBusArgs(
        name=context.env_names.name("events"),
        scope=context.scope,
        senders=sorted({settings.account, settings.registry.account}),
        topic_arn=topic.arn,
        endpoint_prefix=f"{settings.prefix}-",
        key_arn=key_arn,
    )
    return EventBus("events", args, context.child_options())


def _workload_scope(
    context: WorkloadContext, volumes: EncryptionKey, capture_key: EncryptionKey
) -> pulumi.Output[WorkloadScope]:
    """What the account's roles are bound to: all but its keys can be computed before anything exists."""
    registry = context.settings.registry

    def scope(keys: list[str]) -> WorkloadScope:
        return WorkloadScope(
            **asdict(context.scope),
            stage=context.stage,
            registry_account=registry.account,
            registry_region=context.registry_region,
            models_bucket=registry.models_bucket
            or context.registry_names.bucket("models", registry.account, context.registry_region),
            models_key_alias=context.registry_names.alias("models"),
            capture_bucket_arn=context.scope.bucket_arn(context.bucket_name("capture")),
            volume_key_arn=keys[0],
            capture_key_arn=keys[1],
        )

    return pulumi.Output.all(volumes.arn, capture_key.arn).apply(scope)


def _stack_set_execution(
    context: WorkloadContext, project: str, scope: pulumi.Output[WorkloadScope]
) -> Role | ExistingRole:
    if project in context.existing.roles:
        return context.existing.roles[project]
    project_names = context.project_names(project)
    delivered = workload_roles.Delivered(
        project=project,
        stack_set=project_names.stack_set(context.stage),
        endpoint=project_names.endpoint(context.stage),
        group=project_names.group(),
        model_role=project_names.stage_role_arn(context.scope, context.stage, RoleKind.MODEL),
    )
    return project_role(
        context,
        project,
        RoleKind.STACK_SET_EXECUTION,
        f"CloudFormation brings models of project {project} to this account with it",
        stack_set_execution(context.settings, project).trust,
        scope.apply(
            lambda known: workload_roles.stack_set_execution(
                known, delivered, workload_api.deliveries(context, project, known)
            )
        ),
    )


def _project_roles(
    context: WorkloadContext, project: str, scope: pulumi.Output[WorkloadScope]
) -> dict[str, Role | ExistingRole]:
    project_names = context.project_names(project)
    shapes = context.settings.serving_shapes.get(project, ())
    endpoint, repository = project_names.endpoint(context.stage), f"{context.settings.prefix}/*"
    model = project_role(
        context,
        project,
        RoleKind.MODEL,
        f"Models of project {project} run with it",
        trust.service_trust("sagemaker.amazonaws.com", context.scope.account),
        scope.apply(lambda known: workload_roles.model_role(known, project, endpoint, repository, shapes)),
    )

    def entered_by(kind: RoleKind, by: RoleKind, what: str, policy: Callable[[WorkloadScope], str]) -> Role:
        """A role that a role of the same project enters from the registry's account."""
        trusted = trust.role_trust(context.registry_scope, [project_names.role_arn(context.registry_scope, by)])
        return project_role(context, project, kind, what, trusted, scope.apply(policy))

    stack_set = project_names.stack_set(context.stage)
    return {
        RoleKind.MODEL.value: model,
        RoleKind.TEST.value: entered_by(
            RoleKind.TEST,
            RoleKind.DEPLOY_TEST,
            f"The deploy pipeline of project {project} tests its endpoint with it",
            lambda known: workload_roles.test_role(known, project, endpoint, shapes),
        ),
        RoleKind.CHANGE_SET.value: entered_by(
            RoleKind.CHANGE_SET,
            RoleKind.DEPLOY,
            f"The deploy pipeline of project {project} asks with it what a release would change",
            lambda known: workload_roles.change_set(known, stack_set),
        ),
        RoleKind.RELEASE_READER.value: entered_by(
            RoleKind.RELEASE_READER,
            RoleKind.RELEASE_RECORDER,
            f"The release recorder of project {project} looks at its endpoint with it",
            lambda known: workload_roles.release_reader(known, project, endpoint),
        ),
        RoleKind.STACK_SET_EXECUTION.value: _stack_set_execution(context, project, scope),
    }


def _discovery(
    context: WorkloadContext,
    net: Perimeter,
    operations: EncryptionKey,
    volumes: EncryptionKey,
    capture_key: EncryptionKey,
    capture: PrivateBucket,
    topic: AlarmTopic,
) -> None:
    """Parameters by stage: the delivered template is the same in every account of a stage."""
    parameters: dict[str, pulumi.Input[str]] = {
        "network/vpc-id": net.network.vpc_id,
        "network/subnet-ids": pulumi.Output.all(*net.network.subnet_ids).apply(",".join),
        "network/security-group-ids": net.groups.workloads.id,
        "network/s3-endpoint-id": net.endpoints.s3_id,
        "network/kms-endpoint-id": net.endpoints.kms_id,
        **workload_api.parameters(context, net, operations),
        "keys/volumes": volumes.arn,
        "keys/capture": capture_key.arn,
        "storage/capture-bucket": capture.name,
        "alarms/topic-arn": topic.arn,
    }
    tags = common_tags(context.stack, context.settings)
    args = DiscoveryArgs(
        root=context.stage_names.parameters(),
        parameters=parameters,
        lists=contract.account_lists(),
        group=context.env_names.name("resources"),
        tags={"platform": tags["platform"], "environment": tags["environment"]},
    )
    Discovery("discovery", args, context.child_options())
