"""A foundation: what an account's owner makes once, so that whoever deploys into the account cannot outgrow it."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from catalog import names
from catalog.roles import RoleKind
from components.deployer import Deployer, DeployerArgs
from components.role import Role, RoleArgs
from policies.documents import people
from policies.documents.boundaries import platform_boundary
from policies.documents.deployer import deployer_boundary, deployer_policies
from policies.documents.prevention import preventive_statements, serverless_makers
from policies.documents.previewer import previewer
from policies.documents.trust import sign_in_trust
from settings.foundation import FoundationSettings
from stacks.account_controls import account_controls
from stacks.foundation_context import FoundationContext


def foundation(stack: str, settings: FoundationSettings) -> None:
    """Declare an account's foundation."""
    context = FoundationContext(stack, settings)
    boundary = _boundary(context)
    deployer = _deployer(context)
    _previewer(context, boundary)
    _people(context, boundary)
    account_controls(context, boundary.arn)
    pulumi.export("account", settings.account)
    pulumi.export("boundaryArn", boundary.arn)
    pulumi.export("deployerRoleArn", deployer.arn)


def _boundary(context: FoundationContext) -> aws.iam.Policy:
    """The boundary of every role of the platform in the account. The stacks compute its ARN, see names.py."""
    prevention = context.settings.prevention
    makers = serverless_makers(context.scope, prevention.serverless)
    document = platform_boundary(context.account, preventive_statements(prevention.instance_types, makers))
    return aws.iam.Policy(
        "boundary",
        name=f"{context.settings.prefix}-{names.BOUNDARY}",
        path=context.path,
        description="The most that any role of the platform may ever do",
        policy=document,
        opts=pulumi.ResourceOptions(provider=context.provider, protect=context.settings.protect),
    )


def _deployer(context: FoundationContext) -> Deployer:
    settings = context.settings
    args = DeployerArgs(
        name=names.account_role(RoleKind.DEPLOYER, settings.prefix),
        path=context.path,
        trust=sign_in_trust(settings.deployer.trusted_by, external_id=settings.deployer.external_id),
        boundary=deployer_boundary(context.account),
        policies=deployer_policies(context.account, settings.deployer.existing_buckets),
        protect=settings.protect,
    )
    return Deployer("deployer", args, context.child_options())


def _previewer(context: FoundationContext, boundary: aws.iam.Policy) -> None:
    """The role that previews act with, where the settings say who may."""
    prefix, given = context.settings.prefix, context.settings.previewer
    if given.trusted_by:
        args = RoleArgs(
            kind=RoleKind.PREVIEWER,
            name=names.account_role(RoleKind.PREVIEWER, prefix),
            path=context.path,
            description="Previews changes of the account's stacks, and makes none",
            trust=sign_in_trust(given.trusted_by, external_id=given.external_id),
            policy=previewer(context.account),
            boundary=boundary.arn,
        )
        Role(RoleKind.PREVIEWER.value, args, context.child_options())


def _people(context: FoundationContext, boundary: aws.iam.Policy) -> None:
    """Roles of those who look after the account and of those who look at it, where the settings name any."""
    prefix, given = context.settings.prefix, context.settings.people
    personas = {
        RoleKind.ADMINISTRATOR: (
            given.administrators,
            people.administrator,
            "Looks after the account, touches no data",
        ),
        RoleKind.AUDITOR: (given.auditors, people.auditor, "Reads configuration and the trail, changes nothing"),
    }
    for kind, (sign_in, policy, description) in personas.items():
        if sign_in:
            args = RoleArgs(
                kind=kind,
                name=names.account_role(kind, prefix),
                path=names.path_of(kind, prefix),
                description=description,
                trust=sign_in_trust(sign_in),
                policy=policy(context.account),
                boundary=boundary.arn,
            )
            Role(kind.value, args, context.child_options())
