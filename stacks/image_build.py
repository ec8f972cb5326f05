"""The build of the model image: its source, its role and its project, outside the VPC."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from catalog import names
from catalog.roles import RoleKind
from components.archives import ROOT, folder_archive
from components.build_project import BuildProject, BuildProjectArgs
from components.builds.model_image import BASE, model_image_specification
from components.image_repository import ImageRepository
from components.role import Role, RoleArgs
from policies.documents import build_roles
from policies.documents.project_scope import PINNED_IMAGE
from policies.documents.trust import service_trust
from stacks.data_science_context import DataScienceContext

# Below a folder `source`, as what projects start from is: the deployer fills no other.
SOURCE = "_image/source/model.zip"
MINUTES = 60


def image_build(
    context: DataScienceContext,
    artifacts: pulumi.Input[str],
    data_key: pulumi.Input[str],
    logs_key: pulumi.Input[str],
    images: ImageRepository,
) -> BuildProject:
    """Declare the build. It is started by whoever answers for the image: `aws codebuild start-build`."""
    name = context.env_names.name("image")
    source = aws.s3.BucketObjectv2(
        "image-source",
        bucket=artifacts,
        key=SOURCE,
        source=folder_archive(ROOT / "containers" / "model"),
        kms_key_id=data_key,
        server_side_encryption="aws:kms",
        opts=context.child_options(),
    )
    args = BuildProjectArgs(
        name=name,
        description="Builds, scans and pins the model image",
        buildspec=model_image_specification(),
        source=pulumi.Output.format("{0}/{1}", source.bucket, source.key),
        role_arn=_role(context, name, data_key, images).arn,
        artifacts_key_arn=data_key,
        logs_key_arn=logs_key,
        privileged=True,
        environment={
            "BASE": BASE,
            "REPOSITORY_URL": images.url,
            "VERSION": context.settings.model_image.version,
            "PIN": pulumi.Output.format("s3://{0}/{1}", artifacts, PINNED_IMAGE),
        },
        timeout_minutes=MINUTES,
    )
    return BuildProject("image", args, context.child_options())


def _role(context: DataScienceContext, project: str, data_key: pulumi.Input[str], images: ImageRepository) -> Role:
    scope, kind = context.scope, RoleKind.IMAGE_BUILD
    bucket = scope.bucket_arn(context.bucket_name("artifacts"))
    policy = pulumi.Output.all(data_key, images.arn).apply(
        lambda known: build_roles.image_build(
            scope,
            project,
            source=f"{bucket}/{SOURCE}",
            key=known[0],
            repository=known[1],
            pin=f"{bucket}/{PINNED_IMAGE}",
        )
    )
    args = RoleArgs(
        kind=kind,
        name=context.env_names.role(kind),
        path=names.path_of(kind, context.settings.prefix),
        description="Builds the model image",
        trust=service_trust(
            "codebuild.amazonaws.com", scope.account, source_arns=[scope.arn("codebuild", f"project/{project}")]
        ),
        policy=policy,
        boundary=context.boundary,
    )
    return Role("image-build", args, context.child_options())
