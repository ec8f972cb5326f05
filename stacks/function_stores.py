"""Where the functions of APIs lie in the data science account: a repository of images, a bucket of archives."""

from __future__ import annotations

import pulumi

from catalog import names
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.image_repository import ImageRepository, ImageRepositoryArgs
from components.private_bucket import PrivateBucket, PrivateBucketArgs
from components.rendering import rendered
from policies.documents.shared_documents import SharedDocuments
from stacks.data_science_context import DataScienceContext
from stacks.image_build import FunctionStores


def function_stores(
    context: DataScienceContext, data_key: EncryptionKey, logs: PrivateBucket, shared: pulumi.Output[SharedDocuments]
) -> FunctionStores | None:
    """Declare them where the settings ask for functions of APIs; None where they do not."""
    settings = context.settings
    if not settings.api_functions:
        return None
    bucket = context.bucket_name("code")
    arn = context.scope.bucket_arn(bucket)
    key = EncryptionKey(
        "code-key",
        EncryptionKeyArgs(
            purpose="code",
            alias=context.env_names.alias("code"),
            description=f"Archives of functions of {context.stack}, fetched by the workload accounts",
            policy=shared.apply(lambda documents: documents.code_key_policy(arn, context.image_builder())),
            protect=settings.protect,
        ),
        context.child_options(),
    )
    archives = PrivateBucketArgs(
        purpose="code",
        bucket=bucket,
        policy=rendered(SharedDocuments.code_bucket_policy, self=shared, bucket=arn, key_arn=key.arn),
        key_arn=key.arn,
        log_bucket=logs.name,
        protect=settings.protect,
        old_versions_days=settings.old_versions_days,
    )
    images = ImageRepositoryArgs(
        name=f"{settings.prefix}/{names.API_FUNCTIONS}",
        key_arn=data_key.arn,
        policy=shared.apply(lambda documents: documents.function_repository_policy()),
        protect=settings.protect,
    )
    return FunctionStores(
        images=ImageRepository("function-images", images, context.child_options()),
        archives=PrivateBucket("code", archives, context.child_options()),
        key_arn=key.arn,
    )
