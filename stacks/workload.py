"""A workload account: the network, keys and roles with which models are served."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from catalog import names
from catalog.roles import RoleKind
from components.alarm_topic import AlarmTopic
from components.discovery import Discovery, DiscoveryArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.event_bus import EventBus, EventBusArgs
from components.private_bucket import PrivateBucket
from components.rendering import rendered
from components.role import Role, RoleArgs
from policies.documents import trust, workload_roles
from policies.documents.buckets import PROJECT_TAG
from policies.documents.keys import Place, storage_key, volume_key
from settings.model import WorkloadSettings
from stacks.account import account_provider, boundary_of, common_tags, inside
from stacks.existing import of_workload
from stacks.existing_roles import ExistingRole, Expected
from stacks.foundations import Perimeter, alarm_topic, log_bucket, operations_key, perimeter, service_bucket
from stacks.references import WorkloadOutputs, publish


class Workload:
    """The stack's names and places, worked out once from its settings."""

    def __init__(self, stack: str, settings: WorkloadSettings) -> None:
        self.stack, self.settings = stack, settings
        self.stage = settings.stage.value
        self.partition = names.partition_of(settings.region)
        self.here = names.Names(settings.prefix, stack)
        # What other accounts compute carries the stage, see names.py.
        self.staged = names.Names(settings.prefix, self.stage)
        self.registry = names.Names(settings.prefix, settings.registry.stack)
        self.registry_region = settings.registry.region or settings.region
        self.place = Place(partition=self.partition, account=settings.account, region=settings.region)
        self.provider = account_provider(stack, settings)
        executions = {project: self.execution(project) for project in settings.projects}
        self.existing = of_workload(settings, self.provider, executions)
        self.boundary = boundary_of(settings)

    def execution(self, project: str) -> Expected:
        """ARN and trust of the role that a project's StackSets act with here."""
        mine, registry = self.project(project), self.settings.registry.account
        name = mine.stage_role(self.stage, names.STACK_SET_EXECUTION)
        return Expected(
            arn=names.role_arn(self.partition, self.settings.account, names.STACK_SET_EXECUTION_PATH, name),
            trust=trust.role_trust(self.partition, registry, [mine.administration_arn(self.partition, registry)]),
        )

    def executions(self) -> str:
        """ARN pattern of all roles that StackSets act with here."""
        name = f"{self.settings.prefix}-{self.stage}-*-{names.STACK_SET_EXECUTION}"
        return names.role_arn(self.partition, self.settings.account, names.STACK_SET_EXECUTION_PATH, name)

    def project(self, project: str) -> names.ProjectNames:
        """Names of one of the account's projects."""
        return names.ProjectNames(self.settings.prefix, project)

    def model_roles(self) -> str:
        """ARN pattern of all model roles of this account."""
        name = names.exact(f"{self.settings.prefix}-{self.stage}-*-{names.MODEL}", names.Limit.ROLE)
        return names.role_arn(self.partition, self.settings.account, f"/{self.settings.prefix}/projects/*/", name)

    def registry_role(self, path: str, name: str) -> str:
        """ARN of a role in the registry account, which is built after this one."""
        return names.role_arn(self.partition, self.settings.registry.account, path, name)


def workload(stack: str, settings: WorkloadSettings) -> None:
    """Declare a workload account."""
    it = Workload(stack, settings)
    provider = it.provider
    operations = operations_key(
        it.place, it.here, provider, settings.protect, existing=it.existing.keys.get("operations")
    )
    logs = log_bucket(it.place, it.here, provider, settings.protect)
    net = perimeter(
        it.place,
        it.here,
        settings.network,
        [settings.account, settings.registry.account],
        operations.arn,
        provider,
        boundary=it.boundary,
        existing=it.existing,
    )
    volumes = _volume_key(it, provider)
    capture_key = _capture_key(it, net, provider)
    capture = service_bucket("capture", it.place, it.here, capture_key.arn, logs, provider, settings.protect)
    topic = alarm_topic(it.place, it.here, operations.arn, settings.alerts.emails, provider)
    bus = _event_bus(it, topic, provider)
    place = _identity_place(it, volumes, capture_key)
    roles = {project: _project_roles(it, project, place, provider) for project in settings.projects}
    _discovery(it, net, volumes, capture_key, capture, topic, provider)
    publish(_outputs(it, net, volumes, capture, topic, bus, roles))


