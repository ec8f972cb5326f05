"""The data science account: where scientists work, models are built, and the registry, data and models live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from catalog import names
from components.alarm_topic import AlarmTopic
from components.discovery import Discovery, DiscoveryArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.image_repository import ImageRepository, ImageRepositoryArgs
from components.private_bucket import PrivateBucket, PrivateBucketArgs
from components.rendering import rendered
from components.role import Role
from components.studio import Studio, StudioArgs
from policies.documents import buckets, keys, shared
from policies.documents.accounts import WorkloadAccounts
from settings.model import DataScienceSettings
from stacks.account import account_provider, boundary_of, common_tags, inside
from stacks.existing import bucket_arn, of_data_science
from stacks.foundations import Perimeter, alarm_topic, log_bucket, operations_key, perimeter, service_bucket
from stacks.people import StudioRoles, approver
from stacks.references import DataScienceOutputs, WorkloadOutputs, publish, read


class DataScience:
    """The stack's names and places, and what the workload stacks say of theirs."""

    def __init__(self, stack: str, settings: DataScienceSettings) -> None:
        self.stack, self.settings = stack, settings
        self.partition = names.partition_of(settings.region)
        self.here = names.Names(settings.prefix, stack)
        self.place = keys.Place(partition=self.partition, account=settings.account, region=settings.region)
        self.boundary = boundary_of(settings)
        self.provider = account_provider(stack, settings)
        self.existing = of_data_science(settings, self.provider)
        self.workloads = {name: read(WorkloadOutputs, settings.organization, name) for name in settings.workloads}

    def bucket(self, purpose: str) -> str:
        """Name of a bucket: of the one that exists, or else the platform's own."""
        own = self.here.bucket(purpose, self.settings.account, self.settings.region)
        return self.existing.buckets.get(purpose, own)

    def own_roles(self, path: str) -> str:
        """ARN pattern of this account's roles under a path."""
        return f"arn:{self.partition}:iam::{self.settings.account}:role{path}*"

    def project_roles(self) -> str:
        """ARN pattern of all roles of all projects in this account."""
        return self.own_roles(f"/{self.settings.prefix}/projects/*/")

    def deploy_pipelines(self) -> str:
        """ARN pattern of the project roles that ask for approval on the alarm topic."""
        return f"{self.project_roles()[:-1]}{self.settings.prefix}-*-deploy-pipeline"

    def builders(self) -> list[str]:
        """ARN patterns of the project roles that write models."""
        return [f"{self.project_roles()[:-1]}{self.settings.prefix}-*-{kind}" for kind in names.BUILDERS]

    def workload_accounts(self) -> pulumi.Output[WorkloadAccounts]:
        """Accounts of the workload stacks."""

        def known(ids: list[str]) -> WorkloadAccounts:
            return WorkloadAccounts(
                partition=self.partition,
                home=self.settings.account,
                ids=sorted(set(ids)),
                organization_paths=self.settings.aws_organization.paths,
            )

        return pulumi.Output.all(*[w.account for w in self.workloads.values()]).apply(known)

    def organization_paths(self) -> pulumi.Output[list[str]]:
        """Organization paths that stand for the accounts in policies; none where those are listed."""
        return self.workload_accounts().apply(lambda accounts: list(accounts.paths))

    def platform_accounts(self) -> pulumi.Output[list[str]]:
        """This account's id and the workload accounts'."""
        return self.workload_accounts().apply(lambda them: sorted({self.settings.account, *them.ids}))

    def model_roles(self) -> pulumi.Output[list[str]]:
        """ARN patterns of the workload accounts' model roles: each account's own stage and path, no other role."""
        path, name = f"/{self.settings.prefix}/projects/*/", f"{self.settings.prefix}-{{}}-*-{names.MODEL}"
        stages = pulumi.Output.all(*[pulumi.Output.all(w.account, w.stage) for w in self.workloads.values()])
        return pulumi.Output.all(self.workload_accounts(), stages).apply(
            lambda known: known[0].roles(path, [(account, name.format(stage)) for account, stage in known[1]])
        )

    def endpoints(self, own: pulumi.Input[str], kind: str) -> pulumi.Output[list[str]]:
        """Endpoint ids (`s3_endpoint_id` or `kms_endpoint_id`) of this VPC and of all workload VPCs."""
        return pulumi.Output.all(own, *[getattr(w, kind) for w in self.workloads.values()]).apply(sorted)


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The account's keys, one for each kind of thing that is lost or shown with it."""

    operations: EncryptionKey
    data: EncryptionKey
    models: EncryptionKey
    volumes: EncryptionKey
    studio: EncryptionKey


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Where data, models, what pipelines hand on, and images lie."""

    data: PrivateBucket
    models: PrivateBucket
    artifacts: PrivateBucket
    images: ImageRepository


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """Where scientists work and approvers decide."""

    roles: StudioRoles
    studio: Studio
    approver: Role


def data_science(stack: str, settings: DataScienceSettings) -> None:
    """Declare the data science account."""
    it = DataScience(stack, settings)
    operations = operations_key(
        it.place,
        it.here,
        it.provider,
        settings.protect,
        [it.deploy_pipelines()],
        existing=it.existing.keys.get("operations"),
    )
    logs = log_bucket(it.place, it.here, it.provider, settings.protect)
    net = perimeter(
        it.place,
        it.here,
        settings.network,
        it.platform_accounts(),
        operations.arn,
        it.provider,
        boundary=it.boundary,
        studio=True,
        existing=it.existing,
        organization_paths=it.organization_paths(),
    )
    own_keys = _keys(it, net, operations)
    stores = _stores(it, net, own_keys, logs)
    workplace = _workplace(it, net, own_keys, stores)
    topic = alarm_topic(it.place, it.here, operations.arn, settings.alerts.emails, it.provider)
    outputs = _outputs(it, net, own_keys, stores, workplace, topic)
    _discovery(it, outputs)
    publish(outputs)


def _keys(it: DataScience, net: Perimeter, operations: EncryptionKey) -> Keys:
    return Keys(
        operations=operations,
        data=_data_key(it, net),
        models=_models_key(it, net),
        volumes=_volume_key(it),
        studio=_studio_key(it),
    )


def _stores(it: DataScience, net: Perimeter, own_keys: Keys, logs: PrivateBucket) -> Stores:
    return Stores(
        data=_data_bucket(it, net, own_keys.data, logs),
        models=_models_bucket(it, net, own_keys.models, logs),
        artifacts=service_bucket(
            "artifacts", it.place, it.here, own_keys.data.arn, logs, it.provider, it.settings.protect, events=True
        ),
        images=_images(it, own_keys.data),
    )


def _workplace(it: DataScience, net: Perimeter, own_keys: Keys, stores: Stores) -> Workplace:
    roles = StudioRoles(it, stores.data, own_keys.data, own_keys.studio, stores.images)
    return Workplace(roles=roles, studio=_studio(it, net, own_keys.studio, roles), approver=approver(it))


def _outputs(
    it: DataScience, net: Perimeter, own_keys: Keys, stores: Stores, workplace: Workplace, topic: AlarmTopic
) -> DataScienceOutputs:
    return DataScienceOutputs(
        account=it.settings.account,
        region=it.settings.region,
        vpc_id=net.network.vpc_id,
        subnet_ids=pulumi.Output.all(*net.network.subnet_ids),
        workload_security_group_id=net.groups.workloads.id,
        s3_endpoint_id=net.endpoints.s3_id,
        kms_endpoint_id=net.endpoints.kms_id,
        data_key_arn=own_keys.data.arn,
        models_key_arn=own_keys.models.arn,
        volume_key_arn=own_keys.volumes.arn,
        operations_key_arn=own_keys.operations.arn,
        data_bucket=stores.data.name,
        models_bucket=stores.models.name,
        artifacts_bucket=stores.artifacts.name,
        image_repository_arn=stores.images.arn,
        image_uri=stores.images.url.apply(lambda url: _image_uri(url, it.settings)),
        alarm_topic_arn=topic.arn,
        studio_domain_id=workplace.studio.domain_id,
        scientists=workplace.roles.described(),
        approver_role_arn=workplace.approver.arn,
        workloads=_workloads(it),
        organization_paths=it.organization_paths(),
    )


def _image_uri(url: str, settings: DataScienceSettings) -> str:
    image = settings.model_image
    return f"{url}@{image.digest}" if image.digest else f"{url}:{image.version}"


def _workloads(it: DataScience) -> pulumi.Output[list[dict[str, Any]]]:
    def described(stack: str, outputs: WorkloadOutputs) -> pulumi.Output[dict[str, Any]]:
        return pulumi.Output.all(
            stack=stack,
            stage=outputs.stage,
            account=outputs.account,
            region=outputs.region,
            projects=pulumi.Output.from_input(outputs.project_roles).apply(sorted),
        )

    return pulumi.Output.all(*[described(stack, outputs) for stack, outputs in it.workloads.items()])


def _key(it: DataScience, purpose: str, description: str, policy: pulumi.Input[str]) -> EncryptionKey:
    args = EncryptionKeyArgs(
        purpose=purpose,
        alias=it.here.alias(purpose),
        description=description,
        policy=policy,
        protect=it.settings.protect,
        existing=it.existing.keys.get(purpose),
    )
    return EncryptionKey(f"{purpose}-key", args, inside(it.provider))


def _data_key(it: DataScience, net: Perimeter) -> EncryptionKey:
    users = [it.project_roles(), it.own_roles(names.people_path(it.settings.prefix))]
    artifacts = it.here.bucket("artifacts", it.settings.account, it.settings.region)
    policy = rendered(
        keys.data_key,
        place=it.place,
        users=users,
        deployers=it.settings.deploying_roles(),
        seeded_bucket=f"arn:{it.partition}:s3:::{artifacts}",
        kms_endpoints=[net.endpoints.kms_id],
    )
    return _key(it, "data", f"Data and pipeline artifacts of {it.stack}", policy)


def _models_key(it: DataScience, net: Perimeter) -> EncryptionKey:
    bucket = it.bucket("models")
    policy = rendered(
        keys.models_key,
        place=it.place,
        builders=it.builders(),
        accounts=it.workload_accounts(),
        readers=it.model_roles(),
        bucket_arn=f"arn:{it.partition}:s3:::{bucket}",
        kms_endpoints=it.endpoints(net.endpoints.kms_id, "kms_endpoint_id"),
    )
    return _key(it, "models", f"Models of {it.stack}, read by the workload accounts", policy)


def _volume_key(it: DataScience) -> EncryptionKey:
    policy = keys.volume_key(it.place, users=[it.project_roles()], services=["sagemaker"])
    return _key(it, "volumes", f"Volumes of the jobs of {it.stack}", policy)


def _studio_key(it: DataScience) -> EncryptionKey:
    users = [it.own_roles(names.people_path(it.settings.prefix)), *it.settings.deploying_roles()]
    policy = keys.volume_key(it.place, users=users, services=["sagemaker", "elasticfilesystem", "ec2"])
    return _key(it, "studio", f"Studio's file system and volumes in {it.stack}", policy)


def _data_bucket(it: DataScience, net: Perimeter, key: EncryptionKey, logs: PrivateBucket) -> PrivateBucket:
    name = it.bucket("data")
    policy = rendered(
        buckets.private_bucket,
        bucket=f"arn:{it.partition}:s3:::{name}",
        key=key.arn,
        s3_endpoints=[net.endpoints.s3_id],
        deployers=it.settings.deploying_roles(),
    )
    return _bucket(it, "data", name, policy, key, logs)


def _models_bucket(it: DataScience, net: Perimeter, key: EncryptionKey, logs: PrivateBucket) -> PrivateBucket:
    name = it.bucket("models")
    policy = rendered(
        buckets.models_bucket,
        bucket=f"arn:{it.partition}:s3:::{name}",
        key=key.arn,
        accounts=it.workload_accounts(),
        readers=it.model_roles(),
        s3_endpoints=it.endpoints(net.endpoints.s3_id, "s3_endpoint_id"),
        deployers=it.settings.deploying_roles(),
    )
    return _bucket(it, "models", name, policy, key, logs)


def _bucket(
    it: DataScience, purpose: str, name: str, policy: pulumi.Input[str], key: EncryptionKey, logs: PrivateBucket
) -> PrivateBucket:
    args = PrivateBucketArgs(
        purpose=purpose,
        bucket=name,
        policy=policy,
        key_arn=key.arn,
        log_bucket=logs.name,
        protect=it.settings.protect,
        events=True,
        existing_arn=bucket_arn(it.existing, purpose, it.settings.region),
    )
    return PrivateBucket(purpose, args, inside(it.provider))


def _images(it: DataScience, key: EncryptionKey) -> ImageRepository:
    settings = it.settings
    path, name = f"/{settings.prefix}/projects/*/", f"{settings.prefix}-*-{names.MODEL}"
    args = ImageRepositoryArgs(
        name=f"{settings.prefix}/{settings.model_image.repository}",
        key_arn=key.arn,
        policy=it.workload_accounts().apply(lambda accounts: shared.image_repository(accounts, path, name)),
        protect=settings.protect,
    )
    return ImageRepository("images", args, inside(it.provider))


def _studio(it: DataScience, net: Perimeter, key: EncryptionKey, roles: StudioRoles) -> Studio:
    settings, studio = it.settings, it.settings.studio
    assert net.groups.studio is not None  # noqa: S101 - the perimeter was asked for one
    args = StudioArgs(
        name=it.here.sagemaker("domain"),
        vpc_id=net.network.vpc_id,
        subnet_ids=net.network.subnet_ids,
        security_group_id=net.groups.studio.id,
        key_arn=key.arn,
        default_role_arn=roles.visitor.arn,
        auth=studio.auth,
        idle_minutes=studio.idle_minutes,
        instance_type=studio.instance_types[0],
        space_gigabytes=studio.space_gigabytes,
        profiles={name: role.arn for name, role in roles.scientists.items()},
        protect=settings.protect,
    )
    return Studio("studio", args, inside(it.provider))


def _discovery(it: DataScience, outputs: DataScienceOutputs) -> None:
    def joined(values: pulumi.Input[Sequence[str]]) -> pulumi.Output[str]:
        return pulumi.Output.from_input(values).apply(",".join)

    tags = common_tags(it.stack, it.settings)
    args = DiscoveryArgs(
        root=it.here.parameters(),
        parameters={
            "network/vpc-id": outputs.vpc_id,
            "network/subnet-ids": joined(outputs.subnet_ids),
            "network/security-group-ids": outputs.workload_security_group_id,
            "keys/data": outputs.data_key_arn,
            "keys/models": outputs.models_key_arn,
            "keys/volumes": outputs.volume_key_arn,
            "storage/data-bucket": outputs.data_bucket,
            "storage/models-bucket": outputs.models_bucket,
            "storage/artifacts-bucket": outputs.artifacts_bucket,
            "image/uri": outputs.image_uri,
            "alarms/topic-arn": outputs.alarm_topic_arn,
            "studio/domain-id": outputs.studio_domain_id,
        },
        group=it.here.of("resources"),
        tags={"platform": tags["platform"], "environment": tags["environment"]},
    )
    Discovery("discovery", args, inside(it.provider))
