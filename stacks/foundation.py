"""A foundation: what an account's owner makes once, so that whoever deploys into the account cannot outgrow it."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from catalog import names
from catalog.roles import RoleKind
from components.deployer import Deployer, DeployerArgs
from components.role import Role, RoleArgs
from policies.documents import people
from policies.documents.account import FOUNDATION_TAG, Account
from policies.documents.boundaries import deployer_boundary, platform_boundary
from policies.documents.deployer import deployer_policies
from policies.documents.keys import Place
from policies.documents.prevention import preventive_statements
from policies.documents.trust import sign_in_trust
from settings.foundation import FoundationSettings
from stacks.account import account_provider, inside
from stacks.account_controls import account_controls


class Foundation:
    """The account's names and place, worked out once from its settings."""

    def __init__(self, stack: str, settings: FoundationSettings) -> None:
        self.stack, self.settings = stack, settings
        self.partition = names.partition_of(settings.region)
        self.here = names.Names(settings.prefix, names.FOUNDATION)
        self.place = Place(partition=self.partition, account=settings.account, region=settings.region)
        self.account = Account(partition=self.partition, account=settings.account, prefix=settings.prefix)
        self.path = names.foundation_path(settings.prefix)
        self.provider = account_provider(stack, settings, dict([FOUNDATION_TAG]))


def foundation(stack: str, settings: FoundationSettings) -> None:
    """Declare an account's foundation."""
    it = Foundation(stack, settings)
    boundary = _boundary(it)
    deployer = _deployer(it)
    _people(it, boundary)
    account_controls(it, boundary.arn)
    pulumi.export("account", settings.account)
    pulumi.export("boundaryArn", boundary.arn)
    pulumi.export("deployerRoleArn", deployer.arn)


def _boundary(it: Foundation) -> aws.iam.Policy:
    """The boundary of every role of the platform in the account. The stacks compute its ARN, see names.py."""
    document = platform_boundary(it.account, preventive_statements(it.settings.prevention.instance_types))
    return aws.iam.Policy(
        "boundary",
        name=f"{it.settings.prefix}-{names.BOUNDARY}",
        path=it.path,
        description="The most that any role of the platform may ever do",
        policy=document,
        opts=pulumi.ResourceOptions(provider=it.provider, protect=it.settings.protect),
    )


def _deployer(it: Foundation) -> Deployer:
    settings = it.settings
    args = DeployerArgs(
        name=f"{settings.prefix}-{names.DEPLOYER}",
        path=it.path,
        trust=sign_in_trust(settings.deployer.trusted_by, external_id=settings.deployer.external_id),
        boundary=deployer_boundary(it.account),
        policies=deployer_policies(it.account, settings.deployer.existing_buckets),
        protect=settings.protect,
    )
    return Deployer("deployer", args, inside(it.provider))


def _people(it: Foundation, boundary: aws.iam.Policy) -> None:
    """Roles of those who look after the account and of those who look at it, where the settings name any."""
    prefix, given = it.settings.prefix, it.settings.people
    personas = {
        names.ADMINISTRATOR: (given.administrators, people.administrator, "Looks after the account, touches no data"),
        names.AUDITOR: (given.auditors, people.auditor, "Reads configuration and the trail, changes nothing"),
    }
    for persona, (sign_in, policy, description) in personas.items():
        if sign_in:
            args = RoleArgs(
                kind=RoleKind(persona),
                name=f"{prefix}-{persona}",
                path=names.people_path(prefix),
                description=description,
                trust=sign_in_trust(sign_in),
                policy=policy(it.account),
                boundary=boundary.arn,
            )
            Role(persona, args, inside(it.provider))