def _outputs(
    it: Workload,
    net: Perimeter,
    volumes: EncryptionKey,
    capture: PrivateBucket,
    topic: AlarmTopic,
    bus: EventBus,
    roles: dict[str, dict[str, Role | ExistingRole]],
) -> WorkloadOutputs:
    return WorkloadOutputs(
        account=it.settings.account,
        region=it.settings.region,
        stage=it.stage,
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
    )


def _volume_key(it: Workload, provider: aws.Provider) -> EncryptionKey:
    # Endpoints are made by CloudFormation's roles, and run as model roles.
    policy = volume_key(it.place, users=[it.executions(), it.model_roles()], services=["sagemaker"])
    args = EncryptionKeyArgs(
        purpose="volumes",
        alias=it.here.alias("volumes"),
        description=f"Volumes of the endpoints of {it.stack}",
        policy=policy,
        protect=it.settings.protect,
        existing=it.existing.keys.get("volumes"),
    )
    return EncryptionKey("volumes-key", args, inside(provider))


def _capture_key(it: Workload, net: Perimeter, provider: aws.Provider) -> EncryptionKey:
    settings = it.settings
    tests = names.role_arn(
        it.partition,
        settings.account,
        f"/{settings.prefix}/projects/*/",
        f"{settings.prefix}-{it.stage}-*-{names.TEST}",
    )
    args = EncryptionKeyArgs(
        purpose="capture",
        alias=it.here.alias("capture"),
        description=f"Requests and answers captured in {it.stack}",
        policy=rendered(
            storage_key, place=it.place, users=[it.model_roles(), tests], kms_endpoints=[net.endpoints.kms_id]
        ),
        protect=settings.protect,
        existing=it.existing.keys.get("capture"),
    )
    return EncryptionKey("capture-key", args, inside(provider))


def _event_bus(it: Workload, topic: AlarmTopic, provider: aws.Provider) -> EventBus:
    settings = it.settings
    args = EventBusArgs(
        name=it.here.of("events"),
        partition=it.partition,
        region=settings.region,
        account=settings.account,
        senders=sorted({settings.account, settings.registry.account}),
        topic_arn=topic.arn,
        endpoint_prefix=f"{settings.prefix}-",
    )
    return EventBus("events", args, inside(provider))


def _identity_place(
    it: Workload, volumes: EncryptionKey, capture_key: EncryptionKey
) -> pulumi.Output[workload_roles.WorkloadPlace]:
    """What the account's roles are bound to: all but its keys can be computed before anything exists."""
    settings = it.settings
    capture = it.here.bucket("capture", settings.account, settings.region)

    def place(keys: list[str]) -> workload_roles.WorkloadPlace:
        return workload_roles.WorkloadPlace(
            partition=it.partition,
            account=settings.account,
            region=settings.region,
            prefix=settings.prefix,
            stage=it.stage,
            registry_account=settings.registry.account,
            registry_region=it.registry_region,
            models_bucket=settings.registry.models_bucket
            or it.registry.bucket("models", settings.registry.account, it.registry_region),
            models_key_alias=it.registry.alias("models"),
            capture_bucket_arn=f"arn:{it.partition}:s3:::{capture}",
            volume_key_arn=keys[0],
            capture_key_arn=keys[1],
        )

    return pulumi.Output.all(volumes.arn, capture_key.arn).apply(place)


