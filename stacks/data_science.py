"""The data science account: where scientists work, models are built, and the registry, data and models live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from catalog import names
from catalog.roles import RoleKind
from components.account_cleaner import AccountCleaner, AccountCleanerArgs
from components.alarm_topic import AlarmTopic
from components.discovery import Discovery, DiscoveryArgs
from components.encryption_key import EncryptionKey
from components.image_repository import ImageRepository, ImageRepositoryArgs
from components.lambda_function import log_group_arn
from components.private_bucket import PrivateBucket, PrivateBucketArgs
from components.removal import Declared
from components.rendering import rendered
from components.role import Role
from components.studio import Studio, StudioArgs
from policies.documents import buckets, cleaners
from policies.documents.shared_documents import SharedDocuments
from settings.model import DataScienceSettings
from stacks.account_baseline import Perimeter, alarm_topic, log_bucket, operations_key, perimeter, service_bucket
from stacks.context import common_tags
from stacks.data_science_context import DataScienceContext
from stacks.data_science_keys import Keys, encryption_keys
from stacks.function_stores import function_stores
from stacks.image_build import ImageBuilds, image_builds
from stacks.people import StudioRoles, approval_mail, approver, project_approvers, records_place
from stacks.references import DataScienceOutputs, WorkloadOutputs, publish


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Where data, models, what pipelines hand on, and images lie."""

    data: PrivateBucket
    models: PrivateBucket
    artifacts: PrivateBucket
    images: ImageRepository


@dataclass(frozen=True, kw_only=True)
class Workplace:
    """Where scientists work and approvers decide, and what clears it when the stack is destroyed."""

    roles: StudioRoles
    studio: Studio
    approver: Role
    project_approvers: dict[str, Role]
    cleaner: AccountCleaner


def data_science(stack: str, settings: DataScienceSettings) -> None:
    """Declare the data science account."""
    declared = Declared()
    context = DataScienceContext(stack, settings)
    shared = context.shared_documents()
    operations = operations_key(
        context,
        context.publishers(),
        dead_letters=context.dead_letters(),
        existing=context.existing.keys.get("operations"),
    )
    logs = log_bucket(context)
    net = perimeter(
        context,
        shared.apply(lambda documents: documents.all_accounts()),
        operations.arn,
        existing=context.existing,
        studio=True,
        organization_paths=_organization_paths(shared),
    )
    own_keys = encryption_keys(context, net, operations, shared)
    stores = _stores(context, net, own_keys, logs, shared)
    workplace = _workplace(context, net, own_keys, stores)
    builds = ImageBuilds(
        artifacts=stores.artifacts.name,
        data_key=own_keys.data.arn,
        logs_key=operations.arn,
        images=stores.images,
        functions=function_stores(context, own_keys.data, logs, shared),
    )
    image_builds(context, builds)
    topic = alarm_topic(context, operations.arn)
    outputs = _outputs(context, net, own_keys, stores, workplace, topic, _organization_paths(shared))
    _discovery(context, outputs)
    workplace.cleaner.clear_first(workplace.studio.domain_id, declared.all())
    publish(outputs)
    # For whoever signs in with them; no stack reads them.
    own_approvers = {project: role.arn for project, role in workplace.project_approvers.items()}
    pulumi.export("projectApproverRoleArns", own_approvers)


def _organization_paths(shared: pulumi.Output[SharedDocuments]) -> pulumi.Output[list[str]]:
    """Organization paths that stand for the accounts in policies; none where those are listed."""
    return shared.apply(lambda documents: list(documents.accounts.paths))


def _stores(
    context: DataScienceContext,
    net: Perimeter,
    own_keys: Keys,
    logs: PrivateBucket,
    shared: pulumi.Output[SharedDocuments],
) -> Stores:
    return Stores(
        data=_data_bucket(context, net, own_keys.data, logs),
        models=_models_bucket(context, net, own_keys.models, logs, shared),
        artifacts=service_bucket("artifacts", context, own_keys.data.arn, logs, events=True),
        images=_images(context, own_keys.data, shared),
    )


def _workplace(context: DataScienceContext, net: Perimeter, own_keys: Keys, stores: Stores) -> Workplace:
    roles = StudioRoles(context, stores.data, own_keys.data, own_keys.studio, stores.images)
    cleaner = _cleaner(context, net, own_keys)
    records = records_place(context, own_keys.data)
    studio = _studio(context, net, own_keys.studio, roles, cleaner)
    return Workplace(
        roles=roles,
        studio=studio,
        approver=approver(context, records),
        project_approvers=project_approvers(context, records),
        cleaner=cleaner,
    )


def _cleaner(context: DataScienceContext, net: Perimeter, own_keys: Keys) -> AccountCleaner:
    settings, name = context.settings, context.env_names.role(RoleKind.ACCOUNT_CLEANER)
    # A bucket that was there before is not the stack's to empty.
    emptied = {
        purpose: context.bucket_name(purpose)
        for purpose in ("data", "models")
        if purpose not in context.existing.buckets
    }
    policy = cleaners.account_cleaner(
        context.scope,
        log_group=log_group_arn(context.scope, name),
        environment=context.stack,
        buckets={purpose: context.scope.bucket_arn(bucket) for purpose, bucket in emptied.items()},
        deletes=settings.removal.delete,
    )
    args = AccountCleanerArgs(
        name=name,
        stack=context.stack,
        scope=context.scope,
        path=names.path_of(RoleKind.ACCOUNT_CLEANER, settings.prefix),
        boundary=context.boundary,
        policy=policy,
        logs_key_arn=own_keys.operations.arn,
        vpc_id=net.network.vpc_id,
        subnet_ids=net.network.subnet_ids,
        tags={cleaners.STUDIO_TAG: context.stack},
        buckets=emptied,
        groups=f"{settings.prefix}-",
        deletes=settings.removal.delete,
    )
    return AccountCleaner("account-cleaner", args, context.child_options())


