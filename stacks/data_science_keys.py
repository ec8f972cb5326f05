"""The keys of the data science account, and who uses each."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.rendering import rendered
from policies.documents import keys
from policies.documents.shared_documents import SharedDocuments
from stacks.account_baseline import Perimeter
from stacks.data_science_context import DataScienceContext


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The account's keys, one for each kind of thing that is lost or shown with it."""

    operations: EncryptionKey
    data: EncryptionKey
    models: EncryptionKey
    volumes: EncryptionKey
    studio: EncryptionKey


def encryption_keys(
    context: DataScienceContext,
    net: Perimeter,
    operations: EncryptionKey,
    shared: pulumi.Output[SharedDocuments],
) -> Keys:
    return Keys(
        operations=operations,
        data=_data_key(context, net),
        models=_models_key(context, net, shared),
        volumes=_volume_key(context),
        studio=_studio_key(context),
    )


def _key(context: DataScienceContext, purpose: str, description: str, policy: pulumi.Input[str]) -> EncryptionKey:
    args = EncryptionKeyArgs(
        purpose=purpose,
        alias=context.env_names.alias(purpose),
        description=description,
        policy=policy,
        protect=context.settings.protect,
        existing=context.existing.keys.get(purpose),
        # Studio's file system with people's homes stays, unless the settings agree to lose it.
        outlives_stack=purpose == "studio" and purpose not in context.settings.removal.delete,
    )
    return EncryptionKey(f"{purpose}-key", args, context.child_options())


def _data_key(context: DataScienceContext, net: Perimeter) -> EncryptionKey:
    users = [context.project_roles(), context.people(), context.image_builder()]
    policy = rendered(
        keys.data_key,
        scope=context.scope,
        users=users,
        deployers=[context.deployer()],
        seeded_bucket=context.scope.bucket_arn(context.bucket_name("artifacts")),
        kms_endpoints=[net.endpoints.kms_id],
        inspectors=context.inspectors("artifacts", "data"),
    )
    return _key(context, "data", f"Data and pipeline artifacts of {context.stack}", policy)


def _models_key(context: DataScienceContext, net: Perimeter, shared: pulumi.Output[SharedDocuments]) -> EncryptionKey:
    policy = rendered(SharedDocuments.models_key_policy, self=shared, kms_endpoint=net.endpoints.kms_id)
    return _key(context, "models", f"Models of {context.stack}, read by the workload accounts", policy)


def _volume_key(context: DataScienceContext) -> EncryptionKey:
    policy = keys.volume_key(context.scope, users=[context.project_roles()], services=["sagemaker"])
    return _key(context, "volumes", f"Volumes of the jobs of {context.stack}", policy)


def _studio_key(context: DataScienceContext) -> EncryptionKey:
    users = [context.people(), context.deployer()]
    policy = keys.volume_key(context.scope, users=users, services=["sagemaker", "elasticfilesystem", "ec2"])
    return _key(context, "studio", f"Studio's file system and volumes in {context.stack}", policy)