def _stack_set_execution(
    it: Workload, project: str, place: pulumi.Output[workload_roles.WorkloadPlace], provider: aws.Provider
) -> Role | ExistingRole:
    if project in it.existing.roles:
        return it.existing.roles[project]
    mine = it.project(project)
    delivered = workload_roles.Delivered(
        project=project,
        stack_set=mine.stack_set(it.stage),
        endpoint=mine.endpoint(it.stage),
        group=mine.group(),
        model_role=names.role_arn(
            it.partition, it.settings.account, mine.path(), mine.stage_role(it.stage, names.MODEL)
        ),
    )
    args = RoleArgs(
        kind=RoleKind.STACK_SET_EXECUTION,
        name=mine.stage_role(it.stage, names.STACK_SET_EXECUTION),
        path=names.STACK_SET_EXECUTION_PATH,
        description=f"CloudFormation brings models of project {project} to this account with it",
        trust=it.execution(project).trust,
        policy=place.apply(lambda known: workload_roles.stack_set_execution(known, delivered)),
        boundary=it.boundary,
        tags={PROJECT_TAG: project},
    )
    return Role(f"{project}-stackset-execution", args, inside(provider))


def _project_roles(
    it: Workload, project: str, place: pulumi.Output[workload_roles.WorkloadPlace], provider: aws.Provider
) -> dict[str, Role | ExistingRole]:
    settings, mine = it.settings, it.project(project)
    endpoint, tags = mine.endpoint(it.stage), {PROJECT_TAG: project}
    repository = f"{settings.prefix}/*"
    model = RoleArgs(
        kind=RoleKind.MODEL,
        name=mine.stage_role(it.stage, names.MODEL),
        path=mine.path(),
        description=f"Models of project {project} run with it",
        trust=trust.service_trust("sagemaker.amazonaws.com", settings.account),
        policy=place.apply(lambda known: workload_roles.model_role(known, project, endpoint, repository)),
        boundary=it.boundary,
        tags=tags,
    )
    tester = it.registry_role(mine.path(), mine.role("deploy-test"))
    test = RoleArgs(
        kind=RoleKind.TEST,
        name=mine.stage_role(it.stage, names.TEST),
        path=mine.path(),
        description=f"The deploy pipeline of project {project} tests its endpoint with it",
        trust=trust.role_trust(it.partition, settings.registry.account, [tester]),
        policy=place.apply(lambda known: workload_roles.test_role(known, project, endpoint)),
        boundary=it.boundary,
        tags=tags,
    )
    return {
        names.MODEL: Role(f"{project}-model", model, inside(provider)),
        names.TEST: Role(f"{project}-test", test, inside(provider)),
        names.STACK_SET_EXECUTION: _stack_set_execution(it, project, place, provider),
    }


def _discovery(
    it: Workload,
    net: Perimeter,
    volumes: EncryptionKey,
    capture_key: EncryptionKey,
    capture: PrivateBucket,
    topic: AlarmTopic,
    provider: aws.Provider,
) -> None:
    """Parameters by stage: the delivered template is the same in every account of a stage."""
    parameters: dict[str, pulumi.Input[str]] = {
        "network/vpc-id": net.network.vpc_id,
        "network/subnet-ids": pulumi.Output.all(*net.network.subnet_ids).apply(",".join),
        "network/security-group-ids": net.groups.workloads.id,
        "network/s3-endpoint-id": net.endpoints.s3_id,
        "network/kms-endpoint-id": net.endpoints.kms_id,
        "keys/volumes": volumes.arn,
        "keys/capture": capture_key.arn,
        "storage/capture-bucket": capture.name,
        "alarms/topic-arn": topic.arn,
    }
    tags = common_tags(it.stack, it.settings)
    args = DiscoveryArgs(
        root=it.staged.parameters(),
        parameters=parameters,
        group=it.here.of("resources"),
        tags={"platform": tags["platform"], "environment": tags["environment"]},
    )
    Discovery("discovery", args, inside(provider))