def _outputs(
    context: DataScienceContext,
    net: Perimeter,
    own_keys: Keys,
    stores: Stores,
    workplace: Workplace,
    topic: AlarmTopic,
    organization_paths: pulumi.Output[list[str]],
) -> DataScienceOutputs:
    return DataScienceOutputs(
        account=context.settings.account,
        region=context.settings.region,
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
        image_uri=stores.images.url.apply(lambda url: _image_uri(url, context.settings)),
        alarm_topic_arn=topic.arn,
        studio_domain_id=workplace.studio.domain_id,
        scientists=workplace.roles.described(),
        approver_role_arn=workplace.approver.arn,
        workloads=_workloads(context),
        approval_links={project: sorted(approvers) for project, approvers in context.settings.linked_approvers.items()},
        approval_topics=_approval_topics(context, own_keys.operations.arn),
        organization_paths=organization_paths,
    )


def _approval_topics(context: DataScienceContext, key_arn: pulumi.Output[str]) -> pulumi.Output[dict[str, str]]:
    """Topics that send approvers their links, by project; declared here, where approvers are named."""
    made = {project: approval_mail(context, project, key_arn).arn for project in context.settings.linked_approvers}
    return pulumi.Output.all(**made) if made else pulumi.Output.from_input({})


def _image_uri(url: str, settings: DataScienceSettings) -> str:
    image = settings.model_image
    return f"{url}@{image.digest}" if image.digest else f"{url}:{image.version}"


def _workloads(context: DataScienceContext) -> pulumi.Output[list[dict[str, Any]]]:
    def described(stack: str, outputs: WorkloadOutputs) -> pulumi.Output[dict[str, Any]]:
        return pulumi.Output.all(
            stack=stack,
            stage=outputs.stage,
            account=outputs.account,
            region=outputs.region,
            projects=pulumi.Output.from_input(outputs.project_roles).apply(sorted),
        )

    return pulumi.Output.all(*[described(stack, outputs) for stack, outputs in context.workloads.items()])


def _data_bucket(context: DataScienceContext, net: Perimeter, key: EncryptionKey, logs: PrivateBucket) -> PrivateBucket:
    name = context.bucket_name("data")
    policy = rendered(
        buckets.private_bucket,
        bucket=context.scope.bucket_arn(name),
        key=key.arn,
        s3_endpoints=[net.endpoints.s3_id],
        deployers=context.listing_roles(),
        removers=context.removing_roles("data"),
        inspectors=context.inspectors("data"),
    )
    return _bucket(context, "data", name, policy, key, logs)


def _models_bucket(
    context: DataScienceContext,
    net: Perimeter,
    key: EncryptionKey,
    logs: PrivateBucket,
    shared: pulumi.Output[SharedDocuments],
) -> PrivateBucket:
    policy = rendered(
        SharedDocuments.models_bucket_policy, self=shared, key_arn=key.arn, s3_endpoint=net.endpoints.s3_id
    )
    return _bucket(context, "models", context.bucket_name("models"), policy, key, logs)


def _bucket(
    context: DataScienceContext,
    purpose: str,
    name: str,
    policy: pulumi.Input[str],
    key: EncryptionKey,
    logs: PrivateBucket,
) -> PrivateBucket:
    args = PrivateBucketArgs(
        purpose=purpose,
        bucket=name,
        policy=policy,
        key_arn=key.arn,
        log_bucket=logs.name,
        protect=context.settings.protect,
        events=True,
        emptied_by_deployer=False,
        old_versions_days=context.settings.old_versions_days,
        existing_arn=context.scope.bucket_arn(name) if purpose in context.existing.buckets else None,
    )
    return PrivateBucket(purpose, args, context.child_options())


def _images(context: DataScienceContext, key: EncryptionKey, shared: pulumi.Output[SharedDocuments]) -> ImageRepository:
    settings = context.settings
    args = ImageRepositoryArgs(
        name=f"{settings.prefix}/{settings.model_image.repository}",
        key_arn=key.arn,
        policy=shared.apply(lambda documents: documents.image_repository_policy()),
        protect=settings.protect,
    )
    return ImageRepository("images", args, context.child_options())


def _studio(
    context: DataScienceContext, net: Perimeter, key: EncryptionKey, roles: StudioRoles, cleaner: AccountCleaner
) -> Studio:
    settings, studio = context.settings, context.settings.studio
    assert net.groups.studio is not None  # noqa: S101 - the perimeter was asked for one
    args = StudioArgs(
        name=context.env_names.sagemaker("domain"),
        vpc_id=net.network.vpc_id,
        subnet_ids=net.network.subnet_ids,
        security_group_id=net.groups.studio.id,
        key_arn=key.arn,
        default_role_arn=roles.default.arn,
        auth=studio.auth,
        idle_minutes=studio.idle_minutes,
        instance_type=studio.instance_types[0],
        space_gigabytes=studio.space_gigabytes,
        profiles={name: role.arn for name, role in roles.scientists.items()},
        protect=settings.protect,
        after=[cleaner.network_cleared],
    )
    return Studio("studio", args, context.child_options())


def _discovery(context: DataScienceContext, outputs: DataScienceOutputs) -> None:
    def joined(values: pulumi.Input[Sequence[str]]) -> pulumi.Output[str]:
        return pulumi.Output.from_input(values).apply(",".join)

    tags = common_tags(context.stack, context.settings)
    args = DiscoveryArgs(
        root=context.env_names.parameters(),
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
        group=context.env_names.name("resources"),
        tags={"platform": tags["platform"], "environment": tags["environment"]},
    )
    Discovery("discovery", args, context.child_options())
