"""The builds of the platform's images: their sources, their role and their projects, outside the VPC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from catalog import names
from catalog.roles import RoleKind
from components.archives import ROOT, folder_archive
from components.build_project import BuildProject, BuildProjectArgs
from components.builds.api_functions import api_functions_specification
from components.builds.model_image import BASE, model_image_specification
from components.image_repository import ImageRepository
from components.private_bucket import PrivateBucket
from components.role import Role, RoleArgs
from policies.documents import build_roles
from policies.documents.build_roles import ImageBuildScope
from policies.documents.project_scope import PINNED_API_FUNCTIONS, PINNED_IMAGE
from policies.documents.trust import service_trust
from stacks.data_science_context import DataScienceContext

# Below a folder `source`, as what projects start from is: the deployer fills no other.
SOURCE, FUNCTIONS_SOURCE = "_image/source/model.zip", "_image/source/api-functions.zip"
MINUTES = 60


@dataclass(frozen=True, kw_only=True)
class FunctionStores:
    """Where the functions of APIs lie: their images, their archives, and the archives' key (ARN)."""

    images: ImageRepository
    archives: PrivateBucket
    key_arn: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class ImageBuilds:
    """Where builds read and write: the artifacts bucket, its key, the key of logs; and what they fill."""

    artifacts: pulumi.Input[str]
    data_key: pulumi.Input[str]
    logs_key: pulumi.Input[str]
    images: ImageRepository
    functions: FunctionStores | None


def image_builds(context: DataScienceContext, builds: ImageBuilds) -> None:
    """Declare the builds. Whoever answers for the images starts them: `aws codebuild start-build`."""
    role = _role(context, builds)
    _build(
        context,
        builds,
        "image",
        key=SOURCE,
        folder="model",
        description="Builds, scans and pins the model image",
        buildspec=model_image_specification(),
        role=role,
        environment={"REPOSITORY_URL": builds.images.url, "PIN": _address(builds, PINNED_IMAGE)},
    )
    if builds.functions:
        _build(
            context,
            builds,
            "api-functions",
            key=FUNCTIONS_SOURCE,
            folder="function",
            description="Builds, scans and pins the functions of APIs, as an image and an archive",
            buildspec=api_functions_specification(),
            role=role,
            environment={
                "REPOSITORY_URL": builds.functions.images.url,
                "PIN": _address(builds, PINNED_API_FUNCTIONS),
                "CODE": pulumi.Output.format("s3://{0}", builds.functions.archives.name),
            },
        )


def _address(builds: ImageBuilds, key: str) -> pulumi.Output[str]:
    return pulumi.Output.format("s3://{0}/{1}", builds.artifacts, key)


def _build(
    context: DataScienceContext,
    builds: ImageBuilds,
    purpose: str,
    *,
    key: str,
    folder: str,
    description: str,
    buildspec: str,
    role: Role,
    environment: dict[str, pulumi.Input[str]],
) -> None:
    source = aws.s3.BucketObjectv2(
        f"{purpose}-source",
        bucket=builds.artifacts,
        key=key,
        source=folder_archive(ROOT / "containers" / folder),
        kms_key_id=builds.data_key,
        server_side_encryption="aws:kms",
        opts=context.child_options(),
    )
    args = BuildProjectArgs(
        name=context.env_names.name(purpose),
        description=description,
        buildspec=buildspec,
        source=pulumi.Output.format("{0}/{1}", source.bucket, source.key),
        role_arn=role.arn,
        artifacts_key_arn=builds.data_key,
        logs_key_arn=builds.logs_key,
        privileged=True,
        environment={"BASE": BASE, "VERSION": context.settings.model_image.version, **environment},
        timeout_minutes=MINUTES,
    )
    BuildProject(purpose, args, context.child_options())


def _role(context: DataScienceContext, builds: ImageBuilds) -> Role:
    scope, kind, functions = context.scope, RoleKind.IMAGE_BUILD, builds.functions
    projects = [context.env_names.name(purpose) for purpose in ("image", *(["api-functions"] if functions else []))]
    known = [builds.data_key, builds.images.arn]
    known += [functions.images.arn, functions.archives.arn, functions.key_arn] if functions else []
    policy = pulumi.Output.all(*known).apply(
        lambda values: build_roles.image_build(scope, values[0], _scopes(context, projects, values[1:]))
    )
    args = RoleArgs(
        kind=kind,
        name=context.env_names.role(kind),
        path=names.path_of(kind, context.settings.prefix),
        description="Builds the model image",
        trust=service_trust(
            "codebuild.amazonaws.com",
            scope.account,
            source_arns=[scope.arn("codebuild", f"project/{project}") for project in projects],
        ),
        policy=policy,
        boundary=context.boundary,
    )
    return Role("image-build", args, context.child_options())


def _scopes(context: DataScienceContext, projects: Sequence[str], known: Sequence[str]) -> list[ImageBuildScope]:
    """What each build reads and writes; `known` are ARNs: its repository, and the archives' bucket and key."""
    bucket = context.scope.bucket_arn(context.bucket_name("artifacts"))
    model = ImageBuildScope(
        project=projects[0], source=f"{bucket}/{SOURCE}", repository=known[0], pin=f"{bucket}/{PINNED_IMAGE}"
    )
    if len(projects) == 1:
        return [model]
    repository, archives, key = known[1:]
    functions = ImageBuildScope(
        project=projects[1],
        source=f"{bucket}/{FUNCTIONS_SOURCE}",
        repository=repository,
        pin=f"{bucket}/{PINNED_API_FUNCTIONS}",
        archives=f"{archives}/*",
        archives_key=key,
    )
    return [model, functions]
