"""Builds: those of repositories inside the VPC, the platform's own outside of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

# Amazon Linux 2023: AWS CodeBuild User Guide, "Docker images provided by CodeBuild".
IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:6.0"


@dataclass(frozen=True, kw_only=True)
class BuildNetwork:
    """Where a build is attached to the VPC."""

    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[str]]
    security_group_id: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class BuildProjectArgs:
    """What runs (a build specification of the source), as whom, where, and for how long at most.

    Without `network` it runs outside the VPC. Then `buildspec` is the specification itself, as `specification` makes
    it: what reaches the internet runs what the platform says and nothing that a repository says.
    """

    name: str
    description: str
    buildspec: str
    role_arn: pulumi.Input[str]
    artifacts_key_arn: pulumi.Input[str]
    logs_key_arn: pulumi.Input[str]
    network: BuildNetwork | None = None
    # bucket/key of an archive in S3; None for what a pipeline hands over.
    source: pulumi.Input[str] | None = None
    privileged: bool = False
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    timeout_minutes: int = 60
    log_days: int = 365


class BuildProject(pulumi.ComponentResource):
    """A CodeBuild project, for an action of a pipeline or with a source of its own; its log is encrypted."""

    def __init__(self, name: str, args: BuildProjectArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("mlops:project:BuildProject", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        self.logs = aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/codebuild/{args.name}",
            kms_key_id=args.logs_key_arn,
            retention_in_days=args.log_days,
            opts=options,
        )
        self.project = aws.codebuild.Project(
            f"{name}-build",
            name=args.name,
            description=args.description,
            service_role=args.role_arn,
            build_timeout=args.timeout_minutes,
            encryption_key=args.artifacts_key_arn,
            artifacts=aws.codebuild.ProjectArtifactsArgs(type="NO_ARTIFACTS" if args.source else "CODEPIPELINE"),
            source=aws.codebuild.ProjectSourceArgs(
                type="S3" if args.source else "CODEPIPELINE", location=args.source, buildspec=args.buildspec
            ),
            environment=_container(args),
            vpc_config=_attached(args.network),
            logs_config=aws.codebuild.ProjectLogsConfigArgs(
                cloudwatch_logs=aws.codebuild.ProjectLogsConfigCloudwatchLogsArgs(
                    status="ENABLED", group_name=self.logs.name
                )
            ),
            opts=options,
        )
        self.name = self.project.name
        self.register_outputs({"name": self.name})


def specification(python: str, build: Sequence[str], *, exported: Sequence[str] = ()) -> str:
    """A build specification of commands under a Python version, as JSON, which is YAML too.

    `exported` are variables whose values are shown with the build.
    """
    env = {"env": {"exported-variables": list(exported)}} if exported else {}
    phases = {"install": {"runtime-versions": {"python": python}}, "build": {"commands": list(build)}}
    return json.dumps({"version": "0.2", **env, "phases": phases}, indent=1)


def _attached(network: BuildNetwork | None) -> aws.codebuild.ProjectVpcConfigArgs | None:
    if network is None:
        return None
    return aws.codebuild.ProjectVpcConfigArgs(
        vpc_id=network.vpc_id,
        subnets=pulumi.Output.from_input(network.subnet_ids).apply(list),
        security_group_ids=[network.security_group_id],
    )


def _container(args: BuildProjectArgs) -> aws.codebuild.ProjectEnvironmentArgs:
    return aws.codebuild.ProjectEnvironmentArgs(
        type="LINUX_CONTAINER",
        compute_type="BUILD_GENERAL1_SMALL",
        image=IMAGE,
        image_pull_credentials_type="CODEBUILD",
        privileged_mode=args.privileged,
        environment_variables=[
            aws.codebuild.ProjectEnvironmentEnvironmentVariableArgs(name=key, value=value, type="PLAINTEXT")
            for key, value in sorted(args.environment.items())
        ],
    )
